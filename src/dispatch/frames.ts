/**
 * An answer's bytes as frames: whole events of the wire, with what they say. The bytes are passed on as they came,
 * but for the usage chunk that we asked for and the client did not, and for what stands for an error: that one is
 * told to the client by whoever faces it.
 */
import type { ProviderDialect, StreamDecoder } from '../dialects/dialect.ts'
import { isArray, isObject, parseJson } from '../dialects/json.ts'
import type { StreamEvent } from '../dialects/neutral.ts'
import { malformed } from '../dialects/upstream-error.ts'
import type { Frame } from './outcome.ts'
import { createSseCutter, type SseCutter } from './sse-cut.ts'

export interface FrameReader {
  /**
   * The next frame, or undefined after the last one. Rejects where the connection breaks. `isCut` tells that the
   * connection ended before the answer did.
   */
  readonly next: () => Promise<ReadFrame | undefined>
  /** Lets go of the body. */
  readonly leave: () => Promise<void>
  /** Reads on to the end of the body, past what its dialect says is the end, and forgets it. */
  readonly drain: () => Promise<void>
}

export interface ReadFrame extends Frame {
  readonly bytes: Uint8Array
  readonly isCut: boolean
}

export interface FrameOptions {
  readonly decoder: StreamDecoder
  /** How the bytes fall into events: server-sent events where absent. */
  readonly framing?: ProviderDialect['framing']
  /** Leave out the chunk that holds usage and no choices. */
  readonly hidesUsage: boolean
}

/** The longest event that is waited for, in bytes. */
export const maxEventBytes = 16 * 1024 * 1024

export function createFrameReader(body: AsyncIterable<Uint8Array>, options: FrameOptions): FrameReader {
  const { decoder, hidesUsage } = options
  const source = body[Symbol.asyncIterator]()
  const cutter = options.framing === 'binary' ? uncut : createSseCutter()
  let isOver = false

  const frameOf = (raws: readonly Uint8Array[]): ReadFrame | undefined => {
    const events: StreamEvent[] = []
    const kept: Uint8Array[] = []
    for (const raw of raws) {
      if (isOver) {
        kept.push(raw)
        continue
      }
      const said = decoder.push(raw)
      events.push(...said)
      const last = said.at(-1)?.kind
      isOver = last === 'end' || last === 'error'
      if (last === 'error') break
      if (!(hidesUsage && isBareUsage(raw, said))) kept.push(raw)
    }
    if (events.length === 0 && kept.length === 0) return undefined
    return { events, bytes: kept.length === 1 ? kept[0]! : Buffer.concat(kept), isCut: false }
  }

  const lastFrame = (): ReadFrame => {
    const rest = cutter.rest()
    const said = 0 < rest.length ? decoder.push(rest) : []
    const isSaid = isTerminal(said.at(-1))
    const events = isSaid ? [...said] : [...said, ...decoder.end()]
    if (!isTerminal(events.at(-1)))
      events.push({ kind: 'error', error: malformed('the answer broke off before its end') })
    const isError = events.at(-1)?.kind === 'error'
    return { events, bytes: isError ? new Uint8Array(0) : rest, isCut: isError && !isSaid }
  }

  return {
    async next() {
      while (!isOver) {
        const { done, value } = await source.next()
        if (done) {
          isOver = true
          return lastFrame()
        }
        const frame = frameOf(cutter.push(value))
        if (frame) return frame
        if (maxEventBytes < cutter.waitingBytes()) {
          isOver = true
          const error = malformed(`an event of the stream is longer than ${maxEventBytes} bytes`)
          return { events: [{ kind: 'error', error }], bytes: new Uint8Array(0), isCut: false }
        }
      }
      return undefined
    },
    async leave() {
      await source.return?.()
    },
    async drain() {
      let left = maxEventBytes
      for (;;) {
        const { done, value } = await source.next()
        if (done) return
        left -= value.byteLength
        if (left < 0) return void (await source.return?.())
      }
    },
  }
}

/** Bytes that only the decoder can cut, which bounds its events itself: no client is given them. */
const uncut: SseCutter = { push: (bytes) => [bytes], rest: () => new Uint8Array(0), waitingBytes: () => 0 }

function isTerminal(event: StreamEvent | undefined): boolean {
  return event?.kind === 'end' || event?.kind === 'error'
}

/** OpenAI's extra last chunk: usage, and an empty list of choices. Others that hold usage say something else too. */
function isBareUsage(raw: Uint8Array, said: readonly StreamEvent[]): boolean {
  if (!said.some((event) => event.kind === 'usage' || (event.kind === 'start' && event.usage))) return false
  const data = new TextDecoder()
    .decode(raw)
    .split(/\r\n|\r|\n/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5))
    .join('\n')
  const chunk = parseJson(data)
  return isObject(chunk) && isObject(chunk['usage']) && isArray(chunk['choices']) && chunk['choices'].length === 0
}
