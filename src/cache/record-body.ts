/** Takes down what a client is given, as it is given, for as long as it fits. */
import type { CacheEntry } from './entry.ts'

export type Recording = Pick<CacheEntry, 'body' | 'ends'>
type Chunk = string | Uint8Array

/** A whole body as it can be kept: a copy, since what it lies in may be larger. */
export function recordWhole(body: Chunk): Recording {
  return { body: new Uint8Array(typeof body === 'string' ? Buffer.from(body) : body) }
}

/**
 * The same stream, taken down as it is read. `onEnd` is called once: with all of it, or with nothing where its reader
 * left early, it failed, or it is larger than `maxBytes`.
 */
export function recordStream(
  stream: AsyncIterableIterator<Chunk>,
  { maxBytes, onEnd }: { readonly maxBytes: number; readonly onEnd: (recording?: Recording) => void },
): AsyncIterableIterator<Chunk> {
  let chunks: Uint8Array[] = []
  let size = 0
  let isOver = false
  const end = (recording?: Recording) => {
    if (isOver) return
    isOver = true
    chunks = []
    onEnd(recording)
  }
  const take = (chunk: Chunk) => {
    if (isOver) return
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    size += bytes.byteLength
    if (size > maxBytes) end()
    else chunks.push(bytes)
  }
  const iterator: AsyncIterableIterator<Chunk> = {
    async next() {
      try {
        const step = await stream.next()
        if (step.done) end(joined(chunks))
        else take(step.value)
        return step
      } catch (error) {
        end()
        throw error
      }
    },
    async return() {
      end()
      await stream.return?.()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]: () => iterator,
  }
  return iterator
}

function joined(chunks: readonly Uint8Array[]): Recording {
  let at = 0
  const ends = chunks.map((each) => (at += each.byteLength))
  return { body: new Uint8Array(Buffer.concat(chunks)), ends }
}
