/**
 * Citations as this dialect's annotations, whose places count within their own part. Of other dialects' citations
 * those of web pages can be said; citations of documents have no words here.
 */
import { filledString, finiteNumber, isObject } from '../json.ts'
import type { Json, JsonObject, TextBlock } from '../neutral.ts'

/** The annotations of a text; `before` is the length of the texts before it, which OpenAI's chat counts in its places. */
export function encodeAnnotations({ text, citations }: TextBlock, before: number): readonly Json[] {
  if (citations === undefined || citations.dialect === 'openai-responses') return citations?.items ?? []
  return citations.items.flatMap((citation) => findAnnotation(citation, text.length, before) ?? [])
}

/** The annotation for a citation of another dialect, or undefined where it cites no page. */
export function findAnnotation(citation: Json, length: number, before: number): JsonObject | undefined {
  if (!isObject(citation)) return undefined
  const inside = citation['url_citation']
  const isOfChat = isObject(inside)
  const nested = isOfChat ? inside : citation
  const source = filledString(citation['source'])
  const url = filledString(nested['url']) ?? (source !== undefined && /^https?:/i.test(source) ? source : undefined)
  if (url === undefined) return undefined
  const placeOf = (field: string): number | undefined => {
    const place = finiteNumber(nested[field])
    return place === undefined || !isOfChat ? place : Math.max(0, place - before)
  }
  return {
    type: 'url_citation',
    start_index: placeOf('start_index') ?? 0,
    end_index: placeOf('end_index') ?? length,
    title: filledString(nested['title']) ?? url,
    url,
  }
}
