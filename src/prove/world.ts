/**
 * What the configuration fixes of the world: the kinds of callers that are switched on, and the region and environment
 * that are written out. A part of the universe asks for them, but only where a policy does too.
 */
import { builtinAttributes } from '../check/attributes.ts'
import type { CheckedPolicy } from '../check/policy.ts'
import type { GatewayConfig } from '../config/config.ts'
import type { Attribute } from '../graph/attribute.ts'
import type { Expression } from '../graph/expression.ts'
import type { Variable } from '../graph/variable.ts'
import type { Part } from './part.ts'

export interface World {
  readonly part: Part
  /** Conditions of the part that hold of every request. */
  readonly facts: readonly Expression[]
}

/** `asked` are the ids of the attributes that the policy reads. */
export function worldOf(policy: CheckedPolicy, config: GatewayConfig | undefined, asked: ReadonlySet<string>): World {
  const attributes: Attribute[] = []
  const variables: Variable[] = []
  const facts: Expression[] = []
  const state = (id: string, values: readonly string[]): void => {
    if (!asked.has(id)) return
    const attribute = withFixed(builtinAttributes.find((each) => each.id === id)!, policy.fixed)
    const index = variables.length
    variables.push({
      attribute: attributes.push(attribute) - 1,
      size: 2,
      classifier: { kind: 'string', constants: values.map((value) => [value, 1]), other: 0 },
      samples: [undefined, values[0]],
    })
    facts.push({ kind: 'test', variable: index, classes: [1, 2], text: '' })
  }
  state('caller.kind', policy.possibleKinds)
  for (const [id, value] of policy.fixed) if (config === undefined || isLiteral(config, id)) state(id, [value])
  return { part: { attributes, variables }, facts }
}

/** Whether the value is written in the configuration, rather than read from the environment. */
function isLiteral(config: GatewayConfig, id: string): boolean {
  const { source, start, end } = config.spanOf(id.split('.'))
  return !source.text.slice(start, end).includes('${')
}

/** The attribute with what the configuration says where facts leave it out. */
export function withFixed(attribute: Attribute, fixed: ReadonlyMap<string, string>): Attribute {
  const value = fixed.get(attribute.id)
  return value === undefined ? attribute : { ...attribute, fallback: value }
}
