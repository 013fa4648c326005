/** Claims as regions: where what an assertion or a test claims is so. */
import type { Claim, Cond } from '../check/policy.ts'
import type { Ref } from '../graph/diagram.ts'
import type { GraphRule } from '../graph/graph.ts'
import { inForce, isUsable, onlyFirst, reachedBy, someCandidate, speakers } from './candidates.ts'
import type { Proof } from './proof.ts'
import { everything, nothing } from './subject.ts'

/** Where the claim holds. */
export function whereClaimed(proof: Proof, claim: Claim): Ref {
  const { regions } = proof
  switch (claim.kind) {
    case 'not':
      return regions.not(whereClaimed(proof, claim.claim))
    case 'outcome':
      return whereOutcome(proof, claim)
    case 'candidates': {
      const at = (target: number): Ref => proof.holds(proof.atTarget(claim.condition, target))
      switch (claim.quantifier) {
        case 'some':
          return someCandidate(proof, at)
        case 'no':
          return regions.not(someCandidate(proof, at))
        case 'every':
          return regions.not(someCandidate(proof, (target) => regions.not(at(target))))
      }
      break
    }
    case 'target': {
      const id = `${claim.target.provider}/${claim.target.model}`
      return regions.or(proof.rulesOf('route').map((rule) => onlyFirst(proof, rule, id)))
    }
  }
}

type Outcome = Extract<Claim, { kind: 'outcome' }>

function whereOutcome(proof: Proof, { word, by }: Outcome): Ref {
  const { regions } = proof
  const named = <R extends GraphRule>(rules: readonly R[]): readonly R[] =>
    by === undefined ? rules : rules.filter((rule) => rule.name === by.text)
  const matching = (kind: GraphRule['kind']): Ref =>
    regions.and(proof.allowed(), regions.or(named(proof.rulesOf(kind)).map(proof.when)))
  switch (word) {
    case 'allowed':
      return by === undefined ? proof.allowed() : matching('allow')
    case 'denied':
      return by === undefined ? proof.denied() : regions.or(named(proof.rulesOf('deny')).map(proof.when))
    case 'routed':
      return regions.and(proof.allowed(), regions.or(named(proof.rulesOf('route')).map(proof.taken)))
    case 'cached': {
      const rules = named(proof.rulesOf('cache')).filter((rule) => !rule.value.off)
      return regions.and(proof.allowed(), regions.or(rules.map(proof.taken)))
    }
    case 'limited':
      return matching('limit')
    case 'budgeted':
      return matching('budget')
    case 'guarded':
      return matching('guard')
    case 'rewritten':
      return matching('rewrite')
    case 'shadowed': {
      const shadows = named(speakers(proof).filter((rule) => rule.kind === 'shadow'))
      return regions.or(
        shadows.map((rule) =>
          regions.and(inForce(proof, rule), regions.or(reachedBy(proof, rule).map((each) => isUsable(proof, each)))),
        ),
      )
    }
  }
}

/** The requests that an assertion's claim is about: allowed ones, unless condition or claim speak of access. */
export function scopeOf(proof: Proof, when: Cond, claim: Claim): Ref {
  const limit = mentionsAccess(when) || isOfAccess(claim) ? everything : proof.allowed()
  return limit === nothing ? nothing : proof.regions.and(proof.holds(when), limit)
}

function isOfAccess(claim: Claim): boolean {
  if (claim.kind === 'not') return isOfAccess(claim.claim)
  return claim.kind === 'outcome' && (claim.word === 'allowed' || claim.word === 'denied')
}

function mentionsAccess(condition: Cond): boolean {
  switch (condition.kind) {
    case 'access':
      return true
    case 'not':
      return mentionsAccess(condition.of)
    case 'and':
    case 'or':
      return condition.of.some(mentionsAccess)
    case 'const':
    case 'atom':
      return false
  }
}
