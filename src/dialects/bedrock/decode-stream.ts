/**
 * The messages of a Converse stream → neutral events.
 *
 * `messageStop` says the finish and `metadata`, after it, the usage; the stream is over with the latter, or with the
 * connection where a server leaves it out. A text stays open until the next block begins, since a block of citations
 * without a text is of the text before it. Messages of types that are not known are tolerated.
 */
import type { StreamDecoder } from '../dialect.ts'
import { filledString, finiteNumber, isObject, parseJson } from '../json.ts'
import type { Json, JsonObject, StreamEvent, UpstreamError } from '../neutral.ts'
import { malformed } from '../upstream-error.ts'
import { wholeCharacters } from '../whole-characters.ts'
import { createBlocksDecoder } from './decode-blocks.ts'
import { decodeNamedError } from './errors.ts'
import { createEventStreamDecoder, type EventStreamItem } from './event-stream.ts'
import { decodeStop, findFailure } from './stop-reason.ts'
import { decodeUsage } from './usage.ts'

export function decodeStream(): StreamDecoder {
  return wholeCharacters(createDecoder())
}

function createDecoder(): StreamDecoder {
  const frames = createEventStreamDecoder()
  const blocks = createBlocksDecoder()
  let hasStarted = false
  let isOver = false
  let stop: Json | undefined

  const fail = (error: UpstreamError): readonly StreamEvent[] => {
    isOver = true
    return [{ kind: 'error', error }]
  }
  const start = (): readonly StreamEvent[] => {
    if (hasStarted) return []
    hasStarted = true
    return [{ kind: 'start', id: '', model: '' }]
  }
  /** The end that the provider has said, once all has come that can. */
  const close = (): readonly StreamEvent[] => {
    if (stop === undefined) return fail(malformed('the stream broke off before its end'))
    const failure = findFailure(stop)
    if (failure !== undefined) return fail(failure)
    isOver = true
    return [{ kind: 'end' }]
  }
  const finish = (reason: Json | undefined): readonly StreamEvent[] => {
    if (stop !== undefined) return []
    stop = reason ?? ''
    const ended = [...start(), ...blocks.stopAll()]
    return findFailure(stop) === undefined ? [...ended, { kind: 'finish', choice: 0, stop: decodeStop(stop) }] : ended
  }
  const metadata = (value: JsonObject): readonly StreamEvent[] => {
    const usage = decodeUsage(value['usage'])
    const counted: readonly StreamEvent[] = usage === undefined ? [] : [{ kind: 'usage', usage }]
    return [...start(), ...counted, ...close()]
  }
  const event = (type: string, value: JsonObject): readonly StreamEvent[] => {
    if (/exception$/i.test(type)) return fail(decodeNamedError(type, value))
    switch (type) {
      case 'messageStart':
        return start()
      case 'contentBlockStart':
      case 'contentBlockDelta':
      case 'contentBlockStop': {
        if (stop !== undefined) return []
        const events = blocks.push(type, finiteNumber(value['contentBlockIndex']) ?? 0, value)
        return events === undefined
          ? fail(malformed('a piece of the stream belongs to no block'))
          : [...start(), ...events]
      }
      case 'messageStop':
        return finish(value['stopReason'])
      case 'metadata':
        return metadata(value)
      default:
        return []
    }
  }
  const item = (item: EventStreamItem): readonly StreamEvent[] => {
    if (isOver) return []
    if (item.kind === 'error') return fail(malformed(item.message))
    const { headers } = item
    const text = new TextDecoder().decode(item.payload)
    const parsed = text.trim() === '' ? {} : parseJson(text)
    const value = isObject(parsed) ? parsed : undefined
    switch (headers.get(':message-type')) {
      case 'exception':
        return fail(decodeNamedError(headers.get(':exception-type'), value ?? { message: text }))
      case 'error': {
        const message = filledString(headers.get(':error-message')) ?? text
        return fail(decodeNamedError(headers.get(':error-code'), { message }))
      }
      default:
        if (value === undefined) return fail(malformed('a message of the event stream is not a JSON object'))
        return event(headers.get(':event-type') ?? '', value)
    }
  }
  return {
    push: (bytes) => (isOver ? [] : frames.push(bytes).flatMap(item)),
    end: () => {
      if (isOver) return []
      return frames.isAmidMessage() ? fail(malformed('the stream broke off within a message')) : close()
    },
  }
}
