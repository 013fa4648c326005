/**
 * Amazon's binary event stream (`application/vnd.amazon.eventstream`) over bytes: an incremental decoder that gives
 * the same messages wherever the bytes are cut. What the messages mean is read next door.
 *
 *     ┌ total length ┬ headers length ┬ CRC of these ┬ headers … ┬ payload … ┬ CRC of all before ┐
 *     4 bytes        4                4              name, type, value         4
 *
 * Both checksums are checked; what does not hold together is an error, and nothing follows it.
 */
import { crc32 } from './crc32.ts'

export type EventStreamItem =
  | {
      readonly kind: 'message'
      /** The headers that are texts, such as `:event-type`; those of other types are passed over. */
      readonly headers: ReadonlyMap<string, string>
      readonly payload: Uint8Array
    }
  | { readonly kind: 'error'; readonly message: string }

export interface EventStreamDecoder {
  readonly push: (bytes: Uint8Array) => readonly EventStreamItem[]
  /** Whether a message is begun and not whole. */
  readonly isAmidMessage: () => boolean
}

const PRELUDE = 12
const CHECKSUM = 4
/** The longest message that is taken, in bytes: larger ones would let a provider exhaust memory. */
export const MAX_MESSAGE_LENGTH = 16 * 1024 * 1024

export function createEventStreamDecoder(): EventStreamDecoder {
  // Pieces are joined only when there are enough: a long message that trickles in is copied once.
  let pieces: Uint8Array[] = []
  let length = 0
  let needed = PRELUDE
  let isOver = false

  const push = (bytes: Uint8Array): readonly EventStreamItem[] => {
    if (isOver || bytes.length === 0) return []
    pieces.push(bytes)
    length += bytes.length
    if (length < needed) return []
    let rest = pieces.length === 1 ? bytes : joined(pieces, length)
    const items: EventStreamItem[] = []
    needed = PRELUDE
    while (!isOver && needed <= rest.length) {
      const total = readLength(rest)
      if (typeof total === 'string') items.push({ kind: 'error', message: total })
      else if (rest.length < total) needed = total
      else {
        items.push(readMessage(rest.subarray(0, total)))
        rest = rest.subarray(total)
        needed = PRELUDE
      }
      isOver = items.at(-1)?.kind === 'error'
    }
    pieces = rest.length === 0 ? [] : [rest]
    length = rest.length
    return items
  }
  return { push, isAmidMessage: () => 0 < length }
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** The length of the message that begins here, or what is wrong with its beginning. */
function readLength(bytes: Uint8Array): number | string {
  const view = viewOf(bytes)
  if (crc32(bytes.subarray(0, 8)) !== view.getUint32(8))
    return 'a message of the event stream begins with a wrong checksum'
  const total = view.getUint32(0)
  if (MAX_MESSAGE_LENGTH < total) return `a message of the event stream is longer than ${MAX_MESSAGE_LENGTH} bytes`
  if (total < PRELUDE + view.getUint32(4) + CHECKSUM) return 'the lengths of a message of the event stream do not agree'
  return total
}

function readMessage(bytes: Uint8Array): EventStreamItem {
  const view = viewOf(bytes)
  const end = bytes.length - CHECKSUM
  if (crc32(bytes.subarray(0, end)) !== view.getUint32(end))
    return { kind: 'error', message: 'a message of the event stream has a wrong checksum' }
  const from = PRELUDE + view.getUint32(4)
  const headers = readHeaders(bytes.subarray(PRELUDE, from))
  if (headers === undefined)
    return { kind: 'error', message: 'the headers of a message of the event stream are broken' }
  return { kind: 'message', headers, payload: bytes.subarray(from, end) }
}

const BYTES = 6
const TEXT = 7
/** Lengths of the values whose type says it: true, false, byte, short, int, long; timestamp and UUID after the others. */
const LENGTHS: readonly (number | undefined)[] = [0, 0, 1, 2, 4, 8, undefined, undefined, 8, 16]

function readHeaders(bytes: Uint8Array): ReadonlyMap<string, string> | undefined {
  const view = viewOf(bytes)
  const decoder = new TextDecoder()
  const headers = new Map<string, string>()
  let at = 0
  while (at < bytes.length) {
    const nameEnd = at + 1 + view.getUint8(at)
    if (bytes.length < nameEnd + 1) return undefined
    const name = decoder.decode(bytes.subarray(at + 1, nameEnd))
    const type = view.getUint8(nameEnd)
    at = nameEnd + 1
    const isCounted = type === BYTES || type === TEXT
    if (isCounted && bytes.length < at + 2) return undefined
    const length = isCounted ? view.getUint16(at) : LENGTHS[type]
    if (isCounted) at += 2
    if (length === undefined || bytes.length < at + length) return undefined
    if (type === TEXT) headers.set(name, decoder.decode(bytes.subarray(at, at + length)))
    at += length
  }
  return headers
}
