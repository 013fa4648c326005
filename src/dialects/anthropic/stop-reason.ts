/** `stop_reason` to and from the neutral stop. */
import { compact, filledString } from '../json.ts'
import type { Json, Stop, StopReason } from '../neutral.ts'

const REASONS: ReadonlyMap<string, StopReason> = new Map([
  ['end_turn', 'end'],
  ['stop_sequence', 'stop_sequence'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool_calls'],
  ['refusal', 'refusal'],
  ['pause_turn', 'pause'],
])

/** A reason that is not known, such as a newer one, is no error: the answer is complete and paid for. */
export function decodeStop(raw: Json | undefined, sequence: Json | undefined): Stop {
  const word = filledString(raw)
  return compact({
    reason: word === undefined ? 'unknown' : (REASONS.get(word) ?? 'unknown'),
    sequence: filledString(sequence),
    raw: word,
    dialect: word === undefined ? undefined : ('anthropic' as const),
  })
}

export function encodeStop(stop: Stop): { readonly stop_reason: string; readonly stop_sequence: string | null } {
  return { stop_reason: wordOf(stop), stop_sequence: stop.sequence ?? null }
}

function wordOf(stop: Stop): string {
  if (stop.dialect === 'anthropic' && stop.raw !== undefined) return stop.raw
  switch (stop.reason) {
    case 'length':
      return 'max_tokens'
    case 'tool_calls':
      return 'tool_use'
    case 'stop_sequence':
      return 'stop_sequence'
    case 'content_filter':
    case 'refusal':
      return 'refusal'
    case 'pause':
      return 'pause_turn'
    case 'end':
    case 'unknown':
      return 'end_turn'
  }
}
