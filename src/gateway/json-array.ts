/**
 * A stream of server-sent events as one JSON array, for clients of Google's that did not ask for events: each event's
 * data is an element, sent as soon as it is there. After an error, which is an element too, the array is closed: the
 * client must be able to read it.
 */
import { createSseDecoder } from '../dialects/sse.ts'

type Chunk = string | Uint8Array

export function jsonArrayOf(events: AsyncIterableIterator<Chunk>): AsyncIterableIterator<Chunk> {
  const decoder = createSseDecoder()
  const encoder = new TextEncoder()
  let isOpen = false
  let isOver = false

  const elements = (items: ReturnType<typeof decoder.push>): string => {
    let text = ''
    for (const item of items) {
      // Space between elements keeps a connection alive as a comment does between events.
      if (item.kind !== 'event') text += isOpen ? '\n' : ''
      else {
        text += `${isOpen ? ',\r\n' : '['}${item.data}`
        isOpen = true
      }
    }
    return text
  }
  const iterator: AsyncIterableIterator<Chunk> = {
    async next() {
      while (!isOver) {
        const { done, value } = await events.next()
        if (done) {
          isOver = true
          return { done: false, value: `${elements(decoder.end())}${isOpen ? ']' : '[]'}` }
        }
        const text = elements(decoder.push(typeof value === 'string' ? encoder.encode(value) : value))
        if (text !== '') return { done: false, value: text }
      }
      return { done: true, value: undefined }
    },
    async return() {
      isOver = true
      await events.return?.()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]: () => iterator,
  }
  return iterator
}
