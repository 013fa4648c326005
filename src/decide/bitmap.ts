/**
 * A bitmap index made ready to run: the rows of the classes of one request are intersected word by word.
 *
 * Each row has a summary with one bit a word that is not empty, so that words in which some row is empty are
 * never looked at (Baboescu and Varghese, "Scalable Packet Classification", SIGCOMM 2001).
 */
import type { BitmapIndex } from '../graph/graph.ts'
import type { LeafUnions } from './leaf-unions.ts'

export interface Bitmap {
  /** The first item that matches, or -1. */
  readonly first: () => number
  /** The leaf of all items that match. */
  readonly collect: () => number
}

/** What was found, as pairs of a word's number and its bits, and the leaf that it has in this epoch. */
interface Found {
  readonly pairs: Int32Array
  readonly leaf: number
}

export function createBitmap(index: BitmapIndex, classOf: (variable: number) => number, unions: LeafUnions): Bitmap {
  const { words, bits, cubes } = index
  // The variable whose rows are emptiest is asked first: where nothing is left, the others are not asked at all.
  const order = orderOf(index)
  const variables = order.map((each) => index.variables[each]!)
  // Rows are numbered over all variables, which have `words` words a row.
  const firstRows = order.map((each) => index.offsets[each]! / words)
  const summaryWords = Math.ceil(words / 32)
  const summaries = summariesOf(bits, words, summaryWords)
  const rows = new Int32Array(variables.length)
  const pairs = new Int32Array(words * 2)
  const left = new Int32Array(summaryWords).fill(-1)
  const known = new Map<number, Found[]>()
  let epoch = unions.epoch()

  /** Fills `pairs` with the words that match, at most `most` of them; how many numbers were filled. */
  function intersect(most: number): number {
    for (let i = 0; i < rows.length; i++) {
      const row = firstRows[i]! + classOf(variables[i]!)
      rows[i] = row
      let any = 0
      for (let part = 0; part < summaryWords; part++) {
        const before = i === 0 ? -1 : left[part]!
        any |= left[part] = before & summaries[row * summaryWords + part]!
      }
      if (any === 0) return 0
    }
    let length = 0
    for (let part = 0; part < summaryWords; part++) {
      let summary = left[part]!
      for (; summary !== 0; summary &= summary - 1) {
        const word = part * 32 + lowestBit(summary)
        let live = -1
        for (let i = 0; i < rows.length && live !== 0; i++) live &= bits[rows[i]! * words + word]!
        if (live === 0) continue
        pairs[length++] = word
        pairs[length++] = live
        if (length === most * 2) return length
      }
    }
    return length
  }

  function first(): number {
    return intersect(1) === 0 ? -1 : cubes[pairs[0]! * 32 + lowestBit(pairs[1]!)]!
  }

  function collect(): number {
    const length = intersect(words)
    if (length === 0) return 0
    if (epoch !== unions.epoch()) {
      known.clear()
      epoch = unions.epoch()
    }
    let hash = length
    for (let i = 0; i < length; i++) hash = Math.imul(hash ^ pairs[i]!, 0x9e3779b1) ^ (hash >>> 15)
    const alike = known.get(hash)
    const found = alike?.find((each) => samePairs(each.pairs, pairs, length))
    if (found) return found.leaf
    const leaf = unions.of(itemsOf(length))
    const kept: Found = { pairs: pairs.slice(0, length), leaf }
    if (epoch !== unions.epoch()) {
      known.clear()
      epoch = unions.epoch()
    }
    if (alike && known.size > 0) alike.push(kept)
    else known.set(hash, [kept])
    return leaf
  }

  function itemsOf(length: number): number[] {
    const items: number[] = []
    for (let i = 0; i < length; i += 2) {
      for (let live = pairs[i + 1]!; live !== 0; live &= live - 1) {
        const item = cubes[pairs[i]! * 32 + lowestBit(live)]!
        if (item !== items[items.length - 1]) items.push(item)
      }
    }
    return items
  }

  return { first, collect }
}

/** Variables by how many bits a row of theirs has on average. */
function orderOf({ variables, offsets, words, bits }: BitmapIndex): number[] {
  const fill = variables.map((_, i) => {
    const end = offsets[i + 1] ?? bits.length
    let set = 0
    for (let at = offsets[i]!; at < end; at++) for (let word = bits[at]!; word !== 0; word &= word - 1) set++
    return set / ((end - offsets[i]!) / words)
  })
  return variables.map((_, i) => i).sort((a, b) => fill[a]! - fill[b]! || a - b)
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word)
}

function samePairs(a: Int32Array, b: Int32Array, length: number): boolean {
  if (a.length !== length) return false
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return false
  return true
}

function summariesOf(bits: Int32Array, words: number, summaryWords: number): Int32Array {
  const rows = bits.length / words
  const summaries = new Int32Array(rows * summaryWords)
  for (let row = 0; row < rows; row++) {
    for (let word = 0; word < words; word++) {
      if (bits[row * words + word] !== 0) summaries[row * summaryWords + (word >> 5)]! |= 1 << (word & 31)
    }
  }
  return summaries
}
