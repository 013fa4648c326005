/**
 * Meddling with bundles: bytes changed and cut off, and changes within the JSON whose author made the digest anew.
 * Every draw is one mutation.
 */
import { createHash } from 'node:crypto'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** Bundles that differ from the given one in some way. */
export function mutations(text: string, draws: readonly number[]): (Uint8Array | string)[] {
  const bytes = new TextEncoder().encode(text)
  return draws.map((draw, index) => {
    const how = index % 8
    if (how === 0) return bytes.slice(0, draw % bytes.length)
    if (how === 1) return flipped(bytes, draw)
    return restructured(text, draw)
  })
}

function flipped(bytes: Uint8Array, draw: number): Uint8Array {
  const copy = bytes.slice()
  copy[draw % copy.length]! ^= 1 << ((draw >> 24) & 7)
  return copy
}

/** One place of the graph changed, or two, and the digest made to fit. */
function restructured(text: string, draw: number): string {
  const document = JSON.parse(text) as { build: string; graph: Json }
  meddle(document.graph, draw)
  if (draw % 5 === 0) meddle(document.graph, Math.imul(draw, 0x9e3779b1) >>> 1)
  document.build = createHash('sha256').update(JSON.stringify(document.graph)).digest('hex')
  return JSON.stringify(document)
}

/** Walks down to some place, all branches of a container alike, and changes what is there. */
function meddle(root: Json, seed: number): void {
  let state = seed | 1
  const next = (below: number): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
  let at = root
  for (;;) {
    if (at === null || typeof at !== 'object') return
    const keys = Object.keys(at)
    if (keys.length === 0) return
    const key = keys[next(keys.length)]!
    const held = (at as Record<string, Json>)[key]!
    const isLast = held === null || typeof held !== 'object' || Object.keys(held).length === 0 || next(12) === 0
    if (!isLast) {
      at = held
      continue
    }
    const how = next(10)
    if (how === 0 && Array.isArray(at)) at.splice(Number(key), 1)
    else if (how === 0) delete (at as Record<string, Json>)[key]
    else if (how === 1 && Array.isArray(at)) at.splice(Number(key), 0, held)
    else if (how === 1) (at as Record<string, Json>)['more'] = held
    else (at as Record<string, Json>)[key] = changed(held, next)
    return
  }
}

function changed(held: Json, next: (below: number) => number): Json {
  const others: readonly Json[] = [null, true, -1, 0, 1e9, 1e300, -2147483648, 0.5, '', 'NaN', [], {}, [0], '__proto__']
  if (next(4) === 0) return structuredClone(others[next(others.length)]!)
  if (typeof held === 'number') return held + [1, -1, 2, 64, -held, 0.5][next(6)]!
  if (typeof held === 'boolean') return !held
  // Text of code and bits stays base64: another number somewhere in it.
  if (typeof held === 'string' && held.length >= 8 && /^[A-Za-z0-9+/]+=*$/.test(held)) {
    const place = next(held.replace(/=+$/, '').length - 1)
    return `${held.slice(0, place)}${'ABCDEFGH/+89wxyz'[next(16)]}${held.slice(place + 1)}`
  }
  if (typeof held === 'string') return `${held}x`
  return structuredClone(others[next(others.length)]!)
}
