/**
 * Matching: which items of each slot hold of the facts. Classifies an attribute at most once in a request, for
 * all slots, and only if some walk asks for it.
 *
 * What matches in a collecting slot is named by one number, a leaf: the same items have the same leaf in every
 * request, so that what a decision says of them can be made once and looked up.
 */
import { type Cluster, type CollectingSlot, collectingSlots, type Graph } from '../graph/graph.ts'
import { createBitmap } from './bitmap.ts'
import { createReader, type Facts, type FactValue, type Reader } from './facts.ts'
import { createFeature } from './feature.ts'
import { createLeafUnions } from './leaf-unions.ts'

export interface Matcher {
  /** Begins a request; what was classified before is forgotten. */
  readonly begin: (facts: Facts) => void
  /** For each collecting slot the leaf of the items that match; 0 where none does. */
  readonly collect: Readonly<Record<CollectingSlot, () => number>>
  /** The items of a leaf, ascending. */
  readonly itemsOf: (leaf: number) => readonly number[]
  /** The first rule of the slot that matches, or -1. */
  readonly route: () => number
  /** What `route` last found. */
  readonly routed: () => number
  readonly cache: () => number
  readonly classOf: (variable: number) => number
  /** The value of an attribute of the graph, by index. */
  readonly valueOf: (attribute: number) => FactValue
  /** Counts how often leaves made at run time were dropped: what was kept under them is then stale. */
  readonly epoch: () => number
}

export function createMatcher(graph: Graph): Matcher {
  const { code, slots, variables } = graph
  const readers: readonly Reader[] = graph.attributes.map((each) => createReader(each, graph.attributes, graph.tables))
  const features = variables.map((each) =>
    createFeature(each, graph.attributes[each.attribute]!, readers[each.attribute]!),
  )
  const classes = new Int32Array(variables.length)
  const stamps = new Int32Array(variables.length)
  const unions = createLeafUnions(graph.leaves)
  let stamp = 0
  let current: Facts = {}

  function begin(facts: Facts): void {
    // Whatever is handed in has a decision.
    current = typeof facts === 'object' && facts !== null ? facts : {}
    stamp = (stamp + 1) | 0
    if (stamp === 0) {
      stamps.fill(0)
      stamp = 1
    }
  }

  function classify(variable: number): number {
    const each = features[variable]!(current)
    stamps[variable] = stamp
    classes[variable] = each
    return each
  }

  function classOf(variable: number): number {
    return stamps[variable] === stamp ? classes[variable]! : classify(variable)
  }

  /** Follows the edges from a root to a leaf; the layout of a node is told in `graph/flat.ts`. */
  function walk(root: number): number {
    let place = root
    while (place >= 0) {
      const head = code[place]!
      const variable = head >> 1
      const each = stamps[variable] === stamp ? classes[variable]! : classify(variable)
      if ((head & 1) === 0) {
        place = code[place + 1 + each]!
        continue
      }
      const count = code[place + 1]!
      let low = place + 2
      let high = low + count - 1
      while (low < high) {
        const middle = (low + high + 1) >> 1
        if (code[middle]! <= each) low = middle
        else high = middle - 1
      }
      place = code[low + count]!
    }
    return ~place
  }

  function collector(clusters: readonly Cluster[]): () => number {
    const parts = clusters.map((cluster): (() => number) => {
      if (cluster.kind === 'diagram') return () => walk(cluster.root)
      return createBitmap(cluster.index, classOf, unions).collect
    })
    if (parts.length === 1) return parts[0]!
    return () => {
      for (;;) {
        const epoch = unions.epoch()
        let leaf = 0
        for (let i = 0; i < parts.length; i++) leaf = unions.union(parts[i]!(), leaf)
        // Where unions were dropped on the way, numbers from before mean nothing any more.
        if (epoch === unions.epoch()) return leaf
      }
    }
  }

  function finder(clusters: readonly Cluster[]): () => number {
    const parts = clusters.map((cluster): (() => number) => {
      if (cluster.kind === 'diagram') return () => walk(cluster.root) - 1
      return createBitmap(cluster.index, classOf, unions).first
    })
    if (parts.length === 1) return parts[0]!
    const firsts = clusters.map((cluster) => cluster.items[0]!)
    return () => {
      let best = -1
      for (let i = 0; i < parts.length; i++) {
        // Clusters stand in the order of their first items, so that none behind can do better.
        if (best >= 0 && firsts[i]! > best) break
        const own = parts[i]!()
        if (own >= 0 && (best < 0 || own < best)) best = own
      }
      return best
    }
  }

  const findRoute = finder(slots.route.clusters)
  let routed = -1
  const route = (): number => {
    routed = findRoute()
    return routed
  }

  const collectors = {} as Record<CollectingSlot, () => number>
  for (const name of collectingSlots) collectors[name] = collector(slots[name].clusters)

  return {
    begin,
    collect: collectors,
    itemsOf: unions.itemsOf,
    route,
    routed: () => routed,
    cache: finder(slots.cache.clusters),
    classOf,
    valueOf: (attribute) => readers[attribute]!(current),
    epoch: unions.epoch,
  }
}
