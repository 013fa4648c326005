/** Candidates of decisions as regions: where a rule could use a target, and which steps are left to it. */
import { candidatesOf } from '../compile/meaning-payload.ts'
import { refsOf } from '../decide/routes.ts'
import type { Ref } from '../graph/diagram.ts'
import type { RuleOf } from '../graph/graph.ts'
import type { Proof, ReachedRegion } from './proof.ts'
import { nothing } from './subject.ts'

/** A rule that names targets. */
export type Speaker = RuleOf<'route'> | RuleOf<'shadow'>

/** Where a rule is in force: allowed, and for a route the one that is taken. */
export function inForce(proof: Proof, rule: Speaker): Ref {
  const { regions } = proof
  return rule.kind === 'shadow'
    ? regions.and(proof.when(rule), proof.allowed())
    : regions.and(proof.allowed(), proof.taken(rule))
}

export function speakers(proof: Proof): readonly Speaker[] {
  return proof.rulesOf('route', 'shadow')
}

/** Every group of targets that the rule could come to, each once. */
export function reachedBy(proof: Proof, rule: Speaker): readonly ReachedRegion[] {
  return candidatesOf(rule).flatMap(proof.reach)
}

/** Where the group is meant and no restrict forbids it. */
export function isUsable(proof: Proof, reached: ReachedRegion): Ref {
  return proof.regions.minus(reached.when, proof.forbidden(reached.targets[0]!))
}

/** Where some decision could use a target for which `holds` says so. */
export function someCandidate(proof: Proof, holds: (target: number) => Ref): Ref {
  const { regions } = proof
  return regions.or(
    speakers(proof).map((rule) => {
      const usable = reachedBy(proof, rule).map((each) => {
        const wanted = holds(each.targets[0]!)
        return wanted === nothing ? nothing : regions.and(isUsable(proof, each), wanted)
      })
      const any = regions.or([...new Set(usable)])
      return any === nothing ? nothing : regions.and(any, inForce(proof, rule))
    }),
  )
}

/** Where the only candidate of the first step that is left is this target. */
export function onlyFirst(proof: Proof, rule: RuleOf<'route'>, id: string): Ref {
  const { regions } = proof
  const found: Ref[] = []
  /** Where every step before has lost all its candidates. */
  let before: Ref = inForce(proof, rule)
  for (const step of rule.steps) {
    const reached = refsOf(step).flatMap(proof.reach)
    const isWanted = ({ targets }: ReachedRegion): boolean => proof.graph.targets[targets[0]!]!.id === id
    const wanted = regions.or(reached.filter(isWanted).map((each) => isUsable(proof, each)))
    const others = regions.or(reached.filter((each) => !isWanted(each)).map((each) => isUsable(proof, each)))
    found.push(regions.and(before, regions.minus(wanted, others)))
    before = regions.minus(before, regions.or([wanted, others]))
  }
  return regions.or(found)
}
