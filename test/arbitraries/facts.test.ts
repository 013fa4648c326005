import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { interpret } from '../../src/reference/interpret.ts'
import { type Facts, statementsOf } from '../../src/reference/policy.ts'
import { readPolicy } from '../reference/read.ts'
import { factsFor, withFacts } from './facts.ts'
import { policyText } from './policy.ts'

const seed = 20_261_125

/** How often each of some things happens among sampled policies and requests. */
function outcomes(): Readonly<Record<'allow' | 'deny' | 'routed' | 'later' | 'filtered' | 'total', number>> {
  const counts = { allow: 0, deny: 0, routed: 0, later: 0, filtered: 0, total: 0 }
  const samples = fc.sample(withFacts(policyText(), { minLength: 5, maxLength: 5 }), { numRuns: 240, seed })
  for (const { policy: text, facts } of samples) {
    const policy = readPolicy(text)
    const routes = statementsOf(policy, 'route')
    for (const each of facts) {
      const { access, route } = interpret(policy, each)
      counts.total += 1
      counts[access.effect] += 1
      if (!route) continue
      counts.routed += 1
      if (route.rule !== routes[0]?.name.text) counts.later += 1
      const written = routes.find((rule) => rule.name.text === route.rule)
      if (route.steps.length < (written?.steps.length ?? 0)) counts.filtered += 1
    }
  }
  return counts
}

test(`every outcome is common enough for laws to be about something (seed ${seed})`, () => {
  const { allow, deny, routed, later, filtered, total } = outcomes()
  expect(total).toBeGreaterThanOrEqual(1_000)
  expect(allow / total).toBeGreaterThanOrEqual(0.2)
  expect(deny / total).toBeGreaterThanOrEqual(0.2)
  expect(later / routed).toBeGreaterThanOrEqual(0.1)
  expect(filtered / routed).toBeGreaterThanOrEqual(0.05)
})

/** The values that a path has among requests aimed at a policy. */
function valuesAt(text: string, ...path: readonly string[]): readonly unknown[] {
  const requests = fc.sample(factsFor(text), { numRuns: 400, seed })
  return requests.map((each) =>
    path.reduce<unknown>((at, part) => (typeof at === 'object' && at !== null ? (at as Facts)[part] : undefined), each),
  )
}

describe(`requests are aimed at the constants of the policy (seed ${seed})`, () => {
  test.each([
    ['request.messages >= 10', ['request', 'messages'], [9, 10, 11, null, undefined]],
    ['request.input_tokens < 8k', ['request', 'input_tokens'], [7_999, 8_000, 8_001]],
    ['request.temperature > 0.7', ['request', 'temperature'], [0.7, 0.7 + 1e-9, 0.7 - 1e-9]],
    ['request.bytes <= 10KB', ['request', 'bytes'], [9_999, 10_000, 10_001, '10KB']],
    ['signal.spend == $0.25', ['signal', 'spend'], ['$0.249999999', '$0.25', '$0.250000001', 0.25]],
    ['signal.age < 30s', ['signal', 'age'], [29_999, 30_000, 30_001, '30s']],
    ['signal.share >= 80%', ['signal', 'share'], [0.8]],
    ['caller.team == "core"', ['caller', 'team'], ['core', 'cor', 'corex', 'CORE', '', null, undefined]],
    ['request.header["X-Trace"] in ["on", "off"]', ['request', 'header', 'X-Trace'], ['on', 'off', 'ON', '']],
    ['caller.ip in ["10.0.0.0/8"]', ['caller', 'ip'], ['10.0.0.0', '10.255.255.255', '9.255.255.255', '11.0.0.0']],
    ['time.date > "2026-12-24"', ['time', 'date'], ['2026-12-23', '2026-12-24', '2026-12-25']],
    ['request.model like "gpt-*"', ['request', 'model'], ['gpt-', 'gpt-5', 'GPT-5', 'gpt']],
    ['request.text matches /a.c/', ['request', 'text'], ['abc', 'a\nc', 'ac']],
    ['provider.alpha.healthy', ['provider', 'alpha', 'healthy'], [true, false, undefined]],
  ] as const)('%s', (condition, path, expected) => {
    const values = valuesAt(`allow a when ${condition}`, ...path)
    for (const each of expected) expect(values).toContainEqual(each)
    expect(values.some((each) => each === undefined)).toBe(true)
  })

  test('sets of constants are aimed at through their names', () => {
    const values = valuesAt('set teams = ["core", "labs"]\nallow a when caller.team in teams', 'caller', 'team')
    expect(values).toContain('labs')
    expect(values).toContain('LABS')
  })
})

test('a request that shrinks leaves its attributes out', () => {
  const property = fc.property(factsFor('allow a when request.stream'), (facts) => facts['caller'] === undefined)
  const { counterexample } = fc.check(property, { seed })
  const attributes = Object.values(counterexample?.[0] ?? {}).flatMap((each) => Object.keys(each as object))
  expect(attributes.length).toBeLessThanOrEqual(3)
})
