/** An OpenAI response → the neutral answer. */
import { compact, createReader, fieldsBeside, filledString, finiteNumber, isArray, isObject } from '../json.ts'
import type { Answer, Block, Json, JsonObject, UpstreamError } from '../neutral.ts'
import { hasError } from '../openai-chat/decode-answer.ts'
import { decodeBodyError, malformed } from '../upstream-error.ts'
import { decodeItems } from './decode-input.ts'
import { ownFields, responsesExtensions } from './extensions.ts'
import { decodeStop } from './status.ts'
import { decodeUsage } from './usage.ts'

/** `output_text` repeats the texts of the output for those who want no more. */
const ANSWER_FIELDS = new Set([
  'id',
  'object',
  'created_at',
  'model',
  'status',
  'incomplete_details',
  'error',
  'output',
  'output_text',
  'usage',
  'service_tier',
])

export function decodeAnswer(body: Json): Answer | UpstreamError {
  if (!isObject(body)) return malformed('the answer is not a JSON object')
  if (hasError(body)) return decodeBodyError(body)
  const { output, status } = body
  if (status === 'failed' || status === 'cancelled') return malformed(`the answer has ${status} without saying why`)
  if (!isArray(output)) return malformed('the answer has no `output`')
  const read = createReader()
  const content = decodeItems(output, 'output', read).messages.flatMap((message) => message.content)
  const complaint = read.complaint()
  if (complaint !== undefined) return malformed(`the answer does not hold together: ${complaint.message}`)
  return compact({
    id: filledString(body['id']) ?? '',
    model: filledString(body['model']) ?? '',
    created: createdOf(body),
    choices: [
      compact({
        index: 0,
        content,
        stop: decodeStop(body, new Set(content.map(({ kind }) => kind))),
        logprobs: logprobsOf(content),
      }),
    ],
    usage: decodeUsage(body['usage']),
    serviceTier: filledString(body['service_tier']),
    extensions: responsesExtensions(extensionsOf(body)),
  })
}

/** Some servers say a fraction of seconds. */
export function createdOf(response: JsonObject): number | undefined {
  const created = finiteNumber(response['created_at'])
  return created === undefined ? undefined : Math.floor(created)
}

/** What a response says beside its answer: what was asked for, for the most part. */
export function extensionsOf(response: JsonObject): JsonObject {
  return fieldsBeside(response, ANSWER_FIELDS) ?? {}
}

/** In OpenAI's chat form: one list for all texts. */
function logprobsOf(content: readonly Block[]): Json | undefined {
  const tokens = content.flatMap((block) => {
    const { logprobs } = ownFields(block.extensions)
    return isArray(logprobs) ? logprobs : []
  })
  return tokens.length === 0 ? undefined : { content: tokens, refusal: null }
}
