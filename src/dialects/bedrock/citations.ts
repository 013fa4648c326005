/**
 * Citations of this API. What clients of other dialects can be told is a page: its address, where the citation is of
 * the web.
 */
import { filledString, isObject } from '../json.ts'
import type { Json } from '../neutral.ts'

/** The citation, with the address and title of the page beside where it is of one. */
export function readCitation(citation: Json): Json {
  if (!isObject(citation)) return citation
  const location = isObject(citation['location']) ? citation['location'] : {}
  const web = isObject(location['web']) ? location['web'] : {}
  const url = filledString(web['url'])
  const title = filledString(citation['title']) ?? filledString(web['domain']) ?? url
  return url === undefined || title === undefined ? citation : { ...citation, url, title }
}
