/**
 * *Growth is bounded*: whatever the rules, the graph stays within a bound that is linear in their text. Each
 * family here would be exponential, or quadratic in the number of rules, in one diagram.
 */
import { beforeAll, expect, test } from 'vitest'
import { compilePolicy } from '../../src/compile/compile.ts'
import { findOutgrown, slotSizes } from '../../src/compile/outgrown.ts'
import { createDecider } from '../../src/decide/decide.ts'
import type { Graph } from '../../src/graph/graph.ts'
import { checkText, type LoadedWorld, loadWorld } from '../arbitraries/checked.ts'
import { world } from '../arbitraries/world.ts'
import { reference } from '../reference/read.ts'

let loaded: LoadedWorld

beforeAll(async () => {
  loaded = await loadWorld()
})

const list = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n')
const other = (i: number, step: number, of: number): number => (i * step + step) % of

interface Family {
  readonly rules: number
  readonly text: string
}

const families: Readonly<Record<string, Family>> = {
  'independent conjunctions': {
    rules: 200,
    text: list(200, (i) => `deny d${i} when request.metadata["a${i}"] == "x" and request.metadata["b${i}"] == "y"`),
  },
  'independent disjunctions of conjunctions in one rule': {
    rules: 1,
    text: `deny d when ${Array.from({ length: 40 }, (_, i) => `(request.metadata["a${i}"] == "x" and request.metadata["b${i}"] == "y")`).join(' or ')}`,
  },
  'wide rules across narrow ones': {
    rules: 1_200,
    text: [
      list(1_000, (i) => `deny n${i} when caller.team == "t${i}" and request.input_tokens > ${i * 7}`),
      list(
        200,
        (i) => `deny w${i} when request.model != "m${i}" and request.messages >= ${i} and caller.role != "r${i % 17}"`,
      ),
    ].join('\n'),
  },
  'random conjunctions over a few attributes': {
    rules: 1_000,
    text: list(
      1_000,
      (i) =>
        `deny d${i} when request.model == "m${other(i, 7, 40)}" and caller.tier == "t${other(i, 3, 5)}" and request.messages > ${other(i, 11, 60)} and caller.region != "r${other(i, 5, 8)}"`,
    ),
  },
  'many contains': {
    rules: 100,
    text: list(100, (i) => `deny d${i} when request.text contains "word-${i}-" and caller.team == "t${i % 10}"`),
  },
  '10,000 tenants by rule': {
    rules: 10_000,
    text: list(
      10_000,
      (i) => `allow a${i} when caller.team == "tenant-${i}" and request.model in ["m${i % 7}", "m${i % 5}"]`,
    ),
  },
}

/** Numbers in a graph: code, leaves, and the words of indexes. */
function sizeOf(graph: Graph): { readonly code: number; readonly leaves: number; readonly words: number } {
  const indexes = Object.values(graph.slots).flatMap((slot) =>
    slot.clusters.flatMap((each) => (each.kind === 'bitmap' ? [each.index] : [])),
  )
  return {
    code: graph.code.length,
    leaves: graph.leaves.reduce((sum, leaf) => sum + leaf.length + 1, 0),
    words: indexes.reduce((sum, each) => sum + each.bits.length, 0),
  }
}

test.each(Object.entries(families))('growth is bounded: %s', (name, { rules, text }) => {
  const checked = checkText(`allow all\n${text}`, loaded)
  expect(checked.diagnostics.filter((each) => each.severity === 'error')).toEqual([])
  const graph = compilePolicy(checked.policy!)
  const tests = text.split(/ and | or /).length + rules
  const classes = graph.variables.reduce((sum, each) => sum + each.size, 0)
  const { code, leaves, words } = sizeOf(graph)
  process.stdout.write(
    `${name}: ${rules} rules, code ${code}, leaves ${leaves}, index words ${words}, classes ${classes}\n`,
  )
  // Stated in docs/performance.md: 64 numbers a test beside what every slot may take without excuse, and for an
  // index one bit for each condition and class.
  expect(code + leaves).toBeLessThanOrEqual(64 * tests + 4 * 8_192)
  expect(words).toBeLessThanOrEqual(Math.ceil((2 * rules) / 32) * classes + classes)
  for (const size of slotSizes(graph)) expect(size.diagrams).toBeLessThanOrEqual(16)
})

test('what outgrew one diagram is told, with its size, and decides as ever', () => {
  const { text } = families['wide rules across narrow ones']!
  const { policy } = checkText(`allow all\n${text}`, loaded)
  const graph = compilePolicy(policy!)
  const [note, ...more] = findOutgrown(policy!, graph)
  expect(more).toEqual([])
  expect(note).toMatchObject({ code: 'P801', severity: 'information' })
  expect(note!.message).toMatch(/^the deny rules outgrew one diagram: 1,200 rules in \d+ diagrams? of [\d,]+ nodes/)
  const { decide } = createDecider(graph)
  const expected = reference(`allow all\n${text}`, world)
  for (let i = 0; i < 40; i++) {
    const facts = {
      caller: { team: `t${i * 31}`, role: `r${i % 19}` },
      request: { model: `m${i * 5}`, messages: i * 6, input_tokens: i * 200 },
    }
    expect(decide(facts)).toStrictEqual(expected(facts))
  }
})

test('a small policy has one diagram a slot, and no note', () => {
  const { policy } = checkText(
    'allow a when caller.team == "x"\ndeny b when caller.role == "y"\nroute r { to requested }',
    loaded,
  )
  const graph = compilePolicy(policy!)
  expect(findOutgrown(policy!, graph)).toEqual([])
  expect(slotSizes(graph).map((each) => [each.slot, each.rules, each.diagrams])).toEqual([
    ['deny', 1, 1],
    ['allow', 1, 1],
    ['route', 1, 1],
  ])
})
