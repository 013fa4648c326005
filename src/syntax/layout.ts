/**
 * From the tokens of a statement to a document that can be printed.
 *
 * The layout works on tokens, not on the tree: what an author wrote stays as written, and a comment keeps its
 * place between two tokens by itself. Only commas come and go: between clauses they are dropped, between claims added.
 */
import type { Comment } from './ast.ts'
import { type Doc, group, hard, indent, line } from './doc.ts'
import type { Mark } from './marks.ts'
import * as t from './tokens.ts'

/** What a layout is made from. */
export interface LayoutInput {
  readonly text: string
  readonly comments: readonly Comment[]
  readonly marks: ReadonlyMap<number, Mark>
}

/** Lays out one statement. */
export function layStatement(input: LayoutInput, tokens: readonly t.Token[]): Doc {
  return new Layout(input, tokens).statement()
}

class Layout {
  readonly #text: string
  readonly #marks: ReadonlyMap<number, Mark>
  readonly #tokens: readonly t.Token[]
  /** The comments before each token, but for the first. */
  readonly #before: ReadonlyMap<t.Token, readonly Comment[]>
  readonly #closer = new Map<number, number>()

  constructor({ text, comments, marks }: LayoutInput, tokens: readonly t.Token[]) {
    this.#text = text
    this.#marks = marks
    this.#tokens = tokens.filter((token, i) => !isDropped(marks, token, tokens[i + 1]))
    this.#before = this.#placeComments(comments)
    this.#matchBrackets()
  }

  statement(): Doc {
    const open = this.#tokens.findIndex((token) => token.tokenType === t.BraceOpen)
    if (open < 0) return this.#head(0, this.#tokens.length, false)
    const close = this.#closer.get(open)!
    return group([this.#head(0, open, true), this.#gap(open, ' '), '{', this.#body(open + 1, close), '}'])
  }

  /** The keyword, the name, and the clauses before the body. */
  #head(from: number, to: number, hasBody: boolean): Doc {
    const starts = this.#indexesOf(from, to, (mark) => mark === 'head')
    const first = this.#run(from, starts[0] ?? to)
    const rest = starts.map((start, i) => [this.#gap(start, line()), this.#run(start, starts[i + 1] ?? to)])
    if (rest.length === 0) return first
    return group([first, hasBody ? indent(indent(rest)) : indent(rest)])
  }

  #body(from: number, to: number): Doc {
    const starts = this.#indexesOf(from, to, (mark) => mark === 'clause' || mark === 'claim')
    // A `by` that comes first belongs to no clause before it.
    if (starts[0] !== from) starts.unshift(from)
    const clauses = starts.map((start, i) => {
      const isClaim = this.#markOf(start) === 'claim'
      const blank = i > 0 && this.#hasBlankBefore(start)
      const comma = isClaim && i > 0 ? ',' : ''
      const gap = this.#gap(start, line(isClaim || i === 0 ? ' ' : '  ', blank))
      return [comma, gap, this.#run(start, starts[i + 1] ?? to)]
    })
    return [indent(clauses), this.#closing(to, line())]
  }

  /** Tokens in a row, broken at connectives, arms and commas where they do not fit; what comes after a break is indented. */
  #run(from: number, to: number): Doc {
    const first: Doc[] = []
    const rest: Doc[] = []
    let current = first
    for (let i = from; i < to; ) {
      const piece = this.#piece(i)
      if (i > from) {
        const separator = this.#separator(i)
        const gap = this.#gap(i, separator)
        if (typeof separator !== 'string' || gap !== separator) current = rest
        current.push(gap)
      }
      current.push(piece.doc)
      i = piece.next
    }
    return group([first, indent(rest)])
  }

  /** One token, or a bracket with all that is in it. */
  #piece(i: number): { doc: Doc; next: number } {
    const { image } = this.#tokens[i]!
    const close = this.#closer.get(i)
    if (close === undefined) return { doc: image, next: i + 1 }
    const next = close + 1
    const closing = this.#tokens[close]!.image
    if (close === i + 1) return { doc: [image, this.#gap(close, ''), closing], next }
    const isIndex = this.#markOf(i) === 'index'
    const inner = this.#items(i + 1, close)
    const soft = isIndex ? '' : line('')
    return { doc: group([image, indent([this.#gap(i + 1, soft), inner]), this.#closing(close, soft), closing]), next }
  }

  /** What stands within brackets: as a run, but without a further indent. */
  #items(from: number, to: number): Doc {
    const parts: Doc[] = []
    for (let i = from; i < to; ) {
      const piece = this.#piece(i)
      if (i > from) parts.push(this.#gap(i, this.#separator(i)))
      parts.push(piece.doc)
      i = piece.next
    }
    return parts
  }

  #separator(i: number): Doc {
    const before = this.#tokens[i - 1]!.tokenType
    const { tokenType } = this.#tokens[i]!
    const mark = this.#markOf(i)
    if (tokenType === t.Comma || tokenType === t.Dot || mark === 'index' || before === t.Dot) return ''
    return before === t.Comma || mark === 'connective' || mark === 'arm' ? line() : ' '
  }

  /** What stands before a token: its separator, or the comments there and a line end. */
  #gap(i: number, separator: Doc): Doc {
    const comments = this.#commentsBefore(i)
    return comments.length === 0 ? separator : [this.#commentDocs(i, comments), hard()]
  }

  /** What stands before a closing bracket: comments there are indented as what it closes. */
  #closing(i: number, separator: Doc): Doc {
    const comments = this.#commentsBefore(i)
    return comments.length === 0 ? separator : [indent(this.#commentDocs(i, comments)), hard()]
  }

  #commentDocs(i: number, comments: readonly Comment[]): Doc {
    let end = this.#tokens[i - 1]!.endOffset + 1
    return comments.map((comment, nth) => {
      const between = this.#text.slice(end, comment.span.start)
      end = comment.span.end
      const isOpening = this.#closer.has(i - 1)
      if (!/[\r\n]/.test(between)) return [' ', comment.text]
      return [hard(isBlank(between) && !(nth === 0 && isOpening)), comment.text]
    })
  }

  /** Comments before a comma stand after it: it clings to what it follows. */
  #commentsBefore(i: number): readonly Comment[] {
    return this.#before.get(this.#tokens[i]!) ?? []
  }

  #hasBlankBefore(i: number): boolean {
    return isBlank(this.#text.slice(this.#tokens[i - 1]!.endOffset + 1, this.#tokens[i]!.startOffset))
  }

  #markOf(i: number): Mark | undefined {
    return this.#marks.get(this.#tokens[i]!.startOffset)
  }

  #indexesOf(from: number, to: number, isWanted: (mark: Mark | undefined) => boolean): number[] {
    const found: number[] = []
    for (let i = Math.max(from, 1); i < to; i++) if (isWanted(this.#markOf(i))) found.push(i)
    return found
  }

  #placeComments(comments: readonly Comment[]): Map<t.Token, Comment[]> {
    const placed = new Map<t.Token, Comment[]>()
    let at = 0
    this.#tokens.forEach((token, i) => {
      if (token.tokenType === t.Comma && i + 1 < this.#tokens.length) return
      const first = at
      while (at < comments.length && comments[at]!.span.start < token.startOffset) at++
      if (i > 0 && at > first) placed.set(token, comments.slice(first, at))
    })
    return placed
  }

  #matchBrackets(): void {
    const open: number[] = []
    this.#tokens.forEach(({ tokenType }, i) => {
      if (tokenType === t.BraceOpen || tokenType === t.BracketOpen || tokenType === t.ParenOpen) open.push(i)
      else if (tokenType === t.BraceClose || tokenType === t.BracketClose || tokenType === t.ParenClose)
        this.#closer.set(open.pop()!, i)
    })
  }
}

/** Commas between clauses, and before a closing bracket. */
function isDropped(marks: ReadonlyMap<number, Mark>, token: t.Token, next: t.Token | undefined): boolean {
  if (token.tokenType !== t.Comma || next === undefined) return false
  const mark = marks.get(next.startOffset)
  const closes = next.tokenType === t.BracketClose || next.tokenType === t.BraceClose
  return closes || mark === 'clause' || mark === 'claim'
}

/** Whether an empty line stands in what is between two tokens. */
export function isBlank(between: string): boolean {
  return /(?:\r\n|\r|\n)[ \t]*(?:\r\n|\r|\n)/.test(between)
}
