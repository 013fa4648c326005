/**
 * The neutral call → an OpenAI Responses request, and what of it could not be said.
 *
 * Dropped without a loss, since the answer says the same without them: cache marks, reasoning of other providers in
 * the history, and the hints of other dialects. A function says `strict` out loud, since leaving it out means yes
 * here and no elsewhere.
 */
import type { Encoded, EncodeOptions } from '../dialect.ts'
import { noteForeignFields, noteForeignToolFields } from '../foreign-fields.ts'
import { compact, isArray, isObject } from '../json.ts'
import { createLosses, type Losses } from '../losses.ts'
import type { ChatCall, Json, JsonObject, ResponseFormat, Tool, ToolChoice } from '../neutral.ts'
import { effortOfBudget } from '../reasoning-effort.ts'
import { LOGPROBS } from './decode-request.ts'
import { encodeInput } from './encode-input.ts'
import { ownFields } from './extensions.ts'

const API = "OpenAI's Responses API"

/** Fields that OpenAI's chat has under the same name and in the same meaning. */
const SHARED: ReadonlySet<string> = new Set([
  'metadata',
  'moderation',
  'prompt_cache_key',
  'prompt_cache_options',
  'prompt_cache_retention',
  'safety_identifier',
  'store',
])

export function encodeRequest(call: ChatCall, options: EncodeOptions): Encoded {
  const losses = createLosses()
  const { text: textRest, reasoning: reasoningRest, include, ...others } = fieldsOf(call)
  const isOwn = call.dialect === 'openai-responses'
  const { instructions, input } = encodeInput(call, losses)
  const effort = encodeEffort(call)
  const reasoning = { ...(effort !== undefined && { effort }), ...(isObject(reasoningRest) && reasoningRest) }
  const text = {
    ...(call.responseFormat !== undefined && { format: encodeFormat(call.responseFormat, isOwn) }),
    ...(isObject(textRest) && textRest),
  }
  const wanted = [...(isArray(include) ? include : []), ...(call.logprobs === undefined ? [] : [LOGPROBS])]
  noteLosses(call, losses)
  const body: JsonObject = compact({
    model: options.model,
    instructions,
    input: input.length === 0 ? undefined : input,
    tools: call.tools.length === 0 ? undefined : call.tools.flatMap((tool) => encodeTool(tool, isOwn, losses)),
    tool_choice:
      call.toolChoice === undefined || (call.tools.length === 0 && !isOwn)
        ? undefined
        : encodeToolChoice(call.toolChoice),
    parallel_tool_calls: call.tools.length === 0 && !isOwn ? undefined : call.parallelToolCalls,
    max_output_tokens: call.maxTokens,
    temperature: call.temperature,
    top_p: call.topP,
    top_logprobs: call.logprobs === undefined || call.logprobs.top === 0 ? undefined : call.logprobs.top,
    include: wanted.length === 0 ? undefined : wanted,
    text: Object.keys(text).length === 0 ? undefined : text,
    reasoning: Object.keys(reasoning).length === 0 ? undefined : reasoning,
    user: call.user,
    service_tier: call.serviceTier === 'standard_only' ? 'default' : call.serviceTier,
    stream: call.stream ? true : undefined,
    ...others,
  })
  return { body, losses: losses.list() }
}

/** The fields of this dialect, and those of OpenAI's chat that are the same here. Others do not want answers kept. */
function fieldsOf(call: ChatCall): JsonObject {
  if (call.dialect === 'openai-responses') return ownFields(call.extensions)
  const fields = call.extensions?.dialect === 'openai-chat' ? call.extensions.fields : {}
  const { verbosity } = fields
  const shared = Object.entries(fields).filter(([field]) => SHARED.has(field))
  return { store: false, ...Object.fromEntries(shared), ...(verbosity !== undefined && { text: { verbosity } }) }
}

function encodeTool(tool: Tool, isOwn: boolean, losses: Losses): readonly JsonObject[] {
  const own = ownFields(tool.extensions)
  if (tool.kind === 'opaque')
    return tool.extensions?.dialect === 'openai-responses'
      ? [own]
      : losses.drop('tools', `the tool \`${tool.name}\` is of a type that ${API} does not know`)
  noteForeignToolFields(tool, API, losses)
  const { name, description, parameters, strict } = tool
  return [
    compact({
      type: 'function',
      name,
      description,
      parameters: parameters ?? (isOwn ? undefined : { type: 'object', properties: {} }),
      strict: strict ?? (isOwn ? undefined : false),
      ...own,
    }),
  ]
}

function encodeToolChoice(choice: ToolChoice): Json {
  return choice.kind === 'tool' ? { type: 'function', name: choice.name } : choice.kind
}

function encodeFormat(format: ResponseFormat, isOwn: boolean): JsonObject {
  if (format.kind !== 'json_schema') return { type: format.kind }
  const { name, description, schema, strict } = format
  return compact({ type: 'json_schema', name, description, schema, strict: strict ?? (isOwn ? undefined : false) })
}

/** Effort in words; a budget is told as the nearest word, and thinking that is off or left to the model as none. */
function encodeEffort({ reasoning }: ChatCall): string | undefined {
  if (reasoning === undefined) return undefined
  const isAnthropics = reasoning.extensions?.dialect === 'anthropic'
  if (reasoning.enabled === false && isAnthropics) return undefined
  if (reasoning.effort !== undefined) return reasoning.effort === 'max' && isAnthropics ? 'xhigh' : reasoning.effort
  return reasoning.budgetTokens === undefined ? undefined : effortOfBudget(reasoning.budgetTokens)
}

const CARRIED = new Set([...SHARED, 'verbosity'])

function noteLosses(call: ChatCall, losses: Losses): void {
  const none = `has no equal in ${API}`
  if (call.n !== undefined && 1 < call.n) losses.add('n', `\`n\` is ${call.n}, and ${API} gives one answer`)
  if (call.stop.length > 0) losses.add('stop', `\`stop\` ${none}`)
  if (call.topK !== undefined) losses.add('top_k', `\`top_k\` ${none}`)
  if (call.seed !== undefined) losses.add('seed', `\`seed\` ${none}`)
  if (call.frequencyPenalty) losses.add('frequency_penalty', `\`frequency_penalty\` ${none}`)
  if (call.presencePenalty) losses.add('presence_penalty', `\`presence_penalty\` ${none}`)
  if (call.logitBias !== undefined && Object.keys(call.logitBias).length > 0)
    losses.add('logit_bias', `\`logit_bias\` ${none}`)
  noteForeignFields(call, { dialect: 'openai-responses', api: API, carried: CARRIED }, losses)
}
