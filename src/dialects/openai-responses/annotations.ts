/**
 * Citations as this dialect's annotations, whose places count within their own part. Of other dialects' citations
 * those of web pages can be said; citations of documents have no words here.
 */
import { filledString, finiteNumber, isObject } from '../json.ts'
import type { Json, JsonObject, TextBlock } from '../neutral.ts'

/** The annotations of a text; `before` is the length of the texts that its places count in addition. */
export function encodeAnnotations({ text, citations }: TextBlock, before: number): readonly Json[] {
  if (citations === undefined || citations.dialect === 'openai-responses') return citations?.items ?? []
  return citations.items.flatMap((citation) => findAnnotation(citation, text.length, before) ?? [])
}

/** The annotation for a citation of another dialect, or undefined where it cites no page. */
export function findAnnotation(citation: Json, length: number, before: number): JsonObject | undefined {
  if (!isObject(citation)) return undefined
  const nested = isObject(citation['url_citation']) ? citation['url_citation'] : citation
  const source = filledString(citation['source'])
  const url = filledString(nested['url']) ?? (source !== undefined && /^https?:/i.test(source) ? source : undefined)
  if (url === undefined) return undefined
  const start = finiteNumber(nested['start_index'])
  const end = finiteNumber(nested['end_index'])
  return {
    type: 'url_citation',
    start_index: start === undefined ? 0 : Math.max(0, start - before),
    end_index: end === undefined ? length : Math.max(0, end - before),
    title: filledString(nested['title']) ?? url,
    url,
  }
}
