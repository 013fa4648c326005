/**
 * Matching: which items of each slot hold of the facts. Classifies an attribute at most once in a request, for
 * all slots, and only if some walk asks for it.
 */
import { childOf } from '../graph/flat.ts'
import type { BitmapIndex, Graph, SlotName } from '../graph/graph.ts'
import { createClassifier } from './classify.ts'
import { createReader, type Facts, type FactValue, type Reader } from './facts.ts'

export interface Matcher {
  /** Begins a request; what was classified before is forgotten. */
  readonly begin: (facts: Facts) => void
  /** The items of a collecting slot that match, ascending. */
  readonly collect: (slot: SlotName) => readonly number[]
  /** The first item of a first-match slot that matches, or -1. */
  readonly first: (slot: SlotName) => number
  readonly classOf: (variable: number) => number
  /** The value of an attribute of the graph, by index. */
  readonly valueOf: (attribute: number) => FactValue
}

export function createMatcher(graph: Graph): Matcher {
  const { code, leaves, slots, variables } = graph
  const readers: readonly Reader[] = graph.attributes.map((each) => createReader(each, graph.attributes, graph.tables))
  const classifiers = variables.map(createClassifier)
  const attributeOf = Int32Array.from(variables, (each) => each.attribute)
  const classes = new Int32Array(variables.length)
  const stamps = new Int32Array(variables.length)
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

  function classOf(variable: number): number {
    if (stamps[variable] === stamp) return classes[variable]!
    const each = classifiers[variable]!(readers[attributeOf[variable]!]!(current))
    stamps[variable] = stamp
    classes[variable] = each
    return each
  }

  function walk(root: number): number {
    let place = root
    while (place >= 0) place = childOf(code, place, classOf(code[place]! >> 1))
    return ~place
  }

  function collect(name: SlotName): readonly number[] {
    const { clusters } = slots[name]
    let found: readonly number[] = noItems
    for (let i = 0; i < clusters.length; i++) {
      const cluster = clusters[i]!
      const own = cluster.kind === 'diagram' ? leaves[walk(cluster.root)]! : collectBits(cluster.index)
      if (own.length > 0) found = found.length === 0 ? own : merge(found, own)
    }
    return found
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

  function collectBits(index: BitmapIndex): readonly number[] {
    const found: number[] = []
    for (let word = 0; word < index.words; word++) {
      for (let live = wordOf(index, word); live !== 0; live &= live - 1) {
        const item = index.cubes[word * 32 + 31 - Math.clz32(live & -live)]!
        if (item !== found[found.length - 1]) found.push(item)
      }
    }
    return found
  }

  function firstBit(index: BitmapIndex): number {
    for (let word = 0; word < index.words; word++) {
      const live = wordOf(index, word)
      if (live !== 0) return index.cubes[word * 32 + 31 - Math.clz32(live & -live)]!
    }
    return -1
  }

  return { begin, collect, first, classOf, valueOf: (attribute) => readers[attribute]!(current) }
}

const noItems: readonly number[] = []

/** Two ascending lists without a common item as one. */
function merge(a: readonly number[], b: readonly number[]): readonly number[] {
  const merged: number[] = []
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    if (j >= b.length || (i < a.length && a[i]! < b[j]!)) merged.push(a[i++]!)
    else merged.push(b[j++]!)
  }
  return merged
}
