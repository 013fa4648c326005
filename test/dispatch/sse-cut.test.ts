import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSseCutter } from '../../src/dispatch/sse-cut.ts'

const lineEnd = fc.constantFrom('\n', '\r\n', '\r')
const event = fc
  .tuple(
    fc.array(fc.constantFrom('data: {"a":"ü😀"}', ': ping', 'event: x', 'data:'), { minLength: 1, maxLength: 3 }),
    lineEnd,
    lineEnd,
  )
  .map(([lines, end, blank]) => `${lines.join(end)}${end}${end === '\r' && blank === '\n' ? '\r' : blank}`)

function cut(bytes: Uint8Array, places: readonly number[]) {
  const cutter = createSseCutter()
  const events: string[] = []
  let from = 0
  for (const place of [...places.map((at) => at % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length]) {
    events.push(...cutter.push(bytes.subarray(from, place)).map((each) => Buffer.from(each).toString()))
    from = place
  }
  const rest = Buffer.from(cutter.rest()).toString()
  return { events, rest }
}

describe('createSseCutter', () => {
  test('cutting the bytes anywhere gives the same events, and loses no byte', () => {
    fc.assert(
      fc.property(
        fc.array(event),
        fc.string({ maxLength: 5 }).map((text) => text.replace(/[\r\n]/g, '')),
        fc.array(fc.nat()),
        (events, tail, places) => {
          const text = events.join('') + tail
          const bytes = new TextEncoder().encode(text)
          const whole = cut(bytes, [])
          const parts = cut(bytes, places)
          expect(parts).toEqual(whole)
          expect(parts.events.join('') + parts.rest).toBe(text)
          // A line end of one carriage return is only known to be one at the next byte.
          if (!text.includes('\r')) expect(parts.events).toEqual(events)
        },
      ),
    )
  })

  test.each([
    ['data: a\n\ndata: b\n\n', ['data: a\n\n', 'data: b\n\n'], ''],
    ['data: a\r\n\r\ndata: b', ['data: a\r\n\r\n'], 'data: b'],
    ['data: a\r\rdata: b\r\r', ['data: a\r\r'], 'data: b\r\r'],
    ['\n\ndata: a\n', ['\n', '\n'], 'data: a\n'],
    ['', [], ''],
  ])('%j', (text, events, rest) => {
    expect(cut(new TextEncoder().encode(text), [])).toEqual({ events, rest })
  })
})
