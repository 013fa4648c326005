/**
 * A Cohere chat answer → the neutral answer. The plan that goes before tool calls is text: it is what the model says
 * to the user about what it is going to do.
 */
import { compact, filledString, finiteNumber, isArray, isObject } from '../json.ts'
import type { Answer, Block, Json, JsonObject, TextBlock, UpstreamError } from '../neutral.ts'
import { malformed } from '../upstream-error.ts'
import { readCitation } from './citations.ts'
import { decodeBodyFailure } from './errors.ts'
import { decodeFinish, findFailure } from './finish-reason.ts'
import { decodeLogprobs } from './logprobs.ts'
import { decodeUsage } from './usage.ts'

export function decodeAnswer(body: Json): Answer | UpstreamError {
  if (!isObject(body)) return malformed('the answer is not a JSON object')
  const failure = findFailure(body)
  if (failure !== undefined) return failure
  const { message } = body
  if (typeof message === 'string' || body['error'] !== undefined) return decodeBodyFailure(body)
  if (!isObject(message)) return malformed('the answer has no `message`')
  const logprobs = decodeLogprobs(body['logprobs'])
  return compact({
    id: filledString(body['id']) ?? '',
    // The API does not say which model answered.
    model: filledString(body['model']) ?? '',
    choices: [
      compact({ index: 0, content: decodeMessage(message), stop: decodeFinish(body['finish_reason']), logprobs }),
    ],
    usage: decodeUsage(body['usage']),
  })
}

function decodeMessage(message: JsonObject): readonly Block[] {
  const { content, citations } = message
  const parts = isArray(content) ? content.map(decodePart) : typeof content === 'string' ? [textBlock(content)] : []
  const plan = filledString(message['tool_plan'])
  const calls = isArray(message['tool_calls']) ? message['tool_calls'] : []
  return [
    ...withCitations(parts, isArray(citations) ? citations : []),
    ...(plan === undefined ? [] : [textBlock(plan)]),
    ...calls.flatMap(decodeCall),
  ].filter((block) => block.kind !== 'text' || block.text !== '')
}

const textBlock = (text: string): TextBlock => ({ kind: 'text', text })

function decodePart(part: Json): Block {
  if (!isObject(part)) return textBlock('')
  if (part['type'] === 'thinking') return { kind: 'reasoning', text: filledString(part['thinking']) ?? '' }
  if (typeof part['text'] === 'string') return textBlock(part['text'])
  return { kind: 'opaque', dialect: 'cohere', value: part }
}

/** Each citation to the part that it is of: the one it names, else the last text. */
function withCitations(parts: readonly Block[], citations: readonly Json[]): readonly Block[] {
  if (citations.length === 0) return parts
  const last = parts.findLastIndex(({ kind }) => kind === 'text')
  const placeOf = (citation: Json): number => {
    const named = isObject(citation) ? finiteNumber(citation['content_index']) : undefined
    return named !== undefined && parts[named]?.kind === 'text' ? named : last
  }
  return parts.map((part, at) => {
    const items = part.kind === 'text' ? citations.filter((citation) => placeOf(citation) === at) : []
    return items.length === 0 ? part : { ...part, citations: { dialect: 'cohere', items: items.flatMap(readCitation) } }
  })
}

function decodeCall(call: Json): readonly Block[] {
  const called = isObject(call) && isObject(call['function']) ? call['function'] : {}
  const name = filledString(called['name'])
  if (!isObject(call) || name === undefined) return []
  return [
    { kind: 'tool_call', id: filledString(call['id']) ?? name, name, arguments: decodeArguments(called['arguments']) },
  ]
}

/** Null, the text `null` and nothing at all say that there are no arguments. */
function decodeArguments(value: Json | undefined): string {
  if (isObject(value)) return JSON.stringify(value)
  return typeof value === 'string' && value !== 'null' ? value : ''
}
