/** *Classes are exact*: the sample of a class is in it, and no condition tells two values of one class apart. */
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { compilePolicy } from '../../src/compile/compile.ts'
import { createClassifier } from '../../src/decide/classify.ts'
import { createReader } from '../../src/decide/facts.ts'
import type { Attribute } from '../../src/graph/attribute.ts'
import type { Decision } from '../../src/graph/decision.ts'
import { formatDate } from '../../src/graph/literal-text.ts'
import type { Sample } from '../../src/graph/variable.ts'
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
        const isValue = ['string', 'bool', 'number', 'ip'].includes(variable.classifier.kind)
        if (!isValue) continue
        for (const [index, sample] of variable.samples.entries()) expect(classify(sample)).toBe(index)
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
