/** P601: an assertion that some request breaks. */
import type { Assertion, Claim } from '../../check/policy.ts'
import type { Facts } from '../../decide/facts.ts'
import { keeps } from '../../reference/claim.ts'
import { actualOf, relatedOf } from '../actual.ts'
import { type Check, replayed } from '../check.ts'
import { scopeOf, whereClaimed } from '../claims.ts'
import type { Proof } from '../proof.ts'

export const failingAssertion: Check = {
  code: 'P601',
  run(proof, { report, each }) {
    const claims = proof.policy.assertions.flatMap((assertion) =>
      assertion.claims.map((claim, index) => ({ assertion, claim, index })),
    )
    each(
      claims,
      ({ assertion, claim }) => ({ what: `the assertion \`${assertion.name}\``, span: claim.span }),
      ({ assertion, claim, index }) => {
        const witness = counterexample(proof, assertion, claim)
        if (!witness) return
        const decision = proof.replay(witness)
        const node = assertion.node.claims[index]!
        replayed(witness, !keeps({ policy: proof.reference(), facts: witness }, decision, node))
        report({
          message: `the assertion \`${assertion.name}\` fails: ${actualOf(proof, node, { facts: witness, decision })}`,
          span: claim.span,
          label: 'does not hold',
          related: relatedOf(proof, node, decision),
          help: 'mend the rule that lets this happen, or narrow the condition of the assertion',
          witness,
        })
      },
    )
  },
}

/** A request that the claim speaks of and that breaks it. */
function counterexample(proof: Proof, { when }: Assertion, claim: Claim): Facts | undefined {
  return proof.witness(proof.regions.minus(scopeOf(proof, when, claim), whereClaimed(proof, claim)))
}
