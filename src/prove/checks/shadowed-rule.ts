/** P302: a route or cache rule of which earlier rules take every request. */

import { sayingsOf } from '../../compile/meaning-payload.ts'
import { isLeaf, leafOf, type Ref } from '../../graph/diagram.ts'
import type { RuleOf } from '../../graph/graph.ts'
import type { Check, Reporting } from '../check.ts'
import { coverOf } from '../cover.ts'
import type { Proof } from '../proof.ts'
import { aboutRule, checkedRule, conditionSpan, isImpossible, isTaken, namesOf } from '../rules.ts'

type FirstMatch = RuleOf<'route' | 'cache'>

export const shadowedRule: Check = {
  code: 'P302',
  run(proof, reporting) {
    for (const kind of ['route', 'cache'] as const) {
      const rules = proof.rulesOf(kind)
      const dead = untaken(proof, kind)
      reporting.each(
        rules.flatMap((rule, place) => (dead(place) ? [rule] : [])),
        (rule) => aboutRule(checkedRule(proof, rule)),
        (rule) => reportShadowed(proof, reporting, rule),
      )
    }
  },
}

/** Whether the rule at a place is never taken, though some request satisfies its condition. */
export function untaken(proof: Proof, kind: 'route' | 'cache'): (place: number) => boolean {
  const rules = proof.rulesOf(kind)
  const leaves = proof.once(`leaves of ${kind}`, () =>
    leavesOf(proof, proof.regions.within(proof.first(kind), proof.possible)),
  )
  return (place) => {
    const rule = rules[place]!
    const isReached = leaves.has(place + 1) && isTaken(proof, rule)
    return !isReached && !isImpossible(proof, checkedRule(proof, rule))
  }
}

function leavesOf({ regions }: Proof, diagram: Ref): ReadonlySet<number> {
  return isLeaf(diagram) ? new Set([leafOf(diagram)]) : regions.diagrams.sizeOf(diagram).leaves
}

function reportShadowed(proof: Proof, { report }: Reporting, rule: FirstMatch): void {
  const checked = checkedRule(proof, rule)
  const rules: readonly FirstMatch[] = proof.rulesOf(rule.kind)
  const earlier = rules.slice(0, rules.indexOf(rule))
  const cover = coverOf(proof, proof.when(rule), earlier)
  const [saying] = sayingsOf(proof.graph, rule)
  const isSame = cover.every((each) => sayingsOf(proof.graph, each)[0] === saying)
  const witness = proof.witness(proof.when(rule))
  report({
    message: `the ${rule.kind} \`${rule.name}\` is never taken: ${namesOf(cover)} before it ${cover.length === 1 ? 'takes' : 'take'} every request of it`,
    span: checked.nameSpan,
    label: isSame ? 'the outcome is the same' : 'with another outcome',
    related: cover.map((each) => ({
      message: cover.length === 1 ? 'takes every request first' : 'takes some of them first',
      span: conditionSpan(checkedRule(proof, each)),
    })),
    help: isSame
      ? `remove \`${rule.name}\`: nothing changes`
      : `move \`${rule.name}\` above ${namesOf(cover)}, or narrow what stands before it`,
    witness,
  })
}
