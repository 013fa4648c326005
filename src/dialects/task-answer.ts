/** What the answers of tasks have in common: where they say usage, and how an error in place of an answer is told. */
import { finiteNumber, isObject } from './json.ts'
import type { Json, JsonObject, UpstreamError, Usage } from './neutral.ts'
import { decodeUsage } from './openai-chat/usage.ts'
import { decodeBodyError, malformed } from './upstream-error.ts'

/** The usage that an answer of OpenAI's form says; nothing is put out, so that its output is none. */
export function usageIn(body: JsonObject): Usage | undefined {
  const { usage } = body
  if (!isObject(usage)) return undefined
  const said = decodeUsage(usage)
  const input = said?.input ?? finiteNumber(usage['total_tokens'])
  if (input === undefined) return undefined
  const { raw: _, ...counts } = said ?? {}
  return { ...counts, input, output: 0 }
}

/** An answer that lacks what its task promises: an error under a 200, or nothing that can be read. */
export function notAn(answer: string, body: Json): UpstreamError {
  return isObject(body) && 'error' in body ? decodeBodyError(body) : malformed(`the answer is no ${answer}`)
}
