/** P402: an allowed request whose every candidate that the policy itself chose is restricted away. */
import type { Decision } from '../../graph/decision.ts'
import { falseRef } from '../../graph/diagram.ts'
import { targetsOfStep } from '../../graph/targets-of-step.ts'
import { inForce, reachedBy } from '../candidates.ts'
import { type Check, replayed } from '../check.ts'
import { aboutRule, checkedRule, conditionSpan, namesOf } from '../rules.ts'

export const starvedRoute: Check = {
  code: 'P402',
  run(proof, { report, each }) {
    const { regions, graph } = proof
    if (graph.prohibitions.length === 0) return
    each(
      proof.rulesOf('route'),
      (rule) => aboutRule(checkedRule(proof, rule)),
      (rule) => {
        const chosen = reachedBy(proof, rule).filter((reached) => reached.chosen)
        if (chosen.length === 0) return
        const starved = regions.and(...new Set(chosen.map((reached) => proof.forbidden(reached.targets[0]!))))
        if (starved === falseRef) return
        const witness = proof.witness(regions.and(starved, inForce(proof, rule)))
        if (!witness) return
        const decision = proof.replay(witness)
        const ids = new Set(chosen.map((reached) => graph.targets[reached.targets[0]!]!.id))
        replayed(witness, decision.route?.rule === rule.name && isStarved(decision, ids))
        const restricts = proof
          .rulesOf('restrict')
          .filter((restrict) => regions.and(proof.when(restrict), starved, inForce(proof, rule)) !== falseRef)
        const checked = checkedRule(proof, rule)
        report({
          message: `\`${rule.name}\` takes requests for which every target that it names is restricted away`,
          span: checked.nameSpan,
          label:
            chosen.length === 1
              ? `names ${[...ids].map((id) => `\`${id}\``).join()} alone`
              : 'none of its targets is left',
          related: restricts.map((restrict) => ({
            message: 'restricts them away',
            span: conditionSpan(checkedRule(proof, restrict)),
          })),
          help: `add a target that ${namesOf(restricts)} ${restricts.length === 1 ? 'lets' : 'let'} through, or deny these requests`,
          witness,
        })
      },
    )
  },
}

function isStarved({ route }: Decision, ids: ReadonlySet<string>): boolean {
  return (route?.steps ?? []).flatMap(targetsOfStep).every((id) => !ids.has(id))
}
