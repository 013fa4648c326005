/** *Classes are exact*: the sample of a class is in it, and no condition tells two values of one class apart. */
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { compilePolicy } from '../../src/compile/compile.ts'
import { findValue } from '../../src/compile/sample.ts'
import { createClassifier } from '../../src/decide/classify.ts'
import { createReader } from '../../src/decide/facts.ts'
import type { Attribute } from '../../src/graph/attribute.ts'
import type { Decision } from '../../src/graph/decision.ts'
import { formatDate } from '../../src/graph/literal-text.ts'
import type { Sample, Variable } from '../../src/graph/variable.ts'
import type { Facts } from '../../src/reference/policy.ts'
import { bounded } from '../arbitraries/bounded.ts'
import { checkText, type LoadedWorld, loadWorld } from '../arbitraries/checked.ts'
import { withFacts } from '../arbitraries/facts.ts'
import { policyText } from '../arbitraries/policy.ts'
import { world } from '../arbitraries/world.ts'
import { reference } from '../reference/read.ts'

const runs = Number(process.env['LAW_RUNS'] ?? 150)
const seed = Number(process.env['LAW_SEED'] ?? Date.now() % 0x7fffffff)
let loaded: LoadedWorld

beforeAll(async () => {
  loaded = await loadWorld()
})

test(`classes are exact (seed ${seed})`, () => {
  const property = fc.property(
    withFacts(policyText({ rules: 15 }), { minLength: 8, maxLength: 8 }),
    bounded(({ policy, facts }) => {
      const checked = checkText(policy, loaded).policy
      fc.pre(checked !== undefined)
      const graph = compilePolicy(checked)
      const expected = reference(policy, world)
      for (const variable of graph.variables) {
        const attribute = graph.attributes[variable.attribute]!
        const alone = graph.variables.filter((each) => each.attribute === variable.attribute).length === 1
        const classify = createClassifier(variable)
        expectSampled(attribute, variable)
        if (!['string', 'bool', 'number', 'ip'].includes(variable.classifier.kind)) continue
        // What a candidate or a text carries of the value itself may differ; what any rule says may not.
        if (!alone || attribute.id === 'request.model') continue
        const read = createReader(attribute, graph.attributes, graph.tables)
        for (const each of facts) {
          const sample = variable.samples[classify(read(each))]
          const other = withValue(each, attribute, sample)
          expect(rulesOf(expected(other))).toStrictEqual(rulesOf(expected(each)))
        }
      }
    }),
  )
  fc.assert(property, { numRuns: runs, seed })
}, 300_000)

/** Each class has a value in it, or none but the missing one. */
function expectSampled(attribute: Attribute, variable: Variable): void {
  const classify = createClassifier(variable)
  for (const [index, sample] of variable.samples.entries()) {
    if (sample !== undefined) expect(classify(sample)).toBe(index)
    else if (variable.classifier.kind === 'present') expect(index).toBe(0)
    else if (index !== variable.missing) {
      expect(variable.classifier.kind).toBe('pattern')
      expect(findValue(attribute, [{ variable, class: index }])).toEqual({ kind: 'none' })
    } else expect(classify(undefined)).toBe(index)
  }
}

test('sets and separate patterns have readable samples', () => {
  // A text of two patterns whose automata outgrow a joint one, and a view of the model at an open provider.
  const wide = (letter: string) => `request.text matches /${letter}[a-z]{13}${letter}(x|y)/`
  const { policy } = checkText(
    [
      `deny a when caller.roles has "admin" and ${wide('p')}`,
      `deny b when ${wide('q')} or ${wide('r')}`,
      'deny c when request.model starts_with "small"',
      'restrict d to target.model like "gpt-*"',
      'route e { to gamma/* }',
      'allow f',
    ].join('\n'),
    loaded,
  )
  const graph = compilePolicy(policy!)
  const kinds = new Map<string, readonly Sample[]>()
  for (const variable of graph.variables) {
    const attribute = graph.attributes[variable.attribute]!
    expectSampled(attribute, variable)
    kinds.set(variable.classifier.kind, variable.samples)
    if (variable.classifier.kind === 'element') expect(variable.samples).toEqual([[], ['admin']])
    if (variable.classifier.kind !== 'pattern') continue
    for (const sample of variable.samples) expect(sample).toMatch(/^[\x20-\x7e]*$/)
  }
  expect([...kinds.keys()].sort()).toEqual(['element', 'pattern', 'string'])
})

test('an empty header or claim is no value that a class could be of', () => {
  const { policy } = checkText(
    'deny a when caller.claims["dept"] matches /^(core)?$/\ndeny b when request.header["x-a"] == ""\ndeny c when caller.claims["x"] matches /^$/',
    loaded,
  )
  const graph = compilePolicy(policy!)
  for (const variable of graph.variables) expect(variable.samples).not.toContain('')
  const [dept] = graph.variables.filter((each) => graph.attributes[each.attribute]!.id === 'caller.claims["dept"]')
  expect(dept!.samples).toContain('core')
})

/** The facts with another value of an attribute, as facts write it. */
function withValue(facts: Facts, attribute: Attribute, sample: Sample): Facts {
  const copy = structuredClone(facts) as Record<string, unknown>
  let at = copy
  for (const name of attribute.path.slice(0, -1)) {
    const inner = at[name]
    const next =
      typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? (inner as Record<string, unknown>) : {}
    at[name] = next
    at = next
  }
  const last = attribute.path.at(-1)!
  if (attribute.path[1] === 'header')
    for (const name of Object.keys(at)) if (name.toLowerCase() === last) delete at[name]
  if (sample === undefined) delete at[last]
  else if (attribute.type === 'date') at[last] = formatDate(Number(sample))
  else if (attribute.type === 'money') at[last] = Number(sample) / 1e9
  else at[last] = sample
  return copy as Facts
}

/** Which rules a decision names in each slot. */
function rulesOf(decision: Decision): unknown {
  const { access, route, cache, log } = decision
  const named = [decision.limits, decision.budgets, decision.guards, decision.rewrites].map((slot) =>
    slot.map((each) => each.rule),
  )
  return [access, route?.rule, cache?.rule, named, log.rules]
}
