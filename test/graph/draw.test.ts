import { describe, expect, test } from 'vitest'
import { openPolicy, type Policy, readPolicy } from '../../src/compile/load.ts'
import { type Drawing, draw } from '../../src/graph/draw.ts'
import { renderDot } from '../../src/graph/draw-dot.ts'
import { renderMermaid } from '../../src/graph/draw-mermaid.ts'
import { slotNames } from '../../src/graph/graph.ts'

const config = {
  providers: { a: { type: 'simulator', region: 'eu' }, b: { type: 'simulator', region: 'us' } },
  models: { 'a/x': {}, 'b/x': {} },
}
const bounds = { nodesMax: 60, edgesMax: 12 }

async function compile(policy: string): Promise<Policy> {
  const { config: read, checked, diagnostics } = await readPolicy({ config, policy }, { env: {} })
  if (!checked) throw new Error(JSON.stringify(diagnostics.map((each) => each.message)))
  return openPolicy(read!, checked, diagnostics)
}

async function drawn(policy: string, options: Partial<typeof bounds> = {}): Promise<Drawing> {
  return draw((await compile(policy)).graph, { slots: slotNames, ...bounds, ...options })
}

/** `question -answer-> what follows`, sorted. */
function linesOf({ slots }: Drawing): string[] {
  return slots.flatMap(({ slot, nodes, edges }) => {
    const labels = new Map(nodes.map((each) => [each.id, each.label]))
    return edges.map(({ from, to, label }) => `${slot}: ${labels.get(from)} -${label ?? ''}-> ${labels.get(to)}`)
  })
}

test('questions, answers and rules', async () => {
  const drawing = await drawn(`
allow staff when has caller.team
deny night when time.hour >= 22 or time.hour < 6
deny bots when caller.roles has "bot" and request.stream
restrict eu when caller.region == "eu" to target.region == "eu"
route small when request.input_tokens < 1000 { to a/x }
route rest { to b/x }
`)
  expect(linesOf(drawing).sort()).toEqual(
    [
      'allow: allow --> caller.team',
      'allow: caller.team -missing-> none',
      'allow: caller.team -present-> staff',
      'deny: deny --> time.hour',
      'deny: time.hour -< 6 or >= 22-> caller.roles has "bot"',
      'deny: time.hour ->= 6 and < 22 or missing-> caller.roles has "bot"',
      'deny: caller.roles has "bot" -no-> night',
      'deny: caller.roles has "bot" -no-> none',
      'deny: caller.roles has "bot" -yes-> request.stream',
      'deny: caller.roles has "bot" -yes-> request.stream',
      'deny: request.stream -no-> night',
      'deny: request.stream -no-> none',
      'deny: request.stream -yes-> bots',
      'deny: request.stream -yes-> night, bots',
      'restrict: caller.region -== "eu"-> eu forbids\nb/x',
      'restrict: caller.region -other or missing-> none',
      'restrict: restrict --> caller.region',
      'route: request.input_tokens -< 1000-> small',
      'route: request.input_tokens ->= 1000-> rest',
      'route: route --> request.input_tokens',
    ].sort(),
  )
})

test('only the slots that are asked for, in that order, where they have rules', async () => {
  const { graph } = await compile('allow all\nroute r { to a/x }\n')
  const slotsOf = (slots: Parameters<typeof draw>[1]['slots']) =>
    draw(graph, { slots, ...bounds }).slots.map((each) => each.slot)
  expect(slotsOf(['route', 'deny', 'allow'])).toEqual(['route', 'allow'])
})

describe('large graphs are folded', () => {
  const teams = Array.from({ length: 100 }, (_, index) => `deny d${index} when caller.team == "t${index}"`).join('\n')
  const chain = Array.from({ length: 12 }, (_, index) => `request.header["h${index}"] == "x"`).join(' and ')

  test('many answers of one question', async () => {
    const lines = linesOf(await drawn(teams))
    expect(lines).toHaveLength(13)
    expect(lines.at(-1)).toMatch(/^deny: caller\.team --> … 90 more answers$/)
    expect(linesOf(await drawn(teams, { edgesMax: Number.POSITIVE_INFINITY }))).toHaveLength(102)
  })

  test('many questions', async () => {
    const drawing = await drawn(`deny d when ${chain}`, { nodesMax: 5 })
    const { nodes } = drawing.slots[0]!
    expect(nodes.filter((each) => each.kind === 'question')).toHaveLength(4)
    expect(nodes.filter((each) => each.kind === 'more').map((each) => each.label)).toEqual(['… 8 more nodes'])
    const whole = await drawn(`deny d when ${chain}`, { nodesMax: 12 })
    expect(whole.slots[0]!.nodes.some((each) => each.kind === 'more')).toBe(false)
  })

  test('an index is one node', async () => {
    const rules = Array.from(
      { length: 300 },
      (_, index) =>
        `deny d${index} when request.header["h${index % 17}"] == "${index}" and request.metadata["m${index % 13}"] == "${index}"`,
    )
    const drawing = await drawn(rules.join('\n'))
    expect(drawing.slots[0]!.nodes.length).toBeLessThan(200)
    expect(linesOf(drawing)).toEqual(linesOf(await drawn(rules.join('\n'))))
  })
})

describe('formats', () => {
  const policy = `deny odd when request.model in ["a\\"b", "<script>|#;\`{}", "end"] because "x"
route r { to a/x }
`

  test('DOT', async () => {
    const text = renderDot(await drawn(policy))
    expect(text).toContain('deny_start -> deny_node_0')
    expect(text).toContain('request.model')
    for (const line of text.split('\n')) expect(line.replace(/\\./g, '').match(/"/g)?.length ?? 0).toSatisfy(isEven)
  })

  test('Mermaid, without a character that Mermaid or HTML reads', async () => {
    const text = renderMermaid(await drawn(policy))
    expect(text).toMatch(/^flowchart LR\n {2}subgraph deny_slot\["deny"\]\n/)
    for (const [, label] of text.matchAll(/"([^"\n]*)"/g)) {
      expect(label!.replaceAll('<br>', '').replace(/#\d+;/g, '')).not.toMatch(/[<>#;`|{}[\]"&]/)
    }
    expect(text).toContain('#60;script#62;#124;')
  })

  test('the same graph gives the same text', async () => {
    const text = `${policy}deny more when caller.team == "x" or caller.org == "y"\n`
    expect(renderDot(await drawn(text))).toBe(renderDot(await drawn(text)))
  })
})

const isEven = (count: number): boolean => count % 2 === 0
