/**
 * From text to tokens, comments and what is to be said about both.
 *
 * The lexer is written by hand because two things depend on what stands around them: `/` begins a regular
 * expression only after `matches`, and `provider/model` is one token. Forms of other languages (`&&`, `'x'`,
 * `// …`) become the token that was meant, with a P103 that offers the edit, so that the parser goes on undisturbed.
 */
import type { TokenType } from 'chevrotain'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { diagnostic } from '../diagnostics/diagnostic.ts'
import type { Source, Span } from '../diagnostics/source.ts'
import type { Comment, Literal } from './ast.ts'
import { readNumeral } from './lex-number.ts'
import { findRegexEnd, readString } from './lex-string.ts'
import { checkName, checkString, codePoint, findBidirectional } from './lookalike.ts'
import * as t from './tokens.ts'

/** What the lexer makes of a text. */
export interface Lexed {
  readonly tokens: readonly t.Token[]
  readonly comments: readonly Comment[]
  readonly diagnostics: readonly Diagnostic[]
  /** Set where the text has more tokens than are read. */
  readonly truncated: boolean
}

/** Tokens beyond this many are not read. */
export const maxTokens = 400_000
/** What is said beyond this is dropped: the report is cut shorter anyway. */
const maxDiagnostics = 2_000

const blank = /[ \t\r\n]+/y
const wideBlank = /[\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]+/y
const word = /[\p{L}_][\p{L}\p{M}\p{N}_]*(?:-[\p{L}\p{N}_]+)*/uy
const target =
  /([A-Za-z0-9_][A-Za-z0-9_.-]{0,63})\/(\*(?![A-Za-z0-9])|[A-Za-z0-9_@*](?:[A-Za-z0-9_.:@+*/-]*[A-Za-z0-9_*])?)/y
const symbol = /===|!==|<>|=>|->|=~|=<|==|!=|<=|>=|~=|:=|&&|\|\||\/\*|\/\/|[{}[\](),.|*:=<>!;/]/y
const numeral = /-?(?:\$[ \t]*)?\.?\d|\$/y
const codeFollows = /[ \t]*\S/y
const quotes: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '`': '`',
  '“': '”',
  '”': '”',
  '„': '“',
  '‘': '’',
  '’': '’',
}

const punctuation: Readonly<Record<string, TokenType>> = {
  ...{ '{': t.BraceOpen, '}': t.BraceClose, '[': t.BracketOpen, ']': t.BracketClose, '(': t.ParenOpen },
  ...{ ')': t.ParenClose, ',': t.Comma, '.': t.Dot, '|': t.Pipe, '*': t.Star, ':': t.Colon, '=': t.Assign },
  ...{ '==': t.Equal, '!=': t.OtherComparison, '<': t.OtherComparison, '<=': t.OtherComparison },
  ...{ '>': t.OtherComparison, '>=': t.OtherComparison, '~=': t.OtherComparison },
}

/** Symbols of other languages: what they are called here. */
const habits: Readonly<Record<string, string>> = {
  ...{ '===': '==', '!==': '!=', '<>': '!=', '=<': '<=', '=>': '>=', ':=': '=', '=~': 'matches' },
  ...{ '&&': 'and', '||': 'or', '!': 'not' },
}

/** Reads the tokens of a text; never throws, in time linear in its length. */
export function lex(source: Source): Lexed {
  const { text } = source
  const tokens: t.Token[] = []
  const comments: Comment[] = []
  const diagnostics: Diagnostic[] = findBidirectional(source, maxDiagnostics)
  const seenBidirectional = new Set(diagnostics.map((each) => each.span.start))
  let at = text.startsWith('\ufeff') ? 1 : 0
  let firstOnLine = true
  let noBlockEnd = false
  let strayEnd = -1

  const span = (start: number, end: number): Span => ({ source, start, end })
  const say = (each: Diagnostic | undefined): void => {
    if (each && diagnostics.length < maxDiagnostics) diagnostics.push(each)
  }
  const habit = (start: number, end: number, edit: string, wanted: string): void =>
    say(
      diagnostic('P103', {
        message: `found \`${shorten(text.slice(start, end))}\` where ${wanted} was wanted`,
        span: span(start, end),
        help: edit.trim() === '' ? 'delete it' : `write \`${shorten(edit.trim())}\``,
        edits: [{ span: span(start, end), text: edit }],
      }),
    )
  const push = (type: TokenType, start: number, end: number, image?: string, literal?: t.Token['literal']): void => {
    tokens.push({
      image: image ?? text.slice(start, end),
      startOffset: start,
      endOffset: end - 1,
      tokenType: type,
      tokenTypeIdx: type.tokenTypeIdx!,
      firstOnLine,
      ...(literal === undefined ? {} : { literal }),
    })
    firstOnLine = false
    at = end
  }
  const malformed = (start: number, end: number, message: string, help: string): void => {
    say(diagnostic('P104', { message, span: span(start, end), help }))
  }
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    return pattern.exec(text)
  }
  const lineEnd = (from: number): number => {
    const ends = /[\r\n]/g
    ends.lastIndex = from
    return ends.exec(text)?.index ?? text.length
  }

  const readComment = (): void => {
    const end = lineEnd(at)
    const written = text.slice(at, end).trimEnd()
    comments.push({ text: written, span: span(at, at + written.length) })
    at = end
  }
  const readForeignComment = (opening: string): void => {
    const close = opening === '/*' && !noBlockEnd ? text.indexOf('*/', at + 2) : -1
    if (opening === '/*' && close < 0) noBlockEnd = true
    if (close < 0) {
      habit(at, at + 2, '#', 'a comment with `#`')
      at = lineEnd(at)
      return
    }
    const lines = text
      .slice(at + 2, close)
      .trim()
      .split(/\r\n|\r|\n/)
    codeFollows.lastIndex = close + 2
    const goesOn = codeFollows.test(text)
    const edit = lines.map((line) => `# ${line.trim().replace(/^\*+ ?/, '')}`.trimEnd()).join('\n')
    say(
      diagnostic('P103', {
        message: 'found `/*` where a comment with `#` was wanted',
        span: span(at, close + 2),
        help: 'a comment runs from `#` to the end of the line',
        edits: [{ span: span(at, close + 2), text: goesOn ? `${edit}\n` : edit }],
      }),
    )
    at = close + 2
  }
  const readQuoted = (opening: string): void => {
    const start = at
    const { value, end, bad } = readString(text, at, quotes[opening]!)
    if (bad) {
      malformed(bad.start, bad.end, bad.message, bad.help)
      push(t.Malformed, start, end)
      return
    }
    if (opening !== '"') habit(start, end, JSON.stringify(value), 'a string in double quotes')
    say(checkString(value, span(start, end)))
    push(t.StringToken, start, end, undefined, { kind: 'string', value, span: span(start, end) })
  }
  const readRegex = (): void => {
    const start = at
    const close = findRegexEnd(text, at, Number.POSITIVE_INFINITY)
    if (close === undefined) {
      const end = start + text.slice(start, lineEnd(start)).trimEnd().length
      malformed(
        start,
        end,
        'this regular expression has no closing slash',
        'write `/` at its end, and `\\/` for a slash in it',
      )
      push(t.Malformed, start, end)
      return
    }
    const flags = /^[A-Za-z]*/.exec(text.slice(close + 1, close + 30))![0]
    const end = close + 1 + flags.length
    if (flags !== '' && flags !== 'i') {
      malformed(
        close + 1,
        end,
        `\`${flags}\` is not a flag of regular expressions`,
        'the only flag is `i`: ignore case',
      )
    }
    const pattern = text.slice(start + 1, close)
    push(t.RegexToken, start, end, undefined, {
      kind: 'regex',
      pattern,
      ignoreCase: flags === 'i',
      span: span(start, end),
    })
  }
  const readNumber = (): void => {
    const start = at
    const gap = /^\$[ \t]+(?=[.\d])/.exec(text.slice(at, at + 20))?.[0].length ?? 0
    // `$ 500` is read as if the blanks were not there.
    const [within, from, shift] = gap > 0 ? [`$${text.slice(at + gap, at + gap + 80)}`, 0, at + gap - 1] : [text, at, 0]
    const numeral = readNumeral(within, from, (end) => span(start, end + shift))
    const read = { ...numeral, end: numeral.end + shift }
    if (read.kind === 'status_class') push(t.StatusClassToken, start, read.end)
    else if (read.kind === 'bad') {
      malformed(start, read.end, read.message, read.help)
      push(t.Malformed, start, read.end)
    } else {
      const { literal, end } = read
      const canonical = 'text' in literal ? literal.text : ''
      if (read.mended !== undefined || gap > 0)
        habit(start, end, canonical, numberTypes[literal.kind]?.label ?? 'a number')
      push(numberTypes[literal.kind]?.type ?? t.NumberToken, start, end, undefined, literal)
    }
  }
  const readTarget = (found: RegExpExecArray): void => {
    const [all, provider = '', model = ''] = found
    const start = at
    const end = at + all.length
    if (model !== '*' && model.includes('*')) {
      malformed(
        start,
        end,
        `\`${all}\` has a \`*\` within the model`,
        `write \`${provider}/*\` for any model of \`${provider}\``,
      )
      push(t.Malformed, start, end)
    } else push(t.TargetToken, start, end, undefined, { kind: 'target', provider, model, span: span(start, end) })
  }
  const readWord = (written: string): void => {
    const start = at
    const end = at + written.length
    if (written.includes('-')) {
      push(t.Hyphenated, start, end)
      return
    }
    const type = t.wordType(written)
    const canonical = type === t.Word ? written.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toLowerCase() : written
    const meant = canonical === written ? type : t.wordType(canonical)
    if (meant !== t.Word && canonical !== written && isHabitCase(written)) {
      habit(start, end, canonical, `\`${canonical}\``)
      push(meant, start, end, canonical, boolLiteral(canonical, span(start, end)))
      return
    }
    say(checkName(written, span(start, end)))
    push(type, start, end, undefined, boolLiteral(written, span(start, end)))
  }
  const readSymbol = (image: string): void => {
    const start = at
    const end = at + image.length
    if (image === '//' || image === '/*') {
      readForeignComment(image)
      return
    }
    if (image === ';') {
      habit(start, end, '', 'the next clause or statement')
      at = end
      return
    }
    if ((image === ':' || image === '=>' || image === '->') && /^\s*\{/.test(text.slice(end, end + 200))) {
      habit(start, end, '', '`{`')
      at = end
      return
    }
    if (image === '/' && findRegexEnd(text, at, 200) !== undefined) {
      readRegex()
      return
    }
    const meant = habits[image]
    if (meant !== undefined) {
      const apart = /\w/.test(meant) && /[\w"'(!]/.test(text[end] ?? '') ? `${meant} ` : meant
      habit(
        start,
        end,
        /\w/.test(meant) && /[\w"')\]]/.test(text[start - 1] ?? '') ? ` ${apart}` : apart,
        `\`${meant}\``,
      )
      push(punctuation[meant] ?? t.wordType(meant), start, end, meant)
      return
    }
    const type = punctuation[image]
    if (type) push(type, start, end)
    else readStray(image)
  }
  const readStray = (character: string): void => {
    const start = at
    at += character.length
    firstOnLine = false
    if (seenBidirectional.has(start)) return
    // A run of stray characters is one mistake.
    const goesOn = strayEnd === start
    strayEnd = at
    if (goesOn) return
    const shown = /^[\p{L}\p{N}\p{P}\p{S}]$/u.test(character) ? `\`${character}\`` : codePoint(character)
    say(
      diagnostic('P102', {
        message: `found ${shown}, which has no meaning here`,
        span: span(start, at),
        help: 'delete it, or put it into a string',
      }),
    )
  }

  while (at < text.length && tokens.length < maxTokens) {
    const blanks = match(blank)
    if (blanks) {
      if (/[\r\n]/.test(blanks[0])) firstOnLine = true
      at += blanks[0].length
      continue
    }
    const character = text[at]!
    if (character === '#') readComment()
    else if (Object.hasOwn(quotes, character)) readQuoted(character)
    else if (character === '/' && tokens.at(-1)?.tokenType === t.keywords.matches) readRegex()
    else {
      const found = /[A-Za-z0-9_]/.test(character) ? match(target) : null
      const wide = character > '\x7f' ? match(wideBlank) : null
      let read: RegExpExecArray | null
      if (found && found[1] !== 'matches') readTarget(found)
      else if (wide) {
        habit(at, at + wide[0].length, ' ', 'a plain blank')
        at += wide[0].length
      } else if (/[-$.\d]/.test(character) && match(numeral)) readNumber()
      else if ((read = match(word))) readWord(read[0])
      else if ((read = match(symbol))) readSymbol(read[0])
      else readStray(String.fromCodePoint(text.codePointAt(at)!))
    }
  }
  return { tokens, comments, diagnostics, truncated: at < text.length }
}

const numberTypes: Readonly<Partial<Record<Literal['kind'], { type: TokenType; label: string }>>> = {
  number: { type: t.NumberToken, label: 'a number' },
  duration: { type: t.DurationToken, label: 'a duration' },
  size: { type: t.SizeToken, label: 'a size' },
  money: { type: t.MoneyToken, label: 'an amount of money' },
  percent: { type: t.PercentToken, label: 'a percentage' },
}

function boolLiteral(text: string, span: Span): Literal | undefined {
  return text === 'true' || text === 'false' ? { kind: 'bool', value: text === 'true', span } : undefined
}

/** `AND`, `True`, `startsWith`: capitals that other languages write; `Any` in the middle of `myAny` is none. */
function isHabitCase(text: string): boolean {
  return /^[A-Z]+$/.test(text) || /^[A-Z]?[a-z]+([A-Z][a-z]+)*$/.test(text)
}

function shorten(text: string): string {
  const line = text.split(/[\r\n]/, 1)[0]!
  return line.length > 40 ? `${line.slice(0, 39)}…` : line
}
