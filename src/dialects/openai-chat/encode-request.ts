/**
 * The neutral call → an OpenAI chat completion request, and what of it could not be said.
 *
 * Dropped without a loss, since the answer says the same without them: cache marks and top-level `cache_control`,
 * thinking of another provider in the history, `metadata` beside the user's id, a user id that is too long, what a
 * document or a citation is titled by another dialect, thinking's `display`, and those of an Anthropic tool's fields
 * that say when it is loaded or how its input streams. Whatever else only Anthropic's dialect says is a loss.
 */
import type { Encoded, EncodeOptions } from '../dialect.ts'
import { fitBody } from '../fit-body.ts'
import { noteForeignFields, noteForeignToolFields } from '../foreign-fields.ts'
import { compact, isObject } from '../json.ts'
import { createLosses, type Losses } from '../losses.ts'
import type { ChatCall, Extensions, Json, JsonObject, ResponseFormat, Tool, ToolChoice } from '../neutral.ts'
import { effortOfBudget } from '../reasoning-effort.ts'
import { encodeMessages } from './encode-messages.ts'
import { fitSignatures } from './extra-content.ts'

/** Said as `verbosity`. */
const CARRIED = new Set(['text'])

/** Longer user ids are refused; Anthropic's may be longer. */
const MAX_USER_LENGTH = 64
const MAX_NAME_LENGTH = 64

export function encodeRequest(call: ChatCall, options: EncodeOptions): Encoded {
  const losses = createLosses()
  const fields = fieldsOf(call)
  const { stream_options: streamOptions, ...others } = fields
  const limit: JsonObject =
    call.maxTokens === undefined ? {} : { [options.maxTokensField ?? 'max_completion_tokens']: call.maxTokens }
  const body: JsonObject = compact({
    model: options.model,
    messages: encodeMessages(fitSignatures(call, options.model), losses, {
      model: options.model,
      field: options.reasoningField,
    }),
    tools: call.tools.length === 0 ? undefined : call.tools.flatMap((tool) => encodeTool(tool, losses)),
    tool_choice:
      call.toolChoice === undefined || call.tools.length === 0 ? undefined : encodeToolChoice(call.toolChoice),
    parallel_tool_calls: call.tools.length === 0 ? undefined : call.parallelToolCalls,
    ...limit,
    temperature: call.temperature,
    top_p: call.topP,
    top_k: options.takesTopK === true ? call.topK : undefined,
    stop: call.stop.length === 0 ? undefined : call.stop,
    seed: call.seed,
    frequency_penalty: call.frequencyPenalty,
    presence_penalty: call.presencePenalty,
    logit_bias: call.logitBias,
    logprobs: call.logprobs === undefined ? undefined : true,
    top_logprobs: call.logprobs === undefined || call.logprobs.top === 0 ? undefined : call.logprobs.top,
    n: call.n,
    response_format: call.responseFormat === undefined ? undefined : encodeResponseFormat(call.responseFormat),
    reasoning_effort: encodeEffort(call),
    user:
      call.user !== undefined && call.dialect === 'anthropic' && MAX_USER_LENGTH < call.user.length
        ? undefined
        : call.user,
    service_tier: encodeServiceTier(call),
    stream: call.stream ? true : undefined,
    stream_options: encodeStreamOptions(call, options, streamOptions),
  })
  noteLosses(call, options, losses)
  const fitted = fitBody({ ...body, ...others }, options.quirks ?? [], options.model)
  return { body: fitted.body, losses: [...losses.list(), ...fitted.losses] }
}

/**
 * The fields of this dialect. Of the Responses API only how wordy to be matters here: who speaks both is spoken to in
 * the client's own, and other servers know no more of them.
 */
function fieldsOf(call: ChatCall): JsonObject {
  if (call.extensions?.dialect !== 'openai-responses') return ownFields(call.extensions)
  const { text } = call.extensions.fields
  const verbosity = isObject(text) ? text['verbosity'] : undefined
  return verbosity === undefined ? {} : { verbosity }
}

function ownFields(extensions: Extensions | undefined): JsonObject {
  return extensions?.dialect === 'openai-chat' ? extensions.fields : {}
}

function encodeStreamOptions(call: ChatCall, options: EncodeOptions, others: Json | undefined): JsonObject | undefined {
  if (!call.stream) return undefined
  const usage = call.includeUsage || options.alwaysUsage === true ? { include_usage: true } : undefined
  return usage === undefined && !isObject(others) ? undefined : { ...usage, ...(isObject(others) && others) }
}

function encodeTool(tool: Tool, losses: Losses): readonly JsonObject[] {
  const own = ownFields(tool.extensions)
  if (tool.kind === 'opaque') {
    if (tool.extensions?.dialect === 'openai-chat') return [own]
    return losses.drop(
      'tools',
      `the tool \`${tool.name}\` runs at its own provider, and OpenAI's chat API does not know it`,
    )
  }
  if (MAX_NAME_LENGTH < tool.name.length)
    losses.add('tools.name', `the tool \`${tool.name}\` has a name longer than ${MAX_NAME_LENGTH} characters`)
  noteForeignToolFields(tool, "OpenAI's chat API", losses)
  const { function: inside, ...beside } = own
  const declared = compact({
    name: tool.name,
    description: tool.description,
    parameters: tool.parameters,
    strict: tool.strict,
  })
  return [{ type: 'function', function: { ...declared, ...(isObject(inside) && inside) }, ...beside }]
}

function encodeToolChoice(choice: ToolChoice): Json {
  return choice.kind === 'tool' ? { type: 'function', function: { name: choice.name } } : choice.kind
}

function encodeResponseFormat(format: ResponseFormat): JsonObject {
  if (format.kind !== 'json_schema') return { type: format.kind }
  const { kind: _kind, name, description, schema, strict } = format
  return { type: 'json_schema', json_schema: compact({ name, description, schema, strict }) }
}

/** Effort in words; a budget is told as the nearest word, and thinking that is off or left to the model as none. */
function encodeEffort(call: ChatCall): string | undefined {
  const { reasoning } = call
  if (reasoning === undefined || (reasoning.enabled === false && reasoning.extensions?.dialect === 'anthropic'))
    return undefined
  if (reasoning.effort !== undefined)
    return reasoning.effort === 'max' && reasoning.extensions?.dialect === 'anthropic' ? 'xhigh' : reasoning.effort
  return reasoning.budgetTokens === undefined ? undefined : effortOfBudget(reasoning.budgetTokens)
}

/** Anthropic's `standard_only` keeps away from dearer capacity, as `default` does here. */
function encodeServiceTier(call: ChatCall): string | undefined {
  return call.serviceTier === 'standard_only' ? 'default' : call.serviceTier
}

function noteLosses(call: ChatCall, options: EncodeOptions, losses: Losses): void {
  if (call.topK !== undefined && options.takesTopK !== true)
    losses.add('top_k', "`top_k` has no equal in OpenAI's chat API")
  if (4 < call.stop.length)
    losses.add('stop_sequences', `${call.stop.length} stop sequences are given, and OpenAI's chat API takes at most 4`)
  noteForeignFields(call, { dialect: 'openai-chat', api: "OpenAI's chat API", carried: CARRIED }, losses)
}
