/** Laws of the language, held by the reference interpreter itself. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Decision } from '../../src/graph/decision.ts'
import { targetOf } from '../../src/reference/candidate.ts'
import { applies, holds } from '../../src/reference/condition.ts'
import { interpret } from '../../src/reference/interpret.ts'
import { type Facts, type ReferencePolicy, statementsOf } from '../../src/reference/policy.ts'
import type { Statement } from '../../src/syntax/ast.ts'
import { aim, aimedAt, withFacts } from '../arbitraries/facts.ts'
import { accessPolicy, policyText, restrictPolicy, routePolicy } from '../arbitraries/policy.ts'
import { readPolicy } from './read.ts'

const requests = { minLength: 4, maxLength: 8 }

/** Every target that a decision names. */
function targetsOf({ route, shadows }: Decision): readonly string[] {
  const steps = route?.steps ?? []
  const named = steps.flatMap((step) => {
    if (step.kind === 'target') return [step.target]
    return step.kind === 'split' ? step.arms.map((arm) => arm.target) : step.targets
  })
  return [...named, ...shadows.map((each) => each.target)]
}

test('deny wins: adding a deny never turns a denied request into an allowed one', () => {
  fc.assert(
    fc.property(accessPolicy(), accessPolicy({ rules: 2 }), fc.array(aim, requests), (text, more, aims) => {
      const policy = readPolicy(text)
      const added = statementsOf(readPolicy(more), 'deny')
      const denies = { ...policy, statements: [...policy.statements, ...added] }
      for (const facts of aims.map(aimedAt(text))) {
        const before = interpret(policy, facts).access
        if (before.effect === 'deny') expect(interpret(denies, facts).access.effect).toBe('deny')
      }
    }),
  )
})

test('any deny that matches denies, else any allow that matches allows', () => {
  fc.assert(
    fc.property(withFacts(accessPolicy(), requests), ({ policy: text, facts }) => {
      const policy = readPolicy(text)
      for (const each of facts) {
        const matching = statementsOf(policy, 'allow', 'deny').filter((rule) => applies({ policy, facts: each }, rule))
        const isAllowed = matching.length > 0 && matching.every((rule) => rule.kind === 'allow')
        expect(interpret(policy, each).access.effect).toBe(isAllowed ? 'allow' : 'deny')
      }
    }),
  )
})

test('first match: inserting a route below the one that matched changes nothing', () => {
  fc.assert(
    fc.property(routePolicy(), routePolicy({ rules: 1 }), fc.nat(), fc.array(aim, requests), (text, more, at, aims) => {
      const policy = readPolicy(text)
      const [added] = readPolicy(more.replace(/\broute_2\b/, 'inserted')).statements.filter(
        (each) => each.kind === 'route',
      )
      for (const facts of aims.map(aimedAt(text))) {
        const decision = interpret(policy, facts)
        const matched = policy.statements.findIndex(
          (each) => each.kind === 'route' && each.name.text === decision.route?.rule,
        )
        if (!added || matched < 0) continue
        const place = matched + 1 + (at % (policy.statements.length - matched))
        const inserted = { ...policy, statements: policy.statements.toSpliced(place, 0, added) }
        expect(interpret(inserted, facts)).toEqual(decision)
      }
    }),
  )
})

test('restrict is sound: no decision names a target that a matching restrict forbids', () => {
  fc.assert(
    fc.property(withFacts(restrictPolicy(), requests), ({ policy: text, facts }) => {
      const policy = readPolicy(text)
      for (const each of facts) {
        for (const id of targetsOf(interpret(policy, each))) {
          const situation = { policy, facts: each, target: targetOf(policy, id) }
          for (const rule of statementsOf(policy, 'restrict')) {
            if (applies({ policy, facts: each }, rule)) expect(holds(situation, rule.to)).toBe(true)
          }
        }
      }
    }),
  )
})

const commutative = ['allow', 'deny', 'restrict', 'limit', 'budget']

/** The statements with those of the commutative kinds in another order, and all others where they were. */
function permuted(policy: ReferencePolicy, keys: readonly number[]): ReferencePolicy {
  const isCommutative = (each: Statement) => commutative.includes(each.kind)
  const moved = policy.statements
    .filter(isCommutative)
    .map((each, index) => ({ each, key: keys[index % keys.length]! }))
    .sort((a, b) => a.key - b.key)
    .map(({ each }) => each)
  return { ...policy, statements: policy.statements.map((each) => (isCommutative(each) ? moved.shift()! : each)) }
}

/** A decision with the lists of commutative rules in alphabetical order. */
function unordered({ access, limits, budgets, ...rest }: Decision): unknown {
  const byRule = (a: { readonly rule: string }, b: { readonly rule: string }) => (a.rule < b.rule ? -1 : 1)
  return {
    ...rest,
    access: { ...access, rules: access.rules.toSorted() },
    limits: limits.toSorted(byRule),
    budgets: budgets.toSorted(byRule),
  }
}

test('permuting allow, deny, restrict, limit and budget rules changes nothing', () => {
  fc.assert(
    fc.property(
      withFacts(policyText(), requests),
      fc.array(fc.nat(), { minLength: 1, maxLength: 10 }),
      ({ policy: text, facts }, keys) => {
        const policy = readPolicy(text)
        for (const each of facts) {
          expect(unordered(interpret(permuted(policy, keys), each))).toEqual(unordered(interpret(policy, each)))
        }
      },
    ),
  )
})

/** The facts without what is null. */
function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const kept = Object.entries(value).filter(([, each]) => each !== null)
  return Object.fromEntries(kept.map(([key, each]) => [key, withoutNulls(each)]))
}

test('null is the same as left out', () => {
  fc.assert(
    fc.property(withFacts(policyText(), requests), ({ policy: text, facts }) => {
      const policy = readPolicy(text)
      for (const each of facts) expect(interpret(policy, withoutNulls(each) as Facts)).toEqual(interpret(policy, each))
    }),
  )
})

test('deciding is total: any value in place of the facts has a decision', () => {
  const part = fc.option(
    fc.dictionary(fc.constantFrom('model', 'team', 'header', 'roles', 'ip', 'hour'), fc.anything()),
  )
  const facts = fc.dictionary(fc.constantFrom('request', 'caller', 'time', 'signal'), fc.oneof(part, fc.anything()))
  fc.assert(
    fc.property(policyText(), facts, (text, each) => {
      const { access } = interpret(readPolicy(text), each)
      expect(['allow', 'deny']).toContain(access.effect)
    }),
  )
})
