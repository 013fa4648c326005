/** How large a graph is. */
import { textOfGraph } from '../../src/graph/bundle-graph.ts'
import { type Graph, slotNames } from '../../src/graph/graph.ts'

export interface GraphSize {
  readonly jsonBytes: number
  /** Of the arrays that are walked: nodes, and the rows of bitmap indices. */
  readonly arrayBytes: number
  readonly nodes: number
  readonly variables: number
  readonly diagrams: number
  readonly bitmaps: number
}

export function graphSizeOf(graph: Graph): GraphSize {
  const clusters = slotNames.flatMap((name) => graph.slots[name].clusters)
  const bitmaps = clusters.flatMap((cluster) => (cluster.kind === 'bitmap' ? [cluster.index] : []))
  return {
    jsonBytes: Buffer.byteLength(textOfGraph(graph)),
    arrayBytes: graph.code.byteLength + bitmaps.reduce((sum, { bits }) => sum + bits.byteLength, 0),
    nodes: nodesOf(graph),
    variables: graph.variables.length,
    diagrams: clusters.length - bitmaps.length,
    bitmaps: bitmaps.length,
  }
}

/** Nodes stand one behind the other; `src/graph/flat.ts` has the layout. */
function nodesOf({ code, variables }: Graph): number {
  let nodes = 0
  for (let at = 0; at < code.length; nodes++) {
    const head = code[at]!
    at += (head & 1) === 0 ? 1 + variables[head >> 1]!.size : 2 + 2 * code[at + 1]!
  }
  return nodes
}
