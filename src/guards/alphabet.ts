/**
 * The symbols of a set of patterns: code points that none of them tells apart are one symbol. Invisible characters
 * have none, and are passed over.
 */
import type { CodeRange, Regex } from '../syntax/regex.ts'
import { isInvisible, withLikenesses } from './plain-form.ts'

export interface Alphabet {
  readonly size: number
  /** The symbol of each code unit of the basic plane, `noSymbol` for what is passed over. */
  readonly units: Uint16Array
  /** The symbol of a code point beyond the basic plane. */
  readonly symbolOf: (code: number) => number
  /** By symbol, whether its characters are ASCII letters, digits or `_`, or look like them. */
  readonly isWord: readonly boolean[]
  /** The symbols of ranges that occur in the patterns, as a set: `1` at each of them. */
  readonly setOf: (ranges: readonly CodeRange[]) => Uint8Array
}

export const noSymbol = 0xffff

const wordRanges = withLikenesses([
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
])

export function createAlphabet(regexes: readonly Regex[]): Alphabet {
  const lists = new Map<string, readonly CodeRange[]>([[keyOf(wordRanges), wordRanges]])
  const found = new Set<readonly CodeRange[]>()
  for (const regex of regexes) collect(regex, found)
  for (const ranges of found) lists.set(keyOf(ranges), ranges)
  const { starts, symbols, size, sets } = partition([...lists.values()])
  const units = new Uint16Array(0x10000)
  let piece = 0
  for (let unit = 0; unit < 0x10000; unit++) {
    while (piece + 1 < starts.length && starts[piece + 1]! <= unit) piece++
    units[unit] = isInvisible(unit) ? noSymbol : symbols[piece]!
  }
  const setsByKey = new Map([...lists.keys()].map((key, index) => [key, sets[index]!]))
  const word = setsByKey.get(keyOf(wordRanges))!
  // A repetition that is written out asks for the same ranges again and again.
  const setsByRanges = new Map<readonly CodeRange[], Uint8Array>()
  const setOf = (ranges: readonly CodeRange[]): Uint8Array => {
    const set = setsByRanges.get(ranges) ?? setsByKey.get(keyOf(ranges))!
    setsByRanges.set(ranges, set)
    return set
  }
  return {
    size,
    units,
    symbolOf: (code) => symbols[starts.findLastIndex((start) => start <= code)]!,
    isWord: Array.from(word, (each) => each === 1),
    setOf,
  }
}

function keyOf(ranges: readonly CodeRange[]): string {
  return ranges.map(([from, to]) => `${from}-${to}`).join()
}

function collect(regex: Regex, found: Set<readonly CodeRange[]>): void {
  switch (regex.kind) {
    case 'chars':
      found.add(regex.ranges)
      return
    case 'concat':
    case 'alternate':
      for (const part of regex.parts) collect(part, found)
      return
    case 'repeat':
      collect(regex.of, found)
      return
    case 'assert':
    case 'empty':
      return
  }
}

/** Cuts the code points at every end of a range; pieces that lie in the same lists are one symbol. */
function partition(lists: readonly (readonly CodeRange[])[]) {
  const cuts = new Set([0])
  for (const ranges of lists) for (const [from, to] of ranges) cuts.add(from).add(to + 1)
  const starts = [...cuts].sort((a, b) => a - b)
  const indexOf = new Map(starts.map((start, index) => [start, index]))
  const piecesOf = lists.map((ranges) =>
    ranges.map(([from, to]) => [indexOf.get(from)!, indexOf.get(to + 1)!] as const),
  )
  // Each list parts every class into those within it, which get a new number, and those without.
  const classes = new Int32Array(starts.length)
  let fresh = 1
  for (const pieces of piecesOf) {
    const within = new Map<number, number>()
    for (const [from, to] of pieces)
      for (let at = from; at < to; at++) {
        const next = within.get(classes[at]!) ?? fresh++
        within.set(classes[at]!, next)
        classes[at] = next
      }
  }
  const symbolOf = new Map<number, number>()
  for (const each of classes) if (!symbolOf.has(each)) symbolOf.set(each, symbolOf.size)
  const symbols = Array.from(classes, (each) => symbolOf.get(each)!)
  const sets = piecesOf.map((pieces) => {
    const set = new Uint8Array(symbolOf.size)
    for (const [from, to] of pieces) for (let at = from; at < to; at++) set[symbols[at]!] = 1
    return set
  })
  return { starts, symbols, size: symbolOf.size, sets }
}
