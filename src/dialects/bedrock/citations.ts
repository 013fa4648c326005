/**
 * Citations of this API. Those of documents and search results are Anthropic's in other words, and told in its own;
 * of those of the web clients of any dialect can be told the page.
 */
import { compact, filledString, isArray, isObject } from '../json.ts'
import type { Json, JsonObject, TextBlock } from '../neutral.ts'

export interface ReadCitation {
  readonly dialect: 'anthropic' | 'bedrock'
  readonly value: Json
}

/** Where the citation is of a document, in Anthropic's words; else as it is, with its page's address and title beside. */
export function readCitation(citation: Json): ReadCitation {
  if (!isObject(citation)) return { dialect: 'bedrock', value: citation }
  const location = isObject(citation['location']) ? citation['location'] : {}
  const place = placeOf(location, citation)
  if (place !== undefined) return { dialect: 'anthropic', value: { ...place, cited_text: citedText(citation) } }
  const web = isObject(location['web']) ? location['web'] : {}
  const url = filledString(web['url'])
  const title = filledString(citation['title']) ?? filledString(web['domain']) ?? url
  const value = url === undefined || title === undefined ? citation : { ...citation, url, title }
  return { dialect: 'bedrock', value }
}

/** The text with more citations; a text is cited in the words of one dialect. */
export function withCitations(block: TextBlock, read: readonly ReadCitation[]): TextBlock {
  const dialect = block.citations?.dialect ?? read[0]?.dialect
  if (dialect === undefined) return block
  const more = read.filter((each) => each.dialect === dialect).map(({ value }) => value)
  return { ...block, citations: { dialect, items: [...(block.citations?.items ?? []), ...more] } }
}

function placeOf(location: JsonObject, citation: JsonObject): JsonObject | undefined {
  const title = filledString(citation['title']) ?? null
  const inDocument = (type: string, unit: string, place: JsonObject): JsonObject => ({
    type,
    document_index: place['documentIndex'] ?? 0,
    document_title: title,
    [`start_${unit}`]: place['start'] ?? 0,
    [`end_${unit}`]: place['end'] ?? 0,
  })
  const { documentChar, documentPage, documentChunk, searchResultLocation: found } = location
  if (isObject(documentChar)) return inDocument('char_location', 'char_index', documentChar)
  if (isObject(documentPage)) return inDocument('page_location', 'page_number', documentPage)
  if (isObject(documentChunk)) return inDocument('content_block_location', 'block_index', documentChunk)
  if (!isObject(found)) return undefined
  return compact({
    type: 'search_result_location',
    source: filledString(citation['source']) ?? '',
    title,
    search_result_index: found['searchResultIndex'] ?? 0,
    start_block_index: found['start'] ?? 0,
    end_block_index: found['end'] ?? 0,
  })
}

function citedText({ sourceContent }: JsonObject): string {
  const parts = isArray(sourceContent) ? sourceContent : []
  return parts.map((part) => (isObject(part) ? (filledString(part['text']) ?? '') : '')).join('')
}
