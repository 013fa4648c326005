/**
 * The frame of a response: what stands around its output, for the most part what was asked for. SDKs of this dialect
 * expect all of it, in whole answers and in the first and last events of a stream.
 */
import type { AnswerContext } from '../dialect.ts'
import type { ChatCall, JsonObject } from '../neutral.ts'
import { encodeRequest } from './encode-request.ts'

/** A response that has just begun. */
export function beginResponse(id: string, created: number, { model, call }: AnswerContext): JsonObject {
  const asked = askedBy(call)
  return {
    id,
    object: 'response',
    created_at: created,
    status: 'in_progress',
    background: false,
    error: null,
    incomplete_details: null,
    instructions: null,
    max_output_tokens: null,
    max_tool_calls: null,
    model,
    output: [],
    parallel_tool_calls: true,
    previous_response_id: null,
    prompt_cache_key: null,
    reasoning: { effort: null, summary: null },
    safety_identifier: null,
    service_tier: null,
    temperature: null,
    text: { format: { type: 'text' } },
    tool_choice: 'auto',
    tools: [],
    top_logprobs: 0,
    top_p: null,
    truncation: 'disabled',
    usage: null,
    user: null,
    metadata: {},
    ...asked,
    // Nothing is kept here, whatever was asked for.
    store: false,
  }
}

/** Fields of a request that its response does not repeat. */
const UNREPEATED = new Set(['model', 'input', 'stream', 'stream_options', 'include', 'service_tier'])

function askedBy(call: ChatCall | undefined): JsonObject {
  if (call?.dialect !== 'openai-responses') return {}
  // The input is not repeated, and may be long.
  const { body } = encodeRequest({ ...call, messages: [] }, { model: '', defaultMaxTokens: 0 })
  return Object.fromEntries(Object.entries(body).filter(([field]) => !UNREPEATED.has(field)))
}

/** Makes the ids of output items: the same for the same place in the same answer, and short enough to be sent back. */
export function itemIds(answerId: string): (prefix: 'msg' | 'fc' | 'rs', index: number) => string {
  const stem = answerId
    .replace(/^resp_/, '')
    .replace(/[^A-Za-z0-9_-]/g, '')
    .slice(0, 48)
  return (prefix, index) => `${prefix}_${stem}_${index}`
}
