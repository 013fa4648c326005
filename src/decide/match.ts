/**
 * Matching: which items of each slot hold of the facts. Classifies an attribute at most once in a request, for
 * all slots, and only if some walk asks for it.
 *
 * What matches in a collecting slot is named by one number, a leaf: the same items have the same leaf in every
 * request, so that what a decision says of them can be made once and looked up.
 */
import type { BitmapIndex, Cluster, Graph, SlotName } from '../graph/graph.ts'
import { createClassifier } from './classify.ts'
import { createReader, type Facts, type FactValue, type Reader } from './facts.ts'
import { createLeafUnions } from './leaf-unions.ts'

export interface Matcher {
  /** Begins a request; what was classified before is forgotten. */
  readonly begin: (facts: Facts) => void
  /** The leaf of the items of a collecting slot that match; 0 where none does. */
  readonly leafOf: (slot: SlotName) => number
  /** The items of a leaf, ascending. */
  readonly itemsOf: (leaf: number) => readonly number[]
  /** The first item of a first-match slot that matches, or -1. */
  readonly first: (slot: SlotName) => number
  readonly classOf: (variable: number) => number
  /** The value of an attribute of the graph, by index. */
  readonly valueOf: (attribute: number) => FactValue
  /** Counts how often leaves made at run time were dropped: what was kept under them is then stale. */
  readonly epoch: () => number
}

export function createMatcher(graph: Graph): Matcher {
  const { code, slots, variables } = graph
  const readers: readonly Reader[] = graph.attributes.map((each) => createReader(each, graph.attributes, graph.tables))
  const classifiers = variables.map(createClassifier)
  const readerOf = variables.map((each) => readers[each.attribute]!)
  const classes = new Int32Array(variables.length)
  const stamps = new Int32Array(variables.length)
  const unions = createLeafUnions(graph.leaves)
  let stamp = 0
  let current: Facts = {}

  function begin(facts: Facts): void {
    current = facts
    stamp = (stamp + 1) | 0
    if (stamp === 0) {
      stamps.fill(0)
      stamp = 1
    }
  }

  function classify(variable: number): number {
    const each = classifiers[variable]!(readerOf[variable]!(current))
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

  function leafOf(name: SlotName): number {
    const { clusters } = slots[name]
    if (clusters.length === 1) return leafOfCluster(clusters[0]!)
    for (;;) {
      const epoch = unions.epoch()
      let leaf = 0
      for (let i = 0; i < clusters.length; i++) leaf = unions.union(leafOfCluster(clusters[i]!), leaf)
      // Where unions were dropped on the way, numbers from before mean nothing any more.
      if (epoch === unions.epoch()) return leaf
    }
  }

  function leafOfCluster(cluster: Cluster): number {
    return cluster.kind === 'diagram' ? walk(cluster.root) : collectBits(cluster.index)
  }

  function first(name: SlotName): number {
    const { clusters } = slots[name]
    let best = -1
    for (let i = 0; i < clusters.length; i++) {
      const cluster = clusters[i]!
      // Clusters stand in the order of their first items, so that none behind can do better.
      if (best >= 0 && cluster.items[0]! > best) break
      const own = cluster.kind === 'diagram' ? walk(cluster.root) - 1 : firstBit(cluster.index)
      if (own >= 0 && (best < 0 || own < best)) best = own
    }
    return best
  }

  /** The cubes of one word of the index that match. */
  function wordOf({ variables: asked, offsets, words, bits }: BitmapIndex, word: number): number {
    let live = -1
    for (let i = 0; i < asked.length && live !== 0; i++) live &= bits[offsets[i]! + classOf(asked[i]!) * words + word]!
    return live
  }

  function collectBits(index: BitmapIndex): number {
    let leaf = 0
    for (let word = 0; word < index.words; word++) {
      for (let live = wordOf(index, word); live !== 0; live &= live - 1) {
        leaf = unions.union(leaf, unions.single(index.cubes[word * 32 + 31 - Math.clz32(live & -live)]!))
      }
    }
    return leaf
  }

  function firstBit(index: BitmapIndex): number {
    for (let word = 0; word < index.words; word++) {
      const live = wordOf(index, word)
      if (live !== 0) return index.cubes[word * 32 + 31 - Math.clz32(live & -live)]!
    }
    return -1
  }

  return {
    begin,
    leafOf,
    itemsOf: unions.itemsOf,
    first,
    classOf,
    valueOf: (attribute) => readers[attribute]!(current),
    epoch: unions.epoch,
  }
}
