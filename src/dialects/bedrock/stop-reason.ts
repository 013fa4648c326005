/** `stopReason` → the neutral stop, or the failure that it stands for. */
import { filledString } from '../json.ts'
import type { Json, Stop, StopReason, UpstreamError } from '../neutral.ts'
import { STATUS_OF } from '../upstream-error.ts'

const REASONS: ReadonlyMap<string, StopReason> = new Map([
  ['end_turn', 'end'],
  ['stop_sequence', 'stop_sequence'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool_calls'],
  ['guardrail_intervened', 'content_filter'],
  ['content_filtered', 'content_filter'],
])

/** A reason that is not known, such as a newer one, is no error: the answer is complete and paid for. */
export function decodeStop(raw: Json | undefined): Stop {
  const word = filledString(raw)
  if (word === undefined) return { reason: 'unknown' }
  return { reason: REASONS.get(word) ?? 'unknown', raw: word, dialect: 'bedrock' }
}

/** What the model broke by itself: its fault, and another try can go well. */
const FAILURES: ReadonlyMap<Json | undefined, string> = new Map([
  ['malformed_model_output', 'the model wrote what is no answer'],
  ['malformed_tool_use', 'the model wrote a tool call that is none'],
])

/** The failure that an answer under a 200 ends in; undefined where it ended well. */
export function findFailure(raw: Json | undefined): UpstreamError | undefined {
  const message = FAILURES.get(raw)
  return message === undefined
    ? undefined
    : { kind: 'malformed', status: STATUS_OF.malformed, message, code: String(raw) }
}
