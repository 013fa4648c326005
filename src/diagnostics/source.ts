/**
 * Source text and places in it.
 *
 * A `Source` is one file as read; a `Span` is a range of it. Everything that a diagnostic may
 * one day point at carries a span, from the token to the leaf of the decision graph.
 */

/** One text, with the path it is shown under. Offsets count UTF-16 units, as JavaScript strings do. */
export class Source {
  readonly path: string
  readonly text: string
  #lineStarts: number[] | undefined

  constructor(path: string, text: string) {
    this.path = path
    this.text = text
  }

  /** Offsets at which each line begins; the first is 0. Lines end at LF, CRLF or a lone CR. */
  get lineStarts(): readonly number[] {
    if (this.#lineStarts) return this.#lineStarts
    const starts = [0]
    for (const end of this.text.matchAll(/\r\n|\n|\r/g)) starts.push(end.index + end[0].length)
    return (this.#lineStarts = starts)
  }

  /** Line and column, both from 1, of an offset; offsets outside the text are clamped to it. */
  positionAt(offset: number): Position {
    const at = Math.max(0, Math.min(offset, this.text.length))
    const starts = this.lineStarts
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (starts[middle]! <= at) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: at - starts[low]! + 1 }
  }

  /** The text of a line (from 1), without its line end; empty where there is no such line. */
  lineText(line: number): string {
    const start = this.lineStarts[line - 1]
    if (start === undefined) return ''
    return this.text.slice(start, this.lineStarts[line] ?? this.text.length).replace(/[\r\n]+$/, '')
  }
}

/** A place in a text: line and column, both counted from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** A range of a source: `start` included, `end` not; both within the text. */
export interface Span {
  readonly source: Source
  readonly start: number
  readonly end: number
}
