/**
 * Regions of requests and what is done with them: diagrams whose leaves are 0 for no or nothing, 1 for yes, and from 2
 * on things that are said.
 */
import { disjunction, falseRef, keepInside, type LeafOperation, leastLeaf, type Ref } from '../graph/diagram.ts'
import type { Expression } from '../graph/expression.ts'
import { boundedApply } from './bounded-apply.ts'
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

/** Runs that one operation may make, and the results of all together. */
const bound = 200_000
const mostRuns = 5_000_000

export function regioningOf({ space, lower }: Levels): Regioning {
  const { diagrams } = space
  const apply = boundedApply(diagrams, { operation: bound, total: mostRuns })
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
