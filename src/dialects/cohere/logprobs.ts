/**
 * Log-probabilities in OpenAI's shape. Cohere gives them by piece of text, which may be several tokens: the
 * log-probability of a piece is then the sum of its tokens'. Alternatives are never told.
 */
import { finiteNumber, isArray, isObject } from '../json.ts'
import type { Json, JsonObject } from '../neutral.ts'

/** `{content: […]}` of one item or a list of them, or undefined where nothing is said. */
export function decodeLogprobs(value: Json | undefined): JsonObject | undefined {
  const items = (isArray(value) ? value : value === undefined ? [] : [value]).flatMap(decodePiece)
  return items.length === 0 ? undefined : { content: items }
}

function decodePiece(item: Json): readonly JsonObject[] {
  if (!isObject(item) || !isArray(item['logprobs']) || item['logprobs'].length === 0) return []
  const token = typeof item['text'] === 'string' ? item['text'] : ''
  const logprob = item['logprobs'].reduce<number>((sum, each) => sum + (finiteNumber(each) ?? 0), 0)
  return [{ token, logprob, bytes: [...new TextEncoder().encode(token)], top_logprobs: [] }]
}
