/**
 * One statement of a file, parsed by itself: what it is, or that it is broken, and what is to be said of it.
 *
 * Nothing here looks at other statements, so that a statement whose text did not change need not be read again
 * (`parse-again.ts`).
 */
import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.ts'
import type { Source, Span } from '../diagnostics/source.ts'
import { suggest } from '../diagnostics/suggest.ts'
import type { BrokenStatement, Statement } from './ast.ts'
import type { NumberLiteral } from './ast-conditions.ts'
import { type CommentLines, documentationAt } from './documentation.ts'
import { type Grammar, theGrammar } from './grammar.ts'
import { shown } from './grammar-base.ts'
import type { Mark } from './marks.ts'
import { type Chunk, findTooDeep, maxNesting } from './segment.ts'
import { strayText, toDiagnostic } from './syntax-error.ts'
import { statementKeywords, type Token } from './tokens.ts'

/** So many are kept of one statement; spreading many more would outgrow the stack. */
const maxKept = 5_000

/** A statement as read, or text that belongs to none. */
export interface Piece {
  /** Where it begins. */
  readonly start: number
  /** Whether only blanks stand before it on its line. */
  readonly firstOnLine: boolean
  readonly tokens: number
  readonly content:
    | Statement
    | { readonly kind: 'broken'; readonly statement: BrokenStatement }
    | { readonly kind: 'language'; readonly version: NumberLiteral; readonly span: Span }
  readonly said: readonly Diagnostic[]
}

/** What reading a statement takes beside its tokens. */
export interface ChunkReading {
  readonly source: Source
  readonly lines: CommentLines
  readonly marks: Map<number, Mark>
  /** What the lexer said of this statement. */
  readonly lexical: readonly Diagnostic[]
  readonly isLast: boolean
}

/** Reads a statement. */
export function readChunk({ source, lines, marks, lexical, isLast }: ChunkReading, chunk: Chunk): Piece {
  const first = chunk.tokens[0]!
  const said = [...lexical]
  const { word } = chunk
  if (chunk.instead) said.push(secondRule(source, chunk.instead, word))
  let parsed: Statement | NumberLiteral | undefined
  if (word !== undefined) {
    parsed = parseChunk({ source, chunk, said, marks, isLast, parse: (grammar) => grammar.statement(word) })
  } else if (isOnlyHabit(said)) said.push(strayText(source, first))
  const start = first.startOffset
  const contentOf = (): Piece['content'] => {
    if (parsed === undefined) return { kind: 'broken', statement: brokenStatement(source, chunk) }
    if (parsed.kind === 'number') {
      return { kind: 'language', version: parsed, span: { source, start, end: parsed.span.end } }
    }
    const documentation = first.firstOnLine ? documentationAt(source, lines, start) : undefined
    return documentation === undefined ? parsed : { ...parsed, documentation }
  }
  const { firstOnLine } = first
  return { start, firstOnLine, tokens: chunk.tokens.length, content: contentOf(), said: said.slice(0, maxKept) }
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

export interface ChunkTask<T> {
  readonly source: Source
  readonly chunk: Chunk
  /** What the lexer said of it; what the parser says is added. */
  readonly said: Diagnostic[]
  readonly marks: Map<number, Mark>
  readonly isLast: boolean
  readonly parse: (grammar: Grammar) => T
}

/** Parses the tokens of one statement; undefined where there is an error in it that leaves its meaning open. */
export function parseChunk<T>({ source, chunk, said, marks, isLast, parse }: ChunkTask<T>): T | undefined {
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
