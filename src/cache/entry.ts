/**
 * A kept answer: the very bytes that a client was given, in one piece, with the places where a stream was cut into
 * chunks, so that it is replayed as it came.
 */

/** An answer as it is kept and given out again. */
export interface CacheEntry {
  /** The target that answered. */
  readonly target: string
  /** Headers that say what the body is. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** Where the chunks of a stream end; absent for a whole answer. */
  readonly ends?: readonly number[]
}

/** What an entry is taken to occupy beside its body: its key, its headers and its place in the index. */
const overheadBytes = 1024

/** What an entry counts for. */
export function sizeOfEntry({ body, ends }: CacheEntry): number {
  return overheadBytes + body.byteLength + 8 * (ends?.length ?? 0)
}

/** The chunks of a kept stream, in order. */
export async function* replayChunks({ body, ends = [] }: CacheEntry): AsyncGenerator<Uint8Array, undefined> {
  let from = 0
  for (const end of ends) {
    yield body.subarray(from, end)
    from = end
  }
  return undefined
}
