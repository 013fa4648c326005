/** P704: a route every request of which needs, by its own condition, what no candidate can do. */

import { candidatesOf } from '../../compile/meaning-payload.ts'
import type { CatalogueEntry } from '../../config/catalogue.ts'
import type { Ref } from '../../graph/diagram.ts'
import type { RuleOf } from '../../graph/graph.ts'
import type { Check } from '../check.ts'
import { needs } from '../needs.ts'
import type { Proof } from '../proof.ts'
import { aboutRule, checkedRule, conditionSpan } from '../rules.ts'

export const unableRoute: Check = {
  code: 'P704',
  run(proof, { report, each }) {
    each(
      proof.rulesOf('route'),
      (rule) => aboutRule(checkedRule(proof, rule)),
      (rule) => {
        const entries = entriesOf(proof, rule)
        if (!entries || proof.isEmpty(proof.when(rule))) return
        for (const need of needs) {
          if (entries.some((entry) => need.maySatisfy(entry))) continue
          if (!isNeeded(proof, rule, (entry) => need.where(proof, entry), entries)) continue
          report({
            message: `every request of \`${rule.name}\` needs ${need.what}, and none of its targets has it`,
            span: checkedRule(proof, rule).nameSpan,
            related: [{ message: `asks for ${need.what}`, span: conditionSpan(checkedRule(proof, rule)) }],
            help: `name a target that has ${need.what}`,
            witness: proof.witness(proof.when(rule)),
          })
        }
      },
    )
  },
}

/** The catalogue's entries of all candidates; undefined where one is left to the request or has no entry. */
function entriesOf(proof: Proof, rule: RuleOf<'route'>): readonly CatalogueEntry[] | undefined {
  const entries = candidatesOf(rule).map((ref) => (ref.kind === 'target' ? proof.entry(ref.target) : undefined))
  return entries.every((each) => each !== undefined) ? entries : undefined
}

/** Whether every request of the route's own condition needs what each entry lacks. */
function isNeeded(
  proof: Proof,
  rule: RuleOf<'route'>,
  where: (entry: CatalogueEntry) => Ref | undefined,
  entries: readonly CatalogueEntry[],
): boolean {
  return entries.every((entry) => {
    const needed = where(entry)
    return needed !== undefined && proof.isEmpty(proof.regions.minus(proof.when(rule), needed))
  })
}
