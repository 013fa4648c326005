/**
 * Regions: sets of requests, as truth-valued diagrams over joint variables, and the algebra of them. Equal regions are
 * equal references. Everything is bounded; past a bound `Outgrown` is thrown, and the proof is undecided.
 */
import { boundedApply } from '../compile/bounded-apply.ts'
import {
  conjunction,
  type Diagrams,
  disjunction,
  falseRef,
  isLeaf,
  keepInside,
  type LeafOperation,
  leafRef,
  leastLeaf,
  type Ref,
  trueRef,
} from '../graph/diagram.ts'

export interface Regions {
  readonly diagrams: Diagrams
  readonly and: (...regions: readonly Ref[]) => Ref
  readonly or: (regions: readonly Ref[]) => Ref
  readonly not: (region: Ref) => Ref
  /** What is in `region` and not in `other`. */
  readonly minus: (region: Ref, other: Ref) => Ref
  readonly map: (diagram: Ref, leaf: (leaf: number) => number) => Ref
  /** Where exactly one of the regions is. */
  readonly exactlyOne: (regions: readonly Ref[]) => Ref
  /** For each request the least leaf above 0 of the diagrams, or 0. */
  readonly least: (diagrams: readonly Ref[]) => Ref
  /** The diagram's leaves inside of the region, 0 outside. */
  readonly within: (diagram: Ref, region: Ref) => Ref
  /** The requests that are in the region for some class of those levels. */
  readonly exists: (region: Ref, levels: ReadonlySet<number>) => Ref
  /** The diagram with levels fixed to a class each. */
  readonly fix: (diagram: Ref, classes: ReadonlyMap<number, number>) => Ref
  /** The levels that the diagram depends on, ascending. */
  readonly support: (diagram: Ref) => readonly number[]
  /** Any operation of one's own on two diagrams. */
  readonly apply: (operation: LeafOperation, a: Ref, b: Ref) => Ref
}

/** Runs that one operation may make, and the results of all together. */
const operationBound = 400_000
const totalBound = 40_000_000

const manyRef = leafRef(2)
/** How many there are, up to two. */
const sum: LeafOperation = {
  leaves: (a, b) => Math.min(2, a + b),
  shortcut: (a, b) => (b === falseRef || a === manyRef ? a : a === falseRef || b === manyRef ? b : undefined),
}
const difference: LeafOperation = {
  leaves: (a, b) => (a === 1 && b === 0 ? 1 : 0),
  shortcut: (a, b) => (a === falseRef || a === b || b === trueRef ? falseRef : b === falseRef ? a : undefined),
}

export function createRegions(diagrams: Diagrams): Regions {
  const apply = boundedApply(diagrams, { operation: operationBound, total: totalBound })
  const fold = (operation: LeafOperation, refs: readonly Ref[], unit: Ref): Ref => {
    if (refs.length === 0) return unit
    if (refs.length === 1) return refs[0]!
    const half = refs.length >> 1
    return apply(operation, fold(operation, refs.slice(0, half), unit), fold(operation, refs.slice(half), unit))
  }
  const not = (region: Ref): Ref => diagrams.mapLeaves(region, (leaf) => 1 - leaf)
  const or = (regions: readonly Ref[]): Ref => fold(disjunction, regions, falseRef)

  /** The node with its children changed; where `level` is dropped, what `join` makes of them. */
  const rebuild = (root: Ref, drop: (level: number, runs: readonly number[]) => Ref | undefined): Ref => {
    const memo = new Map<Ref, Ref>()
    const run = (ref: Ref): Ref => {
      if (isLeaf(ref)) return ref
      const known = memo.get(ref)
      if (known !== undefined) return known
      const level = diagrams.levelOf(ref)
      const runs: number[] = []
      diagrams.forEachRun(ref, (first, child) => runs.push(first, run(child)))
      const result = drop(level, runs) ?? diagrams.make(level, runs)
      memo.set(ref, result)
      return result
    }
    return run(root)
  }

  return {
    diagrams,
    and: (...regions) => fold(conjunction, regions, trueRef),
    or,
    not,
    minus: (region, other) => apply(difference, region, other),
    map: diagrams.mapLeaves,
    exactlyOne: (all) => diagrams.mapLeaves(fold(sum, all, falseRef), (count) => (count === 1 ? 1 : 0)),
    least: (all) => fold(leastLeaf, all, falseRef),
    within: (diagram, region) => apply(keepInside, diagram, region),
    exists: (region, levels) =>
      rebuild(region, (level, runs) =>
        levels.has(level) ? or([...new Set(runs.filter((_, i) => i % 2 === 1))]) : undefined,
      ),
    fix: (diagram, classes) =>
      rebuild(diagram, (level, runs) => {
        const wanted = classes.get(level)
        if (wanted === undefined) return undefined
        let at = 0
        while (at + 2 < runs.length && runs[at + 2]! <= wanted) at += 2
        return runs[at + 1]
      }),
    support: (diagram) => [...new Set(diagrams.reachable([diagram]).map(diagrams.levelOf))].sort((a, b) => a - b),
    apply,
  }
}
