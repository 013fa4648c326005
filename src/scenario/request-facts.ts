/** The call that a request with given facts would make, as far as facts tell it. */
import type { Facts } from '../decide/facts.ts'
import type { ChatCall, JsonObject } from '../dialects/neutral.ts'
import { openaiChat } from '../dialects/openai-chat/openai-chat.ts'
import { enforcedRewrites, rewriteCall } from '../gateway/rewrite.ts'
import type { Rewrite } from '../graph/decision.ts'

/** What is known of the request itself. */
export function requestOf(facts: Facts): Readonly<Record<string, unknown>> {
  const request = facts['request']
  return typeof request === 'object' && request !== null ? (request as Readonly<Record<string, unknown>>) : {}
}

/** The same facts with other values of `request.…` attributes. */
export function withRequest(facts: Facts, values: Readonly<Record<string, unknown>>): Facts {
  if (Object.keys(values).length === 0) return facts
  return { ...facts, request: { ...requestOf(facts), ...values } }
}

/** The tokens of the input, by the facts. */
export function inputTokensOf(facts: Facts): number {
  return numberIn(requestOf(facts), 'input_tokens') ?? 0
}

const pixel = 'data:image/png;base64,iVBORw0KGgo='

/** The call after rewrites. */
export function callOf(facts: Facts, rewrites: readonly Rewrite[]): ChatCall {
  const request = requestOf(facts)
  const is = (name: string) => request[name] === true
  const tool = { type: 'function', function: { name: 'look_up', parameters: { type: 'object', properties: {} } } }
  const schema = { name: 'answer', schema: { type: 'object', properties: {} } }
  const maxTokens = numberIn(request, 'max_tokens')
  const temperature = numberIn(request, 'temperature')
  const content = [
    { type: 'text', text: 'hello' },
    ...(is('has_images') ? [{ type: 'image_url', image_url: { url: pixel } }] : []),
    ...(is('has_audio') ? [{ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }] : []),
  ]
  const body: JsonObject = {
    model: typeof request['model'] === 'string' && request['model'] !== '' ? request['model'] : 'any',
    messages: [{ role: 'user', content }],
    stream: is('stream'),
    ...(is('has_tools') ? { tools: [tool] } : {}),
    ...(is('has_schema') ? { response_format: { type: 'json_schema', json_schema: schema } } : {}),
    ...(is('has_reasoning') ? { reasoning_effort: 'low' } : {}),
    ...(maxTokens === undefined || maxTokens < 1 ? {} : { max_tokens: Math.floor(maxTokens) }),
    ...(temperature === undefined || temperature < 0 || 2 < temperature ? {} : { temperature }),
  }
  const decoded = openaiChat.decodeRequest(body)
  if (!decoded.ok) throw new Error(`the call of a scenario cannot be read: ${decoded.message}`)
  // What the gateway rewrites elsewhere (headers, metadata) has no part in where a call goes.
  const own = rewrites.map((each) => ({ ...each, set: each.set.filter(({ kind }) => enforcedRewrites.has(kind)) }))
  return rewriteCall(decoded.value, own).call
}

function numberIn(request: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const value = request[name]
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}
