/**
 * The text of a virtual key: `pk_`, 32 random base62 characters, and six that check the rest.
 *
 * The fixed beginning lets secret scanners find leaked keys; the checksum (CRC-32 in base62, as GitHub's
 * tokens have it) tells a typo or a cut key from a revoked one without looking anything up.
 */
import { randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'

export const keyPrefix = 'pk_'

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const randomLength = 32
const checksumLength = 6
const form = new RegExp(`^${keyPrefix}[0-9A-Za-z]{${randomLength + checksumLength}}$`)

/** A fresh key: 32 characters of base62 are 190 bits of chance. */
export function generateKey(random: (size: number) => Uint8Array = randomBytes): string {
  let text = ''
  while (text.length < randomLength) {
    // Bytes from 248 on are thrown away: 248 is the greatest multiple of 62, so that no character is likelier.
    for (const byte of random(randomLength)) if (byte < 248 && text.length < randomLength) text += alphabet[byte % 62]
  }
  return keyPrefix + text + checksumOf(text)
}

/** Whether a text has the form of a key and its checksum fits. */
export function isWellFormedKey(text: string): boolean {
  if (!form.test(text)) return false
  const end = text.length - checksumLength
  return checksumOf(text.slice(keyPrefix.length, end)) === text.slice(end)
}

function checksumOf(text: string): string {
  let rest = crc32(text)
  let digits = ''
  for (let i = 0; i < checksumLength; i++) {
    digits = alphabet[rest % 62]! + digits
    rest = Math.floor(rest / 62)
  }
  return digits
}
