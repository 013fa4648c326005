/**
 * The neutral call → a Cohere chat request, and what of it could not be said.
 *
 * Fields that only this API has (`safety_mode`, `citation_options`, …) are taken under their names whichever dialect
 * the client speaks. A named tool choice is said by declaring that tool alone. Dropped without a loss, since
 * the answer says the same without them: the user's id, cache marks, a schema's name and `strict`, an empty
 * `logit_bias`, and reasoning that another provider signed.
 */
import type { Encoded, EncodeOptions } from '../dialect.ts'
import { noteForeignFields, noteForeignToolFields } from '../foreign-fields.ts'
import { compact, isArray } from '../json.ts'
import { createLosses, type Losses } from '../losses.ts'
import type { ChatCall, JsonObject, ResponseFormat, Tool } from '../neutral.ts'
import { findBudgetTokens } from '../reasoning-effort.ts'
import { encodeMessages } from './encode-messages.ts'

/**
 * Fields that no other API has words for: taken under their names whoever says them. Not so `documents`, whose text no
 * policy and no guard would see: blocks of the messages say them.
 */
const OWN = new Set(['safety_mode', 'citation_options', 'strict_tools', 'priority'])

const target = { api: "Cohere's Chat API", dialect: 'cohere', carried: OWN } as const

/** Bounds of the API's own parameters. */
const MAX_STOPS = 5
const MAX_K = 500
const LEAST_P = 0.01
const MOST_P = 0.99

export function encodeRequest(call: ChatCall, options: EncodeOptions): Encoded {
  const losses = createLosses()
  const { documents: given, ...own } = ownFields(call)
  const { messages, documents } = encodeMessages(call, losses)
  const allDocuments = [...(isArray(given) ? given : []), ...documents]
  const tools = encodeTools(call, losses)
  if (MAX_STOPS < call.stop.length)
    losses.add('stop', `${call.stop.length} stop sequences are given, and ${target.api} takes at most ${MAX_STOPS}`)
  noteLosses(call, losses)
  const body: JsonObject = compact({
    stream: call.stream,
    model: options.model,
    messages,
    documents: allDocuments.length === 0 ? undefined : allDocuments,
    tools: tools.length === 0 ? undefined : tools,
    tool_choice: tools.length === 0 ? undefined : encodeToolChoice(call),
    strict_tools: call.tools.some(({ strict }) => strict === true) ? true : undefined,
    max_tokens: call.maxTokens,
    temperature: call.temperature,
    p: call.topP === undefined ? undefined : Math.min(MOST_P, Math.max(LEAST_P, call.topP)),
    k: encodeTopK(call.topK, losses),
    stop_sequences: call.stop.length === 0 ? undefined : call.stop.slice(0, MAX_STOPS),
    seed: call.seed,
    frequency_penalty: encodePenalty('frequency_penalty', call.frequencyPenalty, losses),
    presence_penalty: encodePenalty('presence_penalty', call.presencePenalty, losses),
    logprobs: call.logprobs === undefined ? undefined : true,
    response_format: encodeFormat(call.responseFormat),
    thinking: encodeThinking(call, losses),
    ...own,
  })
  return { body, losses: losses.list() }
}

function ownFields({ extensions }: ChatCall): JsonObject {
  if (extensions === undefined || extensions.dialect === 'cohere') return extensions?.fields ?? {}
  return Object.fromEntries(Object.entries(extensions.fields).filter(([field]) => OWN.has(field)))
}

function encodeTools({ tools, toolChoice }: ChatCall, losses: Losses): readonly JsonObject[] {
  const named = toolChoice?.kind === 'tool' ? tools.filter(({ name }) => name === toolChoice.name) : []
  return (named.length === 0 ? tools : named).flatMap((tool) => encodeTool(tool, losses))
}

function encodeTool(tool: Tool, losses: Losses): readonly JsonObject[] {
  if (tool.kind === 'opaque')
    return losses.drop(
      'tools',
      `the tool \`${tool.name}\` runs at its own provider, and ${target.api} does not know it`,
    )
  noteForeignToolFields(tool, target.api, losses)
  const { name, description, parameters } = tool
  return [
    {
      type: 'function',
      function: compact({ name, description, parameters: parameters ?? { type: 'object', properties: {} } }),
    },
  ]
}

/** There is no word for `auto`, which is the default. */
function encodeToolChoice({ toolChoice }: ChatCall): string | undefined {
  switch (toolChoice?.kind) {
    case undefined:
    case 'auto':
      return undefined
    case 'none':
      return 'NONE'
    case 'required':
    case 'tool':
      return 'REQUIRED'
  }
}

function encodeTopK(topK: number | undefined, losses: Losses): number | undefined {
  if (topK === undefined || topK <= MAX_K) return topK
  losses.add('top_k', `\`top_k\` is ${topK}, and ${target.api} takes at most ${MAX_K}`)
  return MAX_K
}

/** Penalties go from 0 to 1. */
function encodePenalty(field: string, value: number | undefined, losses: Losses): number | undefined {
  if (value === undefined || (0 <= value && value <= 1)) return value
  losses.add(field, `\`${field}\` is ${value}, and ${target.api} takes 0 to 1`)
  return Math.min(1, Math.max(0, value))
}

function encodeFormat(format: ResponseFormat | undefined): JsonObject | undefined {
  switch (format?.kind) {
    case undefined:
    case 'text':
      return undefined
    case 'json_object':
      return { type: 'json_object' }
    case 'json_schema':
      return { type: 'json_object', json_schema: format.schema }
  }
}

function encodeThinking({ reasoning }: ChatCall, losses: Losses): JsonObject | undefined {
  if (reasoning === undefined) return undefined
  const { effort, budgetTokens, enabled } = reasoning
  if (enabled === false || effort === 'none') return { type: 'disabled' }
  const budget = budgetTokens ?? (effort === undefined ? undefined : findBudgetTokens(effort))
  if (budget === undefined && effort !== undefined) {
    losses.add('reasoning_effort', `the effort \`${effort.slice(0, 40)}\` is not known`)
    return undefined
  }
  return { type: 'enabled', ...(budget !== undefined && { token_budget: budget }) }
}

function noteLosses(call: ChatCall, losses: Losses): void {
  if (call.n !== undefined && 1 < call.n) losses.add('n', `\`n\` is ${call.n}, and ${target.api} gives one answer`)
  if (call.logprobs !== undefined && 0 < call.logprobs.top)
    losses.add('top_logprobs', `\`top_logprobs\` is ${call.logprobs.top}, and ${target.api} tells no alternatives`)
  if (call.logitBias !== undefined && Object.keys(call.logitBias).length > 0)
    losses.add('logit_bias', `\`logit_bias\` has no equal in ${target.api}`)
  if (call.parallelToolCalls === false && call.tools.length > 0)
    losses.add('parallel_tool_calls', `${target.api} cannot be told to make one tool call at a time`)
  const tier = call.serviceTier
  if (tier !== undefined && tier !== 'auto' && tier !== 'default' && tier !== 'standard_only')
    losses.add('service_tier', `the service tier \`${tier.slice(0, 40)}\` has no equal in ${target.api}`)
  noteForeignFields(call, target, losses)
}
