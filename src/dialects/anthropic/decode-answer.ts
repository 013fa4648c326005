/** An Anthropic message → the neutral answer. */
import { compact, createReader, fieldsBeside, filledString, isArray, isObject } from '../json.ts'
import type { Answer, Json, UpstreamError } from '../neutral.ts'
import { decodeBodyError, malformed } from '../upstream-error.ts'
import { decodeBlock } from './decode-messages.ts'
import { anthropicExtensions } from './extensions.ts'
import { decodeStop } from './stop-reason.ts'
import { decodeUsage } from './usage.ts'

const ANSWER_FIELDS = new Set(['id', 'type', 'role', 'model', 'content', 'stop_reason', 'stop_sequence', 'usage'])

export function decodeAnswer(body: Json): Answer | UpstreamError {
  if (!isObject(body)) return malformed('the answer is not a JSON object')
  if (body['type'] === 'error' || isObject(body['error'])) return decodeBodyError(body)
  const content = body['content']
  if (!isArray(content)) return malformed('the answer has no `content`')
  const read = createReader()
  const blocks = content.flatMap((block, i) => decodeBlock(block, `content[${i}]`, read) ?? [])
  const complaint = read.complaint()
  if (complaint !== undefined) return malformed(`the answer does not hold together: ${complaint.message}`)
  const usage = decodeUsage(body['usage'])
  return compact({
    id: filledString(body['id']) ?? '',
    model: filledString(body['model']) ?? '',
    choices: [{ index: 0, content: blocks, stop: decodeStop(body['stop_reason'], body['stop_sequence']) }],
    usage,
    serviceTier: isObject(body['usage']) ? filledString(body['usage']['service_tier']) : undefined,
    extensions: anthropicExtensions(fieldsBeside(body, ANSWER_FIELDS)),
  })
}
