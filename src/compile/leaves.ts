/** Sets of item numbers as leaves: each set has one number, so that equal leaves are identical. Leaf 0 is empty. */
import { mergeItems } from '../graph/items.ts'
import { absent, createPairTable } from '../graph/pair-table.ts'

export interface Leaves {
  readonly sets: readonly (readonly number[])[]
  readonly of: (items: readonly number[]) => number
  readonly union: (a: number, b: number) => number
  /** How many items all sets hold together: what leaves cost. */
  readonly weight: () => number
}

export function createLeaves(): Leaves {
  const sets: (readonly number[])[] = [[]]
  const byHash = new Map<number, number[]>([[hashOf([]), [0]]])
  const unions = createPairTable()
  let weight = 0
  const of = (items: readonly number[]): number => {
    const hash = hashOf(items)
    const alike = byHash.get(hash)
    const known = alike?.find((leaf) => sameItems(sets[leaf]!, items))
    if (known !== undefined) return known
    const leaf = sets.push(items) - 1
    weight += items.length
    if (alike) alike.push(leaf)
    else byHash.set(hash, [leaf])
    return leaf
  }
  const union = (a: number, b: number): number => {
    if (a === b || b === 0) return a
    if (a === 0) return b
    const known = unions.get(Math.min(a, b), Math.max(a, b))
    if (known !== absent) return known
    const result = of(mergeItems(sets[a]!, sets[b]!))
    unions.set(Math.min(a, b), Math.max(a, b), result)
    return result
  }
  return { sets, of, union, weight: () => weight }
}

function hashOf(items: readonly number[]): number {
  let hash = items.length
  for (const item of items) hash = Math.imul(hash ^ item, 0x9e3779b1) ^ (hash >>> 15)
  return hash
}

function sameItems(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index])
}

/** The sets that are in use, renumbered in the order of their first use; leaf 0 stays the empty set. */
export interface UsedLeaves {
  readonly sets: readonly (readonly number[])[]
  readonly numberOf: (leaf: number) => number
}

export function createUsedLeaves(leaves: Leaves): UsedLeaves {
  const sets: (readonly number[])[] = [leaves.sets[0]!]
  const numbers = new Map([[0, 0]])
  const numberOf = (leaf: number): number => {
    let number = numbers.get(leaf)
    if (number === undefined) {
      number = sets.push(leaves.sets[leaf]!) - 1
      numbers.set(leaf, number)
    }
    return number
  }
  return { sets, numberOf }
}
