/** The grammar's first layer: names, attributes, literals of each kind, targets and lists. */
import type { IToken } from 'chevrotain'
import { suggest } from '../diagnostics/suggest.ts'
import type {
  AttributeRef,
  DurationLiteral,
  ListLiteral,
  Literal,
  MoneyLiteral,
  Name,
  NumberLiteral,
  PercentLiteral,
  StringLiteral,
  TargetRef,
} from './ast-conditions.ts'
import { GrammarBase, shown } from './grammar-base.ts'
import { durationUnitOf } from './lex-number.ts'
import { checkName } from './lookalike.ts'
import * as t from './tokens.ts'

const { keywords } = t
const reserved = new Set(t.reservedWords)
const targetShape = /^([A-Za-z0-9_][A-Za-z0-9_.-]*)\/(\*|[A-Za-z0-9_@](?:[A-Za-z0-9_.:@+/-]*[A-Za-z0-9_])?)$/

/** How messages call each kind of literal. */
export const literalLabels: Readonly<Record<Literal['kind'], string>> = {
  string: 'a string',
  number: 'a number',
  bool: '`true` or `false`',
  duration: 'a duration',
  size: 'a size',
  money: 'an amount of money',
  percent: 'a percentage',
  word: 'a word',
}

const examples: Readonly<Record<Literal['kind'], string>> = {
  string: '"text"',
  number: '100',
  bool: 'true',
  duration: '30s',
  size: '10KB',
  money: '$500',
  percent: '80%',
  word: 'eu',
}

export class ValueGrammar extends GrammarBase {
  /** The name that a statement declares. */
  declaredName = this.RULE('declaredName', (): Name => {
    const token = this.CONSUME(t.Word, { ERR_MSG: 'a name' })
    return this.ACTION(() => {
      if (!reserved.has(token.image)) return this.toName(token)
      const found = `found \`${token.image}\` where a name was wanted`
      this.wrong(this.spanOf(token), found, `\`${token.image}\` is a reserved word: choose another name`)
      return { text: token.image, span: this.spanOf(token) }
    })
  })

  /** The name of something declared elsewhere. */
  name = this.RULE('name', (): Name => {
    const token = this.CONSUME(t.Word, { ERR_MSG: 'a name' })
    return this.ACTION(() => this.toName(token))
  })

  attribute = this.RULE('attribute', (): AttributeRef => {
    const path: Name[] = []
    let key: StringLiteral | undefined
    const first = this.CONSUME(t.Word, { ERR_MSG: 'an attribute' })
    this.ACTION(() => path.push(this.toName(first)))
    this.MANY(() => {
      const dot = this.CONSUME(t.Dot)
      const part = this.CONSUME2(t.Word, { ERR_MSG: 'the next part of the attribute' })
      this.ACTION(() => {
        const isKey = part.tokenType === t.Hyphenated && path.length === 2 && key === undefined
        if (!isKey) return path.push(this.toName(part))
        // `request.header.x-team`
        const span = { ...this.spanOf(dot), end: this.spanOf(part).end }
        key = { kind: 'string', value: part.image, span: this.spanOf(part) }
        return this.replace(span, 'a key in brackets', `[${JSON.stringify(part.image)}]`)
      })
    })
    this.OPTION(() => {
      const open = this.CONSUME(t.BracketOpen)
      this.ACTION(() => this.mark(open, 'index'))
      const text = this.SUBRULE(this.string)
      this.CONSUME(t.BracketClose)
      key = text
    })
    return this.ACTION(() => ({ path, ...(key ? { key } : {}), span: this.spanSince(first) }))
  })

  string = this.RULE('string', (): StringLiteral => {
    const token = this.CONSUME(t.StringToken)
    return this.ACTION(() => {
      const { literal } = token as t.Token
      return literal?.kind === 'string' ? literal : { kind: 'string', value: '', span: this.spanOf(token) }
    })
  })

  duration = this.RULE('duration', (): DurationLiteral => {
    const token = this.CONSUME(t.LiteralToken, { ERR_MSG: 'a duration such as `30s`' })
    return this.ACTION(() => this.toDuration(token))
  })

  /** `1m`, or `minute` as other languages have it after `per`. */
  period = this.RULE(
    'period',
    (): DurationLiteral =>
      this.OR({
        DEF: [
          { ALT: () => this.SUBRULE(this.duration) },
          {
            ALT: () => {
              const token = this.CONSUME(t.Word)
              return this.ACTION((): DurationLiteral => {
                const unit = durationUnitOf(token.image)
                if (unit) this.replace(this.spanOf(token), 'a duration', `1${unit}`)
                else
                  this.wrong(
                    this.spanOf(token),
                    `found \`${shown(token.image)}\` where a duration was wanted`,
                    'write a duration such as `1m`',
                  )
                return { kind: 'duration', ms: 1, text: token.image, span: this.spanOf(token) }
              })
            },
          },
        ],
        ERR_MSG: 'a duration such as `1m`',
      }),
  )

  number = this.RULE('number', (): NumberLiteral => {
    const token = this.CONSUME(t.LiteralToken, { ERR_MSG: 'a number' })
    return this.ACTION(() => {
      const literal = this.literalOf(token)
      if (literal?.kind === 'number') return literal
      if (literal?.kind === 'percent') {
        const text = String(literal.fraction)
        this.replace(this.spanOf(token), 'a number', text)
        return { kind: 'number', value: literal.fraction, integer: false, text, span: literal.span }
      }
      this.unfit(token, 'number')
      return { kind: 'number', value: 0, integer: true, text: token.image, span: this.spanOf(token) }
    })
  })

  percent = this.RULE('percent', (): PercentLiteral => {
    const token = this.CONSUME(t.LiteralToken, { ERR_MSG: 'a percentage such as `80%`' })
    return this.ACTION(() => this.toPercent(token))
  })

  target = this.RULE('target', (): TargetRef => {
    const token = this.OR({
      DEF: [{ ALT: () => this.CONSUME(t.TargetToken) }, { ALT: () => this.CONSUME(t.StringToken) }],
      ERR_MSG: 'a target such as `openai/gpt-5`',
    })
    return this.ACTION(() => this.toTarget(token))
  })

  literal = this.RULE('literal', (): Literal => {
    const token = this.OR({
      DEF: [{ ALT: () => this.CONSUME(t.LiteralToken) }, { ALT: () => this.CONSUME(t.Word) }],
      ERR_MSG: 'a value',
    })
    return this.ACTION(() => this.toLiteral(token))
  })

  list = this.RULE('list', (): ListLiteral => {
    const items: (Literal | TargetRef)[] = []
    const open = this.CONSUME(t.BracketOpen)
    this.OPTION(() => {
      const first = this.SUBRULE(this.listItem)
      this.ACTION(() => items.push(first))
      this.MANY({
        GATE: () => !this.nextIs(t.BracketClose, 2),
        DEF: () => {
          this.CONSUME(t.Comma)
          const next = this.SUBRULE2(this.listItem)
          this.ACTION(() => items.push(next))
        },
      })
      this.OPTION2(() => this.CONSUME2(t.Comma))
    })
    this.CONSUME(t.BracketClose, { ERR_MSG: '`,` or `]`' })
    return this.ACTION(() => ({ kind: 'list', items, span: this.spanSince(open) }))
  })

  listItem = this.RULE('listItem', (): Literal | TargetRef =>
    this.OR({
      DEF: [
        {
          ALT: () => {
            const token = this.CONSUME(t.TargetToken)
            return this.ACTION(() => this.toTarget(token))
          },
        },
        { ALT: () => this.SUBRULE(this.literal) },
      ],
      ERR_MSG: 'a value or `]`',
    }),
  )

  protected toName(token: IToken): Name {
    const span = this.spanOf(token)
    const { image } = token
    if (/^[a-z_][a-z0-9_]*$/.test(image)) return { text: image, span }
    const text = image
      .replaceAll('-', '_')
      .replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_')
      .toLowerCase()
    if (/^[a-z_][a-z0-9_]*$/.test(text)) {
      const why = image.includes('-') ? 'names have no hyphens' : 'names are in lower case'
      this.habit(span, `found \`${shown(image)}\` where a name was wanted: ${why}`, [{ span, text }])
      return { text, span }
    }
    const foreign = image.includes('-') ? checkName(image, span) : undefined
    if (foreign) this.said.push(foreign)
    return { text: image, span }
  }

  protected literalOf(token: IToken): Literal | undefined {
    const { literal } = token as t.Token
    return literal === undefined || literal.kind === 'regex' || literal.kind === 'target' ? undefined : literal
  }

  protected toLiteral(token: IToken): Literal {
    const literal = this.literalOf(token)
    if (literal) return literal
    const span = this.spanOf(token)
    const text = token.image
    if (token.tokenType !== t.Malformed && !/^[a-z_][a-z0-9_]*$/.test(text)) {
      this.replace(span, 'a string', JSON.stringify(text))
      return { kind: 'string', value: text, span }
    }
    return { kind: 'word', text, span }
  }

  protected toDuration(token: IToken): DurationLiteral {
    const literal = this.literalOf(token)
    const span = this.spanOf(token)
    if (literal?.kind === 'duration') return literal
    if (literal?.kind === 'number' && literal.integer && literal.value >= 0 && /^[\d_]+$/.test(literal.text)) {
      const text = `${literal.text}${literal.value >= 1000 ? 'ms' : 's'}`
      this.replace(span, 'a duration', text)
      return { kind: 'duration', ms: literal.value, text, span }
    }
    this.unfit(token, 'duration')
    return { kind: 'duration', ms: 0, text: token.image, span }
  }

  protected toPercent(token: IToken): PercentLiteral {
    const literal = this.literalOf(token)
    if (literal?.kind === 'percent') return literal
    const span = this.spanOf(token)
    if (literal?.kind === 'number' && literal.value >= 0 && /^[\d_.]+$/.test(literal.text)) {
      const isFraction = literal.text.includes('.') && literal.value <= 1
      const text = `${isFraction ? shiftTwo(literal.text) : literal.text}%`
      this.replace(span, 'a percentage', text)
      return { kind: 'percent', fraction: literal.value, text, span }
    }
    this.unfit(token, 'percent')
    return { kind: 'percent', fraction: 0, text: token.image, span }
  }

  protected toMoney(literal: NumberLiteral | MoneyLiteral): MoneyLiteral {
    if (literal.kind === 'money') return literal
    const text = `$${literal.text}`
    this.replace(literal.span, 'an amount of money', text)
    return { kind: 'money', nanoUsd: 0, text, span: literal.span }
  }

  protected toTarget(token: IToken): TargetRef {
    const { literal } = token as t.Token
    const span = this.spanOf(token)
    if (literal?.kind === 'target') return literal
    const [, provider, model] = (literal?.kind === 'string' && targetShape.exec(literal.value)) || []
    if (provider !== undefined && model !== undefined) {
      this.replace(span, 'a target without quotes', `${provider}/${model}`)
      return { kind: 'target', provider, model, span }
    }
    if (token.tokenType !== t.Malformed) {
      this.wrong(
        span,
        `found ${shown(token.image)} where a target was wanted`,
        'a target is `provider/model`, without quotes',
      )
    }
    return { kind: 'target', provider: '', model: '', span }
  }

  /** Reports a literal of another kind than is wanted, unless it was reported already. */
  protected unfit(token: IToken, wanted: Literal['kind']): void {
    if (token.tokenType === t.Malformed) return
    const message = `found \`${shown(token.image)}\` where ${literalLabels[wanted]} was wanted`
    this.wrong(this.spanOf(token), message, `write it like \`${examples[wanted]}\``)
  }

  /** Whether a word is one of a few; if not, says so. */
  protected oneOf<T extends string>(token: IToken, words: readonly T[], what: string): T {
    const found = words.find((word) => word === token.image)
    if (found !== undefined) return found
    if (token.tokenType !== t.Malformed) {
      const near = suggest(token.image, words)
      const list = words.map((word) => `\`${word}\``).join(', ')
      const help = near ? `did you mean \`${near}\`?` : `it is one of ${list}`
      this.wrong(this.spanOf(token), `found \`${shown(token.image)}\` where ${what} was wanted`, help)
    }
    return words[0]!
  }

  /** Whether an attribute stands ahead that is the amount of a limit or budget: `tenant.seats * 20`. */
  private amountFollows(ahead: number): boolean {
    let after = ahead + 1
    while (this.nextIs(t.Dot, after)) after += 2
    if (this.nextIs(t.BracketOpen, after)) after += 3
    return amountEnds.has(this.LA(after).tokenType)
  }

  /** Whether the comma ahead is followed by another item rather than by the next clause. */
  protected attributeFollowsComma(): boolean {
    const word = this.LA(2)
    const isClause = clauseStarts.has(word.tokenType) && !this.nextIs(t.Dot, 3) && !this.nextIs(t.BracketOpen, 3)
    return !isClause && !this.nextIs(t.BraceClose, 2) && !this.amountFollows(2)
  }
}

const clauseStarts = new Set([
  ...[keywords.ttl, keywords.stale, keywords.scope, keywords.semantic, keywords.off, keywords.burst, keywords.by],
  ...[keywords.at, keywords.given, keywords.when, keywords.expect, keywords.redact, keywords.mask, keywords.block],
  ...[keywords.flag, keywords.if],
])

const amountEnds = new Set([t.Star, keywords.requests, keywords.tokens, keywords.concurrent, keywords.per])

/** `0.25` as `25`: two places to the left, in the text. */
function shiftTwo(text: string): string {
  const [whole = '0', fraction = ''] = text.replaceAll('_', '').split('.')
  const digits = whole + fraction.padEnd(2, '0')
  const place = whole.length + 2
  const moved = `${digits.slice(0, place).replace(/^0+(?=\d)/, '')}.${digits.slice(place)}`
  return moved.replace(/\.0*$/, '')
}
