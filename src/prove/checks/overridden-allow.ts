/** P502: an allow that denies always override. */
import type { GraphRule } from '../../graph/graph.ts'
import type { Check } from '../check.ts'
import { coverOf } from '../cover.ts'
import type { Proof } from '../proof.ts'
import { aboutRule, checkedRule, conditionSpan, isImpossible, namesOf } from '../rules.ts'

export const overriddenAllow: Check = {
  code: 'P502',
  run(proof, { report, each }) {
    each(
      proof.rulesOf<GraphRule['kind']>('allow'),
      (rule) => aboutRule(checkedRule(proof, rule)),
      (rule) => {
        if (!isOverridden(proof, rule)) return
        const cover = coverOf<GraphRule>(proof, proof.when(rule), proof.rulesOf('deny'))
        report({
          message: `\`${rule.name}\` allows nothing: ${namesOf(cover)} ${cover.length === 1 ? 'denies' : 'deny'} every request of it`,
          span: checkedRule(proof, rule).nameSpan,
          related: cover.map((deny) => ({ message: 'denied here', span: conditionSpan(checkedRule(proof, deny)) })),
          help: 'any deny wins; narrow the deny, or remove the allow',
          witness: proof.witness(proof.when(rule)),
        })
      },
    )
  },
}

/** Whether every request of the allow is denied, and there is one. */
export function isOverridden(proof: Proof, rule: GraphRule): boolean {
  const left = proof.regions.minus(proof.when(rule), proof.either('deny'))
  return proof.isEmpty(left) && !isImpossible(proof, checkedRule(proof, rule))
}
