/**
 * From the items of a slot to clusters: rules are merged into one diagram where that is cheap, and kept apart
 * where they would multiply. What stays in many pieces goes into a bitmap index, and a condition that outgrows
 * every diagram is walked as it is written. So the worst policy is linear in its size, never exponential.
 *
 * Rules that are narrowed by the same variable are merged first (a thousand rules that each name one team are
 * one node with a thousand children); see Gupta and McKeown on packet classification, and EffiCuts on why wide
 * and narrow rules are better kept apart.
 */

import type { ClassSet } from '../graph/class-set.ts'
import { isLeaf, type LeafOperation, leafRef, Outgrown, type Ref } from '../graph/diagram.ts'
import { asCube, type Expression } from '../graph/expression.ts'
import { mergeItems } from '../graph/items.ts'
import { leafDiagramOf, type Space } from './condition-diagram.ts'
import type { Leaves } from './leaves.ts'

/** What a slot does with the items that match: keeps the first, or collects all. */
export type Mode = 'first' | 'all'

export interface Item {
  /** Number within the slot; the order of items is the order of rules. */
  readonly item: number
  readonly when: Expression
}

export interface DiagramCluster {
  readonly kind: 'diagram'
  readonly root: Ref
  readonly items: readonly number[]
}

export interface ProgramCluster {
  readonly kind: 'program'
  readonly when: Expression
  readonly items: readonly number[]
}

export interface BitmapCluster {
  readonly kind: 'bitmap'
  readonly cubes: readonly { readonly item: number; readonly cube: ReadonlyMap<number, ClassSet> }[]
  readonly items: readonly number[]
}

export type SlotCluster = DiagramCluster | ProgramCluster | BitmapCluster

/** Bounds of the ladder. Sizes count runs of diagrams and items of their leaves. */
export interface Growth {
  /** Largest size of a merged diagram that needs no excuse, in a slot of at most `fewItems`; less where there are more. */
  readonly freeSize: number
  readonly fewItems: number
  /** How much larger than its parts together any other merged diagram may be. */
  readonly factor: number
  /** Runs of the diagram of one condition; past them it is walked as written. */
  readonly itemRuns: number
  /** Diagrams a slot may have before the small ones go into an index. */
  readonly pieces: number
  /** Share of the slot's items that a diagram must hold to stay out of the index. */
  readonly goodShare: number
}

export const plainGrowth: Growth = {
  freeSize: 2048,
  fewItems: 64,
  factor: 1.2,
  itemRuns: 4096,
  pieces: 4,
  goodShare: 0.125,
}

interface Piece {
  readonly root: Ref
  /** Runs of the diagram and items of its leaves together. */
  readonly size: number
  readonly items: readonly number[]
}

/** What the slots of one graph are built in. */
export interface Building {
  readonly space: Space
  readonly leaves: Leaves
  readonly growth: Growth
}

/** The clusters of a slot, those with earlier items first. */
export function clusterItems({ space, leaves, growth }: Building, mode: Mode, items: readonly Item[]): SlotCluster[] {
  const operation = operationOf(mode, leaves)
  const pieces: Piece[] = []
  const programs: ProgramCluster[] = []
  for (const { item, when } of items) {
    if (when.kind === 'const' && !when.value) continue
    try {
      const leaf = mode === 'first' ? item + 1 : leaves.of([item])
      const root = leafDiagramOf(space, when, leaf, growth.itemRuns)
      if (root !== leafRef(0)) pieces.push({ root, size: sizeOf(space, mode, leaves, root), items: [item] })
    } catch (thrown) {
      if (!(thrown instanceof Outgrown)) throw thrown
      programs.push({ kind: 'program', when, items: [item] })
    }
  }
  const free = growth.freeSize * Math.min(1, Math.max(1 / 16, growth.fewItems / items.length))
  const merged = mergeAll({ space, leaves, growth, free, mode, operation }, inOrder(space, pieces))
  const byItem = new Map(items.map((each) => [each.item, each.when]))
  const clusters = indexPoor(space, growth, merged, byItem)
  return [...clusters, ...programs].sort((a, b) => a.items[0]! - b.items[0]!)
}

function operationOf(mode: Mode, leaves: Leaves): LeafOperation {
  const nothing = leafRef(0)
  const shortcut = (a: Ref, b: Ref): Ref | undefined => (a === b || b === nothing ? a : a === nothing ? b : undefined)
  return mode === 'first' ? { leaves: Math.min, shortcut } : { leaves: leaves.union, shortcut }
}

/** Pieces that ask the same variable first stand together, in the order of the first class that they care for. */
function inOrder(space: Space, pieces: readonly Piece[]): Piece[] {
  return pieces
    .map((piece) => ({
      piece,
      level: isLeaf(piece.root) ? Number.MAX_SAFE_INTEGER : space.diagrams.levelOf(piece.root),
      first: firstClass(space, piece),
    }))
    .sort((a, b) => a.level - b.level || a.first - b.first || a.piece.items[0]! - b.piece.items[0]!)
    .map(({ piece }) => piece)
}

function firstClass(space: Space, piece: Piece): number {
  if (isLeaf(piece.root)) return 0
  let found = -1
  space.diagrams.forEachRun(piece.root, (first, child) => {
    if (found < 0 && child !== leafRef(0)) found = first
  })
  return found
}

/** Balanced merging: halves first, then the results with each other as far as that is cheap. */
function mergeAll(merging: Merging, pieces: readonly Piece[]): Piece[] {
  if (pieces.length <= 1) return [...pieces]
  const half = pieces.length >> 1
  const left = mergeAll(merging, pieces.slice(0, half))
  const right = mergeAll(merging, pieces.slice(half))
  // What stays in so many pieces is for the index: trying on would cost more the more there are.
  if (left.length + right.length > merging.growth.pieces * 4) return [...left, ...right]
  const result = left
  for (const piece of right) {
    const candidates = result.length <= merging.growth.pieces ? result.keys() : [smallest(result)]
    let done = false
    for (const at of candidates) {
      const union = tryMerge(merging, result[at]!, piece)
      if (!union) continue
      result[at] = union
      done = true
      break
    }
    if (!done) result.push(piece)
  }
  return result
}

function smallest(pieces: readonly Piece[]): number {
  let best = 0
  for (const [index, piece] of pieces.entries()) if (piece.size < pieces[best]!.size) best = index
  return best
}

interface Merging extends Building {
  /** The size that needs no excuse in this slot. */
  readonly free: number
  readonly mode: Mode
  readonly operation: LeafOperation
}

function tryMerge({ space, leaves, growth, free, mode, operation }: Merging, a: Piece, b: Piece): Piece | undefined {
  const allowed = Math.max(free, (a.size + b.size) * growth.factor)
  const heaviest = leaves.weight() + allowed
  const bounded: LeafOperation = {
    ...operation,
    leaves: (x, y) => {
      if (leaves.weight() > heaviest) throw new Outgrown()
      return operation.leaves(x, y)
    },
  }
  try {
    const root = space.diagrams.apply(bounded, a.root, b.root, allowed)
    const size = sizeOf(space, mode, leaves, root)
    if (size > allowed) return undefined
    return { root, size, items: mergeItems(a.items, b.items) }
  } catch (thrown) {
    if (thrown instanceof Outgrown) return undefined
    throw thrown
  }
}

function sizeOf(space: Space, mode: Mode, leaves: Leaves, root: Ref): number {
  return space.diagrams.weightOf(root, (leaf) => (mode === 'first' ? 0 : leaves.sets[leaf]!.length))
}

/** Where too many pieces are left, those that hold a small share of the items each share one bitmap index. */
function indexPoor(
  space: Space,
  growth: Growth,
  pieces: readonly Piece[],
  whenOf: ReadonlyMap<number, Expression>,
): SlotCluster[] {
  const total = pieces.reduce((sum, piece) => sum + piece.items.length, 0)
  const isPoor = (piece: Piece): boolean =>
    // What holds always asks no variable, and an index of cubes that ask none would have no rows.
    !isLeaf(piece.root) && (piece.items.length < total * growth.goodShare || piece.size > piece.items.length * 64)
  const poor = pieces.filter(isPoor)
  const asDiagrams = (some: readonly Piece[]): DiagramCluster[] =>
    some.map(({ root, items }) => ({ kind: 'diagram', root, items }))
  if (poor.length <= growth.pieces) return asDiagrams(pieces)
  const good = asDiagrams(pieces.filter((piece) => !isPoor(piece)))
  const cubes: { item: number; cube: ReadonlyMap<number, ClassSet> }[] = []
  for (const item of poor.flatMap((piece) => piece.items).sort((a, b) => a - b)) {
    const when = whenOf.get(item)!
    const cubesOfItem = toCubes(when, space.sizeOf)
    if (cubesOfItem) for (const cube of cubesOfItem) cubes.push({ item, cube })
    else good.push({ kind: 'diagram', root: pieceOf(poor, item).root, items: pieceOf(poor, item).items })
  }
  const apart = new Set(good.flatMap((cluster) => cluster.items))
  const indexed = cubes.filter((each) => !apart.has(each.item))
  const items = [...new Set(indexed.map((each) => each.item))]
  const unique = good.filter((cluster, index) => good.findIndex((each) => each.root === cluster.root) === index)
  return items.length > 0 ? [...unique, { kind: 'bitmap', cubes: indexed, items }] : unique
}

function pieceOf(pieces: readonly Piece[], item: number): Piece {
  return pieces.find((piece) => piece.items.includes(item))!
}

/** The expression as a few conjunctions, or undefined where it is not of that form. */
function toCubes(when: Expression, sizeOf: (variable: number) => number): ReadonlyMap<number, ClassSet>[] | undefined {
  const parts = when.kind === 'or' ? when.of : [when]
  if (parts.length > 8) return undefined
  const cubes: ReadonlyMap<number, ClassSet>[] = []
  for (const part of parts) {
    const cube = asCube(part, sizeOf)
    if (!cube) return undefined
    cubes.push(cube)
  }
  return cubes
}
