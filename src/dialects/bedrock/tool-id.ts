/**
 * Tool ids as this API takes them: up to 64 letters, digits, `_` and `-`; some models, such as Kimi, make ids of their
 * own with dots and colons, and take them back. The mapping is the same every time, so that calls and their results
 * still meet, and it leaves ids that are fit alone.
 */
import { fitToolId as fitCharacters } from '../anthropic/tool-id.ts'
import { findFamily } from './family.ts'

const MAX_LENGTH = 64

export function fitToolId(id: string, model: string): string {
  const fit = findFamily(model) === 'other' ? id : fitCharacters(id)
  return fit.length <= MAX_LENGTH ? fit : `${fit.slice(0, MAX_LENGTH - 17)}_${hash(fit)}`
}

/** 64 bits of FNV-1a, in hexadecimal. */
function hash(text: string): string {
  let value = 0xcbf29ce484222325n
  for (let at = 0; at < text.length; at++)
    value = BigInt.asUintN(64, (value ^ BigInt(text.charCodeAt(at))) * 0x100000001b3n)
  return value.toString(16).padStart(16, '0')
}
