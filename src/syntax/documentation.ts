/** The documentation of a statement: the block of comment lines directly above it. */
import type { Source } from '../diagnostics/source.ts'
import type { Comment } from './ast.ts'

export class Documentation {
  readonly #source: Source
  /** Comments that stand alone on their line, by the number of the line. */
  readonly #byLine = new Map<number, Comment>()

  constructor(source: Source, comments: readonly Comment[]) {
    this.#source = source
    for (const comment of comments) {
      const { line, column } = source.positionAt(comment.span.start)
      const before = source.text.slice(comment.span.start - column + 1, comment.span.start)
      if (/^[ \t\ufeff]*$/.test(before)) this.#byLine.set(line, comment)
    }
  }

  /** The documentation of the statement that begins at `offset`, first on its line. */
  above(offset: number): string | undefined {
    const lines: string[] = []
    let { line } = this.#source.positionAt(offset)
    for (let comment = this.#byLine.get(--line); comment; comment = this.#byLine.get(--line)) {
      lines.unshift(comment.text.replace(/^#+ ?/, ''))
    }
    return lines.length === 0 ? undefined : lines.join('\n')
  }
}
