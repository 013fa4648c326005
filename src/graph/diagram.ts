/**
 * Decision diagrams: multi-way, ordered, reduced and hash-consed, so that equality is identity.
 *
 * A node tests one level (a variable's place in the order) and has one child for each class, kept as runs:
 * pairs of the first class of a run and the child of the whole run. Equality constants and thresholds are
 * two or three runs whatever the number of classes. References are numbers: a node is its index, a leaf is
 * the complement (`~leaf`) of its number. See Bryant, "Graph-Based Algorithms for Boolean Function
 * Manipulation" (1986), for the reductions, and Strehl and Thiele's interval diagrams for the runs.
 */
import { absent, createPairTable } from './pair-table.ts'

/** A node (≥ 0) or a leaf (`~leaf`, < 0). */
export type Ref = number

export const leafRef = (leaf: number): Ref => ~leaf
export const isLeaf = (ref: Ref): boolean => ref < 0
export const leafOf = (ref: Ref): number => ~ref

/** Most nodes of a space. */
const mostNodes = 0x2000000

/** Past the last class of every variable. */
const noClass = 0x7fffffff

/** Leaves of a truth-valued diagram. */
export const falseRef: Ref = leafRef(0)
export const trueRef: Ref = leafRef(1)

/** What `apply` does where both sides are leaves, and where one side alone decides; it must not apply anything itself. */
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
  /** Runs below a reference and what its leaves weigh, each node and leaf counted once. */
  readonly weightOf: (ref: Ref, leafWeight: (leaf: number) => number) => number
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
  /** Runs of the nodes that are being made, those of the innermost on top. */
  let pending = new Int32Array(4096)
  let top = 0
  const known = createPairTable()

  function make(level: number, runs: readonly number[]): Ref {
    const from = top
    for (let i = 0; i < runs.length; i += 2) addRun(from, runs[i]!, runs[i + 1]!)
    return makePending(level, from)
  }

  /** Adds a run to those from `from` on, where its child is another than the last one's. */
  function addRun(from: number, first: number, child: Ref): void {
    if (top > from && pending[top - 1] === child) return
    if (top + 2 > pending.length) pending = grown(pending, top + 2)
    pending[top++] = first
    pending[top++] = child
  }

  /** The node of the pending runs from `from` on, which are taken away. */
  function makePending(level: number, from: number): Ref {
    const end = top
    top = from
    if (end - from === 2) return pending[from + 1]!
    let hash = Math.imul(level + 1, 0x9e3779b1)
    for (let i = from; i < end; i++) hash = Math.imul(hash ^ pending[i]!, 0x85ebca6b) ^ (hash >>> 13)
    let slot = hash & (table.length - 1)
    for (let found = table[slot]!; found >= 0; found = table[slot]!) {
      if (levels[found] === level && isPending(found, from, end)) return found
      slot = (slot + 1) & (table.length - 1)
    }
    if (count >= mostNodes) throw new Outgrown()
    table[slot] = count
    keep(level, from, end)
    if (count * 2 > table.length) rehash()
    return count - 1
  }

  function isPending(node: number, from: number, end: number): boolean {
    const start = offsets[node]!
    if (offsets[node + 1]! - start !== end - from) return false
    for (let i = 0; i < end - from; i++) if (data[start + i] !== pending[from + i]) return false
    return true
  }

  function keep(level: number, from: number, end: number): void {
    if (count + 1 >= levels.length) {
      levels = grown(levels, count + 2)
      offsets = grown(offsets, count + 3)
    }
    const start = offsets[count]!
    if (start + end - from > data.length) data = grown(data, start + end - from)
    for (let i = from; i < end; i++) data[start + i - from] = pending[i]!
    levels[count] = level
    offsets[count + 1] = start + end - from
    count++
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
    const { leaves, shortcut } = operation
    let work = 0
    const run = (a: Ref, b: Ref): Ref => {
      const short = shortcut?.(a, b)
      if (short !== undefined) return short
      if (a < 0 && b < 0) return ~leaves(~a, ~b)
      const before = known.get(a, b)
      if (before !== absent) return before
      const aLevel = a < 0 ? noClass : levels[a]!
      const bLevel = b < 0 ? noClass : levels[b]!
      const aSplits = aLevel <= bLevel
      const bSplits = bLevel <= aLevel
      let i = aSplits ? offsets[a]! : 0
      const iEnd = aSplits ? offsets[a + 1]! : 2
      let j = bSplits ? offsets[b]! : 0
      const jEnd = bSplits ? offsets[b + 1]! : 2
      const from = top
      for (let at = 0; at !== noClass; ) {
        addRun(from, at, run(aSplits ? data[i + 1]! : a, bSplits ? data[j + 1]! : b))
        const iNext = i + 2 < iEnd ? data[i + 2]! : noClass
        const jNext = j + 2 < jEnd ? data[j + 2]! : noClass
        if (iNext <= jNext) i += 2
        if (jNext <= iNext) j += 2
        at = Math.min(iNext, jNext)
      }
      work += (top - from) / 2
      if (work > bound) throw new Outgrown()
      const result = makePending(aSplits ? aLevel : bLevel, from)
      known.set(a, b, result)
      return result
    }
    const from = top
    known.clear()
    try {
      return run(first, second)
    } finally {
      top = from
    }
  }

  function mapLeaves(root: Ref, map: (leaf: number) => number): Ref {
    const memo = new Map<Ref, Ref>()
    const run = (ref: Ref): Ref => {
      if (ref < 0) return ~map(~ref)
      const before = memo.get(ref)
      if (before !== undefined) return before
      const from = top
      for (let i = offsets[ref]!; i < offsets[ref + 1]!; i += 2) addRun(from, data[i]!, run(data[i + 1]!))
      const result = makePending(levels[ref]!, from)
      memo.set(ref, result)
      return result
    }
    const from = top
    try {
      return run(root)
    } finally {
      top = from
    }
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

  let leafMarks = new Int32Array(1024)

  function weightOf(root: Ref, leafWeight: (leaf: number) => number): number {
    if (marks.length < count) marks = grown(marks, count)
    walk++
    let weight = 0
    const visit = (ref: Ref): void => {
      if (ref >= 0) {
        if (marks[ref] === walk) return
        marks[ref] = walk
        weight += (offsets[ref + 1]! - offsets[ref]!) / 2
        for (let i = offsets[ref]!; i < offsets[ref + 1]!; i += 2) visit(data[i + 1]!)
        return
      }
      const leaf = ~ref
      if (leaf >= leafMarks.length) leafMarks = grown(leafMarks, leaf + 1)
      if (leafMarks[leaf] === walk) return
      leafMarks[leaf] = walk
      weight += leafWeight(leaf)
    }
    visit(root)
    return weight
  }

  const levelOf = (ref: Ref): number => levels[ref]!
  return { make, apply, mapLeaves, levelOf, forEachRun, child, sizeOf, weightOf, reachable }
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

/** The first diagram's leaves where the second, a truth-valued one, holds, and 0 elsewhere. */
export const keepInside: LeafOperation = {
  leaves: (a, b) => (b === 1 ? a : 0),
  shortcut: (a, b) => (b === trueRef || a === falseRef ? a : b === falseRef ? falseRef : undefined),
}

/** The least leaf above 0, or 0. */
export const leastLeaf: LeafOperation = {
  leaves: (a, b) => (a === 0 ? b : b === 0 ? a : Math.min(a, b)),
  shortcut: (a, b) => (a === b || b === falseRef ? a : a === falseRef ? b : undefined),
}

export const disjunction: LeafOperation = {
  leaves: (a, b) => a | b,
  shortcut: (a, b) => {
    if (a === b || b === falseRef) return a
    if (a === falseRef) return b
    return a === trueRef || b === trueRef ? trueRef : undefined
  },
}
