/** `status` and `incomplete_details` to and from the neutral stop. */
import { compact, filledString, isObject } from '../json.ts'
import type { Block, JsonObject, Stop, StopReason } from '../neutral.ts'

const INCOMPLETE: ReadonlyMap<string, StopReason> = new Map([
  ['max_output_tokens', 'length'],
  ['max_tokens', 'length'],
  ['length', 'length'],
  ['content_filter', 'content_filter'],
])

/** The stop that a response says, given what it holds: one that is complete after calls means the calls. */
export function decodeStop(response: JsonObject, kinds: ReadonlySet<Block['kind']>): Stop {
  const status = filledString(response['status'])
  const details = isObject(response['incomplete_details']) ? response['incomplete_details'] : {}
  const why = filledString(details['reason'])
  const raw = status === 'incomplete' ? (why ?? status) : status
  return compact({
    reason: reasonOf(status, why, kinds),
    raw,
    dialect: raw === undefined ? undefined : ('openai-responses' as const),
  })
}

function reasonOf(status: string | undefined, why: string | undefined, kinds: ReadonlySet<Block['kind']>): StopReason {
  if (status === 'incomplete') return INCOMPLETE.get(why ?? '') ?? 'unknown'
  if (status !== undefined && status !== 'completed') return 'unknown'
  return kinds.has('tool_call') ? 'tool_calls' : kinds.has('refusal') ? 'refusal' : 'end'
}

export interface Status {
  readonly status: 'completed' | 'incomplete'
  readonly incomplete_details: { readonly reason: string } | null
}

/** A refusal in so many words is an answer; one without is said as filtered content. */
export function encodeStop(stop: Stop, kinds: ReadonlySet<Block['kind']>): Status {
  switch (stop.reason) {
    case 'length':
      return incomplete('max_output_tokens')
    case 'content_filter':
      return incomplete('content_filter')
    case 'refusal':
      return kinds.has('refusal') ? completed : incomplete('content_filter')
    case 'end':
    case 'tool_calls':
    case 'stop_sequence':
    case 'pause':
    case 'unknown':
      return completed
  }
}

const completed: Status = { status: 'completed', incomplete_details: null }

function incomplete(reason: string): Status {
  return { status: 'incomplete', incomplete_details: { reason } }
}
