/**
 * Diagnostics for people: what (the message), where and why (frames), how to mend it (help and the mended line), and
 * a request that shows it.
 */
import type { Diagnostic, Edit, Witness } from './diagnostic.ts'
import { layWitness } from './lay-witness.ts'
import { type FrameOptions, gutterOf, type Mark, type Paint, renderLines } from './render-frame.ts'
import { cleanText } from './render-row.ts'
import { Source } from './source.ts'

export interface PrettyOptions {
  /** Whether to colour by ANSI escapes. */
  readonly color?: boolean
}

const rowWidthMax = 120
const mendedLinesMax = 6

/** One diagnostic as lines of text, without a line end behind the last. */
export function renderPretty(diagnostic: Diagnostic, { color = false }: PrettyOptions = {}): string {
  const { code, severity, message, help, edits, witness, witnesses } = diagnostic
  const style = (codes: string) => (text: string) => (color && text !== '' ? `\x1b[${codes}m${text}\x1b[0m` : text)
  const bold = style('1')
  const loud = style(severity === 'error' ? '1;31' : severity === 'warning' ? '1;33' : '1;36')
  const blue = style('34')
  const green = style('32')
  const paint: Paint = {
    gutter: blue,
    mark: (kind, text) => (kind === 'primary' ? loud(text) : kind === 'related' ? blue(text) : green(text)),
  }
  const frames = framesOf(diagnostic)
  const mended = edits === undefined ? undefined : mend(edits)
  const options: FrameOptions = {
    paint,
    gutter: gutterWidth([...frames, ...(mended ? [mended] : [])]),
    widthMax: rowWidthMax,
  }
  const indent = ' '.repeat(options.gutter + 1)
  const note = (name: string, text: string) => `${indent}${blue('=')} ${bold(`${name}:`)} ${text}`

  const lines = [`${loud(`${severity}[${code}]`)}${bold(`: ${cleanText(message)}`)}`]
  for (const { source, marks } of frames) {
    lines.push(`${indent}${blue('┌─')} ${placeOf(source, marks)}`)
    if (source.text !== '') lines.push(...renderLines(source, marks, options))
  }
  if (help !== undefined) lines.push(note('help', cleanText(help)))
  if (mended) {
    if (help === undefined) lines.push(note('help', 'write it like this'))
    lines.push(gutterOf('', '', options), ...renderLines(mended.source, mended.marks, options))
  }
  const shown: [string, Witness][] = [
    ...(witness === undefined ? [] : [['for example', witness] satisfies [string, Witness]]),
    ...(witnesses?.map((each, index): [string, Witness] => [index === 0 ? 'for example' : 'and', each]) ?? []),
  ]
  for (const [name, each] of shown) {
    const [first = '', ...rest] = layWitness(each, rowWidthMax - indent.length - name.length - 4)
    const under = ' '.repeat(indent.length + name.length + 4)
    lines.push(note(name, cleanText(first)), ...rest.map((line) => under + cleanText(line)))
  }
  return lines.join('\n')
}

interface Frame {
  readonly source: Source
  readonly marks: readonly Mark[]
}

/** One frame for each source: that of the diagnostic first, then those of related places. */
function framesOf({ span, label, related }: Diagnostic): Frame[] {
  const frames = new Map<Source, Mark[]>([[span.source, [{ span, label: label ?? '', kind: 'primary' }]]])
  for (const each of related) {
    const marks = frames.get(each.span.source) ?? []
    marks.push({ span: each.span, label: each.message, kind: 'related' })
    frames.set(each.span.source, marks)
  }
  return [...frames].map(([source, marks]) => ({ source, marks }))
}

/** Where the frame's own mark begins, as editors and terminals make links of it. */
function placeOf(source: Source, [first]: readonly Mark[]): string {
  const path = cleanText(source.path)
  if (source.text === '') return path
  const { line, column } = source.positionAt(first!.span.start)
  return `${path}:${line}:${column}`
}

/** The text after the edits, with what is new marked; undefined where they cannot be shown as a few lines. */
function mend(edits: readonly Edit[]): Frame | undefined {
  const source = edits[0]?.span.source
  if (source === undefined || edits.some((each) => each.span.source !== source)) return undefined
  const ordered = [...edits].sort((a, b) => a.span.start - b.span.start)
  const firstLine = source.positionAt(ordered[0]!.span.start).line
  const from = source.lineStarts[firstLine - 1]!
  const lastLine = source.positionAt(ordered.at(-1)!.span.end).line
  if (lastLine - firstLine >= mendedLinesMax) return undefined
  const to = source.lineStarts[lastLine] ?? source.text.length
  // Line numbers stay what they are in the file.
  let text = '\n'.repeat(firstLine - 1)
  let at = from
  const places: { start: number; end: number }[] = []
  for (const { span, text: by } of ordered) {
    text += source.text.slice(at, span.start)
    places.push({ start: text.length, end: text.length + by.length })
    text += by
    at = Math.max(at, span.end)
  }
  text += source.text.slice(at, to)
  const after = new Source(source.path, text)
  return {
    source: after,
    marks: places.map((each) => ({ span: { source: after, ...each }, label: '', kind: 'inserted' })),
  }
}

function gutterWidth(frames: readonly Frame[]): number {
  const lines = frames.flatMap(({ source, marks }) => marks.map((each) => source.positionAt(each.span.start).line))
  return String(Math.max(1, ...lines)).length
}
