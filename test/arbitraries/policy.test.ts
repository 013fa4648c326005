import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { hasErrors } from '../../src/diagnostics/diagnostic.ts'
import { readPolicy } from '../reference/read.ts'
import { checkText, type LoadedWorld, loadWorld } from './checked.ts'
import * as policies from './policy.ts'

const seed = 20_261_124
let world: LoadedWorld

beforeAll(async () => {
  world = await loadWorld()
})

const generators = {
  policyText: policies.policyText(),
  'policyText of many rules': policies.policyText({ rules: 60 }),
  accessPolicy: policies.accessPolicy(),
  routePolicy: policies.routePolicy(),
  restrictPolicy: policies.restrictPolicy(),
  cachePolicy: policies.cachePolicy(),
  limitPolicy: policies.limitPolicy(),
  budgetPolicy: policies.budgetPolicy(),
  guardPolicy: policies.guardPolicy(),
  rewritePolicy: policies.rewritePolicy(),
  shadowPolicy: policies.shadowPolicy(),
  logPolicy: policies.logPolicy(),
  keyedPolicy: policies.keyedPolicy({ rules: 40 }),
}

describe.each(Object.entries(generators))('%s', (_, generator) => {
  test(`parses and checks without error, ninety-five times of a hundred (seed ${seed})`, () => {
    const texts = fc.sample(generator, { numRuns: 100, seed })
    const wrong = texts.flatMap((text) => {
      const { diagnostics } = checkText(text, world)
      return hasErrors(diagnostics) ? [`${diagnostics.map((each) => each.message).join('\n')}\n${text}`] : []
    })
    expect(wrong.length, wrong[0]).toBeLessThanOrEqual(5)
  })
})

test(`every kind of statement and every operator comes up (seed ${seed})`, () => {
  const texts = fc.sample(policies.policyText(), { numRuns: 300, seed })
  const kinds = new Set(texts.flatMap((text) => readPolicy(text).statements.map((each) => each.kind)))
  expect([...kinds].sort()).toEqual(
    [
      ...['set', 'define', 'pool', 'allow', 'deny', 'restrict', 'route', 'cache', 'limit', 'budget', 'guard'],
      ...['rewrite', 'shadow', 'log', 'assert', 'assume', 'test'],
    ].sort(),
  )
  const all = texts.join('\n')
  const operators = [
    ...['==', '!=', '<', '<=', '>', '>=', '~=', 'in', 'not in', 'starts_with', 'ends_with', 'contains', 'like'],
    ...['matches', 'has', 'has any', 'has all', 'and', 'or', 'when not'],
  ]
  for (const operator of operators) expect(all, operator).toContain(` ${operator} `)
  for (const family of ['budget.', 'limit.', 'provider.', 'target.id in pool_', 'tenant.', ' in set_', 'define_1']) {
    expect(all, family).toContain(family)
  }
})

test('keyed policies name a team in nine rules of ten', () => {
  for (const text of fc.sample(policies.keyedPolicy({ rules: 200 }), { numRuns: 5, seed })) {
    const rules = text.match(/^(?:allow|deny|route|limit) .*$/gm) ?? []
    expect(rules.length).toBeGreaterThanOrEqual(180)
    expect(rules.filter((each) => each.includes('caller.team == "t')).length / rules.length).toBeGreaterThan(0.8)
  }
})
