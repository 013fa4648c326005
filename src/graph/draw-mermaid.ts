/** A drawing as a Mermaid flowchart, which GitHub and many editors show in Markdown. */
import type { Drawing, DrawnNode, DrawnSlot } from './draw.ts'

/** Characters of a label before it is cut. */
const labelMax = 80

/** The text of a flowchart. */
export function renderMermaid({ slots }: Drawing): string {
  return ['flowchart LR', ...slots.flatMap(slotLines), ''].join('\n')
}

function slotLines({ slot, nodes, edges }: DrawnSlot): readonly string[] {
  return [
    `  subgraph ${slot}_slot["${slot}"]`,
    ...nodes.map((each) => `    ${each.id}${shaped(each)}`),
    ...edges.map(({ from, to, label }) => `    ${from} -->${label === undefined ? '' : `|${quoted(label)}|`} ${to}`),
    '  end',
  ]
}

function shaped({ kind, label }: DrawnNode): string {
  const text = quoted(label)
  switch (kind) {
    case 'slot':
      return `([${text}])`
    case 'question':
      return `{{${text}}}`
    case 'rules':
      return `[${text}]`
    case 'index':
      return `[(${text})]`
    case 'more':
      return `>${text}]`
  }
}

/** Whatever Mermaid, Markdown or HTML would read is written as a character code. */
function quoted(label: string): string {
  const lines = label.split('\n').map((line) => {
    const characters = [...line.replace(/\p{Cc}/gu, ' ')]
    const cut = characters.length > labelMax ? [...characters.slice(0, labelMax - 1), '…'] : characters
    return cut
      .map((each) => (/[\w \-./…:,=]/u.test(each) || each > '\u007f' ? each : `#${each.codePointAt(0)};`))
      .join('')
  })
  return `"${lines.join('<br>')}"`
}
