/**
 * Parsing the next version of a text: statements before and after what changed are kept, and their spans moved.
 *
 * What is kept must not depend on what changed. A statement is read from its own tokens; where it ends depends on the
 * token that begins the next one and on the token after that, and its documentation on the comments above it. So one
 * statement more than changed is read again on either side, and what follows is taken up only where a statement
 * begins at the same place as before. Where the lexer has something to say that does not hold (a `/*` may reach to
 * the end of the file), and everything is read.
 */
import type { Source } from '../diagnostics/source.ts'
import { assemble, type ParsedText } from './assemble.ts'
import type { Comment } from './ast.ts'
import { maxStatements } from './bounds.ts'
import { commentLines } from './documentation.ts'
import { lex, maxTokens } from './lex.ts'
import { moved } from './moved.ts'
import { type Piece, readChunk } from './read-chunk.ts'
import { type Chunk, segment } from './segment.ts'

/** Parses a later version of a text; undefined where it must be read from the beginning. */
export function parseAgain(former: ParsedText, source: Source): ParsedText | undefined {
  if (!former.isPlain) return undefined
  const change = findChange(former, source)
  const { head, tail, from, until, by } = change
  const lexed = lex(source, {
    from,
    firstOnLine: former.pieces[head]?.firstOnLine ?? true,
    isEnough: (tokens) => tokens.at(-2)!.startOffset >= until,
  })
  const chunks = lexed.diagnostics.length > 0 ? undefined : chunksBetween(former, change, segment(lexed.tokens))
  if (!chunks) return undefined
  const comments = [
    ...former.file.comments.filter((each) => each.span.start < from).map((each) => moved(each, source, 0)),
    ...lexed.comments.filter((each) => each.span.start < until),
    ...former.file.comments.filter((each) => each.span.start >= until - by).map((each) => moved(each, source, by)),
  ]
  const pieces = [
    ...former.pieces.slice(0, head).map((each) => movedPiece(each, source, 0)),
    ...readChunks(source, comments, chunks, tail === former.pieces.length),
    ...former.pieces.slice(tail).map((each) => movedPiece(each, source, by)),
  ]
  const tokens = pieces.reduce((sum, each) => sum + each.tokens, 0)
  if (pieces.length > maxStatements || tokens > maxTokens) return undefined
  return assemble({ source, pieces, comments, isPlain: true, said: [] })
}

/** The statements to be read, or undefined where those behind them do not begin at the same place as before. */
function chunksBetween(
  { pieces }: ParsedText,
  { tail, until, by }: Change,
  all: readonly Chunk[],
): readonly Chunk[] | undefined {
  const chunks = all.filter((each) => each.tokens[0]!.startOffset < until)
  const isFound = (chunk: Chunk | undefined, piece: number): boolean =>
    chunk?.tokens[0]?.startOffset === pieces[piece]!.start + by
  // The statement before those that are kept must be where it was too: it bounds the comments above them.
  const isTakenUp = tail === pieces.length || (isFound(chunks.at(-1), tail - 1) && isFound(all[chunks.length], tail))
  return isTakenUp && chunks.every((each) => !each.instead) ? chunks : undefined
}

interface Change {
  /** So many pieces at the beginning are kept, and those from `tail` on. */
  readonly head: number
  readonly tail: number
  /** What lies between them in the new text. */
  readonly from: number
  readonly until: number
  /** How much further on the kept end stands. */
  readonly by: number
}

function findChange({ source: { text: before }, pieces }: ParsedText, { text }: Source): Change {
  const shorter = Math.min(before.length, text.length)
  let same = 0
  while (same < shorter && before.charCodeAt(same) === text.charCodeAt(same)) same++
  let sameEnd = 0
  const most = shorter - same
  while (
    sameEnd < most &&
    before.charCodeAt(before.length - sameEnd - 1) === text.charCodeAt(text.length - sameEnd - 1)
  ) {
    sameEnd++
  }
  let head = 0
  while (head + 3 < pieces.length && pieces[head + 3]!.start < same) head++
  let tail = pieces.length
  while (tail > head + 1 && pieces[tail - 2]!.start > before.length - sameEnd) tail--
  const by = text.length - before.length
  const until = tail < pieces.length ? pieces[tail]!.start + by : text.length
  return { head, tail, from: head === 0 ? 0 : pieces[head]!.start, until, by }
}

function readChunks(
  source: Source,
  comments: readonly Comment[],
  chunks: readonly Chunk[],
  hasLast: boolean,
): readonly Piece[] {
  const lines = commentLines(source, comments)
  return chunks.map((chunk, index) => {
    const isLast = hasLast && index === chunks.length - 1
    return readChunk({ source, lines, marks: new Map(), lexical: [], isLast }, chunk)
  })
}

function movedPiece(piece: Piece, source: Source, by: number): Piece {
  const { start, firstOnLine, tokens, content, said } = piece
  return { start: start + by, firstOnLine, tokens, content: moved(content, source, by), said: moved(said, source, by) }
}
