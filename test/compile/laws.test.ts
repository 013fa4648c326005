/** Laws of compiling and deciding, on generated policies and requests that are aimed at them. */
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { compilePolicy } from '../../src/compile/compile.ts'
import { createDecider } from '../../src/decide/decide.ts'
import type { Decision } from '../../src/graph/decision.ts'
import { targetOf } from '../../src/reference/candidate.ts'
import { applies, holds } from '../../src/reference/condition.ts'
import { type Facts, statementsOf } from '../../src/reference/policy.ts'
import { bounded } from '../arbitraries/bounded.ts'
import { checkText, type LoadedWorld, loadWorld } from '../arbitraries/checked.ts'
import { aim, aimedAt, withFacts } from '../arbitraries/facts.ts'
import { accessPolicy, keyedPolicy, policyText, restrictPolicy, routePolicy } from '../arbitraries/policy.ts'
import { world } from '../arbitraries/world.ts'
import { readPolicy, reference } from '../reference/read.ts'

/** Policies that each law is tried on; more in a nightly run. */
const runs = Number(process.env['LAW_RUNS'] ?? 300)
const seed = Number(process.env['LAW_SEED'] ?? Date.now() % 0x7fffffff)
const requests = { minLength: 20, maxLength: 20 }
const patience = 300_000
let loaded: LoadedWorld

beforeAll(async () => {
  loaded = await loadWorld()
})

/** What a policy decides once it is compiled; a text that the check refuses is no case of a law. */
function compiled(policyText: string): (facts: Facts) => Decision {
  const { policy } = checkText(policyText, loaded)
  fc.pre(policy !== undefined)
  return createDecider(compilePolicy(policy)).decide
}

/** Both ways of deciding give equal decisions, and the same ones when asked again. */
function agrees({ policy, facts }: { readonly policy: string; readonly facts: readonly Facts[] }): void {
  const decide = compiled(policy)
  const expected = reference(policy, world)
  const first = facts.map(decide)
  for (const [index, each] of facts.entries()) {
    expect(first[index]).toStrictEqual(expected(each))
    expect(decide(each)).toStrictEqual(first[index])
  }
}

test.each([
  ['whole policies', policyText(), runs],
  ['policies of many rules', policyText({ rules: 60 }), Math.ceil(runs / 20)],
  ['policies whose rules name a tenant', keyedPolicy({ rules: 120 }), Math.ceil(runs / 30)],
  ['restricts', restrictPolicy(), Math.ceil(runs / 3)],
] as const)(
  `compile agrees with the reference on %s (seed ${seed})`,
  (_, policies, numRuns) => {
    fc.assert(fc.property(withFacts(policies, requests), bounded(agrees)), { numRuns, seed })
  },
  patience,
)

test(
  `deny wins: adding a deny never turns a denied request into an allowed one (seed ${seed})`,
  () => {
    const property = fc.property(
      accessPolicy(),
      accessPolicy({ rules: 2 }),
      fc.array(aim, requests),
      bounded((text, more, aims) => {
        const denies = statementsOf(readPolicy(more), 'deny')
        fc.pre(denies.length > 0)
        // Its own declarations are not brought along: a deny that needs them is no case.
        const added = denies.map((each) =>
          more.slice(each.span.start, each.span.end).replace(`deny ${each.name.text}`, `deny more_${each.name.text}`),
        )
        const decide = compiled(text)
        const stricter = compiled([text, ...added].join('\n'))
        for (const facts of aims.map(aimedAt(text))) {
          if (decide(facts).access.effect === 'deny') expect(stricter(facts).access.effect).toBe('deny')
        }
      }),
    )
    fc.assert(property, { numRuns: Math.ceil(runs / 3), seed })
  },
  patience,
)

test(
  `first match: inserting a rule below the one that matched changes nothing (seed ${seed})`,
  () => {
    const property = fc.property(
      routePolicy(),
      routePolicy({ rules: 1 }),
      fc.array(aim, requests),
      bounded((text, more, aims) => {
        const [added] = statementsOf(readPolicy(more), 'route')
        fc.pre(added !== undefined)
        const inserted = more.slice(added.span.start, added.span.end).replace(added.name.text, 'inserted')
        const decide = compiled(text)
        const longer = compiled(`${text}\n${inserted}`)
        for (const facts of aims.map(aimedAt(text))) {
          const decision = decide(facts)
          if (decision.route) expect(longer(facts)).toStrictEqual(decision)
        }
      }),
    )
    fc.assert(property, { numRuns: Math.ceil(runs / 3), seed })
  },
  patience,
)

test(
  `restrict is sound: no decision names a target that a matching restrict forbids (seed ${seed})`,
  () => {
    const property = fc.property(
      withFacts(restrictPolicy(), requests),
      bounded(({ policy: text, facts }) => {
        const decide = compiled(text)
        const policy = readPolicy(text, world)
        for (const each of facts) {
          const rules = statementsOf(policy, 'restrict').filter((rule) => applies({ policy, facts: each }, rule))
          for (const id of targetsOf(decide(each))) {
            const situation = { policy, facts: each, target: targetOf(policy, id) }
            for (const rule of rules) expect(holds(situation, rule.to)).toBe(true)
          }
        }
      }),
    )
    fc.assert(property, { numRuns: Math.ceil(runs / 3), seed })
  },
  patience,
)

/** Every target that a decision names. */
function targetsOf({ route, shadows }: Decision): readonly string[] {
  const named = (route?.steps ?? []).flatMap((step) => {
    if (step.kind === 'target') return [step.target]
    return step.kind === 'split' ? step.arms.map((arm) => arm.target) : step.targets
  })
  return [...named, ...shadows.map((each) => each.target)]
}
