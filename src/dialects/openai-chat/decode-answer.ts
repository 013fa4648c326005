/** An OpenAI chat completion → the neutral answer, for every server that speaks this dialect more or less. */
import { compact, fieldsBeside, filledString, finiteNumber, isArray, isObject } from '../json.ts'
import type { Answer, Block, Choice, Json, JsonObject, TextBlock, UpstreamError } from '../neutral.ts'
import { decodeBodyError, malformed } from '../upstream-error.ts'
import { openaiExtensions } from './extensions.ts'
import { decodeFinish } from './finish-reason.ts'
import { decodeReasoning, REASONING_FIELDS } from './reasoning.ts'
import { annotationsIn, findSources, type Source } from './sources.ts'
import { decodeUsage } from './usage.ts'

const ANSWER_FIELDS = new Set([
  'id',
  'object',
  'created',
  'model',
  'choices',
  'usage',
  'service_tier',
  'obfuscation',
  'p',
])
const CHOICE_FIELDS = new Set(['index', 'message', 'delta', 'logprobs', 'finish_reason'])
const MESSAGE_FIELDS = new Set([
  'role',
  'content',
  'refusal',
  'tool_calls',
  'function_call',
  'annotations',
  'audio',
  ...REASONING_FIELDS,
])

export function decodeAnswer(body: Json): Answer | UpstreamError {
  if (!isObject(body)) return malformed('the answer is not a JSON object')
  if (hasError(body)) return decodeBodyError(body)
  const choices = body['choices']
  if (!isArray(choices)) return malformed('the answer has no `choices`')
  const failed = choices.find((choice) => isObject(choice) && hasError(choice))
  if (failed !== undefined) return decodeBodyError(failed)
  if (choices.length === 0) return malformed('the answer has an empty list of `choices`')
  const id = filledString(body['id']) ?? ''
  const sources = findSources(body)
  const decoded = choices
    .map((choice, i) => decodeChoice(choice, i, id))
    .map((choice) => choice && cited(choice, sources))
  if (decoded.some((choice) => choice === undefined)) return malformed('a choice of the answer has no message')
  return compact({
    id,
    model: filledString(body['model']) ?? '',
    created: finiteNumber(body['created']),
    choices: decoded.filter((choice) => choice !== undefined),
    usage: decodeUsage(body['usage']) ?? decodeUsage(isObject(body['x_groq']) ? body['x_groq']['usage'] : undefined),
    serviceTier: filledString(body['service_tier']),
    extensions: openaiExtensions(fieldsBeside(body, ANSWER_FIELDS)),
  })
}

/** The choice with annotations where its text points to sources; the server's own annotations stand. */
function cited(choice: Choice, sources: readonly Source[] | undefined): Choice {
  const [only, ...others] = choice.content.filter((block): block is TextBlock => block.kind === 'text')
  if (sources === undefined || only === undefined || 0 < others.length || only.citations !== undefined) return choice
  const items = annotationsIn(only.text, sources)
  if (items.length === 0) return choice
  const citations = { dialect: 'openai-chat' as const, items }
  return { ...choice, content: choice.content.map((block) => (block === only ? { ...only, citations } : block)) }
}

/** An `error` that says something: some servers send the key with null or an empty string. */
export function hasError(object: JsonObject): boolean {
  const error = object['error']
  return filledString(error) !== undefined || (isObject(error) && Object.keys(error).length > 0)
}

function decodeChoice(value: Json, position: number, answerId: string): Choice | undefined {
  if (!isObject(value)) return undefined
  const given = value['message']
  // Azure leaves the message of a filtered choice out; the finish reason is then all it says.
  const message = isObject(given) ? given : filledString(value['finish_reason']) === undefined ? undefined : {}
  if (message === undefined) return undefined
  const index = finiteNumber(value['index']) ?? position
  const content = decodeMessage(message, `${answerId}_${index}`)
  const beside = fieldsBeside(message, MESSAGE_FIELDS)
  return compact({
    index,
    content,
    stop: decodeFinish(filledString(value['finish_reason']), {
      calls: content.some(({ kind }) => kind === 'tool_call'),
      refusal: content.some(({ kind }) => kind === 'refusal'),
    }),
    logprobs: value['logprobs'] ?? undefined,
    extensions: openaiExtensions({
      ...fieldsBeside(value, CHOICE_FIELDS),
      ...(beside !== undefined && { message: beside }),
    }),
  })
}

function decodeMessage(message: JsonObject, idStem: string): readonly Block[] {
  const refusal = filledString(message['refusal'])
  const calls = isArray(message['tool_calls']) ? message['tool_calls'] : []
  const legacy = isObject(message['function_call']) ? [{ function: message['function_call'] }] : []
  let ordinal = 0
  const blocks: Block[] = [...decodeReasoning(message), ...decodeText(message)]
  if (refusal !== undefined) blocks.push({ kind: 'refusal', text: refusal })
  for (const call of [...calls, ...legacy]) {
    const block = isObject(call) ? decodeCall(call, `${idStem}_${ordinal}`) : undefined
    if (block === undefined) continue
    ordinal++
    blocks.push(block)
  }
  const audio = message['audio']
  if (isObject(audio) && filledString(audio['id']) !== undefined)
    blocks.push({ kind: 'opaque', dialect: 'openai-chat', value: { type: 'audio', audio } })
  return blocks
}

const CALL_FIELDS = new Set(['id', 'type', 'function', 'index', 'custom'])

/** A call without a name is an unset field of a server that fills them all (Snowflake). */
function decodeCall(call: JsonObject, stem: string): Block | undefined {
  const custom = call['custom']
  if (call['type'] === 'custom' && isObject(custom)) return { kind: 'opaque', dialect: 'openai-chat', value: call }
  const called = isObject(call['function']) ? call['function'] : {}
  const name = filledString(called['name'])
  if (name === undefined) return undefined
  return compact({
    kind: 'tool_call' as const,
    id: filledString(call['id']) ?? toolId(stem),
    name,
    arguments: wholeArguments(called['arguments']),
    extensions: openaiExtensions(fieldsBeside(call, CALL_FIELDS)),
  })
}

/** An id for a call that came without one: the same for the same place in the same answer. */
export function toolId(stem: string): string {
  return `call_${stem.replace(/[^A-Za-z0-9_-]/g, '')}`
}

/** Missing, null and the text "null" all say that there are no arguments. */
export function wholeArguments(value: Json | undefined): string {
  if (isObject(value)) return JSON.stringify(value)
  return typeof value === 'string' && value !== 'null' ? value : ''
}

/** `content` is a string, null, absent, or (Mistral) a list of parts with thinking among them. */
function decodeText(message: JsonObject): readonly Block[] {
  const content = message['content']
  const annotations = message['annotations']
  const citations =
    isArray(annotations) && annotations.length > 0
      ? { citations: { dialect: 'openai-chat' as const, items: annotations } }
      : {}
  const parts =
    typeof content === 'string'
      ? [{ kind: 'text' as const, text: content }]
      : isArray(content)
        ? content.flatMap(decodeAnswerPart)
        : []
  const filled = parts.filter((part) => part.kind === 'opaque' || part.text !== '')
  const last = filled.findLastIndex(({ kind }) => kind === 'text')
  if (last === -1) return 'citations' in citations ? [...filled, { kind: 'text', text: '', ...citations }] : filled
  return filled.map((part, i) => (i === last ? { ...(part as TextBlock), ...citations } : part))
}

type AnswerPart = Extract<Block, { kind: 'text' | 'reasoning' | 'opaque' }>

/** One part of a list of content, whole or as a delta: text, thinking, or something of the server's own. */
export function decodeAnswerPart(part: Json): AnswerPart[] {
  if (typeof part === 'string') return [{ kind: 'text', text: part }]
  if (!isObject(part)) return []
  if (part['type'] === 'thinking') {
    const thinking = part['thinking']
    const text = isArray(thinking)
      ? thinking.map((piece) => (isObject(piece) ? (filledString(piece['text']) ?? '') : '')).join('')
      : (filledString(thinking) ?? '')
    return [{ kind: 'reasoning', text, extensions: { dialect: 'openai-chat', fields: {} } }]
  }
  if (typeof part['text'] === 'string') return [{ kind: 'text', text: part['text'] }]
  return [{ kind: 'opaque', dialect: 'openai-chat', value: part }]
}
