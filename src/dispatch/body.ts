/** Reading an answer's body whole, within a bound. */
import type { Json } from '../dialects/neutral.ts'

/** The largest whole answer that is taken, and the largest error answer that is looked at, in bytes. */
export const maxBodyBytes = 64 * 1024 * 1024
export const maxErrorBytes = 64 * 1024

export type ReadBody =
  | { readonly kind: 'whole'; readonly bytes: Uint8Array }
  /** The first `maxBytes` of a longer one. */
  | { readonly kind: 'too_long'; readonly bytes: Uint8Array }

/** Throws where the body breaks off. `onChunk` is called for every piece. */
export async function readBody(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
  onChunk: () => void,
): Promise<ReadBody> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body) {
    onChunk()
    chunks.push(chunk)
    length += chunk.byteLength
    if (maxBytes < length) return { kind: 'too_long', bytes: Buffer.concat(chunks).subarray(0, maxBytes) }
  }
  return { kind: 'whole', bytes: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks) }
}

export type ReadJson = { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly text: string }

/** The JSON that the bytes say, else their text. */
export function readJson(bytes: Uint8Array): ReadJson {
  const text = new TextDecoder().decode(bytes)
  try {
    return { ok: true, value: JSON.parse(text) as Json }
  } catch {
    return { ok: false, text }
  }
}
