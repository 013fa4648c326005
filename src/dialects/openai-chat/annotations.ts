/**
 * Citations of web pages as this dialect's annotations. Anthropic cites with a block of text, so that the place is
 * that block's in the whole text; citations of documents have no words here, and the way back has none either,
 * since Anthropic's web citations carry a cipher that only its own search can make.
 */
import { filledString, finiteNumber, isObject } from '../json.ts'
import type { Json, JsonObject } from '../neutral.ts'

/** The annotation for a citation of the text from `start` to `end`, or undefined where it cites no page. */
export function findAnnotation(citation: Json, start: number, end: number): JsonObject | undefined {
  const url = isObject(citation) ? (filledString(citation['url']) ?? webSource(citation)) : undefined
  if (!isObject(citation) || url === undefined) return undefined
  const title = filledString(citation['title']) ?? url
  // The Responses API says the place within the text; others mean all of it.
  const from = finiteNumber(citation['start_index'])
  const to = finiteNumber(citation['end_index'])
  const place = {
    start_index: from === undefined ? start : start + from,
    end_index: to === undefined ? end : start + to,
  }
  return { type: 'url_citation', url_citation: { ...place, title, url } }
}

/** Search results that the client gave name their source; only an address is one that can be said. */
function webSource(citation: JsonObject): string | undefined {
  const source = filledString(citation['source'])
  return source !== undefined && /^https?:/i.test(source) ? source : undefined
}
