/** `finish_reason` → the neutral stop, or the failure that it stands for. */
import { filledString } from '../json.ts'
import type { Json, JsonObject, Stop, StopReason, UpstreamError } from '../neutral.ts'
import { STATUS_OF } from '../upstream-error.ts'
import { decodeBodyFailure } from './errors.ts'

const REASONS: ReadonlyMap<string, StopReason> = new Map([
  ['COMPLETE', 'end'],
  ['STOP_SEQUENCE', 'stop_sequence'],
  ['MAX_TOKENS', 'length'],
  ['TOOL_CALL', 'tool_calls'],
  ['ERROR_TOXIC', 'content_filter'],
  ['ERROR_LIMIT', 'length'],
])

/** A reason that is not known, such as a newer one, is no error: the answer is complete and paid for. */
export function decodeFinish(raw: Json | undefined): Stop {
  const word = filledString(raw)
  if (word === undefined) return { reason: 'unknown' }
  return { reason: REASONS.get(word) ?? 'unknown', raw: word, dialect: 'cohere' }
}

/** The failure that an answer under a 200 ends in, told by `ERROR` and `TIMEOUT`; undefined where it ended well. */
export function findFailure(said: JsonObject): UpstreamError | undefined {
  switch (said['finish_reason']) {
    case 'ERROR':
      return decodeBodyFailure(said)
    case 'TIMEOUT':
      return { kind: 'timeout', status: STATUS_OF.timeout, message: 'the model took too long', code: 'TIMEOUT' }
    default:
      return undefined
  }
}
