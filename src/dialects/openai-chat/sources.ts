/**
 * The pages that Perplexity answered from. It lists them beside the answer and points to them by number in the text,
 * `[2]`; as annotations of the places where it does, other dialects have words for them.
 */
import { filledString, isArray, isObject } from '../json.ts'
import type { Json, JsonObject } from '../neutral.ts'

export interface Source {
  readonly url: string
  readonly title: string
}

/** The sources of an answer or of a chunk of one, or undefined where it lists none. */
export function findSources(answer: JsonObject): readonly Source[] | undefined {
  const results = answer['search_results']
  const list = isArray(results) && 0 < results.length ? results : answer['citations']
  if (!isArray(list) || list.length === 0) return undefined
  return list.map(sourceOf)
}

function sourceOf(item: Json): Source {
  if (!isObject(item)) return { url: filledString(item) ?? '', title: filledString(item) ?? '' }
  const url = filledString(item['url']) ?? ''
  return { url, title: filledString(item['title']) ?? url }
}

/** An annotation for each place of the text that points to a source. */
export function annotationsIn(text: string, sources: readonly Source[]): readonly JsonObject[] {
  return [...text.matchAll(/\[(\d{1,3})\]/g)].flatMap((match) => {
    const source = sources[Number(match[1]) - 1]
    if (source === undefined || source.url === '') return []
    const [start_index, end_index] = [match.index, match.index + match[0].length]
    return [{ type: 'url_citation', url_citation: { start_index, end_index, ...source } }]
  })
}
