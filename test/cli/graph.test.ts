import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { folder, goodPolicy, policyc, project } from './support.ts'

const schema = JSON.parse(readFileSync(new URL('../../schemas/graph.schema.json', import.meta.url), 'utf8'))
const followsSchema = new Ajv2020({ strict: true }).compile(schema)

describe('policyc graph', () => {
  test('SVG by default, on standard output', async () => {
    const { status, out, err } = await policyc(['graph', project(goodPolicy)])
    expect({ status, err }).toEqual({ status: 0, err: '' })
    expect(out).toMatch(/<svg [\s\S]*<\/svg>\s*$/)
    expect(out).toContain('>caller.team</text>')
  })

  test('to a file, in a folder that is made for it', async () => {
    const path = join(folder(), 'drawings/route.mmd')
    const args = ['graph', project(goodPolicy), '--slot', 'route', '--format', 'mermaid', '-o', path]
    expect(await policyc(args)).toEqual({ status: 0, out: '', err: '' })
    expect(readFileSync(path, 'utf8')).toBe(`flowchart LR
  subgraph route_slot["route"]
    route_start(["route"])
    route_leaf_2["anything"]
    route_start --> route_leaf_2
  end
`)
  })

  test('JSON is not folded', async () => {
    const rules = Array.from({ length: 90 }, (_, index) => `deny d${index} when caller.id == "${index}"`).join('\n')
    const path = project(`${goodPolicy}${rules}\n`)
    const { out } = await policyc(['graph', path, '--format', 'json', '--slot', 'deny,allow', '--nodes', '2'])
    const drawing = JSON.parse(out)
    expect(followsSchema(drawing), JSON.stringify(followsSchema.errors)).toBe(true)
    expect(drawing.slots.map((each: { slot: string }) => each.slot)).toEqual(['deny', 'allow'])
    expect(drawing.slots[0].edges).toHaveLength(92)
    const dot = await policyc(['graph', path, '--format', 'dot', '--slot', 'deny'])
    expect(dot.out).toContain('… 80 more answers')
  })

  test('a slot that there is not', async () => {
    const { status, err } = await policyc(['graph', project(goodPolicy), '--slot', 'routes'])
    expect(status).toBe(2)
    expect(err).toMatch(/^error: there is no slot `routes`\nhelp: slots are deny, allow, /)
  })

  test('a policy with errors, and a file that cannot be written', async () => {
    expect((await policyc(['graph', project('allow x when caller.tema')])).status).toBe(1)
    const path = project(goodPolicy)
    const { status, err } = await policyc(['graph', path, '-o', join(path, 'main.policy/x.svg')])
    expect(status).toBe(2)
    expect(err).toContain('cannot be written')
  })

  test('a count that is none', async () => {
    const { status, err } = await policyc(['graph', project(goodPolicy), '--nodes', '1'])
    expect(status).toBe(2)
    expect(err).toContain('A count is a number from 2 to 99999.')
  })
})
