/** P403: an allowed request that no budget covers; where it is asked for. */
import { type Check, replayed, wholePolicy } from '../check.ts'

export const unbudgetedRequest: Check = {
  code: 'P403',
  run(proof, { report, options }) {
    if (!options.require?.includes('budget')) return
    const witness = proof.witness(proof.regions.minus(proof.allowed(), proof.either('budget')))
    if (!witness) return
    const decision = proof.replay(witness)
    replayed(witness, decision.access.effect === 'allow' && decision.budgets.length === 0)
    const allow = proof.policy.rules.find((each) => each.name === decision.access.rules[0])
    report({
      message: `\`${decision.access.rules[0]}\` allows requests that no budget covers`,
      span: allow?.nameSpan ?? wholePolicy(proof).span,
      label: 'allowed here',
      help: 'add a budget without a condition, or one for these requests',
      witness,
    })
  },
}
