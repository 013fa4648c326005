/** Text that comes as base64, such as a plain text file in a message. */

/** The text that the bytes say in UTF-8, or undefined where they are no base64 or no text. */
export function decodeBase64Text(base64: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}
