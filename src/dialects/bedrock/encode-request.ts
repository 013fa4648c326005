/**
 * The neutral call → a Converse request, and what of it could not be said. The model and whether to stream are in the
 * address.
 *
 * Fields that only this API has (`guardrailConfig`, `performanceConfig`, …) are taken under their names whichever
 * dialect the client speaks. Dropped without a loss, since the answer says the same without them: the user's id,
 * cache marks where the model takes none, penalties of 0, an empty `logit_bias`, a choice of no tool where there is
 * no call in the history, and reasoning that is not the model's own.
 */
import type { Encoded, EncodeOptions } from '../dialect.ts'
import { noteForeignFields } from '../foreign-fields.ts'
import { compact, isObject } from '../json.ts'
import { createLosses, type Losses } from '../losses.ts'
import type { ChatCall, JsonObject, ResponseFormat } from '../neutral.ts'
import { encodeMessages } from './encode-messages.ts'
import { encodeTools } from './encode-tools.ts'
import { encodeModelFields } from './model-fields.ts'

const API = "Amazon Bedrock's Converse API"
/**
 * Fields that no other API has words for: taken under their names whoever says them. Not so those that can hold text or
 * tools, `promptVariables` and `additionalModelRequestFields`, which no policy and no guard would see.
 */
const OWN = new Set(['guardrailConfig', 'additionalModelResponseFieldPaths', 'requestMetadata', 'performanceConfig'])

export function encodeRequest(call: ChatCall, options: EncodeOptions): Encoded {
  const losses = createLosses()
  const { additionalModelRequestFields: given, ...own } = ownFields(call)
  const { system, messages } = encodeMessages(call, options.model, losses)
  const { fields, maxTokens, isThinking } = encodeModelFields(call, options, losses)
  const stop = call.stop.filter((sequence) => sequence.trim() !== '')
  if (stop.length < call.stop.length) losses.add('stop', `a stop sequence is only white space, which ${API} refuses`)
  const inference: JsonObject = compact({
    maxTokens,
    temperature: encodeTemperature(call, isThinking, losses),
    topP: call.topP,
    stopSequences: stop.length === 0 ? undefined : stop,
  })
  noteLosses(call, losses)
  const body: JsonObject = compact({
    messages,
    system: system.length === 0 ? undefined : system,
    inferenceConfig: filled(inference),
    toolConfig: encodeTools(call, messages, options.model, losses),
    outputConfig: encodeFormat(call.responseFormat, losses),
    serviceTier: encodeServiceTier(call, losses),
    additionalModelRequestFields: filled({ ...fields, ...(isObject(given) && given) }),
    ...own,
  })
  return { body, losses: losses.list() }
}

const filled = (object: JsonObject): JsonObject | undefined => (Object.keys(object).length === 0 ? undefined : object)

function ownFields({ extensions }: ChatCall): JsonObject {
  if (extensions === undefined || extensions.dialect === 'bedrock') return extensions?.fields ?? {}
  return Object.fromEntries(Object.entries(extensions.fields).filter(([field]) => OWN.has(field)))
}

/** The API takes 0 to 1, and Anthropic's models with reasoning only 1. */
function encodeTemperature({ temperature }: ChatCall, isThinking: boolean, losses: Losses): number | undefined {
  if (temperature === undefined) return undefined
  if (isThinking && temperature !== 1) {
    losses.add('temperature', `a temperature of ${temperature} cannot be had together with reasoning`)
    return undefined
  }
  if (temperature <= 1) return temperature
  losses.add('temperature', `\`temperature\` is ${temperature}, and ${API} takes at most 1`)
  return 1
}

/** JSON without a schema has no equal: the API takes only schemas, as text. */
function encodeFormat(format: ResponseFormat | undefined, losses: Losses): JsonObject | undefined {
  switch (format?.kind) {
    case undefined:
    case 'text':
      return undefined
    case 'json_object':
      losses.add('response_format', `\`json_object\` has no equal in ${API}, which takes \`json_schema\` only`)
      return undefined
    case 'json_schema': {
      const { name, description, schema } = format
      const jsonSchema = compact({ schema: JSON.stringify(schema), name, description: description || undefined })
      return { textFormat: { type: 'json_schema', structure: { jsonSchema } } }
    }
  }
}

function encodeServiceTier({ serviceTier }: ChatCall, losses: Losses): JsonObject | undefined {
  switch (serviceTier) {
    case undefined:
    case 'auto':
      return undefined
    case 'standard_only':
      return { type: 'default' }
    case 'default':
    case 'flex':
    case 'priority':
    case 'reserved':
      return { type: serviceTier }
    default:
      losses.add('service_tier', `the service tier \`${serviceTier.slice(0, 40)}\` has no equal in ${API}`)
      return undefined
  }
}

function noteLosses(call: ChatCall, losses: Losses): void {
  const none = `has no equal in ${API}`
  if (call.n !== undefined && 1 < call.n) losses.add('n', `\`n\` is ${call.n}, and ${API} gives one answer`)
  if (call.logprobs !== undefined) losses.add('logprobs', `\`logprobs\` ${none}`)
  if (call.logitBias !== undefined && Object.keys(call.logitBias).length > 0)
    losses.add('logit_bias', `\`logit_bias\` ${none}`)
  if (call.seed !== undefined) losses.add('seed', `\`seed\` ${none}`)
  if (call.frequencyPenalty) losses.add('frequency_penalty', `\`frequency_penalty\` ${none}`)
  if (call.presencePenalty) losses.add('presence_penalty', `\`presence_penalty\` ${none}`)
  if (call.parallelToolCalls === false && call.tools.length > 0)
    losses.add('parallel_tool_calls', `${API} cannot be told to make one tool call at a time`)
  noteForeignFields(call, { dialect: 'bedrock', api: API, carried: OWN }, losses)
}
