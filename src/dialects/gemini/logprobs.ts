/** Log-probabilities of tokens: Google's two lists, and OpenAI's one, which is the neutral shape. */
import { compact, finiteNumber, isArray, isObject } from '../json.ts'
import type { Json, JsonObject } from '../neutral.ts'

/** The log-probabilities that a `logprobsResult` says, or undefined where it says none. */
export function decodeLogprobs(value: Json | undefined): JsonObject | undefined {
  const chosen = isObject(value) ? value['chosenCandidates'] : undefined
  if (!isObject(value) || !isArray(chosen) || chosen.length === 0) return undefined
  const tops = isArray(value['topCandidates']) ? value['topCandidates'] : []
  const content = chosen.filter(isObject).map((token, i) => {
    const top = tops[i]
    const others = isObject(top) && isArray(top['candidates']) ? top['candidates'].filter(isObject) : []
    return { ...decodeToken(token), top_logprobs: others.map(decodeToken) }
  })
  return { content, refusal: null }
}

function decodeToken(token: JsonObject): JsonObject {
  const text = typeof token['token'] === 'string' ? token['token'] : ''
  return {
    token: text,
    logprob: finiteNumber(token['logProbability']) ?? 0,
    bytes: [...new TextEncoder().encode(text)],
  }
}

/** The `logprobsResult` that log-probabilities of the neutral shape make, or undefined where there are none. */
export function encodeLogprobs(value: Json | undefined): JsonObject | undefined {
  const content = isObject(value) && isArray(value['content']) ? value['content'].filter(isObject) : []
  if (content.length === 0) return undefined
  const tops = content.map((token) => (isArray(token['top_logprobs']) ? token['top_logprobs'].filter(isObject) : []))
  return compact({
    chosenCandidates: content.map(encodeToken),
    topCandidates: tops.some((list) => list.length > 0)
      ? tops.map((list) => ({ candidates: list.map(encodeToken) }))
      : undefined,
  })
}

function encodeToken(token: JsonObject): JsonObject {
  return { token: token['token'] ?? '', logProbability: token['logprob'] ?? 0 }
}
