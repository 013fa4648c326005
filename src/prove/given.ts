/** What a test gives, as a region and as facts: all requests that agree with it. */
import type { PolicyTest, Value } from '../check/policy.ts'
import type { Facts } from '../decide/facts.ts'
import type { Attribute } from '../graph/attribute.ts'
import type { Ref } from '../graph/diagram.ts'
import { givenColumns, type Proof } from './proof.ts'
import { outerValue, placed } from './values.ts'

export interface Given {
  readonly region: Ref
  /** The facts with what is given in place of whatever stands there. */
  readonly within: (facts: Facts) => Facts
}

export function givenOf(proof: Proof, test: PolicyTest): Given {
  const { regions } = proof
  const plain = [...test.given, ...test.states].filter(({ attribute }) => !attribute.column)
  const conditions = givenColumns(test).map(proof.holds)
  return {
    region: regions.and(...plain.map(({ attribute, value }) => whereGiven(proof, attribute, value)), ...conditions),
    within: (facts) =>
      plain.reduce<Facts>((all, { attribute, value }) => {
        if (value === undefined) return all
        return merged(all, placed(attribute.path, outerValue(attribute.type, value)))
      }, facts),
  }
}

/** Where everything that is asked of the attribute has the answer that the value has. */
export function whereGiven({ universe, regions }: Proof, attribute: Attribute, value: Value | undefined): Ref {
  const facts = value === undefined ? {} : placed(attribute.path, outerValue(attribute.type, value))
  const found = universe.variables.flatMap((each, index) => {
    if (universe.attributes[each.attribute]!.id !== attribute.id) return []
    const own = universe.classOf(index, facts)
    return [universe.where(index, [own, own + 1])]
  })
  return regions.and(...found)
}

function merged(a: Facts, b: Facts): Facts {
  const result: Record<string, unknown> = { ...a }
  for (const [name, value] of Object.entries(b)) {
    const before = result[name]
    result[name] = isGroup(before) && isGroup(value) ? merged(before, value) : value
  }
  return result
}

function isGroup(value: unknown): value is Facts {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
