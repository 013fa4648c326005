/**
 * The code of a graph, judged before it is walked: nodes stand one behind the other, every child is a node further
 * on or a leaf, and what each slot comes to is of its kind. So every walk ends, within the array.
 */

import { decodeInt32s } from './bundle-base64.ts'
import { all, ascending, type Check, indexBelow, isIndex, list, record, variants, whole } from './bundle-shape.ts'
import type { Graph, SlotName } from './graph.ts'

/** The code and where its nodes begin. */
export interface Code {
  readonly code: Int32Array
  readonly places: readonly number[]
  /** The place behind the heads and class numbers of a node: where its children begin, and how many they are. */
  readonly childrenOf: (place: number) => { readonly from: number; readonly count: number }
}

/** Reads the layout told in `flat.ts`; a text where it is not kept. */
export function readCode(text: string, sizes: readonly number[]): Code | string {
  const code = decodeInt32s(text)
  if (!code) return ' is not base64'
  const childrenOf = (place: number): { from: number; count: number } => {
    const head = code[place]!
    if ((head & 1) === 0) return { from: place + 1, count: sizes[head >> 1]! }
    const count = code[place + 1]!
    return { from: place + 2 + count, count }
  }
  const places: number[] = []
  for (let place = 0; place < code.length; ) {
    const head = code[place]!
    const size = head < 0 ? undefined : sizes[head >> 1]
    if (size === undefined) return ` asks a variable that is not there, at ${place}`
    if ((head & 1) === 1) {
      const count = code[place + 1] ?? 0
      if (count < 1 || count > size || place + 2 + count > code.length) return ` has a node of no size, at ${place}`
      for (let i = 0; i < count; i++) {
        const first = code[place + 2 + i]!
        if (i === 0 ? first !== 0 : first <= code[place + 1 + i]! || first >= size)
          return ` has runs that do not ascend, at ${place}`
      }
    }
    places.push(place)
    const { from, count } = childrenOf(place)
    place = from + count
    if (place > code.length) return ` ends within a node, at ${place}`
  }
  return childrenProblem(code, places, childrenOf) ?? { code, places, childrenOf }
}

function childrenProblem(code: Int32Array, places: readonly number[], childrenOf: Code['childrenOf']) {
  const isPlace = new Uint8Array(code.length)
  for (const place of places) isPlace[place] = 1
  for (const place of places) {
    const { from, count } = childrenOf(place)
    for (let i = from; i < from + count; i++) {
      const child = code[i]!
      if (child >= 0 && (child <= place || isPlace[child] !== 1)) return ` has a child that is no node behind, at ${i}`
    }
  }
  return undefined
}

/** How many nodes the code of a graph has. */
export function countNodes({ code, variables }: Pick<Graph, 'code' | 'variables'>): number {
  let count = 0
  for (let place = 0; place < code.length; count++) {
    const head = code[place]!
    place += (head & 1) === 0 ? 1 + variables[head >> 1]!.size : 2 + code[place + 1]! * 2
  }
  return count
}

export interface SlotContext {
  readonly code: Code
  readonly sizes: readonly number[]
  readonly leaves: readonly (readonly number[])[]
  /** Whether a number is an item of a slot. */
  readonly isItem: (slot: SlotName, item: number) => boolean
  /** Rules and prohibitions together bound the numbers of items. */
  readonly items: number
}

/** Most clusters of one slot: unions of more could outrun what is kept of them. */
const mostClusters = 1 << 15

/** One slot: its clusters, in the order of their first items, and all that they can come to. */
export function isSlot(name: SlotName, context: SlotContext): Check {
  const { code } = context.code
  const items: Check = all(ascending(context.items, 1), (value) =>
    (value as number[]).every((each) => context.isItem(name, each)) ? undefined : ' has an item of another slot',
  )
  const root: Check = (value) =>
    Number.isSafeInteger(value) && (value as number) >= -(2 ** 31) && (value as number) < code.length
      ? undefined
      : ' is no place in the code'
  const clusters = list(variants({ diagram: [{ root, items }], bitmap: [{ index: isBitmap(name, context), items }] }))
  const shape = record({ clusters })
  return (value) => {
    const problem = shape(value)
    if (problem !== undefined) return problem
    const own = (value as { clusters: readonly ClusterLike[] }).clusters
    if (own.length > mostClusters) return '.clusters are too many'
    if (own.some((each, i) => i > 0 && each.items[0]! < own[i - 1]!.items[0]!)) return '.clusters are out of order'
    return rootsProblem(
      name,
      own.flatMap((each) => (each.root === undefined ? [] : [each.root])),
      context,
    )
  }
}

interface ClusterLike {
  readonly root?: number
  readonly items: readonly number[]
}

/** Goes over everything below the roots once; children stand behind their parents. */
function rootsProblem(name: SlotName, roots: readonly number[], context: SlotContext): string | undefined {
  const { code, places, childrenOf } = context.code
  const isLeaf = leafCheck(name, context)
  const reached = new Uint8Array(code.length)
  const reach = (ref: number): boolean => {
    if (ref < 0) return isLeaf(~ref)
    reached[ref] = 1
    return true
  }
  const starts = new Set(places)
  for (const root of roots)
    if ((root >= 0 && !starts.has(root)) || !reach(root)) return `.clusters have no root ${root}`
  for (const place of places) {
    if (reached[place] !== 1) continue
    const { from, count } = childrenOf(place)
    for (let i = from; i < from + count; i++) if (!reach(code[i]!)) return `.clusters come to no leaf, at ${i}`
  }
  return undefined
}

/** Leaves of `route` and `cache` are items plus one, 0 for none; those of other slots are sets of items. */
function leafCheck(name: SlotName, { leaves, isItem }: SlotContext): (leaf: number) => boolean {
  if (name === 'route' || name === 'cache') return (leaf) => leaf === 0 || isItem(name, leaf - 1)
  const known = new Map<number, boolean>()
  return (leaf) => {
    let fits = known.get(leaf)
    if (fits === undefined) {
      fits = isIndex(leaf, leaves.length) && leaves[leaf]!.every((each) => isItem(name, each))
      known.set(leaf, fits)
    }
    return fits
  }
}

/** A bitmap whose rows lie one behind the other, and which has no bit beyond its cubes. */
function isBitmap(name: SlotName, { sizes, isItem }: SlotContext): Check {
  const shape = record({
    variables: ascending(sizes.length, 1),
    offsets: list(whole(0)),
    words: whole(1),
    bits: isBits,
    cubes: list(indexBelow(2 ** 31), 1),
  })
  return (value) => {
    const problem = shape(value)
    if (problem !== undefined) return problem
    const { variables, offsets, words, bits, cubes } = value as BitmapLike
    if (words !== Math.ceil(cubes.length / 32)) return '.words are not those of its cubes'
    if (!cubes.every((each, i) => isItem(name, each) && (i === 0 || each >= cubes[i - 1]!)))
      return '.cubes are no items'
    let length = 0
    if (offsets.length !== variables.length) return '.offsets are not one a variable'
    for (const [i, variable] of variables.entries()) {
      if (offsets[i] !== length) return '.offsets are not where rows begin'
      length += sizes[variable]! * words
    }
    const read = decodeInt32s(bits)
    if (read?.length !== length) return '.bits are of the wrong length'
    const spare = cubes.length % 32 === 0 ? 0 : -1 << (cubes.length % 32)
    for (let last = words - 1; last < length; last += words)
      if ((read[last]! & spare) !== 0) return '.bits are too many'
    return undefined
  }
}

interface BitmapLike {
  readonly variables: readonly number[]
  readonly offsets: readonly number[]
  readonly words: number
  readonly bits: string
  readonly cubes: readonly number[]
}

const isBits: Check = (value) => (typeof value === 'string' ? undefined : ' is not base64')
