/** The neutral call → a legacy completion request, which can say one prompt in words, and what of it could not be said. */
import type { Encoded, EncodeOptions } from '../dialect.ts'
import { noteForeignFields } from '../foreign-fields.ts'
import { compact, isObject } from '../json.ts'
import { createLosses, type Losses } from '../losses.ts'
import type { Block, ChatCall, Json, JsonObject } from '../neutral.ts'

const API = "OpenAI's completions API"

export function encodeRequest(call: ChatCall, options: EncodeOptions): Encoded {
  const losses = createLosses()
  const own = call.extensions?.dialect === 'openai-completions' ? call.extensions.fields : {}
  const { stream_options: rest, ...others } = own
  const usage = call.includeUsage || options.alwaysUsage === true ? { include_usage: true } : {}
  const streamOptions = { ...usage, ...(isObject(rest) && rest) }
  const body: JsonObject = compact({
    model: options.model,
    prompt: encodePrompt(call, losses),
    max_tokens: call.maxTokens,
    temperature: call.temperature,
    top_p: call.topP,
    stop: call.stop.length === 0 ? undefined : call.stop,
    seed: call.seed,
    frequency_penalty: call.frequencyPenalty,
    presence_penalty: call.presencePenalty,
    logit_bias: call.logitBias,
    logprobs: call.logprobs?.top,
    n: call.n,
    user: call.user,
    stream: call.stream ? true : undefined,
    stream_options: call.stream && Object.keys(streamOptions).length > 0 ? streamOptions : undefined,
    ...others,
  })
  noteLosses(call, losses)
  return { body, losses: losses.list() }
}

/** What the system says stands before what the user says. */
function encodePrompt({ system, messages }: ChatCall, losses: Losses): Json {
  const blocks: readonly Block[] = [...system, ...messages.flatMap(({ content }) => content)]
  const [only] = blocks
  if (blocks.length === 1 && only?.kind === 'opaque' && only.dialect === 'openai-completions')
    return only.value['prompt'] ?? ''
  if (messages.length !== 1 || messages[0]?.role !== 'user')
    losses.add('messages', `${messages.length} messages are given, and ${API} takes one prompt`)
  const texts = blocks.flatMap((block) =>
    block.kind === 'text'
      ? [block.text]
      : losses.drop('messages.content', `the prompt holds ${block.kind} content, and ${API} takes one text`),
  )
  return texts.join('\n\n')
}

function noteLosses(call: ChatCall, losses: Losses): void {
  const none = `has no equal in ${API}`
  if (call.tools.length > 0) losses.add('tools', `\`tools\` ${none}`)
  if (call.topK !== undefined) losses.add('top_k', `\`top_k\` ${none}`)
  if (call.reasoning !== undefined) losses.add('reasoning', `reasoning ${none}`)
  if (call.responseFormat !== undefined && call.responseFormat.kind !== 'text')
    losses.add('response_format', `\`response_format\` ${none}`)
  if (call.serviceTier !== undefined) losses.add('service_tier', `\`service_tier\` ${none}`)
  noteForeignFields(call, { dialect: 'openai-completions', api: API }, losses)
}
