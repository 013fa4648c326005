/** The build digest: SHA-256 over everything in a graph, so that one name means one behaviour. */
import { createHash } from 'node:crypto'
import type { Graph } from '../graph/graph.ts'

/** Hexadecimal; equal graphs have equal digests. */
export function digestOf(graph: Graph): string {
  const text = JSON.stringify(graph, (_, value: unknown) => {
    if (value instanceof Int32Array) return [...value]
    return value instanceof Map ? [...value] : value
  })
  return createHash('sha256').update(text).digest('hex')
}
