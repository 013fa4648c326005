/** The documentation of a statement: the block of comment lines directly above it. */
import type { Source } from '../diagnostics/source.ts'
import type { Comment } from './ast.ts'

/** Comments that stand alone on their line, by the number of the line. */
export type CommentLines = ReadonlyMap<number, Comment>

/** The comments of a file that stand alone on their line. */
export function commentLines(source: Source, comments: readonly Comment[]): CommentLines {
  const lines = new Map<number, Comment>()
  for (const comment of comments) {
    const { line, column } = source.positionAt(comment.span.start)
    const before = source.text.slice(comment.span.start - column + 1, comment.span.start)
    if (/^[ \t\ufeff]*$/.test(before)) lines.set(line, comment)
  }
  return lines
}

/** The documentation of the statement that begins at `offset`, first on its line. */
export function documentationAt(source: Source, lines: CommentLines, offset: number): string | undefined {
  const found: string[] = []
  let { line } = source.positionAt(offset)
  for (let comment = lines.get(--line); comment; comment = lines.get(--line)) {
    found.unshift(comment.text.replace(/^#+ ?/, ''))
  }
  return found.length === 0 ? undefined : found.join('\n')
}
