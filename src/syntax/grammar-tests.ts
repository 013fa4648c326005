/** What `assert` and `test` are made of: claims, givens, faults and expectations; and the head of every rule. */
import type { IToken } from 'chevrotain'
import type {
  AssertStatement,
  Claim,
  ClaimWord,
  Expectation,
  FailureClass,
  Fault,
  Given,
  TestStatement,
} from './ast.ts'
import type { AttributeRef, Condition, ListLiteral, Literal, Name, NumberLiteral } from './ast-conditions.ts'
import { shown } from './grammar-base.ts'
import { BodyGrammar } from './grammar-bodies.ts'
import { printAttribute } from './print-condition.ts'
import * as t from './tokens.ts'

const { keywords } = t
const faultWords = ['fails', 'stalls', 'cut'] as const

export class TestGrammar extends BodyGrammar {
  /** The name and the condition of a rule. */
  head = this.RULE('head', (): { name: Name; when?: Condition } => {
    const name = this.SUBRULE(this.declaredName)
    const when = this.OPTION(() => this.SUBRULE(this.when))
    return this.ACTION(() => (when ? { name, when } : { name }))
  })

  assert = this.RULE('assert', (): AssertStatement => {
    const claims: Claim[] = []
    const word = this.CONSUME(keywords.assert)
    const head = this.SUBRULE(this.head)
    const open = this.CONSUME(t.BraceOpen)
    this.MANY(() => {
      const start = this.LA(1)
      const claim = this.SUBRULE(this.claim)
      this.ACTION(() => {
        this.mark(start, 'claim')
        claims.push(claim)
      })
      this.separator()
    })
    this.CONSUME(t.BraceClose)
    return this.ACTION(() => {
      if (claims.length === 0) this.missing(open, 'assert', 'claim', 'write it like `every target.region == "eu"`')
      return { kind: 'assert', ...head, claims, span: this.spanSince(word) }
    })
  })

  private claim = this.RULE('claim', (): Claim => {
    const nots: IToken[] = []
    this.MANY(() => {
      const not = this.CONSUME(keywords.not)
      this.ACTION(() => nots.push(not))
    })
    let claim = this.OR<Claim>({
      DEF: [
        { ALT: () => this.SUBRULE(this.outcome) },
        { ALT: () => this.SUBRULE(this.candidates) },
        {
          ALT: () => {
            const word = this.CONSUME(keywords.target)
            const target = this.SUBRULE(this.target)
            return this.ACTION(() => ({ kind: 'target', target, span: this.spanSince(word) }))
          },
        },
      ],
      ERR_MSG: 'a claim such as `allowed` or `every target.region == "eu"`',
    })
    return this.ACTION(() => {
      for (const not of nots.reverse()) claim = { kind: 'not', claim, span: this.spanSince(not) }
      return claim
    })
  })

  private outcome = this.RULE('outcome', (): Claim => {
    const word = this.OR([
      { ALT: () => this.CONSUME(keywords.allowed) },
      { ALT: () => this.CONSUME(keywords.denied) },
      { ALT: () => this.CONSUME(keywords.routed) },
      { ALT: () => this.CONSUME(keywords.cached) },
      { ALT: () => this.CONSUME(keywords.limited) },
      { ALT: () => this.CONSUME(keywords.budgeted) },
      { ALT: () => this.CONSUME(keywords.guarded) },
      { ALT: () => this.CONSUME(keywords.rewritten) },
      { ALT: () => this.CONSUME(keywords.shadowed) },
    ])
    const by = this.OPTION(() => {
      this.CONSUME(keywords.by)
      return this.SUBRULE(this.name)
    })
    return this.ACTION(() => ({
      kind: 'outcome',
      word: word.image as ClaimWord,
      ...(by ? { by } : {}),
      span: this.spanSince(word),
    }))
  })

  private candidates = this.RULE('candidates', (): Claim => {
    const word = this.OR([
      { ALT: () => this.CONSUME(keywords.every) },
      { ALT: () => this.CONSUME(keywords.some) },
      { ALT: () => this.CONSUME(keywords.no) },
    ])
    const condition = this.SUBRULE(this.condition)
    return this.ACTION(() => ({
      kind: 'candidates',
      quantifier: word.image as 'every' | 'some' | 'no',
      condition,
      span: this.spanSince(word),
    }))
  })

  test = this.RULE('test', (): TestStatement => {
    const given: Given[] = []
    const faults: Fault[] = []
    const expect: Expectation[] = []
    const seen = new Map<string, IToken>()
    const word = this.CONSUME(keywords.test)
    const title = this.SUBRULE(this.string)
    const open = this.CONSUME(t.BraceOpen)
    this.MANY(() => {
      const start = this.clause()
      this.OR([
        {
          ALT: () => {
            this.CONSUME(keywords.given)
            this.items(1, (index) => {
              const one = this.subrule(index, this.given)
              this.ACTION(() => given.push(one))
            })
            this.ACTION(() => this.isFirst(seen, start, 'write one `given`, its parts separated by commas'))
          },
        },
        {
          ALT: () => {
            this.OR2([{ ALT: () => this.CONSUME(keywords.when) }, { ALT: () => this.CONSUME(keywords.if) }])
            this.ACTION(() => {
              if (start.tokenType === keywords.if) this.replace(this.spanOf(start), '`when`', 'when')
            })
            this.items(3, (index) => {
              const one = this.subrule(index, this.fault)
              this.ACTION(() => faults.push(one))
            })
          },
        },
        {
          ALT: () => {
            this.CONSUME(keywords.expect)
            this.items(5, (index) => {
              const one = this.subrule(index, this.expectation)
              this.ACTION(() => expect.push(one))
            })
          },
        },
      ])
      this.separator()
    })
    this.CONSUME(t.BraceClose)
    return this.ACTION(() => {
      if (expect.length === 0) this.missing(open, 'test', '`expect`', 'write what is expected: `expect allowed`')
      return { kind: 'test', title, given, faults, expect, span: this.spanSince(word) }
    })
  })

  /** Items separated by commas, where the next clause may follow a comma too; `item` numbers its subrule. */
  private items(first: number, item: (index: number) => void): void {
    item(first)
    this.many(first, {
      GATE: () => this.attributeFollowsComma(),
      DEF: () => {
        this.consume(first, t.Comma)
        item(first + 1)
      },
    })
  }

  private given = this.RULE('given', (): Given => {
    const start = this.LA(1)
    let not: IToken | undefined
    let has: IToken | undefined
    this.OPTION(() => {
      not = this.CONSUME(keywords.not)
    })
    this.OPTION2(() => {
      has = this.CONSUME(keywords.has)
    })
    const attribute = this.SUBRULE(this.attribute)
    const value = this.OPTION3(() => {
      this.SUBRULE(this.assign)
      return this.SUBRULE(this.givenValue)
    })
    return this.ACTION((): Given => {
      const span = this.spanSince(start)
      if (not && has && !value) return { kind: 'missing', attribute, span }
      if (!not && !has && value) return { kind: 'value', attribute, value, span }
      if (has || value) {
        const found = `found \`${shown((not ?? has ?? start).image)}\` where an attribute was wanted`
        this.wrong(this.spanOf(not ?? has ?? start), found, 'write `attribute = value`, or `not has attribute`')
      } else {
        const text = `${printAttribute(attribute)} = ${not ? 'false' : 'true'}`
        this.habit(span, `found \`${shown(this.textOf(span))}\` where a value was wanted`, [{ span, text }])
      }
      return { kind: 'value', attribute, value: { kind: 'bool', value: not === undefined, span }, span }
    })
  })

  private givenValue = this.RULE('givenValue', (): Literal | ListLiteral =>
    this.OR<Literal | ListLiteral>({
      DEF: [{ ALT: () => this.SUBRULE(this.list) }, { ALT: () => this.SUBRULE(this.literal) }],
      ERR_MSG: 'a value',
    }),
  )

  private fault = this.RULE(
    'fault',
    (): Fault =>
      this.OR<Fault>({
        DEF: [{ ALT: () => this.SUBRULE(this.targetFault) }, { ALT: () => this.SUBRULE(this.stateFault) }],
        ERR_MSG: 'a target that fails, or a state such as `budget.team.used = 95%`',
      }),
  )

  private targetFault = this.RULE('targetFault', (): Fault => {
    let failure: FailureClass | undefined
    let afterChunks: NumberLiteral | undefined
    const start = this.LA(1)
    const target = this.SUBRULE(this.target)
    const word = this.CONSUME(t.Word, { ERR_MSG: '`fails`, `stalls` or `cut`' })
    this.OPTION({
      GATE: () => this.failureFollows(),
      DEF: () => {
        failure = this.SUBRULE(this.failureClass)
      },
    })
    this.OPTION2(() => {
      this.CONSUME(keywords.after)
      afterChunks = this.SUBRULE(this.number)
      this.CONSUME(keywords.chunks)
    })
    return this.ACTION(() => {
      const kind = this.oneOf(word, faultWords, '`fails`, `stalls` or `cut`')
      if (kind === 'fails' && !failure) this.missing(word, 'fails', 'status code or class', 'write it like `fails 429`')
      if (kind !== 'fails' && failure)
        this.wrong(
          failure.span,
          `found \`${failure.text}\` after \`${kind}\``,
          'only `fails` takes a status code or class',
        )
      const span = this.spanSince(start)
      return { kind, target, ...(failure ? { with: failure } : {}), ...(afterChunks ? { afterChunks } : {}), span }
    })
  })

  private failureFollows(): boolean {
    const { tokenType } = this.LA(1)
    if (tokenType === t.NumberToken || tokenType === t.StatusClassToken) return true
    const isOwn = tokenType === keywords.timeout || tokenType === keywords.connect || tokenType === keywords.cut
    return isOwn || (tokenType === t.Word && this.LA(0).tokenType === keywords.fails)
  }

  private stateFault = this.RULE('stateFault', (): Fault => {
    const attribute: AttributeRef = this.SUBRULE(this.attribute)
    this.SUBRULE(this.assign)
    const value = this.SUBRULE(this.literal)
    return this.ACTION(() => ({
      kind: 'state',
      attribute,
      value,
      span: { ...attribute.span, end: this.spanSince(this.LA(0)).end },
    }))
  })

  private expectation = this.RULE('expectation', (): Expectation => {
    const start = this.LA(1)
    const since = () => this.spanSince(start)
    return this.OR<Expectation>({
      DEF: [
        {
          ALT: () => {
            this.CONSUME(keywords.served)
            this.CONSUME(keywords.by)
            const target = this.SUBRULE(this.target)
            return this.ACTION(() => ({ kind: 'served_by', target, span: since() }))
          },
        },
        {
          ALT: () => {
            this.CONSUME(keywords.attempts)
            const count = this.SUBRULE(this.number)
            return this.ACTION(() => ({ kind: 'attempts', count, span: since() }))
          },
        },
        {
          ALT: () => {
            this.CONSUME(keywords.failed)
            this.CONSUME(keywords.with)
            const status = this.SUBRULE2(this.number)
            return this.ACTION(() => ({ kind: 'failed_with', status, span: since() }))
          },
        },
        {
          ALT: () => {
            const claim = this.SUBRULE(this.claim)
            return this.ACTION(() => ({ kind: 'claim', claim, span: claim.span }))
          },
        },
      ],
      ERR_MSG: 'a claim, `served by`, `attempts` or `failed with`',
    })
  })
}
