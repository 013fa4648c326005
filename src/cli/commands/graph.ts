/** `policyc graph`: the decision graph as a drawing. */
import { type Drawing, draw } from '../../graph/draw.ts'
import { renderDot } from '../../graph/draw-dot.ts'
import { renderMermaid } from '../../graph/draw-mermaid.ts'
import { type SlotName, slotNames } from '../../graph/graph.ts'
import { exitStatus, UsageError } from '../exit-status.ts'
import type { GraphFormat } from '../graph-format.ts'
import type { Io } from '../io.ts'
import { openAt } from '../open-at.ts'
import { writeWhole } from '../write-file.ts'

export interface GraphOptions {
  readonly format: GraphFormat
  /** All that have rules where absent. */
  readonly slots?: readonly string[]
  /** Most questions drawn of one slot. */
  readonly nodes: number
  /** A file, or `-` for standard output. */
  readonly output: string
}

/** Most edges drawn of one node. */
const edgesMax = 12

export async function graph(path: string | undefined, options: GraphOptions, io: Io): Promise<number> {
  const { format, nodes, output } = options
  const slots = slotsOf(options.slots)
  const policy = await openAt(path, io)
  // Programs get all of it: they fold for themselves.
  const bounds =
    format === 'json'
      ? { nodesMax: Number.POSITIVE_INFINITY, edgesMax: Number.POSITIVE_INFINITY }
      : { nodesMax: nodes, edgesMax }
  const text = await render(draw(policy.graph, { slots, ...bounds }), format)
  if (output === '-') io.out(text)
  else await writeWhole(output, text)
  return exitStatus.ok
}

function slotsOf(names: readonly string[] | undefined): readonly SlotName[] {
  if (names === undefined) return slotNames
  return names.map((name) => {
    const slot = slotNames.find((each) => each === name)
    if (slot === undefined) throw new UsageError(`there is no slot \`${name}\``, `slots are ${slotNames.join(', ')}`)
    return slot
  })
}

async function render(drawing: Drawing, format: GraphFormat): Promise<string> {
  switch (format) {
    case 'dot':
      return renderDot(drawing)
    case 'mermaid':
      return renderMermaid(drawing)
    case 'json':
      return `${JSON.stringify({ version: 1, ...drawing }, null, 2)}\n`
    case 'svg': {
      const { Graphviz } = await import('@hpcc-js/wasm-graphviz')
      const graphviz = await Graphviz.load()
      return graphviz.layout(renderDot(drawing), 'svg', 'dot')
    }
  }
}
