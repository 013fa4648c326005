/**
 * Decision diagrams: multi-way, ordered, reduced and hash-consed, so that equality is identity.
 *
 * A node tests one level (a variable's place in the order) and has one child for each class, kept as runs:
 * pairs of the first class of a run and the child of the whole run. Equality constants and thresholds are
 * two or three runs whatever the number of classes. References are numbers: a node is its index, a leaf is
 * the complement (`~leaf`) of its number. See Bryant, "Graph-Based Algorithms for Boolean Function
 * Manipulation" (1986), for the reductions, and Strehl and Thiele's interval diagrams for the runs.
 */

/** A node (≥ 0) or a leaf (`~leaf`, < 0). */
export type Ref = number

export const leafRef = (leaf: number): Ref => ~leaf
export const isLeaf = (ref: Ref): boolean => ref < 0
export const leafOf = (ref: Ref): number => ~ref

/** References lie within ± this, so that a pair of them fits the 53 bits of a number. */
const pairBase = 0x2000000

/** Leaves of a truth-valued diagram. */
export const falseRef: Ref = leafRef(0)
export const trueRef: Ref = leafRef(1)

/** What `apply` does where both sides are leaves, and where one side alone decides. */
export interface LeafOperation {
  readonly leaves: (a: number, b: number) => number
  /** The result where it does not depend on the rest, else undefined. */
  readonly shortcut?: (a: Ref, b: Ref) => Ref | undefined
}

/** Raised inside an operation that was given a bound on its work and outgrew it. */
export class Outgrown extends Error {}

export interface Size {
  readonly nodes: number
  readonly runs: number
  readonly leaves: ReadonlySet<number>
}

export interface Diagrams {
  /** The node of a level with the given runs; where all children are one, that child. */
  readonly make: (level: number, runs: readonly number[]) => Ref
  readonly apply: (operation: LeafOperation, a: Ref, b: Ref, bound?: number) => Ref
  /** The same diagram with other leaves. */
  readonly mapLeaves: (ref: Ref, map: (leaf: number) => number) => Ref
  readonly levelOf: (ref: Ref) => number
  /** First classes of the runs of a node and their children, in order. */
  readonly forEachRun: (ref: Ref, visit: (first: number, child: Ref) => void) => void
  /** The child for a class. */
  readonly child: (ref: Ref, each: number) => Ref
  /** What is below a reference, each node counted once. */
  readonly sizeOf: (ref: Ref) => Size
  /** Every node below the given ones, each once, parents before children. */
  readonly reachable: (roots: readonly Ref[]) => Ref[]
}

/** A fresh, empty space of diagrams. Diagrams of different spaces must not be mixed. */
export function createDiagrams(): Diagrams {
  let levels = new Int32Array(1024)
  let offsets = new Int32Array(1025)
  let data = new Int32Array(8192)
  let count = 0
  let table = new Int32Array(4096).fill(-1)

  function make(level: number, runs: readonly number[]): Ref {
    const start = offsets[count]!
    let end = start
    if (start + runs.length > data.length) data = grown(data, start + runs.length)
    for (let i = 0; i < runs.length; i += 2) {
      if (end > start && data[end - 1] === runs[i + 1]) continue
      data[end++] = runs[i]!
      data[end++] = runs[i + 1]!
    }
    if (end - start === 2) return data[start + 1]!
    let hash = Math.imul(level + 1, 0x9e3779b1)
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ data[i]!, 0x85ebca6b) ^ (hash >>> 13)
    let slot = hash & (table.length - 1)
    for (let found = table[slot]!; found >= 0; found = table[slot]!) {
      if (levels[found] === level && sameRuns(found, start, end)) return found
      slot = (slot + 1) & (table.length - 1)
    }
    if (count + 1 >= levels.length) {
      levels = grown(levels, count + 2)
      offsets = grown(offsets, count + 3)
    }
    if (count >= pairBase) throw new Outgrown()
    table[slot] = count
    levels[count] = level
    offsets[count + 1] = end
    count++
    if (count * 2 > table.length) rehash()
    return count - 1
  }

  function sameRuns(node: number, start: number, end: number): boolean {
    const from = offsets[node]!
    if (offsets[node + 1]! - from !== end - start) return false
    for (let i = 0; i < end - start; i++) if (data[from + i] !== data[start + i]) return false
    return true
  }

  function rehash(): void {
    table = new Int32Array(table.length * 2).fill(-1)
    for (let node = 0; node < count; node++) {
      let hash = Math.imul(levels[node]! + 1, 0x9e3779b1)
      for (let i = offsets[node]!; i < offsets[node + 1]!; i++)
        hash = Math.imul(hash ^ data[i]!, 0x85ebca6b) ^ (hash >>> 13)
      let slot = hash & (table.length - 1)
      while (table[slot]! >= 0) slot = (slot + 1) & (table.length - 1)
      table[slot] = node
    }
  }

  function apply(operation: LeafOperation, first: Ref, second: Ref, bound = Number.POSITIVE_INFINITY): Ref {
    const memo = new Map<number, Ref>()
    let work = 0
    const run = (a: Ref, b: Ref): Ref => {
      const short = operation.shortcut?.(a, b)
      if (short !== undefined) return short
      if (a < 0 && b < 0) return ~operation.leaves(~a, ~b)
      const key = (a + pairBase) * pairBase * 2 + (b + pairBase)
      const known = memo.get(key)
      if (known !== undefined) return known
      const level = Math.min(
        a < 0 ? Number.POSITIVE_INFINITY : levels[a]!,
        b < 0 ? Number.POSITIVE_INFINITY : levels[b]!,
      )
      const runs: number[] = []
      const aSplits = a >= 0 && levels[a] === level
      const bSplits = b >= 0 && levels[b] === level
      let i = aSplits ? offsets[a]! : 0
      const iEnd = aSplits ? offsets[a + 1]! : 2
      let j = bSplits ? offsets[b]! : 0
      const jEnd = bSplits ? offsets[b + 1]! : 2
      let at = 0
      for (;;) {
        const result = run(aSplits ? data[i + 1]! : a, bSplits ? data[j + 1]! : b)
        if (runs.length === 0 || runs[runs.length - 1] !== result) runs.push(at, result)
        const iNext = i + 2 < iEnd ? data[i + 2]! : Number.POSITIVE_INFINITY
        const jNext = j + 2 < jEnd ? data[j + 2]! : Number.POSITIVE_INFINITY
        if (iNext === Number.POSITIVE_INFINITY && jNext === Number.POSITIVE_INFINITY) break
        if (iNext <= jNext) i += 2
        if (jNext <= iNext) j += 2
        at = Math.min(iNext, jNext)
      }
      work += runs.length / 2
      if (work > bound) throw new Outgrown()
      const result = make(level, runs)
      memo.set(key, result)
      return result
    }
    return run(first, second)
  }

  function mapLeaves(root: Ref, map: (leaf: number) => number): Ref {
    const memo = new Map<Ref, Ref>()
    const run = (ref: Ref): Ref => {
      if (ref < 0) return ~map(~ref)
      const known = memo.get(ref)
      if (known !== undefined) return known
      const runs: number[] = []
      for (let i = offsets[ref]!; i < offsets[ref + 1]!; i += 2) runs.push(data[i]!, run(data[i + 1]!))
      const result = make(levels[ref]!, runs)
      memo.set(ref, result)
      return result
    }
    return run(root)
  }

  function forEachRun(ref: Ref, visit: (first: number, child: Ref) => void): void {
    for (let i = offsets[ref]!; i < offsets[ref + 1]!; i += 2) visit(data[i]!, data[i + 1]!)
  }

  function child(ref: Ref, each: number): Ref {
    let low = offsets[ref]! / 2
    let high = offsets[ref + 1]! / 2 - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (data[middle * 2]! <= each) low = middle
      else high = middle - 1
    }
    return data[low * 2 + 1]!
  }

  /** Nodes are marked with the number of the walk that came to them. */
  let marks = new Int32Array(1024)
  let walk = 0

  function reachable(roots: readonly Ref[]): Ref[] {
    if (marks.length < count) marks = grown(marks, count)
    walk++
    const order: Ref[] = []
    const visit = (ref: Ref): void => {
      if (ref < 0 || marks[ref] === walk) return
      marks[ref] = walk
      for (let i = offsets[ref]!; i < offsets[ref + 1]!; i += 2) visit(data[i + 1]!)
      order.push(ref)
    }
    for (const root of roots) visit(root)
    return order.reverse()
  }

  function sizeOf(ref: Ref): Size {
    if (ref < 0) return { nodes: 0, runs: 0, leaves: new Set([~ref]) }
    const leaves = new Set<number>()
    let runs = 0
    const nodes = reachable([ref])
    for (const node of nodes) {
      runs += (offsets[node + 1]! - offsets[node]!) / 2
      for (let i = offsets[node]!; i < offsets[node + 1]!; i += 2) if (data[i + 1]! < 0) leaves.add(~data[i + 1]!)
    }
    return { nodes: nodes.length, runs, leaves }
  }

  return { make, apply, mapLeaves, levelOf: (ref) => levels[ref]!, forEachRun, child, sizeOf, reachable }
}

function grown(array: Int32Array<ArrayBuffer>, atLeast: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.max(array.length * 2, atLeast))
  larger.set(array)
  return larger
}

export const conjunction: LeafOperation = {
  leaves: (a, b) => a & b,
  shortcut: (a, b) => {
    if (a === b || b === trueRef) return a
    if (a === trueRef) return b
    return a === falseRef || b === falseRef ? falseRef : undefined
  },
}

export const disjunction: LeafOperation = {
  leaves: (a, b) => a | b,
  shortcut: (a, b) => {
    if (a === b || b === falseRef) return a
    if (a === falseRef) return b
    return a === trueRef || b === trueRef ? trueRef : undefined
  },
}
