/**
 * From text to tree: total, with every mistake of a file in one run.
 *
 * Lexing, cutting into statements and parsing each of them are separate steps; this file joins them and holds the
 * bounds.
 */
import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.ts'
import type { Source } from '../diagnostics/source.ts'
import { assemble, type ParsedText } from './assemble.ts'
import type { Condition } from './ast-conditions.ts'
import { cutShort, maxLength, maxStatements, tooLong, tooMany } from './bounds.ts'
import { commentLines } from './documentation.ts'
import { type Lexed, lex } from './lex.ts'
import type { Mark } from './marks.ts'
import { parseAgain } from './parse-again.ts'
import { type Piece, parseChunk, readChunk } from './read-chunk.ts'
import { type Chunk, segment } from './segment.ts'
import type { Token } from './tokens.ts'

export { readSource } from './read-source.ts'
export { reservedWords } from './tokens.ts'

/** A parsed file, with the tokens that the formatter prints. */
export interface ParsedFile extends ParsedText {
  readonly tokens: readonly Token[]
  readonly marks: ReadonlyMap<number, Mark>
}

/**
 * Parses a policy file. Any text gives a tree: statements with errors are left out of it, and named in `broken`.
 * Where an earlier version of the text is handed in, what did not change is not read again; the result is the same.
 */
export function parsePolicy(source: Source, former?: ParsedText): ParsedText {
  const again = former && source.text.length <= maxLength ? parseAgain(former, source) : undefined
  if (again) return again
  // Tokens are many, and nobody asks for them.
  const { tokens: _, marks: __, ...parsed } = parseFile(source)
  return parsed
}

/** Parses a policy file, and keeps what the formatter needs. */
export function parseFile(source: Source): ParsedFile {
  if (source.text.length > maxLength) {
    const parsed = assemble({ source, pieces: [], comments: [], isPlain: false, said: [tooLong(source, 0)] })
    return { ...parsed, tokens: [], marks: new Map() }
  }
  const lexed = lex(source)
  const { tokens, comments } = lexed
  const all = segment(tokens)
  const marks = new Map<number, Mark>()
  const pieces = readChunks(source, lexed, all.slice(0, maxStatements), marks)
  const said: Diagnostic[] = pieces.length === 0 ? [...lexed.diagnostics] : []
  if (lexed.truncated) said.push(tooLong(source, tokens.at(-1)!.endOffset))
  const beyond = all[maxStatements]?.tokens[0]
  if (beyond) said.push(tooMany(source, beyond.startOffset))
  const isPlain = lexed.diagnostics.length === 0 && said.length === 0 && all.every((each) => !each.instead)
  return { ...assemble({ source, pieces, comments, isPlain, said }), tokens, marks }
}

/** Each statement by itself, with what the lexer said of it. */
function readChunks(source: Source, lexed: Lexed, chunks: readonly Chunk[], marks: Map<number, Mark>): Piece[] {
  const lines = commentLines(source, lexed.comments)
  const lexical = [...lexed.diagnostics].sort((a, b) => a.span.start - b.span.start)
  let from = 0
  return chunks.map((chunk, index) => {
    const next = chunks[index + 1]?.tokens[0]?.startOffset
    let to = from
    while (to < lexical.length && lexical[to]!.span.start < (next ?? Number.POSITIVE_INFINITY)) to++
    const own = lexical.slice(from, to)
    from = to
    return readChunk({ source, lines, marks, lexical: own, isLast: next === undefined }, chunk)
  })
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
