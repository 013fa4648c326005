/**
 * A table from pairs of integers to integers, as operations on diagrams need it by the thousand: open addressing in
 * typed arrays, and cleared without touching its entries.
 */

/** What `get` gives for a pair that is not in the table; no value may be this. */
export const absent = 0x7fffffff

export interface PairTable {
  readonly get: (a: number, b: number) => number
  readonly set: (a: number, b: number, value: number) => void
  readonly clear: () => void
}

/** An empty table. */
export function createPairTable(): PairTable {
  let capacity = 1024
  /** Four numbers an entry: the pair, its value, and the round in which it was set. */
  let entries = new Int32Array(capacity * 4)
  let round = 1
  let count = 0

  function placeOf(a: number, b: number): number {
    const hash = Math.imul(Math.imul(a, 0x9e3779b1) ^ b, 0x85ebca6b)
    let at = (hash ^ (hash >>> 15)) & (capacity - 1)
    while (entries[at * 4 + 3] === round && (entries[at * 4] !== a || entries[at * 4 + 1] !== b)) {
      at = (at + 1) & (capacity - 1)
    }
    return at * 4
  }

  function put(a: number, b: number, value: number): void {
    const at = placeOf(a, b)
    if (entries[at + 3] !== round) count++
    entries[at] = a
    entries[at + 1] = b
    entries[at + 2] = value
    entries[at + 3] = round
  }

  function grow(): void {
    const before = entries
    capacity *= 2
    entries = new Int32Array(capacity * 4)
    count = 0
    for (let i = 0; i < before.length; i += 4) {
      if (before[i + 3] === round) put(before[i]!, before[i + 1]!, before[i + 2]!)
    }
  }

  return {
    get: (a, b) => {
      const at = placeOf(a, b)
      return entries[at + 3] === round ? entries[at + 2]! : absent
    },
    set: (a, b, value) => {
      put(a, b, value)
      if (count * 2 > capacity) grow()
    },
    clear: () => {
      round++
      count = 0
    },
  }
}
