/** Claims of assertions and tests about one request: whether its decision keeps them. */
import type { Decision, Step } from '../graph/decision.ts'
import type { Claim, ClaimWord } from '../syntax/ast.ts'
import { targetOf } from './candidate.ts'
import { holds } from './condition.ts'
import type { Situation } from './policy.ts'

/** Whether the decision is as claimed. */
export function keeps(situation: Situation, decision: Decision, claim: Claim): boolean {
  switch (claim.kind) {
    case 'not':
      return !keeps(situation, decision, claim.claim)
    case 'outcome':
      return rulesThat(decision, claim.word).some((rule) => claim.by === undefined || claim.by.text === rule)
    case 'target': {
      const [first] = decision.route?.steps ?? []
      const id = `${claim.target.provider}/${claim.target.model}`
      return first !== undefined && idsOf(first).every((each) => each === id)
    }
    case 'candidates': {
      const candidates = [
        ...(decision.route?.steps.flatMap(idsOf) ?? []),
        ...decision.shadows.map((each) => each.target),
      ].map((id) => targetOf(situation.policy, id))
      const passes = (target: (typeof candidates)[number]): boolean => holds({ ...situation, target }, claim.condition)
      if (claim.quantifier === 'some') return candidates.some(passes)
      return claim.quantifier === 'every' ? candidates.every(passes) : !candidates.some(passes)
    }
  }
}

/** The rules that did what the word says; the default, which has no name, is an empty one. */
function rulesThat(decision: Decision, word: ClaimWord): readonly string[] {
  const { access, route, cache, limits, budgets, guards, rewrites, shadows } = decision
  const rulesOf = (entries: readonly { readonly rule: string }[]): readonly string[] => entries.map((each) => each.rule)
  switch (word) {
    case 'allowed':
      return access.effect === 'allow' ? access.rules : []
    case 'denied':
      return access.effect === 'deny' ? [...access.rules, ''] : []
    case 'routed':
      return route ? [route.rule] : []
    case 'cached':
      return cache && !cache.off ? [cache.rule] : []
    case 'limited':
      return rulesOf(limits)
    case 'budgeted':
      return rulesOf(budgets)
    case 'guarded':
      return rulesOf(guards)
    case 'rewritten':
      return rulesOf(rewrites)
    case 'shadowed':
      return rulesOf(shadows)
  }
}

function idsOf(step: Step): readonly string[] {
  switch (step.kind) {
    case 'target':
      return [step.target]
    case 'split':
      return step.arms.map((arm) => arm.target)
    case 'choice':
      return step.targets
  }
}
