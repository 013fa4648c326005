/**
 * Citations of this API, by the place in their text and the documents and results of tools that they rest on. What
 * clients of other dialects can be told is a page: its address, where the caller's document or result has one.
 */
import { filledString, isArray, isObject } from '../json.ts'
import type { Json, JsonObject } from '../neutral.ts'

/** One citation for each page that it rests on, with its address and place, else the citation as it is. */
export function readCitation(citation: Json): readonly Json[] {
  if (!isObject(citation)) return [citation]
  const sources = isArray(citation['sources']) ? citation['sources'] : []
  const pages = sources.map(pageOf).filter((page) => page !== undefined)
  const place = { start_index: citation['start'] ?? null, end_index: citation['end'] ?? null }
  const cited: JsonObject = { ...citation, ...place }
  return pages.length === 0 ? [citation] : pages.map((page) => ({ ...cited, ...page }))
}

function pageOf(source: Json): JsonObject | undefined {
  if (!isObject(source)) return undefined
  const said = isObject(source['document']) ? source['document'] : source['tool_output']
  const url = isObject(said) ? filledString(said['url']) : undefined
  if (!isObject(said) || url === undefined || !/^https?:/i.test(url)) return undefined
  return { url, title: filledString(said['title']) ?? url }
}
