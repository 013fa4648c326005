/**
 * Encrypted reasoning. The API carries it as bytes, so that its JSON holds base64 of what Anthropic's own API gives as
 * text; the text is what is kept, under Anthropic's name, whose models alone make it.
 */
import { decodeBase64Text } from '../base64-text.ts'
import type { ReasoningBlock } from '../neutral.ts'

/** The block of some bytes in base64; those that are no text belong to this API alone. */
export function decodeRedacted(base64: string): NonNullable<ReasoningBlock['redacted']> {
  const data = decodeBase64Text(base64)
  return data === undefined ? { dialect: 'bedrock', data: base64 } : { dialect: 'anthropic', data }
}

/** The bytes in base64, or undefined where another provider made it. */
export function encodeRedacted(redacted: NonNullable<ReasoningBlock['redacted']>): string | undefined {
  if (redacted.dialect === 'bedrock') return redacted.data
  if (redacted.dialect !== 'anthropic') return undefined
  return btoa(Array.from(new TextEncoder().encode(redacted.data), (byte) => String.fromCharCode(byte)).join(''))
}

/** The base64 of bytes that came in pieces, each encoded by itself. */
export function joinBase64(pieces: readonly string[]): string {
  if (pieces.length === 1) return pieces[0]!
  try {
    return btoa(pieces.map(atob).join(''))
  } catch {
    return pieces.join('')
  }
}
