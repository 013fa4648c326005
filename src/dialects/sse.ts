/**
 * Server-sent events over bytes: an incremental decoder that gives the same events wherever the bytes are cut,
 * and a writer. What the events mean is the dialects' business.
 */
import { createParser } from 'eventsource-parser'

export type SseItem =
  | { readonly kind: 'event'; readonly event?: string; readonly data: string }
  | { readonly kind: 'comment' }
  /** An event longer than the bound; nothing follows. */
  | { readonly kind: 'overflow' }

export interface SseDecoder {
  readonly push: (bytes: Uint8Array) => readonly SseItem[]
  /** The connection has ended: gives the last event where its closing blank line is missing. */
  readonly end: () => readonly SseItem[]
}

/** The longest event that is taken, in UTF-16 units: larger ones would let a provider exhaust memory. */
export const MAX_EVENT_LENGTH = 8 * 1024 * 1024

export function createSseDecoder(): SseDecoder {
  let items: SseItem[] = []
  let isOver = false
  // A TextDecoder in stream mode keeps split UTF-8 sequences back and removes a byte-order mark.
  const decoder = new TextDecoder()
  const parser = createParser({
    maxBufferSize: MAX_EVENT_LENGTH,
    onEvent: ({ event, data }) =>
      items.push(event === undefined ? { kind: 'event', data } : { kind: 'event', event, data }),
    onComment: () => items.push({ kind: 'comment' }),
    onError: (error) => {
      if (error.type !== 'max-buffer-size-exceeded') return
      isOver = true
      items.push({ kind: 'overflow' })
    },
  })
  const feed = (text: string): readonly SseItem[] => {
    items = []
    if (!isOver && text !== '') parser.feed(text)
    return items
  }
  return {
    push: (bytes) => feed(decoder.decode(bytes, { stream: true })),
    // Two line ends close an unfinished line and the event it belongs to; where nothing is open they say nothing.
    end: () => feed(`${decoder.decode()}\n\n`),
  }
}

/** The wire text of one event. Data is JSON or a word and holds no line ends. */
export function writeSse(data: string, event?: string): string {
  return event === undefined ? `data: ${data}\n\n` : `event: ${event}\ndata: ${data}\n\n`
}

/** A comment that keeps the connection alive and that every client ignores. */
export const SSE_PING = ': ping\n\n'
