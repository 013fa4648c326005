/** The pages that an answer rests on or repeats, out of its metadata, which stay beside it whole. */
import { compact, filledString, isArray, isObject } from '../json.ts'
import type { Json, JsonObject } from '../neutral.ts'

/** One citation for each page; what is no address cannot be cited in another dialect. */
export function citationsIn(candidate: JsonObject): readonly Json[] {
  const grounding = candidate['groundingMetadata']
  const chunks = isObject(grounding) && isArray(grounding['groundingChunks']) ? grounding['groundingChunks'] : []
  const sources = chunks.map((chunk) => (isObject(chunk) ? (chunk['web'] ?? chunk['retrievedContext']) : undefined))
  const repeated = candidate['citationMetadata']
  // The Gemini API and Vertex call the list otherwise.
  const quoted = isObject(repeated) ? (repeated['citations'] ?? repeated['citationSources']) : undefined
  return [...sources, ...(isArray(quoted) ? quoted : [])].flatMap((source) => {
    const url = isObject(source) ? filledString(source['uri']) : undefined
    if (!isObject(source) || url === undefined || !/^https?:/i.test(url)) return []
    return [compact({ url, title: filledString(source['title']) })]
  })
}
