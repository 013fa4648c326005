/**
 * Keeps characters whole across the pieces of a stream. A provider may cut its JSON between the two halves of a
 * character beyond the basic plane (an emoji); a lone half breaks strict parsers and misleads guards, so that it is
 * held back until the other half comes, or the block stops.
 */
import type { StreamDecoder } from './dialect.ts'
import type { StreamEvent } from './neutral.ts'

type Piece = Extract<StreamEvent, { kind: 'text' | 'refusal' | 'reasoning' | 'arguments' }>

/** The same decoder, whose texts never end within a character. */
export function wholeCharacters(decoder: StreamDecoder): StreamDecoder {
  /** The last piece of each block that ends in half a character, holding just that half. */
  const held = new Map<string, Piece>()
  const join = (piece: Piece): readonly StreamEvent[] => {
    const key = `${piece.choice} ${piece.block}`
    const text = (held.get(key)?.text ?? '') + piece.text
    held.delete(key)
    if (!endsInHalf(text)) return [{ ...piece, text }]
    held.set(key, { ...piece, text: text.slice(-1) })
    const rest = text.slice(0, -1)
    return rest === '' && !('logprobs' in piece) ? [] : [{ ...piece, text: rest }]
  }
  const release = (key: string): readonly StreamEvent[] => {
    const piece = held.get(key)
    held.delete(key)
    return piece === undefined ? [] : [piece]
  }
  const step = (event: StreamEvent): readonly StreamEvent[] => {
    switch (event.kind) {
      case 'text':
      case 'refusal':
      case 'reasoning':
      case 'arguments':
        return held.size === 0 && !endsInHalf(event.text) ? [event] : join(event)
      case 'block_stop':
        return [...release(`${event.choice} ${event.block}`), event]
      default:
        return [event]
    }
  }
  return {
    push: (bytes) => decoder.push(bytes).flatMap(step),
    end: () => decoder.end().flatMap(step),
  }
}

function endsInHalf(text: string): boolean {
  const last = text.charCodeAt(text.length - 1)
  return 0xd800 <= last && last <= 0xdbff
}
