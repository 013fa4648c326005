/**
 * The neutral call → an Anthropic Messages request, and what of it could not be said.
 *
 * Dropped without a loss, since the answer says the same without them: `store`, `metadata`, cache keys,
 * `prediction` (it only makes the answer faster), `safety_identifier` beside a user, image detail `auto` and
 * `high`, penalties of 0, an empty `logit_bias`, a schema's name and `strict`, and reasoning of other providers in
 * the history. Whatever else only OpenAI's dialect says is a loss.
 */
import type { Encoded, EncodeOptions } from '../dialect.ts'
import { noteForeignFields } from '../foreign-fields.ts'
import { compact, filledString, isArray, isObject } from '../json.ts'
import { createLosses, type Losses } from '../losses.ts'
import type { ChatCall, Json, JsonObject, Tool } from '../neutral.ts'
import { encodeMessages } from './encode-messages.ts'
import { encodeThinking } from './thinking.ts'

export function encodeRequest(call: ChatCall, options: EncodeOptions): Encoded {
  const losses = createLosses()
  const own = call.extensions?.dialect === 'anthropic' ? call.extensions.fields : {}
  const { output_config: outputRest, metadata: metadataRest, ...others } = own
  const { system, messages } = encodeMessages(call, losses)
  const thinking = encodeThinking(call, options, losses)
  const output = {
    ...encodeFormat(call, losses),
    ...(thinking.effort !== undefined && { effort: thinking.effort }),
    ...(isObject(outputRest) && outputRest),
  }
  const user = encodeUser(call)
  const metadata = { ...(user !== undefined && { user_id: user }), ...(isObject(metadataRest) && metadataRest) }
  const isOwn = call.dialect === 'anthropic'
  const tools = call.tools.flatMap((tool) => encodeTool(tool, isOwn, losses))
  const stop = call.stop.filter((sequence) => sequence.trim() !== '')
  if (stop.length < call.stop.length)
    losses.add('stop', "a stop sequence is only white space, which Anthropic's Messages API refuses")
  noteLosses(call, losses)
  const body: JsonObject = compact({
    model: options.model,
    max_tokens: thinking.maxTokens,
    system: system.length === 0 ? undefined : encodeSystem(system),
    messages,
    ...(tools.length > 0 ? { tools, tool_choice: encodeToolChoice(call) } : isOwn ? {} : historyTools(messages)),
    temperature: encodeTemperature(call, thinking.isOn, losses),
    top_p: call.topP,
    top_k: call.topK,
    stop_sequences: stop.length === 0 ? undefined : stop,
    thinking: thinking.thinking,
    output_config: Object.keys(output).length === 0 ? undefined : output,
    metadata: Object.keys(metadata).length === 0 ? undefined : metadata,
    service_tier: encodeServiceTier(call, losses),
    stream: call.stream ? true : undefined,
    ...others,
  })
  return { body, losses: losses.list() }
}

/** A single plain text is said as a string. */
function encodeSystem(system: readonly JsonObject[]): Json {
  const [only] = system
  return system.length === 1 && only !== undefined && Object.keys(only).length === 2 ? only['text']! : system
}

/** The API's schema: an object, even where the function takes nothing. */
const NO_PARAMETERS: JsonObject = { type: 'object', properties: {} }

function encodeTool(tool: Tool, isOwn: boolean, losses: Losses): readonly JsonObject[] {
  const own = tool.extensions?.dialect === 'anthropic' ? tool.extensions.fields : {}
  if (tool.kind === 'opaque') {
    if (tool.extensions?.dialect === 'anthropic') return [own]
    return losses.drop('tools', `the tool \`${tool.name}\` is of a type that Anthropic's Messages API does not know`)
  }
  return [
    compact({
      name: tool.name,
      description: tool.description,
      input_schema: encodeSchema(tool.parameters),
      strict: isOwn || tool.strict === true ? tool.strict : undefined,
      cache_control: tool.cacheMark,
      ...own,
    }),
  ]
}

function encodeSchema(parameters: JsonObject | undefined): JsonObject {
  if (parameters === undefined || Object.keys(parameters).length === 0) return NO_PARAMETERS
  return parameters['type'] === undefined ? { type: 'object', ...parameters } : parameters
}

/** A history with tool calls needs their declarations; where the call has none, the names alone, and no use of them. */
function historyTools(messages: readonly JsonObject[]): JsonObject {
  const names = new Set<string>()
  let hasTools = false
  for (const { content } of messages) {
    for (const block of isArray(content) ? content : []) {
      if (!isObject(block)) continue
      if (block['type'] === 'tool_use') names.add(String(block['name']))
      hasTools ||= block['type'] === 'tool_use' || block['type'] === 'tool_result'
    }
  }
  if (!hasTools) return {}
  const declared = names.size === 0 ? ['unavailable'] : [...names]
  return { tools: declared.map((name) => ({ name, input_schema: NO_PARAMETERS })), tool_choice: { type: 'none' } }
}

function encodeToolChoice(call: ChatCall): JsonObject | undefined {
  const { toolChoice, parallelToolCalls } = call
  // The flag lives inside the choice, so that without one the default is said out loud.
  const flag =
    parallelToolCalls === undefined || (parallelToolCalls && call.dialect !== 'anthropic')
      ? {}
      : { disable_parallel_tool_use: !parallelToolCalls }
  const isSaid = parallelToolCalls === false
  switch (toolChoice?.kind) {
    case undefined:
      return isSaid ? { type: 'auto', ...flag } : undefined
    case 'none':
      return { type: 'none' }
    case 'auto':
      return { type: 'auto', ...flag }
    case 'required':
      return { type: 'any', ...flag }
    case 'tool':
      return { type: 'tool', name: toolChoice.name, ...flag }
  }
}

/** JSON without a schema has no equal: the API takes only schemas. */
function encodeFormat(call: ChatCall, losses: Losses): JsonObject {
  switch (call.responseFormat?.kind) {
    case undefined:
    case 'text':
      return {}
    case 'json_object':
      losses.add(
        'response_format',
        "`json_object` has no equal in Anthropic's Messages API, which takes `json_schema` only",
      )
      return {}
    case 'json_schema':
      return { format: { type: 'json_schema', schema: call.responseFormat.schema } }
  }
}

/** The API takes 0 to 1, and with thinking only 1. */
function encodeTemperature(call: ChatCall, isThinking: boolean, losses: Losses): number | undefined {
  const { temperature } = call
  if (temperature === undefined) return undefined
  if (isThinking && temperature !== 1 && call.dialect !== 'anthropic') {
    losses.add(
      'temperature',
      `a temperature of ${temperature} cannot be had together with reasoning, where Anthropic's Messages API takes 1 only`,
    )
    return undefined
  }
  if (temperature <= 1) return temperature
  losses.add('temperature', `\`temperature\` is ${temperature}, and Anthropic's Messages API takes at most 1`)
  return 1
}

/** An address is no opaque id, and goes to no other provider. */
function encodeUser(call: ChatCall): string | undefined {
  const other = call.dialect === 'anthropic' ? undefined : filledString(call.extensions?.fields['safety_identifier'])
  const user = other ?? call.user
  return user?.includes('@') && call.dialect !== 'anthropic' ? undefined : user
}

function encodeServiceTier(call: ChatCall, losses: Losses): string | undefined {
  const { serviceTier } = call
  if (serviceTier === undefined || serviceTier === 'auto' || serviceTier === 'standard_only') return serviceTier
  if (serviceTier === 'default') return 'standard_only'
  losses.add(
    'service_tier',
    `the service tier \`${serviceTier.slice(0, 40)}\` has no equal in Anthropic's Messages API`,
  )
  return undefined
}

function noteLosses(call: ChatCall, losses: Losses): void {
  const none = "has no equal in Anthropic's Messages API"
  if (call.n !== undefined && 1 < call.n)
    losses.add('n', `\`n\` is ${call.n}, and Anthropic's Messages API gives one answer`)
  if (call.logprobs !== undefined) losses.add('logprobs', `\`logprobs\` ${none}`)
  if (call.logitBias !== undefined && Object.keys(call.logitBias).length > 0)
    losses.add('logit_bias', `\`logit_bias\` ${none}`)
  if (call.seed !== undefined) losses.add('seed', `\`seed\` ${none}`)
  if (call.frequencyPenalty) losses.add('frequency_penalty', `\`frequency_penalty\` ${none}`)
  if (call.presencePenalty) losses.add('presence_penalty', `\`presence_penalty\` ${none}`)
  noteForeignFields(call, { dialect: 'anthropic', api: "Anthropic's Messages API" }, losses)
}
