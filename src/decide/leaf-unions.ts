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
export const unionBound = 1 << 16

/** Numbers from `leaves.length` on are given to unions. */
export function createLeafUnions(leaves: readonly (readonly number[])[]): LeafUnions {
  const made: (readonly number[])[] = []
  const byItems = new Map<string, number>()
  const byPair = new Map<number, number>()
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
    epoch++
  }

  function of(items: readonly number[]): number {
    bound()
    return intern(items)
  }

  function union(a: number, b: number): number {
    if (b === 0) return a
    if (a === 0) return b
    const key = a * 0x4000000 + b
    const known = byPair.get(key)
    if (known !== undefined) return known
    const items = mergeItems(itemsOf(a), itemsOf(b))
    const before = epoch
    const leaf = of(items)
    if (before === epoch) byPair.set(key, leaf)
    return leaf
  }

  return { union, of, itemsOf, epoch: () => epoch }
}
