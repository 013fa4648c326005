/**
 * Whether a body holds texts that its parsed value does not: those of a key that stands twice in one object. Who sends
 * such a body on as it came would send what no guard has seen.
 */
import { isArray, isObject } from '../dialects/json.ts'
import type { Json } from '../dialects/neutral.ts'

export function hidesText(bytes: Uint8Array, value: Json): boolean {
  return countInBytes(bytes) !== countInValue(value)
}

const quote = 34
const backslash = 92

/** The strings of a JSON text, keys among them. */
function countInBytes(bytes: Uint8Array): number {
  let count = 0
  for (let at = bytes.indexOf(quote); at >= 0; at = bytes.indexOf(quote, at + 1)) {
    count++
    at = endOfString(bytes, at + 1)
  }
  return count
}

function endOfString(bytes: Uint8Array, from: number): number {
  for (let at = from; ; ) {
    const end = bytes.indexOf(quote, at)
    if (end < 0) return bytes.length
    let slashes = 0
    while (bytes[end - 1 - slashes] === backslash) slashes++
    if (slashes % 2 === 0) return end
    at = end + 1
  }
}

function countInValue(value: Json): number {
  if (typeof value === 'string') return 1
  if (isArray(value)) return value.reduce((sum: number, each) => sum + countInValue(each), 0)
  if (!isObject(value)) return 0
  return Object.values(value).reduce((sum: number, each) => sum + 1 + countInValue(each), 0)
}
