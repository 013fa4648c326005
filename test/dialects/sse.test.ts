/** Server-sent events over bytes. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSseDecoder, MAX_EVENT_LENGTH, type SseItem, writeSse } from '../../src/dialects/sse.ts'
import { byteByByte, bytesOf, cutAt } from './cut.ts'

function read(pieces: readonly Uint8Array[]): readonly SseItem[] {
  const decoder = createSseDecoder()
  return [...pieces.flatMap((piece) => decoder.push(piece)), ...decoder.end()]
}

const one = (text: string): readonly SseItem[] => read([bytesOf(text)])

describe('wire 35: events', () => {
  it.each<[string, string, readonly SseItem[]]>([
    [
      'LF',
      'data: a\n\ndata: b\n\n',
      [
        { kind: 'event', data: 'a' },
        { kind: 'event', data: 'b' },
      ],
    ],
    ['CRLF', 'event: x\r\ndata: a\r\n\r\n', [{ kind: 'event', event: 'x', data: 'a' }]],
    [
      'CR',
      'data: a\r\rdata: b\r\r',
      [
        { kind: 'event', data: 'a' },
        { kind: 'event', data: 'b' },
      ],
    ],
    ['several lines of data', 'data: a\ndata: b\n\n', [{ kind: 'event', data: 'a\nb' }]],
    ['no blank after the colon', 'data:a\n\n', [{ kind: 'event', data: 'a' }]],
    ['comments', ': OPENROUTER PROCESSING\n\ndata: a\n\n', [{ kind: 'comment' }, { kind: 'event', data: 'a' }]],
    ['a byte-order mark', '\uFEFFdata: a\n\n', [{ kind: 'event', data: 'a' }]],
    [
      'a last event without its blank line',
      'data: a\n\ndata: b\n',
      [
        { kind: 'event', data: 'a' },
        { kind: 'event', data: 'b' },
      ],
    ],
    [
      'a last line without its end',
      'data: a\n\ndata: b',
      [
        { kind: 'event', data: 'a' },
        { kind: 'event', data: 'b' },
      ],
    ],
    ['other fields', 'id: 1\nretry: 5\nx: y\ndata: a\n\n', [{ kind: 'event', data: 'a' }]],
    ['nothing', '', []],
  ])('%s', (_, text, items) => {
    expect(one(text)).toEqual(items)
    expect(read(byteByByte(bytesOf(text)))).toEqual(items)
  })

  it('cutting the bytes anywhere gives the same events', () => {
    const piece = fc.constantFrom('data: ', 'event: x', ':', 'a', '漢', '😀', '\n', '\r\n', '\r', '\n\n', ' ', 'id: 5')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.array(fc.nat(), { maxLength: 8 }), (pieces, places) => {
        const bytes = bytesOf(pieces.join(''))
        expect(read(cutAt(bytes, places))).toEqual(read([bytes]))
        expect(read(byteByByte(bytes))).toEqual(read([bytes]))
      }),
      { numRuns: 500 },
    )
  })

  it('an event that is too long is an overflow, and nothing follows', () => {
    const decoder = createSseDecoder()
    const piece = bytesOf(`data: ${'x'.repeat(MAX_EVENT_LENGTH / 4)}`)
    const items = [
      ...decoder.push(piece),
      ...Array.from({ length: 4 }, () => decoder.push(bytesOf('x'.repeat(MAX_EVENT_LENGTH / 4)))).flat(),
      ...decoder.push(bytesOf('\n\ndata: a\n\n')),
      ...decoder.end(),
    ]
    expect(items).toEqual([{ kind: 'overflow' }])
  })

  it('what is written is read', () => {
    expect(one(writeSse('{"a":1}', 'x') + writeSse('[DONE]'))).toEqual([
      { kind: 'event', event: 'x', data: '{"a":1}' },
      { kind: 'event', data: '[DONE]' },
    ])
  })
})
