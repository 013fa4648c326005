/**
 * Cuts a stream of server-sent events into whole events without changing a byte: what comes out, put together, is
 * what went in. It knows only line ends (LF, CRLF, CR) and blank lines.
 */
export interface SseCutter {
  /** The events that are now whole, each with its closing blank line. */
  readonly push: (bytes: Uint8Array) => readonly Uint8Array[]
  /** What is left at the end: an event without its blank line, or nothing. */
  readonly rest: () => Uint8Array
  readonly waitingBytes: () => number
}

const lineFeed = 0x0a
const carriageReturn = 0x0d

export function createSseCutter(): SseCutter {
  // Pieces are joined only when their event is whole: a long event that trickles in is copied once.
  let pieces: Uint8Array[] = []
  let waiting = 0
  let isLineStart = true
  /** The last byte was a carriage return: a line feed that follows belongs to the same line end. */
  let isAfterReturn = false
  /** A blank line ended with a carriage return; whether the event ends there shows at the next byte. */
  let isEventOver = false

  const take = (last: Uint8Array): Uint8Array => {
    const event = pieces.length === 0 ? last : Buffer.concat([...pieces, last])
    pieces = []
    waiting = 0
    return event
  }

  return {
    push(bytes) {
      const events: Uint8Array[] = []
      let from = 0
      const cut = (to: number) => {
        events.push(take(bytes.subarray(from, to)))
        from = to
      }
      for (let at = 0; at < bytes.length; at++) {
        const byte = bytes[at]
        if (byte === lineFeed && isAfterReturn) {
          isAfterReturn = false
          if (isEventOver) cut(at + 1)
          isEventOver = false
          continue
        }
        if (isEventOver) cut(at)
        isEventOver = false
        isAfterReturn = byte === carriageReturn
        if (byte === lineFeed && isLineStart) cut(at + 1)
        if (byte === carriageReturn && isLineStart) isEventOver = true
        isLineStart = byte === lineFeed || byte === carriageReturn
      }
      const left = bytes.subarray(from)
      if (0 < left.length) pieces.push(left)
      waiting += left.length
      return events
    },
    rest: () => take(new Uint8Array(0)),
    waitingBytes: () => waiting,
  }
}
