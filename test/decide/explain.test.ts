/** Explanations: the explained decision is the plain one, and each reason is so. */
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { compilePolicy } from '../../src/compile/compile.ts'
import { createDecider } from '../../src/decide/decide.ts'
import { explain } from '../../src/decide/explain.ts'
import type { Step } from '../../src/graph/decision.ts'
import { applies } from '../../src/reference/condition.ts'
import { statementsOf } from '../../src/reference/policy.ts'
import { bounded } from '../arbitraries/bounded.ts'
import { checkText, type LoadedWorld, loadWorld } from '../arbitraries/checked.ts'
import { withFacts } from '../arbitraries/facts.ts'
import { policyText, restrictPolicy } from '../arbitraries/policy.ts'
import { readPolicy } from '../reference/read.ts'

const runs = Number(process.env['LAW_RUNS'] ?? 100)
const seed = Number(process.env['LAW_SEED'] ?? Date.now() % 0x7fffffff)
let loaded: LoadedWorld

beforeAll(async () => {
  loaded = await loadWorld()
})

const kinds = [
  'allow',
  'deny',
  'restrict',
  'route',
  'cache',
  'limit',
  'budget',
  'guard',
  'rewrite',
  'shadow',
  'log',
] as const

test(`explain is honest (seed ${seed})`, () => {
  const policies = fc.oneof(policyText(), restrictPolicy())
  const property = fc.property(
    withFacts(policies, { minLength: 20, maxLength: 20 }),
    bounded(({ policy: text, facts: all }) => {
      const { policy } = checkText(text, loaded)
      fc.pre(policy !== undefined)
      const decider = createDecider(compilePolicy(policy))
      const reference = readPolicy(text)
      const statements = new Map(statementsOf(reference, ...kinds).map((each) => [each.name.text, each]))
      for (const facts of all) {
        const { decision, rules, filtered } = explain(decider, facts)
        expect(decision).toStrictEqual(decider.decide(facts))
        for (const { rule, matched, failed } of rules) {
          expect([rule, matched]).toEqual([rule, applies({ policy: reference, facts }, statements.get(rule)!)])
          // What did not match has a test that failed, but for a condition without one.
          if (matched) expect(failed).toBeUndefined()
        }
        const left = new Set(decision.route?.steps.flatMap(idsOf) ?? [])
        const named = new Set(rules.filter((each) => each.kind === 'restrict' && each.matched).map((each) => each.rule))
        for (const { target, by } of filtered) {
          if (by.length > 0) expect(left.has(target)).toBe(false)
          expect(by.every((each) => named.has(each))).toBe(true)
        }
      }
    }),
  )
  fc.assert(property, { numRuns: runs, seed })
}, 300_000)

function idsOf(step: Step): readonly string[] {
  if (step.kind === 'target') return [step.target]
  return step.kind === 'split' ? step.arms.map((arm) => arm.target) : step.targets
}
