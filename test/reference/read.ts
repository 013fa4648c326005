/** From the text of a policy to what the reference interpreter reads. */
import { hasErrors } from '../../src/diagnostics/diagnostic.ts'
import { Source } from '../../src/diagnostics/source.ts'
import type { Decision } from '../../src/graph/decision.ts'
import { interpret } from '../../src/reference/interpret.ts'
import type { Facts, ReferencePolicy } from '../../src/reference/policy.ts'
import { parsePolicy } from '../../src/syntax/parse.ts'
import { world } from '../arbitraries/world.ts'

/** A policy of one file in a world; throws where the text does not parse. */
export function readPolicy(policyText: string, base: ReferencePolicy = world): ReferencePolicy {
  const { file, diagnostics } = parsePolicy(new Source('main.policy', policyText))
  if (hasErrors(diagnostics)) throw new Error(`${diagnostics.map((each) => each.message).join('; ')}\n${policyText}`)
  return { ...base, statements: file.statements }
}

/** What a policy decides, by the reference interpreter. */
export function reference(policyText: string, base: ReferencePolicy = world): (facts: Facts) => Decision {
  const policy = readPolicy(policyText, base)
  return (facts) => interpret(policy, facts)
}
