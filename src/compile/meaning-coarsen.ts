/**
 * Joining classes that no region tells apart: by partition refinement over the runs of every node of a level, so that
 * the work is that of the runs, not of the classes.
 */
import type { Diagrams, Ref } from '../graph/diagram.ts'

/** For each level that the nodes ask, the joined class of each class, numbered from 0 in no order that means anything. */
export function joinClasses(
  diagrams: Diagrams,
  nodes: readonly Ref[],
  sizeOf: (level: number) => number,
): ReadonlyMap<number, Int32Array> {
  const byLevel = new Map<number, Ref[]>()
  for (const node of nodes) {
    const level = diagrams.levelOf(node)
    const own = byLevel.get(level)
    if (own) own.push(node)
    else byLevel.set(level, [node])
  }
  return new Map([...byLevel].map(([level, own]) => [level, joinLevel(diagrams, own, sizeOf(level))]))
}

function joinLevel(diagrams: Diagrams, nodes: readonly Ref[], size: number): Int32Array {
  const cuts = new Set<number>()
  for (const node of nodes) diagrams.forEachRun(node, (first) => cuts.add(first))
  // Between two cuts no node tells classes apart.
  const starts = [...cuts].sort((a, b) => a - b)
  const segmentOf = new Map(starts.map((start, segment) => [start, segment]))
  const blocks = new Int32Array(starts.length)
  let count = 1
  for (const node of nodes) {
    const runs = runsOf(diagrams, node)
    const usual = usualChild(runs, (first) => segmentOf.get(first) ?? starts.length, size)
    const ids = new Map<string, number>()
    for (const [i, { first, child }] of runs.entries()) {
      if (child === usual) continue
      const end = i + 1 < runs.length ? segmentOf.get(runs[i + 1]!.first)! : starts.length
      for (let segment = segmentOf.get(first)!; segment < end; segment++) {
        const key = `${blocks[segment]} ${child}`
        let id = ids.get(key)
        if (id === undefined) ids.set(key, (id = count++))
        blocks[segment] = id
      }
    }
  }
  const ids = new Map<number, number>()
  const joined = new Int32Array(size)
  for (const [segment, start] of starts.entries()) {
    const block = blocks[segment]!
    if (!ids.has(block)) ids.set(block, ids.size)
    joined.fill(ids.get(block)!, start, starts[segment + 1] ?? size)
  }
  return joined
}

export interface Run {
  readonly first: number
  readonly child: Ref
}

export function runsOf(diagrams: Diagrams, node: Ref): readonly Run[] {
  const runs: Run[] = []
  diagrams.forEachRun(node, (first, child) => runs.push({ first, child }))
  return runs
}

/** The child of the most: where places are counted by `placeOf`, and `end` is behind the last class. */
function usualChild(runs: readonly Run[], placeOf: (first: number) => number, end: number): Ref {
  const covered = new Map<Ref, number>()
  for (const [i, { first, child }] of runs.entries()) {
    const length = placeOf(runs[i + 1]?.first ?? end) - placeOf(first)
    covered.set(child, (covered.get(child) ?? 0) + length)
  }
  let usual = runs[0]!.child
  for (const [child, length] of covered) if (length > covered.get(usual)!) usual = child
  return usual
}

/**
 * The children of a node in canonical order, each with the numbers of its classes; those of the child with the most
 * are `else`. `joined` and `numberOf` give the number of a class; classes without one hold no value.
 */
export function childrenOf(
  runs: readonly Run[],
  joined: Int32Array,
  numberOf: ReadonlyMap<number, number>,
): readonly (readonly [child: Ref, classes: string])[] {
  // What most classes lead to is not listed class by class.
  const usual = usualChild(runs, (first) => first, joined.length)
  const classes = new Map<Ref, Set<number>>()
  for (const [i, { first, child }] of runs.entries()) {
    if (child === usual) continue
    const held = classes.get(child) ?? new Set()
    classes.set(child, held)
    const end = runs[i + 1]?.first ?? joined.length
    for (let each = first; each < end; each++) {
      const number = numberOf.get(joined[each]!)
      if (number !== undefined) held.add(number)
    }
  }
  const others = [...classes].flatMap(([child, held]) => {
    return held.size === 0 ? [] : [{ child, held: [...held].sort((a, b) => a - b) }]
  })
  const taken = new Set(others.flatMap((each) => each.held))
  const restCount = numberOf.size - taken.size
  const most = Math.max(restCount, ...others.map((each) => each.held.length))
  let least = 0
  while (taken.has(least)) least++
  const rest = { child: usual, least, count: restCount, text: () => rangeWithout(numberOf.size, taken) }
  const children = others.map(({ child, held }) => {
    return { child, least: held[0]!, count: held.length, text: () => held.join() }
  })
  const all = (restCount > 0 ? [...children, rest] : children).sort((a, b) => a.least - b.least)
  const unlisted = all.find((each) => each.count === most)
  return all.map((each) => [each.child, each === unlisted ? 'else' : each.text()])
}

function rangeWithout(size: number, taken: ReadonlySet<number>): string {
  return Array.from({ length: size }, (_, each) => each)
    .filter((each) => !taken.has(each))
    .join()
}
