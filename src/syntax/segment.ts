/**
 * Cuts the tokens of a file into statements, before any of them is parsed.
 *
 * This is where the parser recovers: each statement is parsed on its own, so a broken one hides no other and
 * causes no later error. A statement begins with its keyword and what must follow it; within braces only at
 * the start of a line, because then the brace before it was most likely never closed.
 */
import type { TokenType } from 'chevrotain'
import * as t from './tokens.ts'

/** The tokens of one statement, or of text that belongs to none. */
export interface Chunk {
  /** The keyword it begins with; absent for text that belongs to no statement. */
  readonly word?: t.StatementWord
  readonly tokens: readonly t.Token[]
  /** Set where it began with `elif` or `else`: the text that begins it in this language instead. */
  readonly instead?: { readonly start: number; readonly end: number; readonly text: string }
}

/** Parentheses and `not`s nested deeper than this are refused before anything descends into them. */
export const maxNesting = 200

const { keywords } = t

/** After these something must follow, so no statement begins there. */
const demanding = new Set<TokenType>([
  ...[t.Comma, t.Dot, t.Pipe, t.Star, t.Assign, t.Equal, t.OtherComparison, t.BracketOpen, t.ParenOpen, t.Colon],
  ...[keywords.and, keywords.or, keywords.not, keywords.when, keywords.if, keywords.in, keywords.has, keywords.is],
  ...[keywords.to, keywords.then, keywords.by, keywords.of, keywords.because, keywords.status, keywords.matches],
  ...[keywords.starts_with, keywords.ends_with, keywords.contains, keywords.like],
])

/** Cuts a file's tokens into statements. */
export function segment(tokens: readonly t.Token[]): Chunk[] {
  const chunks: Chunk[] = []
  let current: t.Token[] = []
  let word: t.StatementWord | undefined
  let depth = 0
  let instead: Chunk['instead']
  const close = (): void => {
    if (current.length > 0) chunks.push({ tokens: current, ...(word ? { word } : {}), ...(instead ? { instead } : {}) })
    current = []
    instead = undefined
  }
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!
    const alternative = depth === 0 && word !== undefined ? asAlternative(tokens, i, current) : undefined
    if (alternative) {
      close()
      current = [...alternative.tokens]
      instead = alternative.instead
      i += alternative.width - 1
      continue
    }
    const start = startAt(tokens, i, depth, current.length === 1)
    if (start !== undefined) {
      close()
      depth = 0
      word = start === 'unknown' ? undefined : start
    }
    current.push(token)
    if (opens(token)) depth++
    else if (closes(token)) depth = token.tokenType === t.BraceClose ? 0 : Math.max(0, depth - 1)
  }
  close()
  return chunks
}

/** `} else if x {` and `} else {` after a rule: what would begin a second rule of the same kind. */
function asAlternative(tokens: readonly t.Token[], i: number, rule: readonly t.Token[]) {
  const token = tokens[i]!
  const [keyword, name] = rule
  const isElse = token.tokenType === keywords.else || /^(elif|elsif|elseif)$/.test(token.image)
  if (!isElse || tokens[i - 1]?.tokenType !== t.BraceClose || !keyword || !name || !isName(name)) return undefined
  const next = tokens[i + 1]
  const hasIf =
    token.tokenType === keywords.else && (next?.tokenType === keywords.if || next?.tokenType === keywords.when)
  const isPlain = token.tokenType === keywords.else && !hasIf
  if (isPlain && next?.tokenType !== t.BraceOpen) return undefined
  const last = hasIf ? next! : token
  const [, base, number] = /^(.*?)(?:_else(\d*))?$/.exec(name.image)!
  const image = `${base}_else${number === undefined ? '' : Number(number || 1) + 1}`
  const start = token.startOffset
  const make = (tokenType: TokenType, text: string): t.Token => ({
    ...token,
    image: text,
    endOffset: last.endOffset,
    tokenType,
    tokenTypeIdx: tokenType.tokenTypeIdx!,
  })
  const made = [make(keyword.tokenType, keyword.image), make(t.Word, image)]
  if (!isPlain) made.push(make(keywords.when, 'when'))
  const text = `${keyword.image} ${image}${isPlain ? '' : ' when'}`
  return { tokens: made, width: hasIf ? 2 : 1, instead: { start, end: last.endOffset + 1, text } }
}

function startAt(
  tokens: readonly t.Token[],
  i: number,
  depth: number,
  isSecond: boolean,
): t.StatementWord | 'unknown' | undefined {
  const token = tokens[i]!
  const word = t.statementWordOf(token.tokenType)
  const before = tokens[i - 1]
  const next = tokens[i + 1]
  if (word === undefined) {
    const mayStart = depth === 0 && !isSecond && (before === undefined || !isDemanding(tokens, i - 1))
    return mayStart && isUnknownStart(token, next) ? 'unknown' : undefined
  }
  if (before === undefined) return word
  // `at 100% deny`
  if (word === 'deny' && depth > 0 && (before.tokenType === t.PercentToken || before.tokenType === t.Malformed))
    return undefined
  if (next?.tokenType === t.Dot || next?.tokenType === t.BracketOpen || before.tokenType === t.Dot) return undefined
  if (token.firstOnLine)
    return depth === 0 ? (isValuePlace(before) ? undefined : word) : mayFollow(word, next) ? word : undefined
  return depth === 0 && !isSecond && !isDemanding(tokens, i - 1) && mayFollow(word, next) ? word : undefined
}

/** Places where a keyword can only be a value: `caller.kind ==` and then `log` on the next line. */
function isValuePlace(before: t.Token): boolean {
  const type = before.tokenType
  return type === t.Equal || type === t.OtherComparison || type === t.Comma
}

/** Whether something must follow a token; a keyword after a dot is only the part of an attribute. */
function isDemanding(tokens: readonly t.Token[], i: number): boolean {
  return demanding.has(tokens[i]!.tokenType) && tokens[i - 1]?.tokenType !== t.Dot
}

/** A misspelt keyword: a word at the start of a line, followed by a name or a string. */
function isUnknownStart(token: t.Token, next: t.Token | undefined): boolean {
  if (!token.firstOnLine || token.tokenType !== t.Word) return false
  return next !== undefined && !next.firstOnLine && (isName(next) || next.tokenType === t.StringToken)
}

const reserved = new Set(t.reservedWords)

/** Whether a token may be the name of a declaration. */
function isName({ tokenType, image }: t.Token): boolean {
  return tokenType === t.Hyphenated || (t.isWord(tokenType) && !reserved.has(image))
}

function mayFollow(word: t.StatementWord, next: t.Token | undefined): boolean {
  if (next === undefined) return false
  if (word === 'language') return next.tokenType === t.NumberToken
  if (word === 'import' || word === 'test') return next.tokenType === t.StringToken || next.tokenType === t.Malformed
  return isName(next)
}

function opens({ tokenType }: t.Token): boolean {
  return tokenType === t.BraceOpen || tokenType === t.BracketOpen || tokenType === t.ParenOpen
}

function closes({ tokenType }: t.Token): boolean {
  return tokenType === t.BraceClose || tokenType === t.BracketClose || tokenType === t.ParenClose
}

/** The token at which parentheses and `not`s first nest too deep, if they do. */
export function findTooDeep(tokens: readonly t.Token[]): t.Token | undefined {
  const open: number[] = []
  let depth = 0
  let nots = 0
  for (const token of tokens) {
    if (token.tokenType === keywords.not) nots++
    else if (token.tokenType === t.ParenOpen) {
      open.push(nots + 1)
      depth += nots + 1
      nots = 0
    } else {
      nots = 0
      if (token.tokenType === t.ParenClose) depth -= open.pop() ?? 0
    }
    if (depth + nots > maxNesting) return token
  }
  return undefined
}
