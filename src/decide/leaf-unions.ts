/**
 * Leaves joined at run time: where a slot has several clusters, what matches in each is united, and the union
 * gets a number that it keeps. Bounded: past so many unions all are dropped, and the epoch tells.
 */
import { mergeItems } from '../graph/items.ts'

export interface LeafUnions {
  readonly union: (a: number, b: number) => number
  /** The leaf of these items, which ascend. */
  readonly of: (items: readonly number[]) => number
  readonly itemsOf: (leaf: number) => readonly number[]
  readonly epoch: () => number
}

/** Most leaves made at run time that are kept. */
const unionBound = 1 << 16

const recentSize = 1 << 12

/** Numbers from `leaves.length` on are given to unions. */
export function createLeafUnions(leaves: readonly (readonly number[])[]): LeafUnions {
  const made: (readonly number[])[] = []
  const byItems = new Map<string, number>()
  const byPair = new Map<number, Map<number, number>>()
  // The unions of late, without a search: most requests ask for few.
  const recentA = new Int32Array(recentSize)
  const recentB = new Int32Array(recentSize)
  const recentUnion = new Int32Array(recentSize)
  let epoch = 0

  const itemsOf = (leaf: number): readonly number[] =>
    leaf < leaves.length ? leaves[leaf]! : made[leaf - leaves.length]!

  function intern(items: readonly number[]): number {
    const key = items.join()
    let leaf = byItems.get(key)
    if (leaf === undefined) {
      leaf = leaves.length + made.push(items) - 1
      byItems.set(key, leaf)
    }
    return leaf
  }

  /** Forgets what was made where it has become too much. */
  function bound(): void {
    if (made.length < unionBound) return
    made.length = 0
    byItems.clear()
    byPair.clear()
    recentA.fill(0)
    epoch++
  }

  function of(items: readonly number[]): number {
    bound()
    return intern(items)
  }

  function union(a: number, b: number): number {
    if (b === 0) return a
    if (a === 0) return b
    const place = (Math.imul(a, 0x9e3779b1) ^ b) & (recentSize - 1)
    if (recentA[place] === a && recentB[place] === b) return recentUnion[place]!
    const leaf = slowUnion(a, b)
    recentA[place] = a
    recentB[place] = b
    recentUnion[place] = leaf
    return leaf
  }

  function slowUnion(a: number, b: number): number {
    let own = byPair.get(a)
    if (!own) byPair.set(a, (own = new Map()))
    const known = own.get(b)
    if (known !== undefined) return known
    const items = mergeItems(itemsOf(a), itemsOf(b))
    const before = epoch
    const leaf = of(items)
    if (before === epoch) own.set(b, leaf)
    return leaf
  }

  return { union, of, itemsOf, epoch: () => epoch }
}
