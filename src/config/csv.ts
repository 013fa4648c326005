/**
 * Comma-separated values as RFC 4180 has them: a header line, fields in double quotes where they hold
 * commas, quotes or line ends. Every field knows its place in the text.
 */
import type { Fault, ScalarTree } from './tree.ts'

export interface Csv {
  readonly header: readonly ScalarTree[]
  readonly records: readonly (readonly ScalarTree[])[]
  readonly faults: readonly Fault[]
}

/** The fields of a CSV text; records of another width than the header's are faults and left out. */
export function parseCsv(text: string): Csv {
  const lines: (readonly ScalarTree[])[] = []
  const faults: Fault[] = []
  let at = 0
  while (at < text.length) {
    const record: ScalarTree[] = []
    for (;;) {
      const field = text[at] === '"' ? takeQuoted(text, at, faults) : takeBare(text, at)
      record.push(field)
      at = field.end
      if (text[at] !== ',') break
      at++
    }
    at += text.startsWith('\r\n', at) ? 2 : 1
    // A blank line holds no record.
    if (record.length > 1 || record[0]!.start < record[0]!.end) lines.push(record)
  }
  const [header = [], ...records] = lines
  const sound = records.filter((record) => {
    if (record.length === header.length) return true
    const fields = record.length === 1 ? '1 field' : `${record.length} fields`
    faults.push({
      start: record[0]!.start,
      end: record.at(-1)!.end,
      message: `found ${fields}, expected ${header.length} as in the header`,
    })
    return false
  })
  return { header, records: sound, faults }
}

const bareEnd = /[,\r\n]|$/g

function takeBare(text: string, start: number): ScalarTree {
  bareEnd.lastIndex = start
  const end = bareEnd.exec(text)?.index ?? text.length
  return field(text.slice(start, end), start, end)
}

function takeQuoted(text: string, start: number, faults: Fault[]): ScalarTree {
  let value = ''
  let at = start + 1
  for (;;) {
    const quote = text.indexOf('"', at)
    if (quote === -1) {
      faults.push({ start, end: Math.min(start + 1, text.length), message: 'a field in quotes does not end' })
      return field(value + text.slice(at), start, text.length)
    }
    value += text.slice(at, quote)
    at = quote + 1
    if (text[at] !== '"') break
    value += '"'
    at++
  }
  const rest = takeBare(text, at)
  if (rest.value !== '')
    faults.push({ start: at, end: rest.end, message: 'found text after the closing quote of a field' })
  return field(value, start, rest.end)
}

function field(value: string, start: number, end: number): ScalarTree {
  return { kind: 'scalar', value, text: value, plain: true, origin: 'text', start, end }
}
