/** The build digest: SHA-256 over everything in a graph, so that one name means one behaviour. */
import { createHash } from 'node:crypto'
import { textOfGraph } from '../graph/bundle-graph.ts'
import type { Graph } from '../graph/graph.ts'

/** Hexadecimal, of the canonical text that bundles hold; equal graphs have equal digests. */
export function digestOf(graph: Graph): string {
  return createHash('sha256').update(textOfGraph(graph)).digest('hex')
}
