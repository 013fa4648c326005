/**
 * A legacy completion request → the neutral call.
 *
 * A prompt in words is what one user says. Lists of prompts ask for several answers at once, and tokens are words of
 * one vocabulary: both are kept as they came, for targets of this dialect. Without `max_tokens` the limit is the
 * target's own, and not the sixteen tokens of the API that this one comes from.
 */
import type { Decoded } from '../dialect.ts'
import { compact, createReader, fieldsBeside, isArray, isObject, type Reader } from '../json.ts'
import type { Block, ChatCall, Json, JsonObject } from '../neutral.ts'
import { completionsExtensions } from './extensions.ts'

const KNOWN = new Set([
  'model',
  'prompt',
  'max_tokens',
  'temperature',
  'top_p',
  'stop',
  'seed',
  'frequency_penalty',
  'presence_penalty',
  'logit_bias',
  'logprobs',
  'n',
  'user',
  'stream',
  'stream_options',
])

export function decodeRequest(body: Json): Decoded<ChatCall> {
  if (!isObject(body)) return { ok: false, message: 'the body is not a JSON object' }
  const read = createReader()
  const model = read.string(body['model'], 'model')
  if (!model) read.refuse('model', '`model` is missing')
  const options = read.object(body['stream_options'], 'stream_options')
  const top = read.integer(body['logprobs'], 'logprobs', 0)
  const call: ChatCall = compact({
    dialect: 'openai-completions' as const,
    model: model ?? '',
    system: [],
    messages: [{ role: 'user' as const, content: [decodePrompt(body['prompt'], read)] }],
    tools: [],
    maxTokens: read.integer(body['max_tokens'], 'max_tokens', 0),
    temperature: read.number(body['temperature'], 'temperature'),
    topP: read.number(body['top_p'], 'top_p'),
    stop: decodeStop(body['stop'], read),
    seed: read.number(body['seed'], 'seed'),
    frequencyPenalty: read.number(body['frequency_penalty'], 'frequency_penalty'),
    presencePenalty: read.number(body['presence_penalty'], 'presence_penalty'),
    logitBias: read.object(body['logit_bias'], 'logit_bias'),
    logprobs: top === undefined ? undefined : { top },
    n: read.integer(body['n'], 'n', 1),
    user: read.string(body['user'], 'user'),
    stream: read.boolean(body['stream'], 'stream') ?? false,
    includeUsage: read.boolean(options?.['include_usage'], 'stream_options.include_usage') === true,
    extensions: completionsExtensions({ ...fieldsBeside(body, KNOWN), ...restOfOptions(options) }),
  })
  const complaint = read.complaint()
  return complaint === undefined ? { ok: true, value: call } : { ok: false, ...complaint }
}

const INCLUDE_USAGE = new Set(['include_usage'])

function restOfOptions(options: JsonObject | undefined): JsonObject {
  const rest = options === undefined ? undefined : fieldsBeside(options, INCLUDE_USAGE)
  return rest === undefined ? {} : { stream_options: rest }
}

/** A list of one prompt is that prompt. */
function decodePrompt(value: Json | undefined, read: Reader): Block {
  const only = isArray(value) && value.length === 1 ? value[0] : value
  if (typeof only === 'string') return { kind: 'text', text: only }
  const kind = isArray(value) && value.length > 0 ? kindOf(value) : undefined
  if (kind === undefined) {
    const why = value == null ? 'is missing' : 'is neither a string, nor a list of strings or of tokens'
    read.refuse('prompt', `\`prompt\` ${why}`)
  }
  return { kind: 'opaque', dialect: 'openai-completions', value: { type: kind ?? 'tokens', prompt: value ?? null } }
}

function kindOf(prompts: readonly Json[]): 'list of prompts' | 'tokens' | undefined {
  if (prompts.every((prompt) => typeof prompt === 'string')) return 'list of prompts'
  const isToken = (token: Json): boolean => Number.isInteger(token)
  return prompts.every(isToken) || prompts.every((prompt) => isArray(prompt) && prompt.every(isToken))
    ? 'tokens'
    : undefined
}

function decodeStop(value: Json | undefined, read: Reader): readonly string[] {
  if (typeof value === 'string') return [value]
  return (read.array(value, 'stop') ?? []).flatMap((item, i) => read.string(item, `stop[${i}]`) ?? [])
}
