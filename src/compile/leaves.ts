/** Sets of item numbers as leaves: each set has one number, so that equal leaves are identical. Leaf 0 is empty. */
export interface Leaves {
  readonly sets: readonly (readonly number[])[]
  readonly of: (items: readonly number[]) => number
  readonly union: (a: number, b: number) => number
  /** How many items all sets hold together: what leaves cost. */
  readonly weight: () => number
}

export function createLeaves(): Leaves {
  const sets: (readonly number[])[] = [[]]
  const ids = new Map<string, number>([['', 0]])
  const unions = new Map<number, number>()
  let weight = 0
  const of = (items: readonly number[]): number => {
    const key = items.join()
    const known = ids.get(key)
    if (known !== undefined) return known
    sets.push(items)
    weight += items.length
    ids.set(key, sets.length - 1)
    return sets.length - 1
  }
  const union = (a: number, b: number): number => {
    if (a === b || b === 0) return a
    if (a === 0) return b
    const key = Math.min(a, b) * 0x4000000 + Math.max(a, b)
    let result = unions.get(key)
    if (result === undefined) {
      result = of([...new Set([...sets[a]!, ...sets[b]!])].sort((x, y) => x - y))
      unions.set(key, result)
    }
    return result
  }
  return { sets, of, union, weight: () => weight }
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
