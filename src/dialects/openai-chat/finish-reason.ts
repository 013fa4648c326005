/** `finish_reason` to and from the neutral stop. Servers of this dialect use words beyond OpenAI's. */
import { compact } from '../json.ts'
import type { Stop, StopReason } from '../neutral.ts'

const REASONS: ReadonlyMap<string, StopReason> = new Map([
  ['stop', 'end'],
  ['eos', 'end'],
  ['eos_token', 'end'],
  ['end_turn', 'end'],
  ['COMPLETE', 'end'],
  ['STOP', 'end'],
  ['stop_sequence', 'stop_sequence'],
  ['STOP_SEQUENCE', 'stop_sequence'],
  ['length', 'length'],
  ['max_tokens', 'length'],
  ['model_length', 'length'],
  ['MAX_TOKENS', 'length'],
  ['tool_calls', 'tool_calls'],
  ['tool_use', 'tool_calls'],
  ['TOOL_CALL', 'tool_calls'],
  ['function_call', 'tool_calls'],
  ['content_filter', 'content_filter'],
  ['guardrail_intervened', 'content_filter'],
  ['refusal', 'refusal'],
])

/** OpenAI's own words: only these go out to clients, whose SDKs know no others. */
const OWN = new Set(['stop', 'length', 'tool_calls', 'content_filter', 'function_call'])

/** The stop that a finish reason says, given what the choice holds: a plain `stop` after calls means the calls. */
export function decodeFinish(
  raw: string | undefined,
  holds: { readonly calls: boolean; readonly refusal: boolean },
): Stop {
  const said = raw === undefined || raw === '' ? 'unknown' : (REASONS.get(raw) ?? 'unknown')
  const isPlain = said === 'end' || said === 'unknown'
  const reason = isPlain && holds.calls ? 'tool_calls' : isPlain && holds.refusal ? 'refusal' : said
  return compact({ reason, raw: raw === '' ? undefined : raw, dialect: raw ? ('openai-chat' as const) : undefined })
}

export function encodeFinish(stop: Stop): string {
  if (stop.dialect === 'openai-chat' && stop.raw !== undefined && OWN.has(stop.raw)) return stop.raw
  switch (stop.reason) {
    case 'length':
      return 'length'
    case 'tool_calls':
      return 'tool_calls'
    case 'content_filter':
    case 'refusal':
      return 'content_filter'
    case 'end':
    case 'stop_sequence':
    case 'pause':
    case 'unknown':
      return 'stop'
  }
}
