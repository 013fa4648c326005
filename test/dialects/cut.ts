/** Feeding a stream decoder in every way that a network can cut its bytes. */
import type { StreamDecoder } from '../../src/dialects/dialect.ts'
import type { StreamEvent } from '../../src/dialects/neutral.ts'

/** All events of a decoder that is fed the pieces one after another. */
export function feed(decoder: StreamDecoder, pieces: readonly Uint8Array[]): readonly StreamEvent[] {
  return [...pieces.flatMap((piece) => decoder.push(piece)), ...decoder.end()]
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

export function byteByByte(bytes: Uint8Array): readonly Uint8Array[] {
  return Array.from(bytes, (_, i) => bytes.subarray(i, i + 1))
}

/** The bytes cut at the given places, in any order and wherever they fall. */
export function cutAt(bytes: Uint8Array, places: readonly number[]): readonly Uint8Array[] {
  const cuts = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b)
  return [0, ...cuts].map((from, i) => bytes.subarray(from, cuts[i] ?? bytes.length))
}

/** A small generator of numbers, the same every time: cuts are told from a seed that can be printed. */
export function numbersFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state
  }
}
