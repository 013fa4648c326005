/**
 * A code frame: the lines of one source that have something to show, with what is marked on them underlined and
 * labelled. Knows nothing of diagnostics.
 */
import { cleanText, layRow, type Row } from './render-row.ts'
import type { Source, Span } from './source.ts'

export interface Mark {
  readonly span: Span
  readonly label: string
  readonly kind: 'primary' | 'related' | 'inserted'
}

/** How parts of a frame are coloured; each gives its text back where colour is off. */
export interface Paint {
  readonly gutter: (text: string) => string
  readonly mark: (kind: Mark['kind'], text: string) => string
}

export interface FrameOptions {
  readonly paint: Paint
  /** Columns of the line numbers. */
  readonly gutter: number
  readonly widthMax: number
}

interface LineMark extends Mark {
  /** Offsets into the line. */
  readonly start: number
  readonly end: number
}

const underlines = { primary: '^', related: '─', inserted: '+' } as const

/** The marked lines of a source, in order; where lines between are left out, a `·` says so. */
export function renderLines(source: Source, marks: readonly Mark[], options: FrameOptions): string[] {
  const byLine = new Map<number, LineMark[]>()
  for (const mark of marks) {
    const { line, column } = source.positionAt(mark.span.start)
    const text = source.lineText(line)
    const start = Math.min(column - 1, text.length)
    // A span of several lines is underlined to the end of its first.
    const end = Math.max(start, Math.min(start + mark.span.end - mark.span.start, text.trimEnd().length))
    byLine.set(line, [...(byLine.get(line) ?? []), { ...mark, start, end }])
  }
  const lines: string[] = []
  let previous: number | undefined
  for (const [line, own] of [...byLine].sort(([a], [b]) => a - b)) {
    if (previous !== undefined && line > previous + 2) lines.push(gutterOf('·', '', options))
    else if (previous !== undefined && line === previous + 2) lines.push(...plainLine(source, line - 1, options))
    lines.push(...markedLine(source.lineText(line), line, own, options))
    previous = line
  }
  return lines
}

/** The text beside the gutter: `12 │ text`, or `   │ text` without a number. */
export function gutterOf(number: string, text: string, { paint, gutter }: FrameOptions): string {
  const bar = paint.gutter(`${number.padStart(gutter)} │`)
  return text === '' ? bar : `${bar} ${text}`
}

function plainLine(source: Source, line: number, options: FrameOptions): string[] {
  return [gutterOf(String(line), layRow(source.lineText(line), 0, options.widthMax).text, options)]
}

function markedLine(text: string, line: number, marks: readonly LineMark[], options: FrameOptions): string[] {
  const focus = (marks.find((each) => each.kind === 'primary') ?? marks[0]!).start
  const row = layRow(text, focus, options.widthMax)
  // What only takes text away leaves nothing to underline.
  const seen = marks.filter((each) => each.kind !== 'inserted' || each.start < each.end)
  const below = seen.length === 0 ? [] : labelLines(row, seen, options)
  return [gutterOf(String(line), row.text, options), ...below.map((each) => gutterOf('', each, options))]
}

/** The underlines with the label of the last mark beside them; the other labels hang below, the last one first. */
function labelLines(row: Row, marks: readonly LineMark[], { paint }: FrameOptions): string[] {
  const placed = marks
    .map((each) => {
      const from = row.columnOf(each.start)
      return { ...each, from, to: Math.max(from + 1, row.columnOf(each.end)) }
    })
    .sort((a, b) => a.from - b.from || a.to - b.to)
  const cells: (Mark['kind'] | undefined)[] = []
  for (const { kind, from, to } of [...placed].sort((a, b) => rank(a.kind) - rank(b.kind))) {
    for (let column = from; column < to; column++) cells[column] = kind
  }
  const underline = paintRuns(cells, paint)
  const last = placed.at(-1)!
  const isBeside = placed.every((each) => each === last || each.to <= last.to)
  const lines = [
    isBeside && last.label !== '' ? `${underline} ${paint.mark(last.kind, cleanText(last.label))}` : underline,
  ]
  const hanging = placed.filter((each) => each.label !== '' && !(isBeside && each === last))
  for (let index = hanging.length - 1; index >= 0; index--) {
    const each = hanging[index]!
    const stems: (Mark['kind'] | undefined)[] = []
    for (const other of hanging.slice(0, index)) if (other.from < each.from) stems[other.from] = other.kind
    const before = paintRuns(stems, paint, '│')
    const gap = ' '.repeat(each.from - stems.length)
    lines.push(`${before}${gap}${paint.mark(each.kind, cleanText(each.label))}`)
  }
  return lines
}

/** Primary marks are drawn over related ones. */
function rank(kind: Mark['kind']): number {
  return kind === 'related' ? 0 : 1
}

function paintRuns(cells: readonly (Mark['kind'] | undefined)[], paint: Paint, stem?: string): string {
  let line = ''
  let run = ''
  let kind: Mark['kind'] | undefined
  const flush = () => {
    line += kind === undefined || run === '' ? run : paint.mark(kind, run)
    run = ''
  }
  for (let column = 0; column < cells.length; column++) {
    const own = cells[column]
    if (own !== kind) flush()
    kind = own
    run += own === undefined ? ' ' : (stem ?? underlines[own])
  }
  flush()
  return line
}
