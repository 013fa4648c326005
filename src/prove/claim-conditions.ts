/** Conditions on candidates that claims make, at each target: what is left of them speaks of the request alone. */
import type { CheckedPolicy, Claim, Cond } from '../check/policy.ts'
import { atTarget, keyOf, type TargetTable } from '../compile/targets.ts'
import { requestModel } from './reach.ts'

export interface ClaimConditions {
  /** Every condition on the request that is left at some target. */
  readonly all: readonly Cond[]
  /** What a claim's condition comes to at a target. */
  readonly at: (condition: Cond, target: number) => Cond
  /** Equal for targets that no claim tells apart. */
  readonly likeness: (target: number) => string
}

/** The claims of a policy's assertions and tests, those inside of `not` too. */
export function claimsOf({ assertions, tests }: Pick<CheckedPolicy, 'assertions' | 'tests'>): readonly Claim[] {
  const inner = (claim: Claim): Claim => (claim.kind === 'not' ? inner(claim.claim) : claim)
  return [...assertions, ...tests].flatMap((each) => each.claims).map(inner)
}

export function claimConditionsOf(claims: readonly Claim[], table: TargetTable): ClaimConditions {
  const conditions = [...new Set(claims.flatMap((each) => (each.kind === 'candidates' ? [each.condition] : [])))]
  const named = new Set(
    claims.flatMap((each) => (each.kind === 'target' ? [`${each.target.provider}/${each.target.model}`] : [])),
  )
  const left = new Map(
    conditions.map((each) => [each, table.facts.map((facts) => atTarget(each, facts, requestModel))] as const),
  )
  const keys = [...left.values()].map((each) => each.map(keyOf))
  const distinct = new Map<string, Cond>()
  for (const [index, all] of [...left.values()].entries())
    for (const [target, cond] of all.entries()) distinct.set(keys[index]![target]!, cond)
  return {
    all: [...distinct.values()],
    at: (condition, target) => left.get(condition)![target]!,
    likeness: (target) => {
      const { id } = table.targets[target]!
      return JSON.stringify([named.has(id) ? id : '', ...keys.map((each) => each[target])])
    },
  }
}
