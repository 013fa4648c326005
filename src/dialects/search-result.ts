/**
 * Search results that a client gives: blocks of Anthropic's dialect alone, which several providers can say in words of
 * their own.
 */
import { filledString, isArray, isObject } from './json.ts'
import type { JsonObject, OpaqueBlock } from './neutral.ts'

export interface SearchResult {
  /** Where it is from: an address, as a rule. */
  readonly source: string
  readonly title: string
  readonly texts: readonly string[]
  /** Whether and how it may be cited, as it came. */
  readonly citations?: JsonObject
}

/** The search result that a block is, or undefined where it is something else. */
export function findSearchResult({ dialect, value }: OpaqueBlock): SearchResult | undefined {
  if (dialect !== 'anthropic' || value['type'] !== 'search_result') return undefined
  const { content, citations } = value
  const texts = isArray(content)
    ? content.flatMap((part) => (isObject(part) ? (filledString(part['text']) ?? []) : []))
    : []
  return {
    source: filledString(value['source']) ?? '',
    title: filledString(value['title']) ?? '',
    texts,
    ...(isObject(citations) && { citations }),
  }
}
