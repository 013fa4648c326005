/** A drawing in the DOT language of Graphviz. */
import type { Drawing, DrawnNode, DrawnSlot } from './draw.ts'

const shapes: Readonly<Record<DrawnNode['kind'], string>> = {
  slot: 'shape=plain, fontname="Helvetica-Bold"',
  question: 'shape=box, style="rounded,filled", fillcolor="#eef3fb", color="#4a6fa5"',
  rules: 'shape=box, style=filled, fillcolor="#edf7ed", color="#4d8a4d"',
  index: 'shape=cylinder, style=filled, fillcolor="#fdf6e3", color="#a58b4a"',
  more: 'shape=plain, fontcolor="#666666"',
}

/** Characters of a label before it is cut. */
const labelMax = 80

/** The text of a `.dot` file. */
export function renderDot({ slots }: Drawing): string {
  return [
    'digraph policy {',
    '  rankdir=LR',
    '  node [fontname="Helvetica", fontsize=11, margin="0.2,0.06"]',
    '  edge [fontname="Helvetica", fontsize=9, color="#888888"]',
    ...slots.flatMap(slotLines),
    '}',
    '',
  ].join('\n')
}

function slotLines({ slot, nodes, edges }: DrawnSlot): readonly string[] {
  return [
    `  subgraph cluster_${slot} {`,
    '    color="#cccccc"',
    ...nodes.map(({ id, kind, label }) => `    ${id} [label=${quoted(label)}, ${shapes[kind]}]`),
    ...edges.map(
      ({ from, to, label }) => `    ${from} -> ${to}${label === undefined ? '' : ` [label=${quoted(label)}]`}`,
    ),
    '  }',
  ]
}

/** A quoted string of DOT; line feeds are line ends of the label. */
function quoted(label: string): string {
  const lines = label.split('\n').map((line) => shorten(line).replace(/["\\]/g, '\\$&'))
  return `"${lines.join('\\n')}"`
}

function shorten(text: string): string {
  const characters = [...text.replace(/\p{Cc}/gu, ' ')]
  return characters.length > labelMax ? `${characters.slice(0, labelMax - 1).join('')}…` : characters.join('')
}
