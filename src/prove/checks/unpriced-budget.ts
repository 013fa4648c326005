/** P703: a budget over a target with no known price. Names that only a request chooses are refused when they come. */
import { falseRef } from '../../graph/diagram.ts'
import { inForce, isUsable, reachedBy, speakers } from '../candidates.ts'
import { type Check, replayed } from '../check.ts'
import { aboutRule, checkedRule, conditionSpan } from '../rules.ts'

export const unpricedBudget: Check = {
  code: 'P703',
  run(proof, { report, each }) {
    const { regions, graph } = proof
    // A provider that takes any model without an entry is a simulator, which costs nothing.
    const isPriced = (target: number): boolean =>
      proof.entry(target)?.price !== undefined || proof.policy.catalogue.open.has(graph.targets[target]!.provider)
    const unpriced = new Set(graph.targets.flatMap((_, target) => (isPriced(target) ? [] : [target])))
    if (unpriced.size === 0) return
    each(
      proof.rulesOf('budget'),
      (rule) => aboutRule(checkedRule(proof, rule)),
      (rule) => {
        for (const speaker of speakers(proof)) {
          const reached = reachedBy(proof, speaker).find(
            (candidate) =>
              candidate.chosen &&
              unpriced.has(candidate.targets[0]!) &&
              regions.and(isUsable(proof, candidate), inForce(proof, speaker), proof.when(rule)) !== falseRef,
          )
          if (!reached) continue
          const witness = proof.witness(
            regions.and(isUsable(proof, reached), inForce(proof, speaker), proof.when(rule)),
          )
          if (!witness) continue
          const { id } = graph.targets[reached.targets[0]!]!
          const decision = proof.replay(witness)
          replayed(
            witness,
            decision.budgets.some((budget) => budget.rule === rule.name) && JSON.stringify(decision).includes(id),
          )
          report({
            message: `the budget \`${rule.name}\` covers calls of \`${id}\`, whose price is not known`,
            span: checkedRule(proof, rule).nameSpan,
            related: [{ message: `may come to \`${id}\``, span: conditionSpan(checkedRule(proof, speaker)) }],
            help: `add \`${id}: { price: { input: $…, output: $… } }\` under \`models\` of gateway.yaml`,
            witness,
          })
        }
      },
    )
  },
}
