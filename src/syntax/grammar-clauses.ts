/** The grammar's third layer: the clauses of rules, and the bodies that hold them. */
import type { IToken } from 'chevrotain'
import type {
  Amount,
  CacheScope,
  ChoiceStep,
  FailureClass,
  RequestedRef,
  RetryClause,
  SplitArm,
  Step,
  TargetList,
} from './ast.ts'
import type {
  AttributeRef,
  Condition,
  DurationLiteral,
  MoneyLiteral,
  Name,
  NumberLiteral,
  StringLiteral,
  TargetRef,
} from './ast-conditions.ts'
import { shown } from './grammar-base.ts'
import { ConditionGrammar } from './grammar-conditions.ts'
import * as t from './tokens.ts'

const { keywords } = t
const failureWords = ['timeout', 'connect', 'cut'] as const

/** What may follow the condition of a rule, in any order. */
export interface Reason {
  because?: StringLiteral
  status?: NumberLiteral
}

export class ClauseGrammar extends ConditionGrammar {
  /** `when CONDITION`, with `if` as other languages have it. */
  when = this.RULE('when', (): Condition => {
    const word = this.OR([{ ALT: () => this.CONSUME(keywords.when) }, { ALT: () => this.CONSUME(keywords.if) }])
    this.ACTION(() => {
      this.mark(word, 'head')
      if (word.tokenType === keywords.if) this.replace(this.spanOf(word), '`when`', 'when')
    })
    return this.SUBRULE(this.condition)
  })

  /** `because "…"` and `status N`, in either order. */
  reason = this.RULE('reason', (): Reason => {
    const reason: Reason = {}
    const seen = new Map<string, IToken>()
    this.MANY(() =>
      this.OR([
        {
          ALT: () => {
            const word = this.CONSUME(keywords.because)
            const text = this.SUBRULE(this.string)
            this.ACTION(() => {
              this.mark(word, 'head')
              if (this.isFirst(seen, word)) reason.because = text
            })
          },
        },
        {
          ALT: () => {
            const word = this.CONSUME(keywords.status)
            const status = this.SUBRULE(this.number)
            this.ACTION(() => {
              this.mark(word, 'head')
              if (this.isFirst(seen, word)) reason.status = status
            })
          },
        },
      ]),
    )
    return reason
  })

  attributes = this.RULE('attributes', (): readonly AttributeRef[] => {
    const found: AttributeRef[] = []
    const first = this.SUBRULE(this.attribute)
    this.ACTION(() => found.push(first))
    this.MANY({
      GATE: () => this.attributeFollowsComma(),
      DEF: () => {
        this.CONSUME(t.Comma)
        const next = this.SUBRULE2(this.attribute)
        this.ACTION(() => found.push(next))
      },
    })
    return found
  })

  // Steps

  step = this.RULE(
    'step',
    (): Step =>
      this.OR<Step>({
        DEF: [
          { ALT: () => this.SUBRULE(this.split) },
          { ALT: () => this.SUBRULE(this.choice) },
          {
            ALT: () => {
              const target = this.SUBRULE(this.targetOrRequested)
              return this.ACTION((): Step => ({ kind: 'target', target, span: target.span }))
            },
          },
        ],
        ERR_MSG: 'a target, `requested`, a split or a choice',
      }),
  )

  targetOrRequested = this.RULE('targetOrRequested', (): TargetRef | RequestedRef =>
    this.OR<TargetRef | RequestedRef>({
      DEF: [
        {
          ALT: () => {
            const word = this.CONSUME(keywords.requested)
            return this.ACTION((): RequestedRef => ({ kind: 'requested', span: this.spanOf(word) }))
          },
        },
        { ALT: () => this.SUBRULE(this.target) },
      ],
      ERR_MSG: 'a target such as `openai/gpt-5`, or `requested`',
    }),
  )

  private split = this.RULE('split', (): Step => {
    const arms: SplitArm[] = []
    let stickyBy: AttributeRef | undefined
    const start = this.LA(1)
    const first = this.SUBRULE(this.arm)
    this.ACTION(() => arms.push(first))
    this.MANY(() => {
      const pipe = this.CONSUME(t.Pipe)
      const next = this.SUBRULE2(this.arm)
      this.ACTION(() => {
        this.mark(pipe, 'arm')
        arms.push(next)
      })
    })
    this.OPTION(() => {
      const sticky = this.CONSUME(keywords.sticky)
      this.CONSUME(keywords.by)
      stickyBy = this.SUBRULE(this.attribute)
      this.ACTION(() => this.mark(sticky, 'arm'))
    })
    return this.ACTION(() => ({ kind: 'split', arms, ...(stickyBy ? { stickyBy } : {}), span: this.spanSince(start) }))
  })

  private arm = this.RULE('arm', (): SplitArm => {
    const start = this.OR1([{ ALT: () => this.CONSUME(t.PercentToken) }, { ALT: () => this.CONSUME(t.NumberToken) }])
    const target = this.SUBRULE(this.targetOrRequested)
    return this.ACTION(() => ({ share: this.toPercent(start), target, span: this.spanSince(start) }))
  })

  private choice = this.RULE('choice', (): ChoiceStep => {
    const word = this.OR([
      { ALT: () => this.CONSUME(keywords.cheapest) },
      { ALT: () => this.CONSUME(keywords.fastest) },
      { ALT: () => this.CONSUME(keywords.least_busy) },
      { ALT: () => this.CONSUME(keywords.any) },
    ])
    this.CONSUME(keywords.of)
    const of = this.OR2<ChoiceStep['of']>({
      DEF: [
        { ALT: () => this.SUBRULE(this.targetList) },
        {
          ALT: () => {
            const name = this.SUBRULE(this.name)
            return this.ACTION(() => ({ kind: 'pool' as const, name }))
          },
        },
      ],
      ERR_MSG: 'a pool or a list of targets',
    })
    return this.ACTION(() => ({ kind: 'choice', by: word.image as ChoiceStep['by'], of, span: this.spanSince(word) }))
  })

  targetList = this.RULE('targetList', (): TargetList => {
    const targets: TargetRef[] = []
    const open = this.CONSUME(t.BracketOpen)
    this.OPTION(() => {
      const first = this.SUBRULE(this.target)
      this.ACTION(() => targets.push(first))
      this.MANY({
        GATE: () => !this.nextIs(t.BracketClose, 2),
        DEF: () => {
          this.CONSUME(t.Comma)
          const next = this.SUBRULE2(this.target)
          this.ACTION(() => targets.push(next))
        },
      })
      this.OPTION2(() => this.CONSUME2(t.Comma))
    })
    this.CONSUME(t.BracketClose, { ERR_MSG: '`,` or `]`' })
    return this.ACTION(() => ({ kind: 'targets', targets, span: this.spanSince(open) }))
  })

  // Retries and faults

  retry = this.RULE('retry', (): RetryClause => {
    const on: FailureClass[] = []
    let backoff: { min: DurationLiteral; max: DurationLiteral } | undefined
    const word = this.CONSUME(keywords.retry)
    const count = this.SUBRULE(this.number)
    this.OPTION(() => {
      this.CONSUME(keywords.on)
      const first = this.SUBRULE(this.failureClass)
      this.ACTION(() => on.push(first))
      this.MANY({
        GATE: () => !this.isTimeoutClause(2),
        DEF: () => {
          this.CONSUME(t.Comma)
          const next = this.SUBRULE2(this.failureClass)
          this.ACTION(() => on.push(next))
        },
      })
    })
    this.OPTION2(() => {
      this.CONSUME(keywords.backoff)
      const min = this.SUBRULE(this.duration)
      this.CONSUME(keywords.to)
      const max = this.SUBRULE2(this.duration)
      backoff = { min, max }
    })
    return this.ACTION(() => ({ count, on, ...(backoff ? { backoff } : {}), span: this.spanSince(word) }))
  })

  failureClass = this.RULE('failureClass', (): FailureClass => {
    const token = this.OR({
      DEF: [
        { ALT: () => this.CONSUME(t.StatusClassToken) },
        { ALT: () => this.CONSUME(t.NumberToken) },
        { ALT: () => this.CONSUME(t.Word) },
      ],
      ERR_MSG: 'a status code, `4xx`, `5xx`, `timeout`, `connect` or `cut`',
    })
    return this.ACTION(() => {
      const isWord = token.tokenType !== t.StatusClassToken && token.tokenType !== t.NumberToken
      const text = isWord
        ? this.oneOf(token, failureWords, 'a status code, `4xx`, `5xx`, `timeout`, `connect` or `cut`')
        : token.image
      return { text, span: this.spanOf(token) }
    })
  })

  /** Whether `timeout 30s` or another clause stands ahead, where a failure class could stand too. */
  private isTimeoutClause(ahead: number): boolean {
    const { tokenType } = this.LA(ahead)
    const after = this.LA(ahead + 1).tokenType
    if (tokenType === t.NumberToken || tokenType === t.StatusClassToken) return false
    if (tokenType === keywords.timeout || tokenType === keywords.connect) {
      return after === t.DurationToken || after === t.NumberToken || after === t.Malformed
    }
    return tokenType !== keywords.cut && after !== t.Comma && tokenType !== t.Word
  }

  // Amounts

  amount = this.RULE(
    'amount',
    (): Amount =>
      this.OR({
        DEF: [{ ALT: () => this.SUBRULE(this.literalAmount) }, { ALT: () => this.SUBRULE(this.attributeAmount) }],
        ERR_MSG: 'an amount',
      }),
  )

  private literalAmount = this.RULE('literalAmount', (): Amount => {
    const token = this.SUBRULE(this.amountLiteral)
    const attribute = this.OPTION(() => {
      this.CONSUME(t.Star)
      return this.SUBRULE(this.attribute)
    })
    return this.ACTION(() => {
      const span = { ...token.span, end: this.spanSince(this.LA(0)).end }
      return attribute ? { kind: 'attribute', attribute, times: token, span } : { kind: 'literal', value: token, span }
    })
  })

  private attributeAmount = this.RULE('attributeAmount', (): Amount => {
    const attribute = this.SUBRULE(this.attribute)
    const times = this.OPTION(() => {
      this.CONSUME(t.Star)
      return this.SUBRULE(this.amountLiteral)
    })
    return this.ACTION(() => {
      const span = { ...attribute.span, end: this.spanSince(this.LA(0)).end }
      return { kind: 'attribute', attribute, ...(times ? { times } : {}), span }
    })
  })

  private amountLiteral = this.RULE('amountLiteral', (): NumberLiteral | MoneyLiteral => {
    const token = this.CONSUME(t.LiteralToken)
    return this.ACTION(() => {
      const literal = this.literalOf(token)
      if (literal?.kind === 'number' || literal?.kind === 'money') return literal
      this.unfit(token, 'number')
      return { kind: 'number', value: 0, integer: true, text: token.image, span: this.spanOf(token) }
    })
  })

  // Lists of words

  detectors = this.RULE('detectors', (): readonly Name[] => {
    const found: Name[] = []
    const first = this.SUBRULE(this.name)
    this.ACTION(() => found.push(first))
    this.MANY(() => {
      this.CONSUME(t.Comma)
      const next = this.SUBRULE2(this.name)
      this.ACTION(() => found.push(next))
    })
    return found
  })

  scope = this.RULE('scope', (): CacheScope => {
    const word = this.CONSUME(keywords.scope)
    const found: AttributeRef[] = []
    let everyone = false
    const add = (attribute: AttributeRef): void => {
      const isEveryone = attribute.path.length === 1 && attribute.path[0]!.text === 'everyone'
      if (isEveryone) everyone = true
      else found.push(attribute)
    }
    const first = this.SUBRULE(this.attribute)
    this.ACTION(() => add(first))
    this.MANY({
      GATE: () => this.attributeFollowsComma(),
      DEF: () => {
        this.CONSUME(t.Comma)
        const next = this.SUBRULE2(this.attribute)
        this.ACTION(() => add(next))
      },
    })
    return this.ACTION(() => ({ everyone, attributes: found, span: this.spanSince(word) }))
  })

  // What clauses share

  /** Whether a clause stands for the first time in its body; if not, says so. */
  protected isFirst(seen: Map<string, IToken>, word: IToken, help?: string): boolean {
    const before = seen.get(word.image)
    if (before === undefined) {
      seen.set(word.image, word)
      return true
    }
    this.say('P110', {
      message: `found a second \`${shown(word.image)}\` where one is allowed`,
      span: this.spanOf(word),
      related: [{ message: 'the first stands here', span: this.spanOf(before) }],
      help: help ?? 'keep one of the two',
    })
    return false
  }

  /** Reports a clause that is missing, at the word that begins the statement. */
  protected missing(at: IToken, statement: string, clause: string, help: string): void {
    this.say('P110', { message: `found no ${clause} in this \`${statement}\``, span: this.spanOf(at), help })
  }

  /** `=`, or `==` and `:` as habit has them. */
  protected assign = this.RULE('assign', (): void => {
    const token = this.OR({
      DEF: [{ ALT: () => this.CONSUME(t.Comparison) }, { ALT: () => this.CONSUME(t.Colon) }],
      ERR_MSG: '`=`',
    })
    this.ACTION(() => {
      const { image } = token
      if (image === '=') return
      if (image === '==') this.replace(this.spanOf(token), '`=`', '=')
      else if (image === ':') this.replace(this.spanOf(token), '`=`', this.isApart(token) ? '=' : ' =')
      else this.wrong(this.spanOf(token), `found \`${image}\` where \`=\` was wanted`)
    })
  })

  private isApart(token: IToken): boolean {
    return /\s/.test(this.source.text[token.startOffset - 1] ?? ' ')
  }
}
