/** The edges of one node of the flat form, those that lead to one place as one. */
import { type ClassSet, classSet } from './class-set.ts'
import type { Graph } from './graph.ts'

export interface FlatEdge {
  readonly variable: number
  readonly classes: ClassSet
  /** The place of a node, or `~leaf`. */
  readonly to: number
}

/** In the order of their first classes. */
export function edgesOf({ code, variables }: Pick<Graph, 'code' | 'variables'>, place: number): readonly FlatEdge[] {
  const head = code[place]!
  const variable = head >> 1
  const { size } = variables[variable]!
  const isDense = (head & 1) === 0
  const count = isDense ? size : code[place + 1]!
  const classesOf = new Map<number, number[]>()
  for (let i = 0; i < count; i++) {
    const from = isDense ? i : code[place + 2 + i]!
    const end = isDense ? i + 1 : i + 1 < count ? code[place + 3 + i]! : size
    const to = code[isDense ? place + 1 + i : place + 2 + count + i]!
    const own = classesOf.get(to) ?? []
    for (let each = from; each < end; each++) own.push(each)
    classesOf.set(to, own)
  }
  return [...classesOf].map(([to, own]) => ({ variable, classes: classSet(own), to }))
}
