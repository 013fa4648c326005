/**
 * P801: slots that one diagram could not hold. Nothing is wrong with them; the sizes are told so that nobody is
 * surprised by a bundle or by a walk that asks more.
 */
import type { AnyRule, CheckedPolicy } from '../check/policy.ts'
import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.ts'
import { nodesBelow } from '../graph/flat.ts'
import { type Cluster, type Graph, type SlotName, slotNames } from '../graph/graph.ts'

/** Sizes of a slot as built. */
export interface SlotSize {
  readonly slot: SlotName
  readonly rules: number
  readonly diagrams: number
  /** Nodes of all diagrams of the slot. */
  readonly nodes: number
  /** Conditions in bitmap indexes, and the bytes of those. */
  readonly indexed: number
  readonly indexBytes: number
}

/** The size of each slot that has rules. */
export function slotSizes(graph: Graph): SlotSize[] {
  return slotNames.flatMap((slot): SlotSize[] => {
    const { clusters } = graph.slots[slot]
    if (clusters.length === 0) return []
    const indexes = clusters.flatMap((each) => (each.kind === 'bitmap' ? [each.index] : []))
    return [
      {
        slot,
        rules: new Set(clusters.flatMap((each) => each.items)).size,
        diagrams: clusters.length - indexes.length,
        nodes: nodesBelow(graph, clusters.flatMap(rootsOf)),
        indexed: indexes.reduce((sum, each) => sum + each.cubes.length, 0),
        indexBytes: indexes.reduce((sum, each) => sum + each.bits.byteLength, 0),
      },
    ]
  })
}

function rootsOf(cluster: Cluster): readonly number[] {
  return cluster.kind === 'diagram' ? [cluster.root] : []
}

/** One note for each slot that takes more than one diagram. */
export function findOutgrown(policy: CheckedPolicy, graph: Graph): Diagnostic[] {
  return slotSizes(graph).flatMap((size) => {
    if (size.diagrams + (size.indexed > 0 ? 1 : 0) <= 1) return []
    const first = policy.rules.find((rule: AnyRule) => rule.kind === size.slot)
    if (!first) return []
    const index =
      size.indexed > 0 ? ` and an index of ${count(size.indexed, 'condition')} (${size.indexBytes} bytes)` : ''
    return [
      diagnostic('P801', {
        message: `the ${size.slot} rules outgrew one diagram: ${count(size.rules, 'rule')} in ${count(size.diagrams, 'diagram')} of ${count(size.nodes, 'node')}${index}`,
        span: first.nameSpan,
        help: 'nothing has to be done; rules that all begin with one attribute (a team, a model) would share one diagram',
      }),
    ]
  })
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString('en-US')} ${noun}${number === 1 ? '' : 's'}`
}
