/** The grammar's second layer: conditions. */
import type { IToken, TokenType } from 'chevrotain'
import type { Span } from '../diagnostics/source.ts'
import type {
  AttributeRef,
  CompareOperator,
  Condition,
  ListLiteral,
  ListName,
  Literal,
  RegexLiteral,
  StringLiteral,
} from './ast-conditions.ts'
import { shown } from './grammar-base.ts'
import { literalLabels, ValueGrammar } from './grammar-values.ts'
import { groupOperands, type Operand } from './group-operands.ts'
import { patternOf } from './pattern-of.ts'
import { printAttribute, printCondition, printLiteral } from './print-condition.ts'
import { parseRegex } from './regex.ts'
import * as t from './tokens.ts'

const { keywords } = t
const compareOperators: readonly CompareOperator[] = ['==', '!=', '<', '<=', '>', '>=', '~=']
const flipped: Readonly<Record<CompareOperator, CompareOperator>> = {
  ...{ '==': '==', '!=': '!=', '<': '>', '<=': '>=', '>': '<', '>=': '<=', '~=': '~=' },
}

/** How other languages write that there is no value. */
const nothing = new Set(['null', 'nil', 'undefined'])

/** Where `not` stands after an attribute, one of these must follow. */
const operators = new Set<TokenType>([
  ...[t.Assign, t.Equal, t.OtherComparison, keywords.has, keywords.matches, keywords.starts_with, keywords.ends_with],
  ...[keywords.contains, keywords.like, t.StringToken, t.NumberToken, t.BoolToken],
])

type TextOperator = 'starts_with' | 'ends_with' | 'contains' | 'like'

export class ConditionGrammar extends ValueGrammar {
  condition = this.RULE('condition', (): Condition => {
    const operands: Operand[] = []
    const connectives: IToken[] = []
    const first = this.SUBRULE(this.operand)
    this.ACTION(() => operands.push(first))
    this.MANY(() => {
      const connective = this.OR([{ ALT: () => this.CONSUME(keywords.and) }, { ALT: () => this.CONSUME(keywords.or) }])
      this.ACTION(() => {
        this.mark(connective, 'connective')
        connectives.push(connective)
      })
      const next = this.SUBRULE2(this.operand)
      this.ACTION(() => operands.push(next))
    })
    return this.ACTION(() => groupOperands(this.source, operands, connectives))
  })

  private operand = this.RULE('operand', (): Operand => {
    const nots: IToken[] = []
    let start = 0
    this.ACTION(() => {
      start = this.LA(1).startOffset
    })
    this.MANY(() => {
      const not = this.CONSUME(keywords.not)
      this.ACTION(() => nots.push(not))
    })
    let condition = this.OR<Condition>({
      DEF: [
        { ALT: () => this.SUBRULE(this.parenthesized) },
        { ALT: () => this.SUBRULE(this.presence) },
        { ALT: () => this.SUBRULE(this.reversed) },
        { ALT: () => this.SUBRULE(this.attributeTest) },
      ],
      ERR_MSG: 'a condition',
    })
    return this.ACTION(() => {
      const end = this.spanSince(this.LA(0)).end
      for (const not of nots.reverse()) {
        condition = { kind: 'not', operand: condition, span: { source: this.source, start: not.startOffset, end } }
      }
      return { condition, start, end }
    })
  })

  private parenthesized = this.RULE('parenthesized', (): Condition => {
    this.CONSUME(t.ParenOpen)
    const condition = this.SUBRULE(this.condition)
    this.CONSUME(t.ParenClose)
    return condition
  })

  /** `has caller.role`. */
  private presence = this.RULE('presence', (): Condition => {
    const has = this.CONSUME(keywords.has)
    const attribute = this.SUBRULE(this.attribute)
    return this.ACTION(() => ({ kind: 'present', attribute, span: this.spanSince(has) }))
  })

  /** `"core" == caller.team`: the literal stands on the wrong side. */
  private reversed = this.RULE('reversed', (): Condition => {
    const token = this.CONSUME(t.LiteralToken)
    const operator = this.OR({
      DEF: [{ ALT: () => this.CONSUME(t.Comparison) }, { ALT: () => this.CONSUME(keywords.in) }],
      ERR_MSG: 'a comparison',
    })
    const attribute = this.SUBRULE(this.attribute)
    return this.ACTION(() => this.turnRound(token, operator, attribute))
  })

  /** Everything that begins with a word: a test, a bool attribute, a define. */
  private attributeTest = this.RULE('attributeTest', (): Condition => {
    const attribute = this.SUBRULE(this.attribute)
    let not: IToken | undefined
    let isBare = false
    const test = this.OPTION({
      // A `not` that no operator follows begins the next claim of an assert.
      GATE: () => !this.nextIs(keywords.not) || this.nextIs(keywords.in, 2) || operators.has(this.LA(2).tokenType),
      DEF: () => {
        this.OPTION2(() => {
          not = this.CONSUME(keywords.not)
        })
        return this.OR<Condition>({
          DEF: [
            { ALT: () => this.SUBRULE(this.comparison, { ARGS: [attribute] }) },
            { ALT: () => this.SUBRULE(this.membership, { ARGS: [attribute, not] }) },
            { ALT: () => this.SUBRULE(this.textTest, { ARGS: [attribute] }) },
            { ALT: () => this.SUBRULE(this.pattern, { ARGS: [attribute] }) },
            { ALT: () => this.SUBRULE(this.elements, { ARGS: [attribute] }) },
            {
              GATE: () => not !== undefined,
              ALT: () => {
                isBare = true
                return this.SUBRULE(this.bareValue, { ARGS: [attribute, not] })
              },
            },
          ],
          ERR_MSG: 'a test such as `== "x"` or `in [..]`',
        })
      },
    })
    return this.ACTION(() => {
      if (test === undefined) return this.standingAlone(attribute)
      return not === undefined || isBare || test.kind === 'in' ? test : this.moveNot(attribute, not, test)
    })
  })

  private comparison = this.RULE('comparison', (attribute: AttributeRef): Condition => {
    let negated: IToken | undefined
    const operator = this.OR([
      { ALT: () => this.CONSUME(t.Comparison) },
      {
        ALT: () => {
          const is = this.CONSUME(keywords.is)
          this.OPTION(() => {
            negated = this.CONSUME(keywords.not)
          })
          return is
        },
      },
    ])
    const other = this.LA(1)
    const value = this.SUBRULE(this.literal)
    let rest: IToken | undefined
    this.MANY(() => {
      this.CONSUME(t.Dot)
      rest = this.CONSUME(t.Word)
    })
    return this.ACTION(() => {
      const span = { ...attribute.span, end: this.spanSince(this.LA(0)).end }
      if (rest) {
        const right = { ...this.spanOf(other), end: this.spanOf(rest).end }
        const found = `found the attribute \`${shown(this.textOf(right))}\` where a value was wanted`
        this.wrong(right, found, 'an attribute is compared with literals only')
      }
      const compare = negated ? this.isNot(operator, negated) : this.toOperator(operator)
      if (value.kind === 'word' && nothing.has(value.text)) return this.toPresence(attribute, compare, span, value.text)
      return { kind: 'compare', attribute, operator: compare, value, span }
    })
  })

  private membership = this.RULE('membership', (attribute: AttributeRef, not: IToken | undefined): Condition => {
    this.CONSUME(keywords.in)
    const values = this.SUBRULE(this.values)
    return this.ACTION(() => ({
      kind: 'in',
      attribute,
      negated: not !== undefined,
      values,
      span: this.spanFrom(attribute),
    }))
  })

  private textTest = this.RULE('textTest', (attribute: AttributeRef): Condition => {
    const operator = this.OR([
      { ALT: () => this.CONSUME(keywords.starts_with) },
      { ALT: () => this.CONSUME(keywords.ends_with) },
      { ALT: () => this.CONSUME(keywords.contains) },
      { ALT: () => this.CONSUME(keywords.like) },
    ])
    const value = this.SUBRULE(this.string)
    return this.ACTION(() => ({
      kind: 'text',
      attribute,
      operator: operator.image as TextOperator,
      value,
      span: this.spanFrom(attribute),
    }))
  })

  private pattern = this.RULE('pattern', (attribute: AttributeRef): Condition => {
    this.CONSUME(keywords.matches)
    const token = this.OR({
      DEF: [{ ALT: () => this.CONSUME(t.RegexToken) }, { ALT: () => this.CONSUME(t.StringToken) }],
      ERR_MSG: 'a regular expression such as `/^gpt-/`',
    })
    return this.ACTION(() => ({
      kind: 'matches',
      attribute,
      pattern: this.toRegex(token as t.Token),
      span: this.spanFrom(attribute),
    }))
  })

  private elements = this.RULE('elements', (attribute: AttributeRef): Condition => {
    this.CONSUME(keywords.has)
    let quantifier: 'one' | 'any' | 'all' = 'one'
    const values = this.OR<ListLiteral | ListName>({
      DEF: [
        {
          ALT: () => {
            const word = this.OR2([
              { ALT: () => this.CONSUME(keywords.any) },
              { ALT: () => this.CONSUME(keywords.all) },
            ])
            this.ACTION(() => {
              quantifier = word.image === 'any' ? 'any' : 'all'
            })
            return this.SUBRULE(this.values)
          },
        },
        {
          ALT: () => {
            const value = this.SUBRULE(this.literal)
            return this.ACTION((): ListLiteral => ({ kind: 'list', items: [value], span: value.span }))
          },
        },
      ],
      ERR_MSG: 'a value, `any` or `all`',
    })
    return this.ACTION(() => ({ kind: 'elements', attribute, quantifier, values, span: this.spanFrom(attribute) }))
  })

  /** `caller.team not "core"`. */
  private bareValue = this.RULE('bareValue', (attribute: AttributeRef, not: IToken | undefined): Condition => {
    const token = this.CONSUME(t.LiteralToken)
    return this.ACTION(() => {
      if (not) this.replace(this.spanOf(not), '`!=`', '!=')
      return {
        kind: 'compare',
        attribute,
        operator: '!=',
        value: this.toLiteral(token),
        span: this.spanFrom(attribute),
      }
    })
  })

  /** A list, or the name of a set. */
  private values = this.RULE('values', (): ListLiteral | ListName =>
    this.OR<ListLiteral | ListName>({
      DEF: [
        { ALT: () => this.SUBRULE(this.list) },
        {
          ALT: () => {
            const name = this.SUBRULE(this.name)
            return this.ACTION((): ListName => ({ kind: 'name', name, span: name.span }))
          },
        },
      ],
      ERR_MSG: 'a list or the name of a set',
    }),
  )

  private spanFrom(attribute: AttributeRef) {
    return { ...attribute.span, end: this.spanSince(this.LA(0)).end }
  }

  private standingAlone(attribute: AttributeRef): Condition {
    const [first] = attribute.path
    const { span } = attribute
    if (attribute.path.length > 1 || attribute.key || !first) return { kind: 'attribute', attribute, span }
    if (first.text === 'allowed' || first.text === 'denied') return { kind: 'access', effect: first.text, span }
    if (t.wordType(first.text) !== t.Word && t.reservedWords.includes(first.text)) {
      const isTrue = first.text === 'true'
      const help = isTrue
        ? 'leave `when` out: a rule without it applies to every request'
        : 'write a test such as `caller.team == "core"`'
      this.wrong(span, `found \`${first.text}\` where a condition was wanted`, help)
    }
    return { kind: 'define', name: first, span }
  }

  private toOperator(token: IToken): CompareOperator {
    const found = compareOperators.find((each) => each === token.image)
    if (found) return found
    this.replace(this.spanOf(token), '`==`', '==')
    return '=='
  }

  private isNot(is: IToken, not: IToken): CompareOperator {
    this.replace({ ...this.spanOf(is), end: this.spanOf(not).end }, '`!=`', '!=')
    return '!='
  }

  /** `caller.role == null` is `not has caller.role`. */
  private toPresence(attribute: AttributeRef, operator: CompareOperator, span: Span, word: string): Condition {
    const present: Condition = { kind: 'present', attribute, span }
    const condition: Condition = operator === '!=' ? present : { kind: 'not', operand: present, span }
    this.habit(span, `found \`${word}\` where a value was wanted`, [{ span, text: printCondition(condition) }])
    return condition
  }

  private moveNot(attribute: AttributeRef, not: IToken, test: Condition): Condition {
    const at = { source: this.source, start: attribute.span.start, end: attribute.span.start }
    const next = /^\s*/.exec(this.source.text.slice(not.startOffset + not.image.length, not.startOffset + 200))![0]
      .length
    const span = { ...this.spanOf(not), end: this.spanOf(not).end + next }
    const edits = [
      { span, text: '' },
      { span: at, text: 'not ' },
    ]
    const name = printAttribute(attribute)
    this.habit(
      this.spanOf(not),
      `found \`not\` after \`${shown(name)}\``,
      edits,
      `write it before: \`not ${shown(name)} …\``,
    )
    return { kind: 'not', operand: test, span: test.span }
  }

  private turnRound(token: IToken, operator: IToken, attribute: AttributeRef): Condition {
    const value: Literal = this.toLiteral(token)
    const span = { ...this.spanOf(token), end: attribute.span.end }
    const isIn = operator.tokenType === keywords.in
    const compare = isIn ? '==' : flipped[compareOperators.find((each) => each === operator.image) ?? '==']
    const text = `${printAttribute(attribute)} ${isIn ? 'has' : compare} ${printLiteral(value)}`
    const message = `found ${literalLabels[value.kind]} where the attribute of a test was wanted`
    if (token.tokenType !== t.Malformed) this.habit(span, message, [{ span, text }])
    if (isIn)
      return { kind: 'elements', attribute, quantifier: 'one', values: { kind: 'list', items: [value], span }, span }
    return { kind: 'compare', attribute, operator: compare, value, span }
  }

  private toRegex(token: t.Token): RegexLiteral {
    const span = this.spanOf(token)
    const literal: RegexLiteral | StringLiteral | undefined =
      token.literal?.kind === 'regex' || token.literal?.kind === 'string' ? token.literal : undefined
    if (literal === undefined) return { kind: 'regex', pattern: '', ignoreCase: false, span }
    const regex = literal.kind === 'regex' ? literal : patternOf(literal)
    if (literal.kind === 'string') this.replace(span, 'a regular expression', printLiteral(regex))
    const parsed = parseRegex(regex.pattern, regex.ignoreCase)
    if ('error' in parsed) {
      const start = span.start + 1 + (literal.kind === 'regex' ? parsed.start : 0)
      const end = literal.kind === 'regex' ? span.start + 1 + Math.max(parsed.end, parsed.start + 1) : span.end
      this.say('P109', { message: parsed.error, span: { ...span, start, end }, help: parsed.help })
    }
    return regex
  }
}
