/** The grammar's fourth layer: limits and budgets, whose bodies have exactly one amount. */
import type { IToken } from 'chevrotain'
import type { Amount, BudgetStatement, BudgetThreshold, LimitStatement } from './ast.ts'
import type { AttributeRef, DurationLiteral, NumberLiteral } from './ast-conditions.ts'
import { shown } from './grammar-base.ts'
import { ClauseGrammar } from './grammar-clauses.ts'
import * as t from './tokens.ts'

const { keywords } = t

/** What a statement has beside what all have. */
export type Own<S> = Omit<S, 'kind' | 'name' | 'when' | 'span' | 'documentation'>

export class LimitGrammar extends ClauseGrammar {
  limitBody = this.RULE('limitBody', (): Own<LimitStatement> => {
    let body: { amount: Amount; unit: LimitStatement['unit']; per?: DurationLiteral } | undefined
    let by: readonly AttributeRef[] = []
    let burst: NumberLiteral | undefined
    const seen = new Map<string, IToken>()
    const open = this.CONSUME(t.BraceOpen)
    this.MANY(() => {
      this.OR([
        {
          ALT: () => {
            const word = this.CONSUME(keywords.burst)
            const value = this.SUBRULE(this.number)
            this.ACTION(() => {
              this.mark(word, 'clause')
              if (this.isFirst(seen, word)) burst = value
            })
          },
        },
        {
          ALT: () => {
            const word = this.CONSUME(keywords.by)
            const attributes = this.SUBRULE(this.attributes)
            this.ACTION(() => {
              if (this.isFirst(seen, word)) by = attributes
            })
          },
        },
        {
          ALT: () => {
            const start = this.clause()
            const clause = this.SUBRULE(this.limitAmount)
            this.ACTION(() => {
              if (this.isOnlyAmount(seen, start, 'limit')) body = clause
            })
          },
        },
      ])
      this.separator()
    })
    this.CONSUME(t.BraceClose)
    return this.ACTION(() => {
      if (!body) this.missing(open, 'limit', 'amount', 'write it like `60 requests per 1m by caller.key`')
      const none: Amount = {
        kind: 'literal',
        value: { kind: 'number', value: 0, integer: true, text: '0', span: this.spanOf(open) },
        span: this.spanOf(open),
      }
      return { ...(body ?? { amount: none, unit: 'requests' as const }), by, ...(burst ? { burst } : {}) }
    })
  })

  private limitAmount = this.RULE('limitAmount', () => {
    const amount = this.SUBRULE(this.amount)
    let per: DurationLiteral | undefined
    const unit = this.OR({
      DEF: [
        {
          ALT: () => {
            const word = this.OR2([
              { ALT: () => this.CONSUME(keywords.requests) },
              { ALT: () => this.CONSUME(keywords.tokens) },
            ])
            this.CONSUME(keywords.per)
            per = this.SUBRULE(this.period)
            return word
          },
        },
        { ALT: () => this.CONSUME(keywords.concurrent) },
      ],
      ERR_MSG: '`requests`, `tokens` or `concurrent`',
    })
    return this.ACTION(() => {
      const value = amount.kind === 'literal' ? amount.value : amount.times
      if (value?.kind === 'money')
        this.wrong(value.span, 'found an amount of money where a count was wanted', 'money is limited by a `budget`')
      return { amount, unit: unit.image as LimitStatement['unit'], ...(per ? { per } : {}) }
    })
  })

  budgetBody = this.RULE('budgetBody', (): Own<BudgetStatement> => {
    let body: { amount: Amount; window: BudgetStatement['window'] } | undefined
    let by: readonly AttributeRef[] = []
    const at: BudgetThreshold[] = []
    const seen = new Map<string, IToken>()
    const open = this.CONSUME(t.BraceOpen)
    this.MANY(() => {
      this.OR([
        {
          ALT: () => {
            const word = this.CONSUME(keywords.at)
            const used = this.SUBRULE(this.percent)
            const action = this.CONSUME(t.Word, { ERR_MSG: '`warn` or `deny`' })
            this.ACTION(() => {
              this.mark(word, 'clause')
              at.push({
                used,
                action: this.oneOf(action, ['warn', 'deny'], '`warn` or `deny`'),
                span: this.spanSince(word),
              })
            })
          },
        },
        {
          ALT: () => {
            const word = this.CONSUME(keywords.by)
            const attributes = this.SUBRULE(this.attributes)
            this.ACTION(() => {
              if (this.isFirst(seen, word)) by = attributes
            })
          },
        },
        {
          ALT: () => {
            const start = this.clause()
            const clause = this.SUBRULE(this.budgetAmount)
            this.ACTION(() => {
              if (this.isOnlyAmount(seen, start, 'budget')) body = clause
            })
          },
        },
      ])
      this.separator()
    })
    this.CONSUME(t.BraceClose)
    return this.ACTION(() => {
      if (!body) this.missing(open, 'budget', 'amount', 'write it like `$500 per month by caller.team`')
      const none: Amount = {
        kind: 'literal',
        value: { kind: 'money', nanoUsd: 0, text: '$0', span: this.spanOf(open) },
        span: this.spanOf(open),
      }
      return { ...(body ?? { amount: none, window: 'total' as const }), by, at }
    })
  })

  private budgetAmount = this.RULE('budgetAmount', () => {
    const amount = this.SUBRULE(this.amount)
    const window = this.OR({
      DEF: [
        {
          ALT: () => {
            this.CONSUME(keywords.per)
            return this.SUBRULE(this.window)
          },
        },
        { ALT: () => this.CONSUME(keywords.total) },
      ],
      ERR_MSG: '`per day`, `per week`, `per month` or `per total`',
    })
    return this.ACTION(() => {
      const plain = amount.kind === 'literal' && amount.value.kind === 'number'
      const money = plain ? { ...amount, value: this.toMoney(amount.value) } : amount
      return { amount: money, window: window.image as BudgetStatement['window'] }
    })
  })

  private window = this.RULE('window', () =>
    this.OR({
      DEF: [
        { ALT: () => this.CONSUME(keywords.day) },
        { ALT: () => this.CONSUME(keywords.week) },
        { ALT: () => this.CONSUME(keywords.month) },
        { ALT: () => this.CONSUME(keywords.total) },
      ],
      ERR_MSG: '`day`, `week`, `month` or `total`',
    }),
  )

  /** Marks the token ahead as the first of a clause. */
  protected clause(): IToken {
    const token = this.LA(1)
    this.ACTION(() => this.mark(token, 'clause'))
    return token
  }

  /** The comma that may stand between clauses; one call a rule. */
  protected separator(): void {
    this.option(9, () => this.consume(9, t.Comma))
  }

  private isOnlyAmount(seen: Map<string, IToken>, start: IToken, kind: string): boolean {
    const before = seen.get('amount')
    if (!before) {
      seen.set('amount', start)
      return true
    }
    this.say('P110', {
      message: `found a second amount \`${shown(start.image)}\` in this \`${kind}\``,
      span: this.spanOf(start),
      related: [{ message: 'the first stands here', span: this.spanOf(before) }],
      help: `make two rules: each \`${kind}\` has one amount`,
    })
    return false
  }
}
