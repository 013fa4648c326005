/**
 * One line of a text as a terminal shows it: tabs as spaces, wide characters two columns wide, what would steer the
 * terminal replaced, and of a very long line the part around the place that matters.
 */

const tabWidth = 4
const ellipsis = '…'
const replacement = '�'

export interface Row {
  readonly text: string
  /** The display column, from 0, of an offset into the line; what was cut off is at the edge. */
  readonly columnOf: (offset: number) => number
}

interface Cell {
  readonly offset: number
  readonly shown: string
  readonly width: number
}

/** Lays out a line; where it is wider than `widthMax`, the part around `focus` (an offset into it). */
export function layRow(line: string, focus: number, widthMax: number): Row {
  // A grapheme is hardly ever longer than four units: what lies further away cannot be shown anyway.
  const from = wholeAt(line, Math.max(0, focus - 4 * widthMax))
  const to = wholeAt(line, Math.min(line.length, focus + 4 * widthMax))
  const cells = cellsOf(line.slice(from, to), from)
  const isWhole = from === 0 && to === line.length
  if (isWhole && widthOf(cells) <= widthMax) return rowOf(cells, 0, to, '', '')
  let first = cells.findIndex((each) => each.offset >= focus)
  if (first < 0) first = cells.length
  for (let before = 0; first > 0 && before + cells[first - 1]!.width <= widthMax / 3; first--) {
    before += cells[first - 1]!.width
  }
  let last = first
  for (let width = 2; last < cells.length && width + cells[last]!.width <= widthMax; last++) width += cells[last]!.width
  const end = cells[last]?.offset ?? to
  const isCutBefore = first > 0 || from > 0
  return rowOf(
    cells.slice(first, last),
    cells[first]?.offset ?? to,
    end,
    isCutBefore ? ellipsis : '',
    end < line.length ? ellipsis : '',
  )
}

function rowOf(cells: readonly Cell[], start: number, end: number, before: string, after: string): Row {
  const starts = new Map<number, number>()
  let width = before.length
  for (const each of cells) {
    starts.set(each.offset, width)
    width += each.width
  }
  const columnOf = (offset: number): number => {
    if (offset <= start) return before.length
    if (offset >= end) return width
    let at = offset
    // An offset within a grapheme is where the grapheme begins.
    while (at > start && !starts.has(at)) at--
    return starts.get(at) ?? before.length
  }
  return { text: before + cells.map((each) => each.shown).join('') + after, columnOf }
}

/** An offset that does not cut a surrogate pair. */
function wholeAt(line: string, offset: number): number {
  const unit = line.charCodeAt(offset)
  return offset > 0 && unit >= 0xdc00 && unit <= 0xdfff ? offset - 1 : offset
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
const unseen = /^[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u
const wide =
  /\p{Emoji_Presentation}|\ufe0f|[\u1100-\u115f\u2e80-\u303e\u3041-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]/u

function cellsOf(text: string, from: number): Cell[] {
  const cells: Cell[] = []
  let column = 0
  for (const { segment, index } of graphemes.segment(text)) {
    const shown = segment === '\t' ? ' '.repeat(tabWidth - (column % tabWidth)) : seen(segment)
    const width = segment === '\t' ? shown.length : wide.test(shown) ? 2 : 1
    cells.push({ offset: from + index, shown, width })
    column += width
  }
  return cells
}

function seen(grapheme: string): string {
  return unseen.test(grapheme) ? replacement : grapheme
}

function widthOf(cells: readonly Cell[]): number {
  return cells.reduce((sum, each) => sum + each.width, 0)
}

/** A message on one line, without anything that would steer a terminal. */
export function cleanText(text: string): string {
  return text
    .replace(/[\r\n\t]+/g, ' ')
    .replace(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/gu, replacement)
}
