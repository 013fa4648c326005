/**
 * The decision graph of slots as a drawing: what a walk asks, where each answer leads, and what it comes to. Formats
 * are for `draw-dot.ts` and `draw-mermaid.ts`.
 *
 * Large graphs are folded: beyond a number of nodes or of edges of one node, the rest is one node that says how many
 * more there are. The same graph and bounds give the same drawing.
 */
import { edgesOf } from './draw-edges.ts'
import { labelsOf } from './draw-labels.ts'
import { nodesBelow } from './flat.ts'
import type { Cluster, Graph, SlotName } from './graph.ts'
import { writtenTests } from './written-tests.ts'

export interface Drawing {
  readonly slots: readonly DrawnSlot[]
}

export interface DrawnSlot {
  readonly slot: SlotName
  readonly nodes: readonly DrawnNode[]
  readonly edges: readonly DrawnEdge[]
}

export interface DrawnNode {
  /** Of one drawing; a word of letters, digits and underscores. */
  readonly id: string
  /**
   * - `slot`: where the walk begins; `question`: an attribute that is asked for;
   * - `rules`: what matches, or none; `index`: conditions that are looked up instead of walked;
   * - `more`: what is folded away.
   */
  readonly kind: 'slot' | 'question' | 'rules' | 'index' | 'more'
  readonly label: string
}

export interface DrawnEdge {
  readonly from: string
  readonly to: string
  /** The answer that leads there; absent from a slot. */
  readonly label?: string
}

export interface DrawOptions {
  readonly slots: readonly SlotName[]
  /** Most questions drawn of one slot. */
  readonly nodesMax: number
  /** Most edges drawn of one node. */
  readonly edgesMax: number
}

/** The drawing of the slots that have rules, in the order given. */
export function draw(graph: Graph, { slots, nodesMax, edgesMax }: DrawOptions): Drawing {
  const labels = labelsOf(graph, writtenTests(graph))
  const drawn = slots
    .filter((slot) => graph.slots[slot].clusters.length > 0)
    .map((slot) => drawSlot({ graph, slot, labels, nodesMax, edgesMax }))
  return { slots: drawn }
}

interface Drafting {
  readonly graph: Graph
  readonly slot: SlotName
  readonly labels: ReturnType<typeof labelsOf>
  readonly nodesMax: number
  readonly edgesMax: number
}

function drawSlot(drafting: Drafting): DrawnSlot {
  const { graph, slot, labels } = drafting
  const { clusters } = graph.slots[slot]
  const sheet = createSheet(slot)
  sheet.node('start', 'slot', slot)
  const roots = clusters.flatMap((each) => (each.kind === 'diagram' ? [each.root] : []))
  drawDiagrams(drafting, roots, sheet)
  for (const [index, cluster] of clusters.entries()) {
    if (cluster.kind !== 'bitmap') continue
    sheet.edge('start', sheet.node(`index_${index}`, 'index', labels.ofIndex(cluster, indexSize(cluster))))
  }
  return sheet.finished()
}

function indexSize(cluster: Extract<Cluster, { kind: 'bitmap' }>): number {
  return cluster.index.cubes.length
}

/** Breadth first, so that what is folded away is what lies deepest. */
function drawDiagrams({ graph, slot, labels, nodesMax, edgesMax }: Drafting, roots: readonly number[], sheet: Sheet) {
  const total = nodesBelow(graph, roots)
  const queue: number[] = []
  const drawn = new Set<number>()
  const nodeOf = (ref: number): string => {
    if (ref < 0) return sheet.node(`leaf_${~ref}`, 'rules', labels.ofLeaf(slot, ~ref))
    if (drawn.has(ref)) return `node_${ref}`
    // Of two nodes at the bound one stands for all that are left.
    if (total > nodesMax && drawn.size >= nodesMax - 1) {
      return sheet.node('rest', 'more', `… ${total - drawn.size} more ${total - drawn.size === 1 ? 'node' : 'nodes'}`)
    }
    drawn.add(ref)
    queue.push(ref)
    return sheet.node(`node_${ref}`, 'question', labels.ofQuestion(graph.code[ref]! >> 1))
  }
  for (const root of roots) sheet.edge('start', nodeOf(root))
  for (let place = queue.shift(); place !== undefined; place = queue.shift()) {
    const edges = edgesOf(graph, place)
    const shown = edges.length > edgesMax ? edges.slice(0, edgesMax - 1) : edges
    for (const edge of shown) {
      sheet.edge(`node_${place}`, nodeOf(edge.to), labels.ofAnswer(edge.variable, edge.classes))
    }
    const left = edges.length - shown.length
    if (left > 0) sheet.edge(`node_${place}`, sheet.node(`rest_${place}`, 'more', `… ${left} more answers`))
  }
}

/** What is drawn so far; a node and an edge is drawn once. */
interface Sheet {
  /** The node's id on this sheet. */
  readonly node: (id: string, kind: DrawnNode['kind'], label: string) => string
  readonly edge: (from: string, to: string, label?: string) => void
  readonly finished: () => DrawnSlot
}

function createSheet(slot: SlotName): Sheet {
  const nodes = new Map<string, DrawnNode>()
  const edges = new Map<string, DrawnEdge>()
  return {
    node(id, kind, label) {
      if (!nodes.has(id)) nodes.set(id, { id: `${slot}_${id}`, kind, label })
      return id
    },
    edge(from, to, label) {
      const key = JSON.stringify([from, to, label])
      const drawn = { from: `${slot}_${from}`, to: `${slot}_${to}` }
      edges.set(key, label === undefined ? drawn : { ...drawn, label })
    },
    finished: () => ({ slot, nodes: [...nodes.values()], edges: [...edges.values()] }),
  }
}
