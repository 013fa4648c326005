/**
 * Diagrams laid flat into one `Int32Array`, the form that is walked.
 *
 * A node at `p` is `code[p] = variable << 1 | form`, then
 * - form 0 (dense): one child a class, `code[p + 1 + class]`;
 * - form 1 (runs): `code[p + 1] = n`, the first classes of `n` runs, then their `n` children.
 * A child is the place of a node, always behind its parent, or `~leaf`. That order makes every walk finite,
 * in any array that passes `checkCode`.
 */
import { type Diagrams, isLeaf, type Ref } from './diagram.ts'
import type { Graph } from './graph.ts'

export interface FlattenOptions {
  readonly variableOf: (level: number) => number
  /** Classes of a variable. */
  readonly sizeOf: (variable: number) => number
  /** The number that a leaf has in the code. */
  readonly leafOf: (leaf: number) => number
}

/** Adds the nodes below the roots to `code`; the place (or `~leaf`) of each root. */
export function flatten(diagrams: Diagrams, roots: readonly Ref[], code: number[], options: FlattenOptions): number[] {
  const { variableOf, sizeOf, leafOf } = options
  const order = diagrams.reachable(roots)
  const places = new Map<Ref, number>()
  let at = code.length
  for (const ref of order) {
    places.set(ref, at)
    const runs = runCount(diagrams, ref)
    const size = sizeOf(variableOf(diagrams.levelOf(ref)))
    at += isDense(runs, size) ? 1 + size : 2 + runs * 2
  }
  const placeOf = (ref: Ref): number => (isLeaf(ref) ? ~leafOf(~ref) : places.get(ref)!)
  for (const ref of order) {
    const variable = variableOf(diagrams.levelOf(ref))
    const size = sizeOf(variable)
    const firsts: number[] = []
    const children: number[] = []
    diagrams.forEachRun(ref, (first, child) => {
      firsts.push(first)
      children.push(placeOf(child))
    })
    if (isDense(firsts.length, size)) {
      code.push(variable << 1)
      for (let run = 0; run < firsts.length; run++) {
        const end = firsts[run + 1] ?? size
        for (let each = firsts[run]!; each < end; each++) code.push(children[run]!)
      }
    } else {
      code.push((variable << 1) | 1, firsts.length)
      for (const first of firsts) code.push(first)
      for (const child of children) code.push(child)
    }
  }
  return roots.map(placeOf)
}

function runCount(diagrams: Diagrams, ref: Ref): number {
  let runs = 0
  diagrams.forEachRun(ref, () => runs++)
  return runs
}

/** One look-up beats a search wherever the table is not much larger than the runs. */
function isDense(runs: number, size: number): boolean {
  return size <= 16 || runs * 4 >= size
}

/** How many nodes are below the roots, each counted once. */
export function nodesBelow({ code, variables }: Pick<Graph, 'code' | 'variables'>, roots: readonly number[]): number {
  const seen = new Set<number>()
  const stack = roots.filter((root) => root >= 0)
  for (let place = stack.pop(); place !== undefined; place = stack.pop()) {
    if (seen.has(place)) continue
    seen.add(place)
    const head = code[place]!
    const isDense = (head & 1) === 0
    const children = isDense ? variables[head >> 1]!.size : code[place + 1]!
    const first = isDense ? place + 1 : place + 2 + children
    for (let i = first; i < first + children; i++) if (code[i]! >= 0 && !seen.has(code[i]!)) stack.push(code[i]!)
  }
  return seen.size
}
