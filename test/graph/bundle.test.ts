/** The codec of bundles: what is written is read as it was, and what was meddled with is refused or harmless. */
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { type CompileOptions, compilePolicy } from '../../src/compile/compile.ts'
import { digestOf } from '../../src/compile/digest.ts'
import { createDecider } from '../../src/decide/decide.ts'
import { explain } from '../../src/decide/explain.ts'
import { decodeBundle, encodeBundle } from '../../src/graph/bundle.ts'
import { decodeInt32s, encodeInt32s } from '../../src/graph/bundle-base64.ts'
import type { Graph } from '../../src/graph/graph.ts'
import { openBundle } from '../../src/runtime.ts'
import { checkText, type LoadedWorld, loadWorld } from '../arbitraries/checked.ts'
import { withFacts } from '../arbitraries/facts.ts'
import { keyedPolicy, policyText } from '../arbitraries/policy.ts'
import { mutations } from './bundle-mutations.ts'

const runs = Number(process.env['LAW_RUNS'] ?? 150)
const seed = Number(process.env['LAW_SEED'] ?? Date.now() % 0x7fffffff)
const patience = 300_000
const meaning = '0'.repeat(64)
let loaded: LoadedWorld

beforeAll(async () => {
  loaded = await loadWorld()
})

/** The usual graph, and graphs of every other rung of the ladder. */
const ways: readonly CompileOptions[] = [
  {},
  { growth: { freeSize: 0, factor: 0, pieces: 1_000_000 } },
  { growth: { freeSize: 0, factor: 0, pieces: 0, goodShare: 2 } },
  { growth: { itemRuns: 0 } },
]
const policies = fc.oneof(policyText({ rules: 20 }), keyedPolicy({ rules: 40 }))

function graphOf(policy: string, options?: CompileOptions): Graph {
  const checked = checkText(policy, loaded).policy
  fc.pre(checked !== undefined)
  return compilePolicy(checked, options)
}

const encoded = (graph: Graph): string => encodeBundle(graph, { build: digestOf(graph), meaning })

test(
  `codec: decoding what was encoded gives the same graph and the same decisions (seed ${seed})`,
  async () => {
    const cases = fc.tuple(withFacts(policies, { minLength: 10, maxLength: 10 }), fc.constantFrom(...ways))
    const property = fc.asyncProperty(cases, async ([{ policy, facts }, way]) => {
      const graph = graphOf(policy, way)
      const text = encoded(graph)
      const decoded = await decodeBundle(new TextEncoder().encode(text))
      if (!decoded.ok) throw new Error(decoded.message)
      expect(decoded.graph).toStrictEqual(graph)
      expect(encodeBundle(decoded.graph, decoded.digests)).toBe(text)
      const [before, after] = [createDecider(graph), createDecider(decoded.graph)]
      for (const each of facts) expect(after.decide(each)).toStrictEqual(before.decide(each))
      for (const each of facts) expect(explain(after, each)).toStrictEqual(explain(before, each))
    })
    await fc.assert(property, { numRuns: runs, seed })
  },
  patience,
)

test(
  `codec: a mutated bundle is refused or harmless, and never crashes (seed ${seed})`,
  async () => {
    const counts = { refused: 0, harmless: 0 }
    const cases = fc.tuple(
      withFacts(policies, { minLength: 100, maxLength: 100 }),
      fc.constantFrom(...ways),
      fc.array(fc.noBias(fc.nat({ max: 0x7fffffff })), { minLength: 600, maxLength: 600 }),
    )
    const property = fc.asyncProperty(cases, async ([{ policy, facts }, way, draws]) => {
      const text = encoded(graphOf(policy, way))
      for (const mutated of mutations(text, draws)) {
        const decoded = await decodeBundle(mutated)
        if (!decoded.ok) {
          counts.refused++
          expect(decoded.message).toMatch(/^the bundle is refused: ./)
          continue
        }
        counts.harmless++
        const decider = createDecider(decoded.graph)
        for (const each of facts) decider.decide(each)
        for (const each of facts.slice(0, 10)) explain(decider, each)
      }
    })
    await fc.assert(property, { numRuns: Math.ceil(runs / 5), seed })
    process.stdout.write(`mutated bundles: ${counts.refused} refused, ${counts.harmless} harmless\n`)
    expect(counts.refused).toBeGreaterThan(counts.harmless)
    expect(counts.harmless).toBeGreaterThan(0)
  },
  patience,
)

const policy = 'allow teams when caller.team in ["core", "labs"]\nroute anything { to requested }\n'

test('bundles follow their schema', () => {
  const schema = JSON.parse(readFileSync(new URL('../../schemas/bundle.schema.json', import.meta.url), 'utf8'))
  const follows = new Ajv2020({ strict: true }).compile(schema)
  for (const sample of fc.sample(policies, { numRuns: 30, seed })) {
    for (const way of ways) {
      const { policy: checked } = checkText(sample, loaded)
      if (checked)
        expect(follows(JSON.parse(encoded(compilePolicy(checked, way)))), JSON.stringify(follows.errors)).toBe(true)
    }
  }
  const document = JSON.parse(encoded(graphOf(policy)))
  expect(follows({ ...document, more: 1 })).toBe(false)
  expect(follows({ ...document, version: 2 })).toBe(false)
})

describe('what is refused, in words', () => {
  const document = (): Record<string, unknown> => JSON.parse(encoded(graphOf(policy)))
  const cases: readonly [string, () => Uint8Array | string, RegExp][] = [
    ['nothing', () => '', /not a JSON document/],
    ['what is not JSON', () => 'policyc', /not a JSON document/],
    ['bytes that are no text', () => Uint8Array.of(0xff, 0xfe, 0), /not a JSON document/],
    ['a truncated bundle', () => encoded(graphOf(policy)).slice(0, -20), /not a JSON document/],
    ['null', () => 'null', /not a bundle of policyc/],
    ['a list', () => '[]', /not a bundle of policyc/],
    ['another document', () => '{"policyc": "lock"}', /not a bundle of policyc/],
    ['another version', () => JSON.stringify({ ...document(), version: 2 }), /version 2.*reads version 1/],
    ['no version', () => JSON.stringify({ ...document(), version: undefined }), /version undefined/],
    ['an unknown key', () => JSON.stringify({ ...document(), extra: 1 }), /unknown key "extra"/],
    ['no digest', () => JSON.stringify({ ...document(), build: undefined }), /no `build`/],
    ['another digest', () => JSON.stringify({ ...document(), build: meaning }), /build digest is not that/],
    [
      'a malformed digest',
      () => JSON.stringify({ ...document(), meaning: 'A'.repeat(64) }),
      /\.meaning is not a digest/,
    ],
    ['no graph', () => JSON.stringify({ ...document(), graph: null }), /graph is not an object/],
    [
      'depth without end',
      () => `{"policyc":"bundle","version":1,"graph":${'['.repeat(200_000)}${']'.repeat(200_000)}}`,
      /has no `build`/,
    ],
  ]

  test.each(cases)('%s', async (_, bundle, message) => {
    const decoded = await decodeBundle(bundle())
    expect(decoded.ok ? '' : decoded.message).toMatch(message)
    await expect(openBundle(bundle())).rejects.toThrow(message)
  })

  test('a table that is its own key', async () => {
    const [limited] = [`${policy}limit rate { tenant.seats requests per 1m by caller.team }\n`]
    const text = encoded(graphOf(limited))
    const whole = JSON.parse(text)
    const column = whole.graph.attributes.findIndex((each: { column?: unknown }) => each.column)
    expect(column).toBeGreaterThanOrEqual(0)
    whole.graph.tables[0].key = column
    const decoded = await decodeBundle(JSON.stringify(whole))
    expect(decoded).toMatchObject({ ok: false, message: expect.stringContaining('.tables[0].key is a column itself') })
  })
})

test('a bundle that was only laid out anew is the same bundle', async () => {
  const text = encoded(graphOf(policy))
  const { decide, explain: explained, digests } = await openBundle(JSON.stringify(JSON.parse(text), null, 2))
  expect(digests.build).toBe(digestOf(graphOf(policy)))
  const facts = { caller: { team: 'core' }, request: { model: 'alpha/large' } }
  expect(decide(facts)).toMatchObject({ access: { effect: 'allow' }, route: { rule: 'anything' } })
  expect(explained(facts).decision).toEqual(decide(facts))
})

test('base64 of whole numbers goes there and back, as Node has it', () => {
  const numbers = fc.int32Array()
  fc.assert(
    fc.property(numbers, (each) => {
      const text = encodeInt32s(each)
      expect(text).toBe(Buffer.from(each.buffer, each.byteOffset, each.byteLength).toString('base64'))
      expect(decodeInt32s(text)).toStrictEqual(Int32Array.from(each))
    }),
  )
  for (const text of ['A', 'AAAA', 'AAAAAA=', 'AAAAAB==', 'AAAAA!==', '====', 'AAAA AA=', 'é'.repeat(8)])
    expect(decodeInt32s(text), text).toBeUndefined()
})
