/** The grammar's fourth layer: the bodies of rules, whose clauses may stand in any order. */
import type { IToken } from 'chevrotain'
import type {
  Amount,
  AttributeRef,
  BudgetStatement,
  BudgetThreshold,
  CacheScope,
  CacheStatement,
  DurationLiteral,
  GuardClause,
  LimitStatement,
  LogClause,
  NumberLiteral,
  RewriteClause,
  RouteStatement,
  Step,
  TimeoutClause,
} from './ast.ts'
import { shown } from './grammar-base.ts'
import { ClauseGrammar } from './grammar-clauses.ts'
import * as t from './tokens.ts'

const { keywords } = t
type Own<S> = Omit<S, 'kind' | 'name' | 'when' | 'span' | 'documentation'>
type Writable<T> = { -readonly [K in keyof T]: T[K] }
const windows = ['day', 'week', 'month', 'total'] as const

export class BodyGrammar extends ClauseGrammar {
  routeBody = this.RULE('routeBody', (): Own<RouteStatement> => {
    const body: Partial<Writable<Own<RouteStatement>>> = {}
    const steps: Step[] = []
    const timeouts: TimeoutClause[] = []
    const seen = new Map<string, IToken>()
    const open = this.CONSUME(t.BraceOpen)
    this.MANY(() => {
      const start = this.clause()
      this.OR([
        {
          ALT: () => {
            const word = this.CONSUME(keywords.to)
            const step = this.SUBRULE(this.step)
            this.ACTION(() => {
              if (this.isFirst(seen, word, 'write `else` for what comes after it')) steps.unshift(step)
            })
          },
        },
        {
          ALT: () => {
            this.CONSUME(keywords.else)
            const step = this.SUBRULE2(this.step)
            this.ACTION(() => steps.push(step))
          },
        },
        {
          ALT: () => {
            const retry = this.SUBRULE(this.retry)
            this.ACTION(() => {
              if (this.isFirst(seen, start)) body.retry = retry
            })
          },
        },
        {
          ALT: () => {
            const clause = this.SUBRULE(this.timeoutClause)
            this.ACTION(() => {
              if (this.isFirst(seen, start)) timeouts.push(clause)
            })
          },
        },
        {
          ALT: () => {
            const word = this.CONSUME(keywords.hedge)
            this.CONSUME(keywords.after)
            const after = this.SUBRULE(this.duration)
            this.ACTION(() => {
              if (this.isFirst(seen, word)) body.hedge = { after, span: this.spanSince(word) }
            })
          },
        },
        {
          ALT: () => {
            const word = this.CONSUME(keywords.on_loss)
            const value = this.CONSUME(t.Word, { ERR_MSG: '`reject` or `degrade`' })
            this.ACTION(() => {
              const what = this.oneOf(value, ['reject', 'degrade'], '`reject` or `degrade`')
              if (this.isFirst(seen, word)) body.onLoss = { value: what, span: this.spanSince(word) }
            })
          },
        },
      ])
      this.separator()
    })
    this.CONSUME(t.BraceClose)
    return this.ACTION(() => {
      if (!seen.has('to')) this.missing(open, 'route', '`to`', 'write where the calls go: `to openai/gpt-5`')
      return { ...body, steps, timeouts }
    })
  })

  private timeoutClause = this.RULE('timeoutClause', (): TimeoutClause => {
    const word = this.OR([
      { ALT: () => this.CONSUME(keywords.connect) },
      { ALT: () => this.CONSUME(keywords.first_token) },
      { ALT: () => this.CONSUME(keywords.idle) },
      { ALT: () => this.CONSUME(keywords.timeout) },
      { ALT: () => this.CONSUME(keywords.deadline) },
    ])
    const duration = this.SUBRULE(this.duration)
    return this.ACTION(() => ({ kind: word.image as TimeoutClause['kind'], duration, span: this.spanSince(word) }))
  })

  cacheBody = this.RULE('cacheBody', (): Own<CacheStatement> => {
    const body: { ttl?: DurationLiteral; stale?: DurationLiteral; scope?: CacheScope; semantic?: NumberLiteral } = {}
    const seen = new Map<string, IToken>()
    const open = this.CONSUME(t.BraceOpen)
    this.MANY(() => {
      const start = this.clause()
      this.OR([
        {
          ALT: () => {
            this.CONSUME(keywords.ttl)
            const value = this.SUBRULE(this.duration)
            this.ACTION(() => {
              if (this.isFirst(seen, start)) body.ttl = value
            })
          },
        },
        {
          ALT: () => {
            this.CONSUME(keywords.stale)
            const value = this.SUBRULE2(this.duration)
            this.ACTION(() => {
              if (this.isFirst(seen, start)) body.stale = value
            })
          },
        },
        {
          ALT: () => {
            const value = this.SUBRULE(this.scope)
            this.ACTION(() => {
              if (this.isFirst(seen, start)) body.scope = value
            })
          },
        },
        {
          ALT: () => {
            this.CONSUME(keywords.semantic)
            const value = this.SUBRULE(this.number)
            this.ACTION(() => {
              if (this.isFirst(seen, start)) body.semantic = value
            })
          },
        },
        {
          ALT: () => {
            this.CONSUME(keywords.off)
            this.ACTION(() => this.isFirst(seen, start))
          },
        },
      ])
      this.separator()
    })
    this.CONSUME(t.BraceClose)
    return this.ACTION(() => {
      const off = seen.get('off')
      if (off && seen.size > 1) {
        const span = this.spanOf(off)
        this.say('P110', {
          message: 'found `off` beside other clauses',
          span,
          help: '`off` stands alone: delete it or the others',
        })
      } else if (!off && !seen.has('ttl'))
        this.missing(open, 'cache', '`ttl`', 'write how long an answer is kept: `ttl 1h`, or `off`')
      return { off: off !== undefined, ...body }
    })
  })

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
    this.OPTION(() => this.CONSUME(keywords.per))
    const word = this.OR({
      DEF: [{ ALT: () => this.CONSUME(t.Word) }, { ALT: () => this.CONSUME(t.DurationToken) }],
      ERR_MSG: '`per day`, `per week`, `per month` or `per total`',
    })
    return this.ACTION(() => {
      const window = this.oneOf(word, windows, '`day`, `week`, `month` or `total`')
      const plain = amount.kind === 'literal' && amount.value.kind === 'number'
      return { amount: plain ? { ...amount, value: this.toMoney(amount.value) } : amount, window }
    })
  })

  guardBody = this.RULE('guardBody', (): readonly GuardClause[] => {
    const clauses: GuardClause[] = []
    const open = this.CONSUME(t.BraceOpen)
    this.MANY(() => {
      this.clause()
      const clause = this.SUBRULE(this.guardClause)
      this.ACTION(() => clauses.push(clause))
      this.separator()
    })
    this.CONSUME(t.BraceClose)
    return this.ACTION(() => {
      if (clauses.length === 0)
        this.missing(open, 'guard', 'clause', 'write it like `redact email in request, response`')
      return clauses
    })
  })

  private guardClause = this.RULE('guardClause', (): GuardClause => {
    const where: ('request' | 'response')[] = []
    const word = this.OR([
      { ALT: () => this.CONSUME(keywords.redact) },
      { ALT: () => this.CONSUME(keywords.mask) },
      { ALT: () => this.CONSUME(keywords.block) },
      { ALT: () => this.CONSUME(keywords.flag) },
    ])
    const detectors = this.SUBRULE(this.detectors)
    this.CONSUME(keywords.in, { ERR_MSG: '`,` or `in request, response`' })
    const add = (token: IToken): void => {
      const side = this.oneOf(token, ['request', 'response'], '`request` or `response`')
      if (!where.includes(side)) where.push(side)
      else this.say('P110', { message: `found a second \`${side}\``, span: this.spanOf(token), help: 'delete it' })
    }
    const first = this.CONSUME(t.Word, { ERR_MSG: '`request` or `response`' })
    this.ACTION(() => add(first))
    this.MANY({
      GATE: () => this.attributeFollowsComma(),
      DEF: () => {
        this.CONSUME(t.Comma)
        const next = this.CONSUME2(t.Word, { ERR_MSG: '`request` or `response`' })
        this.ACTION(() => add(next))
      },
    })
    return this.ACTION(() => ({
      action: word.image as GuardClause['action'],
      detectors,
      in: where,
      span: this.spanSince(word),
    }))
  })

  rewriteBody = this.RULE('rewriteBody', (): readonly RewriteClause[] => {
    const clauses: RewriteClause[] = []
    const seen = new Map<string, IToken>()
    const open = this.CONSUME(t.BraceOpen)
    this.MANY(() => {
      const start = this.clause()
      const clause = this.SUBRULE(this.rewriteClause)
      this.ACTION(() => {
        const isKeyed = clause.kind === 'header' || clause.kind === 'metadata'
        if (isKeyed || this.isFirst(seen, start)) clauses.push(clause)
      })
      this.separator()
    })
    this.CONSUME(t.BraceClose)
    return this.ACTION(() => {
      if (clauses.length === 0) this.missing(open, 'rewrite', 'clause', 'write it like `max_tokens at most 1024`')
      return clauses
    })
  })

  private rewriteClause = this.RULE('rewriteClause', (): RewriteClause => {
    const start = this.LA(1)
    const since = () => this.spanSince(start)
    return this.OR<RewriteClause>([
      {
        ALT: () => {
          this.CONSUME(keywords.max_tokens)
          this.CONSUME(keywords.at)
          this.CONSUME(keywords.most)
          const atMost = this.SUBRULE(this.number)
          return this.ACTION(() => ({ kind: 'max_tokens', atMost, span: since() }))
        },
      },
      {
        ALT: () => {
          this.CONSUME(keywords.temperature)
          this.SUBRULE(this.assign)
          const value = this.SUBRULE2(this.number)
          return this.ACTION(() => ({ kind: 'temperature', value, span: since() }))
        },
      },
      {
        ALT: () => {
          this.CONSUME(keywords.system)
          this.CONSUME(keywords.prepend)
          const text = this.SUBRULE(this.string)
          return this.ACTION(() => ({ kind: 'system_prepend', text, span: since() }))
        },
      },
      {
        ALT: () => {
          this.CONSUME(keywords.header)
          const name = this.SUBRULE2(this.string)
          this.SUBRULE2(this.assign)
          const value = this.SUBRULE3(this.string)
          return this.ACTION(() => ({ kind: 'header', name, value, span: since() }))
        },
      },
      {
        ALT: () => {
          this.CONSUME(keywords.metadata)
          const key = this.SUBRULE4(this.string)
          this.SUBRULE3(this.assign)
          const attribute = this.SUBRULE(this.attribute)
          return this.ACTION(() => ({ kind: 'metadata', key, attribute, span: since() }))
        },
      },
      {
        ALT: () => {
          this.CONSUME(keywords.service_tier)
          this.SUBRULE4(this.assign)
          const value = this.SUBRULE5(this.string)
          return this.ACTION(() => ({ kind: 'service_tier', value, span: since() }))
        },
      },
    ])
  })

  logBody = this.RULE('logBody', (): readonly LogClause[] => {
    const clauses: LogClause[] = []
    const seen = new Map<string, IToken>()
    const open = this.CONSUME(t.BraceOpen)
    this.MANY(() => {
      const start = this.clause()
      this.OR([
        {
          ALT: () => {
            const word = this.CONSUME(keywords.capture)
            const what = this.CONSUME(t.Word, { ERR_MSG: '`body`, `headers` or `none`' })
            this.ACTION(() => {
              const captured = this.oneOf(what, ['body', 'headers', 'none'], '`body`, `headers` or `none`')
              if (this.isFirst(seen, word))
                clauses.push({ kind: 'capture', what: captured, span: this.spanSince(word) })
            })
          },
        },
        {
          ALT: () => {
            this.CONSUME(keywords.tag)
            const key = this.SUBRULE(this.string)
            this.SUBRULE(this.assign)
            const attribute = this.SUBRULE(this.attribute)
            this.ACTION(() => clauses.push({ kind: 'tag', key, attribute, span: this.spanSince(start) }))
          },
        },
      ])
      this.separator()
    })
    this.CONSUME(t.BraceClose)
    return this.ACTION(() => {
      if (clauses.length === 0)
        this.missing(open, 'log', 'clause', 'write it like `capture none` or `tag "team" = caller.team`')
      return clauses
    })
  })

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
