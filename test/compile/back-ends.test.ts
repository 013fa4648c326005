/**
 * Every rung of the ladder gives the same answers: one diagram, many, the bitmap index, conditions walked as
 * written, and any order of variables. The reference interpreter is held against the usual graph in
 * `laws.test.ts`; here all others are held against that one.
 */
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { type CompileOptions, compilePolicy } from '../../src/compile/compile.ts'
import { createDecider } from '../../src/decide/decide.ts'
import { checkText, type LoadedWorld, loadWorld } from '../arbitraries/checked.ts'
import { withFacts } from '../arbitraries/facts.ts'
import { keyedPolicy, policyText } from '../arbitraries/policy.ts'

const runs = Number(process.env['LAW_RUNS'] ?? 60)
const seed = Number(process.env['LAW_SEED'] ?? Date.now() % 0x7fffffff)
let loaded: LoadedWorld

beforeAll(async () => {
  loaded = await loadWorld()
})

const backEnds: readonly (readonly [string, CompileOptions])[] = [
  ['many small diagrams', { growth: { freeSize: 0, factor: 0, pieces: 1_000_000 } }],
  ['a bitmap index', { growth: { freeSize: 0, factor: 0, pieces: 0, goodShare: 2 } }],
  ['conditions as written', { growth: { itemRuns: 0 } }],
  ['one large diagram', { growth: { freeSize: 1_000_000 } }],
  ['the reverse order of variables', { reverseOrder: true }],
]

test.each(backEnds)(`compile agrees: %s decides as the usual graph does (seed ${seed})`, (_, options) => {
  const policies = fc.oneof(policyText({ rules: 20 }), keyedPolicy({ rules: 30 }))
  const property = fc.property(withFacts(policies, { minLength: 20, maxLength: 20 }), ({ policy, facts }) => {
    const checked = checkText(policy, loaded).policy
    fc.pre(checked !== undefined)
    const usual = createDecider(compilePolicy(checked))
    const other = createDecider(compilePolicy(checked, options))
    for (const each of facts) expect(other.decide(each)).toStrictEqual(usual.decide(each))
  })
  fc.assert(property, { numRuns: runs, seed })
})

test('the options do bring the back ends about', () => {
  const teams = Array.from({ length: 40 }, (_, i) => `allow a_${i} when caller.team == "${i}" and caller.role != "x"`)
  const checked = checkText(teams.join('\n'), loaded).policy!
  const kinds = (options: CompileOptions): string[] =>
    compilePolicy(checked, options).slots.allow.clusters.map((each) => each.kind)
  expect(kinds({})).toEqual(['diagram'])
  expect(kinds(backEnds[0]![1])).toHaveLength(40)
  expect(kinds(backEnds[1]![1])).toEqual(['bitmap'])
})
