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
export function layStatement({ text, comments, marks }: LayoutInput, all: readonly t.Token[]): Doc {
  const tokens = all.filter((token, i) => !isDropped(marks, token, all[i + 1]))
  return layTokens({ text, marks, tokens, before: placeComments(tokens, comments), closer: matchBrackets(tokens) })
}

interface Layout {
  readonly text: string
  readonly marks: ReadonlyMap<number, Mark>
  readonly tokens: readonly t.Token[]
  /** The comments before each token, but for the first. */
  readonly before: ReadonlyMap<t.Token, readonly Comment[]>
  /** For each opening bracket, by index, the one that closes it. */
  readonly closer: ReadonlyMap<number, number>
}

function layTokens(layout: Layout): Doc {
  const open = layout.tokens.findIndex((token) => token.tokenType === t.BraceOpen)
  if (open < 0) return layHead(layout, 0, layout.tokens.length, false)
  const close = layout.closer.get(open)!
  return group([layHead(layout, 0, open, true), gapAt(layout, open, ' '), '{', layBody(layout, open + 1, close), '}'])
}

/** The keyword, the name, and the clauses before the body. */
function layHead(layout: Layout, from: number, to: number, hasBody: boolean): Doc {
  const starts = indexesOf(layout, from, to, (mark) => mark === 'head')
  const first = layRun(layout, from, starts[0] ?? to)
  const rest = starts.map((start, i) => [gapAt(layout, start, line()), layRun(layout, start, starts[i + 1] ?? to)])
  if (rest.length === 0) return first
  return group([first, hasBody ? indent(indent(rest)) : indent(rest)])
}

function layBody(layout: Layout, from: number, to: number): Doc {
  const starts = indexesOf(layout, from, to, (mark) => mark === 'clause' || mark === 'claim')
  // A `by` that comes first belongs to no clause before it.
  if (starts[0] !== from) starts.unshift(from)
  const clauses = starts.map((start, i) => {
    const isClaim = markOf(layout, start) === 'claim'
    const blank = i > 0 && hasBlankBefore(layout, start)
    const comma = isClaim && i > 0 ? ',' : ''
    const gap = gapAt(layout, start, line(isClaim || i === 0 ? ' ' : '  ', blank))
    return [comma, gap, layRun(layout, start, starts[i + 1] ?? to)]
  })
  return [indent(clauses), closingAt(layout, to, line())]
}

/** Tokens in a row, broken at connectives, arms and commas where they do not fit; what comes after a break is indented. */
function layRun(layout: Layout, from: number, to: number): Doc {
  const first: Doc[] = []
  const rest: Doc[] = []
  let current = first
  for (let i = from; i < to; ) {
    const piece = layPiece(layout, i)
    if (i > from) {
      const separator = separatorAt(layout, i)
      const gap = gapAt(layout, i, separator)
      if (typeof separator !== 'string' || gap !== separator) current = rest
      current.push(gap)
    }
    current.push(piece.doc)
    i = piece.next
  }
  return group([first, indent(rest)])
}

/** One token, or a bracket with all that is in it. */
function layPiece(layout: Layout, i: number): { doc: Doc; next: number } {
  const { image } = layout.tokens[i]!
  const close = layout.closer.get(i)
  if (close === undefined) return { doc: image, next: i + 1 }
  const next = close + 1
  const closing = layout.tokens[close]!.image
  if (close === i + 1) return { doc: [image, gapAt(layout, close, ''), closing], next }
  const isIndex = markOf(layout, i) === 'index'
  const inner = layItems(layout, i + 1, close)
  const soft = isIndex ? '' : line('')
  return {
    doc: group([image, indent([gapAt(layout, i + 1, soft), inner]), closingAt(layout, close, soft), closing]),
    next,
  }
}

/** What stands within brackets: as a run, but without a further indent. */
function layItems(layout: Layout, from: number, to: number): Doc {
  const parts: Doc[] = []
  for (let i = from; i < to; ) {
    const piece = layPiece(layout, i)
    if (i > from) parts.push(gapAt(layout, i, separatorAt(layout, i)))
    parts.push(piece.doc)
    i = piece.next
  }
  return parts
}

function separatorAt(layout: Layout, i: number): Doc {
  const before = layout.tokens[i - 1]!.tokenType
  const { tokenType } = layout.tokens[i]!
  const mark = markOf(layout, i)
  if (tokenType === t.Comma || tokenType === t.Dot || mark === 'index' || before === t.Dot) return ''
  return before === t.Comma || mark === 'connective' || mark === 'arm' ? line() : ' '
}

/** What stands before a token: its separator, or the comments there and a line end. */
function gapAt(layout: Layout, i: number, separator: Doc): Doc {
  const comments = commentsBefore(layout, i)
  return comments.length === 0 ? separator : [commentDocs(layout, i, comments), hard()]
}

/** What stands before a closing bracket: comments there are indented as what it closes. */
function closingAt(layout: Layout, i: number, separator: Doc): Doc {
  const comments = commentsBefore(layout, i)
  return comments.length === 0 ? separator : [indent(commentDocs(layout, i, comments)), hard()]
}

function commentDocs(layout: Layout, i: number, comments: readonly Comment[]): Doc {
  let end = layout.tokens[i - 1]!.endOffset + 1
  return comments.map((comment, nth) => {
    const between = layout.text.slice(end, comment.span.start)
    end = comment.span.end
    const isOpening = layout.closer.has(i - 1)
    if (!/[\r\n]/.test(between)) return [' ', comment.text]
    return [hard(isBlank(between) && !(nth === 0 && isOpening)), comment.text]
  })
}

function commentsBefore(layout: Layout, i: number): readonly Comment[] {
  return layout.before.get(layout.tokens[i]!) ?? []
}

function hasBlankBefore(layout: Layout, i: number): boolean {
  return isBlank(layout.text.slice(layout.tokens[i - 1]!.endOffset + 1, layout.tokens[i]!.startOffset))
}

function markOf(layout: Layout, i: number): Mark | undefined {
  return layout.marks.get(layout.tokens[i]!.startOffset)
}

function indexesOf(layout: Layout, from: number, to: number, isWanted: (mark: Mark | undefined) => boolean): number[] {
  const found: number[] = []
  for (let i = Math.max(from, 1); i < to; i++) if (isWanted(markOf(layout, i))) found.push(i)
  return found
}

function placeComments(tokens: readonly t.Token[], comments: readonly Comment[]): Map<t.Token, Comment[]> {
  const placed = new Map<t.Token, Comment[]>()
  let at = 0
  tokens.forEach((token, i) => {
    // A comma clings to what it follows, so a comment before it stands after it.
    if (token.tokenType === t.Comma && i + 1 < tokens.length) return
    const first = at
    while (at < comments.length && comments[at]!.span.start < token.startOffset) at++
    if (i > 0 && at > first) placed.set(token, comments.slice(first, at))
  })
  return placed
}

function matchBrackets(tokens: readonly t.Token[]): Map<number, number> {
  const closer = new Map<number, number>()
  const open: number[] = []
  tokens.forEach(({ tokenType }, i) => {
    if (tokenType === t.BraceOpen || tokenType === t.BracketOpen || tokenType === t.ParenOpen) open.push(i)
    else if (tokenType === t.BraceClose || tokenType === t.BracketClose || tokenType === t.ParenClose)
      closer.set(open.pop()!, i)
  })
  return closer
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
