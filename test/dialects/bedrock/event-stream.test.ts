/** Amazon's binary event stream, against Amazon's own codec and zlib's checksum. */
import { crc32 as zlibCrc32 } from 'node:zlib'
import { EventStreamCodec } from '@smithy/eventstream-codec'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crc32 } from '../../../src/dialects/bedrock/crc32.ts'
import {
  createEventStreamDecoder,
  type EventStreamItem,
  MAX_MESSAGE_LENGTH,
} from '../../../src/dialects/bedrock/event-stream.ts'
import { frameOf, joinBytes } from '../bedrock-wire.ts'
import { cutAt } from '../cut.ts'

const codec = new EventStreamCodec(
  (bytes) => (typeof bytes === 'string' ? bytes : new TextDecoder().decode(bytes)),
  (text) => new TextEncoder().encode(text),
)

const header = fc.oneof(
  fc.string({ maxLength: 20 }).map((value) => ({ type: 'string' as const, value })),
  fc.boolean().map((value) => ({ type: 'boolean' as const, value })),
  fc.integer({ min: -128, max: 127 }).map((value) => ({ type: 'byte' as const, value })),
  fc.integer({ min: -32768, max: 32767 }).map((value) => ({ type: 'short' as const, value })),
  fc.integer().map((value) => ({ type: 'integer' as const, value })),
  fc.uint8Array({ maxLength: 20 }).map((value) => ({ type: 'binary' as const, value })),
  fc.date({ noInvalidDate: true }).map((value) => ({ type: 'timestamp' as const, value })),
  fc.uuid().map((value) => ({ type: 'uuid' as const, value })),
)
const message = fc.record({
  headers: fc.dictionary(fc.stringMatching(/^[a-z:-]{1,20}$/), header, { maxKeys: 5 }),
  body: fc.uint8Array({ maxLength: 100 }),
})

const plain = (items: readonly EventStreamItem[]) =>
  items.map((item) =>
    item.kind === 'error' ? item : { headers: Object.fromEntries(item.headers), payload: [...item.payload] },
  )

describe('the event stream', () => {
  it('is read as the codec wrote it, wherever it is cut', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 4 }), fc.array(fc.nat(), { maxLength: 10 }), (messages, places) => {
        const decoder = createEventStreamDecoder()
        const items = cutAt(joinBytes(messages.map((each) => codec.encode(each))), places).flatMap(decoder.push)
        const texts = messages.map(({ headers, body }) => ({
          headers: Object.fromEntries(
            Object.entries(headers).flatMap(([name, { type, value }]) => (type === 'string' ? [[name, value]] : [])),
          ),
          payload: [...body],
        }))
        expect(plain(items)).toEqual(texts)
        expect(decoder.isAmidMessage()).toBe(false)
      }),
    )
  })

  it('has the checksum of zip', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(crc32(bytes)).toBe(zlibCrc32(bytes))
      }),
    )
  })

  it('refuses any message with a bit turned, and says nothing more', () => {
    const bytes = frameOf({ ':event-type': 'a' }, { text: 'hello' })
    for (let at = 0; at < bytes.length * 8; at++) {
      const broken = bytes.map((byte, i) => (i === at >> 3 ? byte ^ (1 << (at & 7)) : byte))
      const decoder = createEventStreamDecoder()
      expect(decoder.push(broken).map(({ kind }) => kind)).toEqual(['error'])
      expect(decoder.push(bytes)).toEqual([])
    }
  })

  it.each([
    ['too long', MAX_MESSAGE_LENGTH + 1, 0, /is longer than/],
    ['too short', 15, 0, /do not agree/],
    ['headers that do not fit', 40, 25, /do not agree/],
  ])('refuses a message that claims to be %s', (_, total, headers, message) => {
    expect(createEventStreamDecoder().push(preludeOf(total, headers))).toEqual([
      { kind: 'error', message: expect.stringMatching(message) },
    ])
  })

  it('refuses headers that run out of their place', () => {
    for (const headers of [[5], [1, 65, 7], [1, 65, 7, 0, 9, 1], [1, 65, 99], [1, 65, 4, 0]]) {
      const inside = joinBytes([preludeOf(16 + headers.length, headers.length), Uint8Array.from(headers)])
      const bytes = joinBytes([inside, wordOf(crc32(inside))])
      expect(createEventStreamDecoder().push(bytes)).toMatchObject([{ kind: 'error' }])
    }
  })
})

function preludeOf(total: number, headers: number): Uint8Array {
  const lengths = joinBytes([wordOf(total), wordOf(headers)])
  return joinBytes([lengths, wordOf(crc32(lengths))])
}

function wordOf(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value)
  return bytes
}
