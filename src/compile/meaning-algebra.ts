/**
 * Regions of requests and what is done with them: diagrams whose leaves are 0 for no or nothing, 1 for yes, and from 2
 * on things that are said.
 */
import {
  type Diagrams,
  disjunction,
  falseRef,
  type LeafOperation,
  Outgrown,
  type Ref,
  trueRef,
} from '../graph/diagram.ts'
import type { Expression } from '../graph/expression.ts'
import { diagramOf } from './condition-diagram.ts'
import type { Levels } from './meaning-levels.ts'

/** What is said, and where. */
export interface Region {
  readonly label: string
  readonly root: Ref
}

/** Operations on regions, each bounded; past the bound they throw `Outgrown`. */
export interface Regioning {
  readonly either: (conditions: readonly Expression[]) => Ref
  /** The leaf of the first condition that holds, or 0. */
  readonly first: (items: readonly { readonly when: Expression; readonly leaf: number }[]) => Ref
  /** What `region` says inside of `limit`, and nothing outside. */
  readonly within: (region: Ref, limit: Ref) => Ref
  readonly map: (region: Ref, leaf: (leaf: number) => number) => Ref
}

/** Runs that one operation may make, and all together. */
const bound = 200_000
const mostRuns = 5_000_000

const keepInside: LeafOperation = {
  leaves: (a, b) => (b === 1 ? a : 0),
  shortcut: (a, b) => (b === trueRef || a === falseRef ? a : b === falseRef ? falseRef : undefined),
}
const leastLeaf: LeafOperation = {
  leaves: (a, b) => (a === 0 ? b : b === 0 ? a : Math.min(a, b)),
  shortcut: (a, b) => (a === b || b === falseRef ? a : a === falseRef ? b : undefined),
}

/**
 * What operations came to before, by space: where two policies share one, most of what the second asks for was made for
 * the first.
 */
const known = new WeakMap<Diagrams, Map<LeafOperation, Map<string, Ref>>>()

function resultsOf(diagrams: Diagrams, operation: LeafOperation): Map<string, Ref> {
  const all = known.get(diagrams) ?? new Map<LeafOperation, Map<string, Ref>>()
  known.set(diagrams, all)
  const own = all.get(operation) ?? new Map<string, Ref>()
  all.set(operation, own)
  return own
}

export function regioningOf({ space, lower }: Levels): Regioning {
  const { diagrams } = space
  let spent = 0
  const apply = (operation: LeafOperation, a: Ref, b: Ref): Ref => {
    const results = resultsOf(diagrams, operation)
    const key = `${a},${b}`
    const before = results.get(key)
    if (before !== undefined) return before
    const result = diagrams.apply(operation, a, b, bound)
    spent += diagrams.sizeOf(result).runs
    if (spent > mostRuns) throw new Outgrown()
    results.set(key, result)
    return result
  }
  const fold = (operation: LeafOperation, refs: readonly Ref[]): Ref => {
    if (refs.length <= 1) return refs[0] ?? falseRef
    const half = refs.length >> 1
    return apply(operation, fold(operation, refs.slice(0, half)), fold(operation, refs.slice(half)))
  }
  const truth = (when: Expression): Ref => diagramOf(space, lower(when), bound)
  return {
    either: (conditions) => fold(disjunction, conditions.map(truth)),
    first: (items) => {
      const refs = items.map(({ when }, place) =>
        diagrams.mapLeaves(truth(when), (each) => (each === 1 ? place + 1 : 0)),
      )
      return diagrams.mapLeaves(fold(leastLeaf, refs), (place) => (place === 0 ? 0 : items[place - 1]!.leaf))
    },
    within: (region, limit) => apply(keepInside, region, limit),
    map: diagrams.mapLeaves,
  }
}

/** The items under each of their keys, in order. */
export function grouped<T>(items: readonly T[], keysOf: (item: T) => readonly string[]): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    for (const key of keysOf(item)) {
      const group = groups.get(key)
      if (group) group.push(item)
      else groups.set(key, [item])
    }
  }
  return groups
}
