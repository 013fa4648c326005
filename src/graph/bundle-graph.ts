/**
 * A graph as plain JSON and back. Typed arrays become base64, maps arrays of pairs, and a value that is missing
 * becomes null; all else is plain data already and stays as it is, keys in the order in which the compiler wrote
 * them. So the text of a graph is canonical: equal graphs have one text, and reading and writing again keeps it.
 *
 * `graphOfPlain` trusts what it is given; what comes from outside goes through `check-graph.ts` first.
 */
import { decodeInt32s, encodeInt32s } from './bundle-base64.ts'
import {
  type BitmapIndex,
  type Cluster,
  type Graph,
  type GraphTable,
  type Slot,
  type SlotName,
  slotNames,
} from './graph.ts'
import type { Sample, Variable } from './variable.ts'

/** A graph as JSON holds it. */
export interface PlainGraph extends Omit<Graph, 'variables' | 'slots' | 'code' | 'requested' | 'tables'> {
  readonly variables: readonly PlainVariable[]
  readonly slots: Readonly<Record<SlotName, { readonly clusters: readonly PlainCluster[] }>>
  readonly code: string
  readonly requested: readonly (readonly [string, number])[]
  readonly tables: readonly PlainTable[]
}

interface PlainVariable extends Omit<Variable, 'samples'> {
  readonly samples: readonly (Exclude<Sample, undefined> | null)[]
}

type PlainCluster =
  | Exclude<Cluster, { kind: 'bitmap' }>
  | {
      readonly kind: 'bitmap'
      readonly index: Omit<BitmapIndex, 'bits'> & { readonly bits: string }
      readonly items: readonly number[]
    }

type Cell = string | number | boolean | readonly string[]

interface PlainTable extends Omit<GraphTable, 'rows'> {
  readonly rows: readonly (readonly [string, readonly (Cell | null)[]])[]
}

/** The canonical text of everything in a graph: what a bundle holds and what the build digest is of. */
export function textOfGraph(graph: Graph): string {
  return JSON.stringify(plainOfGraph(graph))
}

function plainOfGraph(graph: Graph): PlainGraph {
  const { attributes, variables, slots, code, leaves, rules, prohibitions, targets, requested, tables, timeZone } =
    graph
  return {
    attributes,
    variables: variables.map((each) => ({ ...each, samples: each.samples.map((sample) => sample ?? null) })),
    slots: eachSlot((name) => ({ clusters: slots[name].clusters.map(plainOfCluster) })),
    code: encodeInt32s(code),
    leaves,
    rules,
    prohibitions,
    targets,
    requested: [...requested],
    tables: tables.map((table) => ({
      ...table,
      rows: [...table.rows].map(([key, row]) => [key, row.map((cell) => cell ?? null)] as const),
    })),
    timeZone,
  }
}

/** The graph of its JSON. */
export function graphOfPlain(plain: PlainGraph): Graph {
  return {
    ...plain,
    variables: plain.variables.map((each) => ({ ...each, samples: each.samples.map((sample) => sample ?? undefined) })),
    slots: eachSlot((name): Slot => ({ clusters: plain.slots[name].clusters.map(clusterOfPlain) })),
    code: decodeInt32s(plain.code)!,
    requested: new Map(plain.requested),
    tables: plain.tables.map((table) => ({
      ...table,
      rows: new Map(table.rows.map(([key, row]) => [key, row.map((cell) => cell ?? undefined)])),
    })),
  }
}

function eachSlot<T>(make: (name: SlotName) => T): Record<SlotName, T> {
  return Object.fromEntries(slotNames.map((name) => [name, make(name)])) as Record<SlotName, T>
}

function plainOfCluster(cluster: Cluster): PlainCluster {
  if (cluster.kind === 'diagram') return cluster
  return { ...cluster, index: { ...cluster.index, bits: encodeInt32s(cluster.index.bits) } }
}

function clusterOfPlain(cluster: PlainCluster): Cluster {
  if (cluster.kind === 'diagram') return cluster
  return { ...cluster, index: { ...cluster.index, bits: decodeInt32s(cluster.index.bits)! } }
}
