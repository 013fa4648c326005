/**
 * Anthropic takes tool ids of letters, digits, `_` and `-` only; other providers' ids hold dots and colons. The
 * mapping is one to one and the same every time, so that calls and their results still meet, and it leaves ids
 * that are fit alone.
 */

const UNFIT = /[^A-Za-z0-9_-]|_(?=x[0-9a-f]*_)/gu

/** The id with each unfit character, and each `_` that could be read as an escape, as `_x<code point>_`. */
export function fitToolId(id: string): string {
  return id === '' ? '_x_' : id.replace(UNFIT, (character) => `_x${character.codePointAt(0)!.toString(16)}_`)
}
