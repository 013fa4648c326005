/**
 * From text to tree: total, with every mistake of a file in one run.
 *
 * Lexing, cutting into statements and parsing each of them are separate steps; this file joins them, decides what
 * is said once although several steps noticed it, and holds the bounds.
 */
import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.ts'
import type { Source, Span } from '../diagnostics/source.ts'
import { suggest } from '../diagnostics/suggest.ts'
import type { BrokenStatement, PolicyFile, Statement } from './ast.ts'
import type { Condition, NumberLiteral } from './ast-conditions.ts'
import { type CommentLines, commentLines, documentationAt } from './documentation.ts'
import { type Grammar, theGrammar } from './grammar.ts'
import { shown } from './grammar-base.ts'
import { type Lexed, lex, maxTokens } from './lex.ts'
import type { Mark } from './marks.ts'
import { type Chunk, findTooDeep, maxNesting, segment } from './segment.ts'
import { strayText, toDiagnostic } from './syntax-error.ts'
import { statementKeywords, type Token } from './tokens.ts'

export { readSource } from './read-source.ts'
export { reservedWords } from './tokens.ts'

/** A text may have so many bytes (UTF-16 units, once it is read). */
export const maxLength = 8 * 1024 * 1024
/** So many diagnostics are reported of one file. */
export const maxReported = 100
/** Most statements of one file. */
export const maxStatements = 150_000

/** So many are kept of one statement; spreading many more would outgrow the stack. */
const maxKept = 5_000

/** A parsed file, with the tokens that the formatter prints. */
export interface ParsedFile {
  readonly file: PolicyFile
  readonly diagnostics: readonly Diagnostic[]
  readonly tokens: readonly Token[]
  readonly marks: ReadonlyMap<number, Mark>
}

/** Parses a policy file. Any text gives a tree: statements with errors are left out of it, and named in `broken`. */
export function parsePolicy(source: Source): { file: PolicyFile; diagnostics: Diagnostic[] } {
  const { file, diagnostics } = parseFile(source)
  return { file, diagnostics: [...diagnostics] }
}

/** Parses a policy file, and keeps what the formatter needs. */
export function parseFile(source: Source): ParsedFile {
  const whole: Span = { source, start: 0, end: source.text.length }
  if (source.text.length > maxLength) {
    const empty = { file: { statements: [], comments: [], broken: [], span: whole }, tokens: [], marks: new Map() }
    return { ...empty, diagnostics: [tooLong(source, 0)] }
  }
  const lexed = lex(source)
  const reading = startReading(source, lexed)
  const all = segment(lexed.tokens)
  const chunks = all.slice(0, maxStatements)
  chunks.forEach((chunk, i) => {
    readChunk(reading, chunk, i === 0, chunks[i + 1]?.tokens[0]?.startOffset)
  })
  const { statements, broken, language, said, marks } = reading
  if (lexed.truncated) said.push(tooLong(source, lexed.tokens.at(-1)!.endOffset))
  const beyond = all[maxStatements]?.tokens[0]
  if (beyond) said.push(tooMany(source, beyond.startOffset))
  const file: PolicyFile = {
    ...(language ? { language } : {}),
    statements,
    broken,
    comments: lexed.comments,
    span: whole,
  }
  return { file, diagnostics: cutShort(said), tokens: lexed.tokens, marks }
}

/** Parses a lone condition, as `query` and `diff --where` take it. */
export function parseCondition(source: Source): { condition?: Condition; diagnostics: Diagnostic[] } {
  if (source.text.length > maxLength) return { diagnostics: [tooLong(source, 0)] }
  const lexed = lex(source)
  const said = [...lexed.diagnostics]
  if (lexed.truncated) said.push(tooLong(source, lexed.tokens.at(-1)!.endOffset))
  const { tokens } = lexed
  if (tokens.length === 0) {
    const span = { source, start: 0, end: source.text.length }
    said.push(
      diagnostic('P101', {
        message: 'found nothing where a condition was wanted',
        span,
        help: 'write it like `caller.team == "core"`',
      }),
    )
    return { diagnostics: cutShort(said) }
  }
  const parsed = parseChunk({
    source,
    chunk: { tokens },
    said,
    marks: new Map(),
    isLast: true,
    parse: (grammar) => grammar.condition(),
  })
  const diagnostics = cutShort(said)
  return parsed === undefined ? { diagnostics } : { condition: parsed, diagnostics }
}

/** The state of reading one file, statement by statement. */
interface Reading {
  readonly source: Source
  readonly lines: CommentLines
  /** What the lexer said, in order, and how much of it belongs to the statements read so far. */
  readonly lexical: readonly Diagnostic[]
  nextLexical: number
  readonly statements: Statement[]
  readonly broken: BrokenStatement[]
  readonly said: Diagnostic[]
  readonly marks: Map<number, Mark>
  language: PolicyFile['language']
}

function startReading(source: Source, lexed: Lexed): Reading {
  const lexical = [...lexed.diagnostics].sort((a, b) => a.span.start - b.span.start)
  const lines = commentLines(source, lexed.comments)
  const empty = { statements: [], broken: [], said: [], marks: new Map(), language: undefined }
  return { source, lines, lexical, nextLexical: 0, ...empty }
}

/** Reads a statement; `end` is where the next one begins. */
function readChunk(reading: Reading, chunk: Chunk, isFirst: boolean, end: number | undefined): void {
  const { source, marks } = reading
  const first = chunk.tokens[0]!
  const said = lexicalUntil(reading, end ?? Number.POSITIVE_INFINITY)
  const { word } = chunk
  if (chunk.instead) said.push(secondRule(source, chunk.instead, word))
  let parsed: Statement | NumberLiteral | undefined
  if (word !== undefined) {
    parsed = parseChunk({
      source,
      chunk,
      said,
      marks,
      isLast: end === undefined,
      parse: (grammar) => grammar.statement(word),
    })
  } else if (isOnlyHabit(said)) said.push(strayText(source, first))
  if (parsed === undefined) reading.broken.push(brokenStatement(source, chunk))
  else if (parsed.kind === 'number') readLanguage(reading, parsed, first, isFirst, said)
  else {
    const documentation = first.firstOnLine ? documentationAt(source, reading.lines, first.startOffset) : undefined
    reading.statements.push(documentation === undefined ? parsed : { ...parsed, documentation })
  }
  reading.said.push(...said.slice(0, maxKept))
}

function lexicalUntil(reading: Reading, end: number): Diagnostic[] {
  const { lexical, nextLexical: from } = reading
  while (reading.nextLexical < lexical.length && lexical[reading.nextLexical]!.span.start < end) reading.nextLexical++
  return lexical.slice(from, reading.nextLexical)
}

/** The habit of `} else {` between rules. */
function secondRule(
  source: Source,
  { start, end, text }: NonNullable<Chunk['instead']>,
  word: string | undefined,
): Diagnostic {
  const span = { source, start, end }
  const message = `found \`${shown(source.text.slice(start, end))}\` where a second \`${word}\` was wanted`
  return diagnostic('P103', { message, span, help: `write \`${text}\``, edits: [{ span, text }] })
}

function readLanguage(
  reading: Reading,
  version: NumberLiteral,
  word: Token,
  isFirst: boolean,
  said: Diagnostic[],
): void {
  const span: Span = { source: reading.source, start: word.startOffset, end: version.span.end }
  const before = reading.language
  if (before) {
    const related = [{ message: 'the first stands here', span: before.span }]
    said.push(diagnostic('P110', { message: 'found a second `language`', span, related, help: 'delete it' }))
  } else if (!isFirst) {
    said.push(
      diagnostic('P101', {
        message: 'found `language` after a statement',
        span,
        help: 'write it at the top of the file',
      }),
    )
  } else if (version.value !== 1) {
    const help = 'this policyc knows `language 1`'
    said.push(diagnostic('P108', { message: `found language \`${version.text}\``, span: version.span, help }))
  } else reading.language = { version: 1, span }
}

interface ChunkTask<T> {
  readonly source: Source
  readonly chunk: Chunk
  /** What the lexer said of it; what the parser says is added. */
  readonly said: Diagnostic[]
  readonly marks: Map<number, Mark>
  readonly isLast: boolean
  readonly parse: (grammar: Grammar) => T
}

/** Parses the tokens of one statement; undefined where there is an error in it that leaves its meaning open. */
function parseChunk<T>({ source, chunk, said, marks, isLast, parse }: ChunkTask<T>): T | undefined {
  const deep = findTooDeep(chunk.tokens)
  if (deep) {
    const span = { source, start: deep.startOffset, end: deep.endOffset + 1 }
    const help = 'write a `define` for the inner parts'
    said.push(diagnostic('P107', { message: `this condition nests deeper than ${maxNesting}`, span, help }))
    return undefined
  }
  const lexicalIsFine = isOnlyHabit(said)
  const grammar = theGrammar()
  grammar.begin(source, chunk.tokens, said, marks)
  const parsed = parse(grammar)
  const error = grammar.errors[0]
  if (error) {
    const leftover = error.name === 'NotAllInputParsedException' ? (error.token as Token) : undefined
    // A statement that is whole, and then text on a line of its own that belongs to no statement.
    const isStray = chunk.word !== undefined && leftover?.firstOnLine === true && !isContinuation(leftover)
    const isWhole = isStray && isOnlyHabit(said)
    if (lexicalIsFine || isStray)
      said.push(isStray ? strayText(source, leftover) : toDiagnostic(source, chunk, error, isLast))
    keepOneSyntaxError(said)
    return isWhole ? parsed : undefined
  }
  keepOneSyntaxError(said)
  return isOnlyHabit(said) ? parsed : undefined
}

/** Words that go on with a condition or rule, also misspelt: at the start of a line they belong to what is above. */
function isContinuation({ image }: Token): boolean {
  if (continuations.includes(image)) return true
  return suggest(image, continuations) !== undefined && suggest(image, statementKeywords) === undefined
}

const continuations = ['and', 'or', 'not', 'in', 'has', 'when', 'because', 'status', 'to', 'then', 'is', '==', '=', '{']

/** Whether nothing but P103 and P105 was said, which leave no doubt about what is meant. */
function isOnlyHabit(said: readonly Diagnostic[]): boolean {
  return said.every((each) => each.code === 'P103' || each.code === 'P105')
}

/** After the first syntax error of a statement, further ones and missing clauses are most often its consequences. */
function keepOneSyntaxError(said: Diagnostic[]): void {
  const first = said.findIndex((each) => each.code === 'P101')
  if (first < 0) return
  const kept = said.filter((each, i) => i <= first || (each.code !== 'P101' && each.code !== 'P110'))
  said.splice(0, said.length, ...kept.slice(0, maxKept))
}

function brokenStatement(source: Source, chunk: Chunk): BrokenStatement {
  const [first, second] = chunk.tokens
  const last = chunk.tokens.at(-1)!
  const span: Span = { source, start: first!.startOffset, end: last.endOffset + 1 }
  const isName = second !== undefined && /^[a-z_][a-z0-9_]*$/.test(second.image)
  const name = isName
    ? { text: second.image, span: { source, start: second.startOffset, end: second.endOffset + 1 } }
    : undefined
  return { ...(chunk.word ? { word: chunk.word } : {}), ...(name ? { name } : {}), span }
}

function tooMany(source: Source, at: number): Diagnostic {
  return diagnostic('P107', {
    message: `the file has more than ${maxStatements.toLocaleString('en')} statements; the rest is not read`,
    span: { source, start: at, end: at + 1 },
    help: 'part the file and `import` the parts, or keep long lists in `tables` of gateway.yaml',
  })
}

function tooLong(source: Source, at: number): Diagnostic {
  const message =
    at === 0
      ? `the text is longer than ${maxLength / 1024 / 1024} MiB`
      : `the text has more than ${maxTokens.toLocaleString('en')} words and signs; the rest is not read`
  const help = 'put what is long into a table or a set of another file'
  return diagnostic('P107', { message, span: { source, start: at, end: Math.min(at + 1, source.text.length) }, help })
}

/** In the order of the text, and no more than can be read. */
function cutShort(said: readonly Diagnostic[]): Diagnostic[] {
  const sorted = [...said].sort((a, b) => a.span.start - b.span.start)
  if (sorted.length <= maxReported) return sorted
  const more = sorted.length - maxReported
  const message = `${more} more ${more === 1 ? 'mistake is' : 'mistakes are'} not shown`
  const rest = diagnostic('P107', { message, span: sorted[maxReported]!.span, help: 'mend these first' })
  return [...sorted.slice(0, maxReported), rest]
}
