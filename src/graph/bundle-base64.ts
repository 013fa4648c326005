/**
 * Whole numbers of 32 bits as base64 text, lowest byte first whatever the machine. Written out, since an emitted
 * module also runs where there is no `atob`.
 */

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const values = new Int16Array(128).fill(-1)
for (let i = 0; i < alphabet.length; i++) values[alphabet.charCodeAt(i)] = i
const pad = '='
/** Code units put together at once. */
const chunk = 8192

/** The numbers as base64 (RFC 4648 §4, padded). */
export function encodeInt32s(numbers: Int32Array): string {
  const length = numbers.length * 4
  const byteAt = (at: number): number => (numbers[at >> 2]! >> ((at & 3) * 8)) & 0xff
  const units = new Uint16Array(Math.ceil(length / 3) * 4)
  let to = 0
  for (let at = 0; at < length; at += 3) {
    const triple =
      (byteAt(at) << 16) | (at + 1 < length ? byteAt(at + 1) << 8 : 0) | (at + 2 < length ? byteAt(at + 2) : 0)
    for (let shift = 18; shift >= 0; shift -= 6) units[to++] = alphabet.charCodeAt((triple >> shift) & 63)
  }
  for (let missing = (3 - (length % 3)) % 3; missing > 0; missing--) units[units.length - missing] = pad.charCodeAt(0)
  const parts: string[] = []
  for (let at = 0; at < units.length; at += chunk) parts.push(String.fromCharCode(...units.subarray(at, at + chunk)))
  return parts.join('')
}

/** The numbers of a base64 text, or undefined where it is not exactly what `encodeInt32s` writes. */
export function decodeInt32s(text: string): Int32Array | undefined {
  const padding = text.endsWith('==') ? 2 : text.endsWith(pad) ? 1 : 0
  const length = (text.length / 4) * 3 - padding
  if (text.length % 4 !== 0 || length % 4 !== 0) return undefined
  const numbers = new Int32Array(length / 4)
  let buffer = 0
  let bits = 0
  let at = 0
  for (let i = 0; i < text.length - padding; i++) {
    const code = text.charCodeAt(i)
    const value = code < 128 ? values[code]! : -1
    if (value < 0) return undefined
    buffer = ((buffer << 6) | value) & 0xffff
    bits += 6
    if (bits < 8) continue
    bits -= 8
    numbers[at >> 2]! |= ((buffer >> bits) & 0xff) << ((at & 3) * 8)
    at++
  }
  // What is left over of the last character is nothing.
  return (buffer & ((1 << bits) - 1)) === 0 ? numbers : undefined
}
