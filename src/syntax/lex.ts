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
import type { Comment } from './ast.ts'
import type { Literal } from './ast-conditions.ts'
import { readNumeral } from './lex-number.ts'
import { findRegexEnd, readString } from './lex-string.ts'
import { checkName, checkString, codePoint } from './lookalike.ts'
import { habit, lineEnd, malformed, match, push, type Scan, say, span, startScan } from './scan.ts'
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
export const maxTokens = 2_500_000

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

/** A part of a text: from the start of a token until enough is read. */
export interface Stretch {
  readonly from: number
  /** Whether only blanks stand before it on its line. */
  readonly firstOnLine: boolean
  /** Asked once there are two tokens. */
  readonly isEnough: (tokens: readonly t.Token[]) => boolean
}

/** Reads the tokens of a text or of a part of it; never throws, in time linear in its length. */
export function lex(source: Source, stretch?: Stretch): Lexed {
  const scan = startScan(source)
  if (stretch && stretch.from > 0) Object.assign(scan, { at: stretch.from, firstOnLine: stretch.firstOnLine })
  const isEnough = (): boolean => stretch !== undefined && scan.tokens.length > 1 && stretch.isEnough(scan.tokens)
  while (scan.at < scan.text.length && scan.tokens.length < maxTokens && !isEnough()) {
    const blanks = match(scan, blank)
    if (blanks) {
      if (/[\r\n]/.test(blanks[0])) scan.firstOnLine = true
      scan.at += blanks[0].length
      continue
    }
    const character = scan.text[scan.at]!
    if (character === '#') readComment(scan)
    else if (Object.hasOwn(quotes, character)) readQuoted(scan, character)
    else if (character === '/' && scan.tokens.at(-1)?.tokenType === t.keywords.matches) readRegex(scan)
    else {
      const found = /[A-Za-z0-9_]/.test(character) ? match(scan, target) : null
      const wide = character > '\x7f' ? match(scan, wideBlank) : null
      let read: RegExpExecArray | null
      if (found && found[1] !== 'matches') readTarget(scan, found)
      else if (wide) {
        habit(scan, scan.at, scan.at + wide[0].length, ' ', 'a plain blank')
        scan.at += wide[0].length
      } else if (/[-$.\d]/.test(character) && match(scan, numeral)) readNumber(scan)
      else if ((read = match(scan, word))) readWord(scan, read[0])
      else if ((read = match(scan, symbol))) readSymbol(scan, read[0])
      else readStray(scan, String.fromCodePoint(scan.text.codePointAt(scan.at)!))
    }
  }
  return {
    tokens: scan.tokens,
    comments: scan.comments,
    diagnostics: scan.diagnostics,
    truncated: scan.at < scan.text.length,
  }
}

function readComment(scan: Scan): void {
  const end = lineEnd(scan, scan.at)
  const written = scan.text.slice(scan.at, end).trimEnd()
  scan.comments.push({ text: written, span: span(scan, scan.at, scan.at + written.length) })
  scan.at = end
}

function readForeignComment(scan: Scan, opening: string): void {
  const close = opening === '/*' && !scan.noBlockEnd ? scan.text.indexOf('*/', scan.at + 2) : -1
  if (opening === '/*' && close < 0) scan.noBlockEnd = true
  if (close < 0) {
    habit(scan, scan.at, scan.at + 2, '#', 'a comment with `#`')
    scan.at = lineEnd(scan, scan.at)
    return
  }
  const lines = scan.text
    .slice(scan.at + 2, close)
    .trim()
    .split(/\r\n|\r|\n/)
  codeFollows.lastIndex = close + 2
  const goesOn = codeFollows.test(scan.text)
  const edit = lines.map((line) => `# ${line.trim().replace(/^\*+ ?/, '')}`.trimEnd()).join('\n')
  say(
    scan,
    diagnostic('P103', {
      message: 'found `/*` where a comment with `#` was wanted',
      span: span(scan, scan.at, close + 2),
      help: 'a comment runs from `#` to the end of the line',
      edits: [{ span: span(scan, scan.at, close + 2), text: goesOn ? `${edit}\n` : edit }],
    }),
  )
  scan.at = close + 2
}

function readQuoted(scan: Scan, opening: string): void {
  const start = scan.at
  const { value, end, bad } = readString(scan.text, scan.at, quotes[opening]!)
  if (bad) {
    malformed(scan, bad.start, bad.end, bad.message, bad.help)
    push(scan, t.Malformed, start, end)
    return
  }
  if (opening !== '"') habit(scan, start, end, JSON.stringify(value), 'a string in double quotes')
  say(scan, checkString(value, span(scan, start, end)))
  push(scan, t.StringToken, start, end, undefined, { kind: 'string', value, span: span(scan, start, end) })
}

function readRegex(scan: Scan): void {
  const start = scan.at
  const close = findRegexEnd(scan.text, scan.at, Number.POSITIVE_INFINITY)
  if (close === undefined) {
    const end = start + scan.text.slice(start, lineEnd(scan, start)).trimEnd().length
    malformed(
      scan,
      start,
      end,
      'this regular expression has no closing slash',
      'write `/` at its end, and `\\/` for a slash in it',
    )
    push(scan, t.Malformed, start, end)
    return
  }
  const flags = /^[A-Za-z]*/.exec(scan.text.slice(close + 1, close + 30))![0]
  const end = close + 1 + flags.length
  if (flags !== '' && flags !== 'i') {
    malformed(
      scan,
      close + 1,
      end,
      `\`${flags}\` is not a flag of regular expressions`,
      'the only flag is `i`: ignore case',
    )
  }
  const pattern = scan.text.slice(start + 1, close)
  push(scan, t.RegexToken, start, end, undefined, {
    kind: 'regex',
    pattern,
    ignoreCase: flags === 'i',
    span: span(scan, start, end),
  })
}

function readNumber(scan: Scan): void {
  const start = scan.at
  const gap = /^\$[ \t]+(?=[.\d])/.exec(scan.text.slice(scan.at, scan.at + 20))?.[0].length ?? 0
  // `$ 500` is read as if the blanks were not there.
  const [within, from, shift] =
    gap > 0 ? [`$${scan.text.slice(scan.at + gap, scan.at + gap + 80)}`, 0, scan.at + gap - 1] : [scan.text, scan.at, 0]
  const numeral = readNumeral(within, from, (end) => span(scan, start, end + shift))
  const read = { ...numeral, end: numeral.end + shift }
  if (read.kind === 'status_class') push(scan, t.StatusClassToken, start, read.end)
  else if (read.kind === 'bad') {
    malformed(scan, start, read.end, read.message, read.help)
    push(scan, t.Malformed, start, read.end)
  } else {
    const { literal, end } = read
    const canonical = 'text' in literal ? literal.text : ''
    if (read.mended !== undefined || gap > 0)
      habit(scan, start, end, canonical, numberTypes[literal.kind]?.label ?? 'a number')
    push(scan, numberTypes[literal.kind]?.type ?? t.NumberToken, start, end, undefined, literal)
  }
}

function readTarget(scan: Scan, found: RegExpExecArray): void {
  const [all, provider = '', model = ''] = found
  const start = scan.at
  const end = scan.at + all.length
  if (model !== '*' && model.includes('*')) {
    malformed(
      scan,
      start,
      end,
      `\`${all}\` has a \`*\` within the model`,
      `write \`${provider}/*\` for any model of \`${provider}\``,
    )
    push(scan, t.Malformed, start, end)
  } else
    push(scan, t.TargetToken, start, end, undefined, { kind: 'target', provider, model, span: span(scan, start, end) })
}

function readWord(scan: Scan, written: string): void {
  const start = scan.at
  const end = scan.at + written.length
  if (written.includes('-')) {
    push(scan, t.Hyphenated, start, end)
    return
  }
  const type = t.wordType(written)
  const canonical = type === t.Word ? written.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toLowerCase() : written
  const meant = canonical === written ? type : t.wordType(canonical)
  if (meant !== t.Word && canonical !== written && isHabitCase(written)) {
    habit(scan, start, end, canonical, `\`${canonical}\``)
    push(scan, meant, start, end, canonical, boolLiteral(canonical, span(scan, start, end)))
    return
  }
  say(scan, checkName(written, span(scan, start, end)))
  push(scan, type, start, end, undefined, boolLiteral(written, span(scan, start, end)))
}

function readSymbol(scan: Scan, image: string): void {
  const start = scan.at
  const end = scan.at + image.length
  if (image === '//' || image === '/*') {
    readForeignComment(scan, image)
    return
  }
  if (image === ';') {
    habit(scan, start, end, '', 'the next clause or statement')
    scan.at = end
    return
  }
  if ((image === ':' || image === '=>' || image === '->') && /^\s*\{/.test(scan.text.slice(end, end + 200))) {
    habit(scan, start, end, '', '`{`')
    scan.at = end
    return
  }
  if (image === '/' && findRegexEnd(scan.text, scan.at, 200) !== undefined) {
    readRegex(scan)
    return
  }
  const meant = habits[image]
  if (meant !== undefined) {
    const apart = /\w/.test(meant) && /[\w"'(!]/.test(scan.text[end] ?? '') ? `${meant} ` : meant
    habit(
      scan,
      start,
      end,
      /\w/.test(meant) && /[\w"')\]]/.test(scan.text[start - 1] ?? '') ? ` ${apart}` : apart,
      `\`${meant}\``,
    )
    push(scan, punctuation[meant] ?? t.wordType(meant), start, end, meant)
    return
  }
  const type = punctuation[image]
  if (type) push(scan, type, start, end)
  else readStray(scan, image)
}

function readStray(scan: Scan, character: string): void {
  const start = scan.at
  scan.at += character.length
  scan.firstOnLine = false
  if (scan.bidirectional.has(start)) return
  // A run of stray characters is one mistake.
  const goesOn = scan.strayEnd === start
  scan.strayEnd = scan.at
  if (goesOn) return
  const shown = /^[\p{L}\p{N}\p{P}\p{S}]$/u.test(character) ? `\`${character}\`` : codePoint(character)
  say(
    scan,
    diagnostic('P102', {
      message: `found ${shown}, which has no meaning here`,
      span: span(scan, start, scan.at),
      help: 'delete it, or put it into a string',
    }),
  )
}

const numberTypes: Readonly<Partial<Record<Literal['kind'], { type: TokenType; label: string }>>> = {
  number: { type: t.NumberToken, label: 'a number' },
  duration: { type: t.DurationToken, label: 'a duration' },
  size: { type: t.SizeToken, label: 'a size' },
  money: { type: t.MoneyToken, label: 'an amount of money' },
  percent: { type: t.PercentToken, label: 'a percentage' },
}

function boolLiteral(text: string, where: Span): Literal | undefined {
  return text === 'true' || text === 'false' ? { kind: 'bool', value: text === 'true', span: where } : undefined
}

/** `AND`, `True`, `startsWith`: capitals that other languages write; `Any` in the middle of `myAny` is none. */
function isHabitCase(text: string): boolean {
  return /^[A-Z]+$/.test(text) || /^[A-Z]?[a-z]+([A-Z][a-z]+)*$/.test(text)
}
