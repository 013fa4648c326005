/** Access: any deny wins; else any allow; else denied by default. Order does not matter. */
import type { Access } from '../graph/decision.ts'
import type { AccessStatement } from '../syntax/ast.ts'
import { applies } from './condition.ts'
import { type Situation, statementsOf } from './policy.ts'

/** The access slot. */
export function accessOf(situation: Situation): Access {
  const matching = statementsOf(situation.policy, 'allow', 'deny').filter((rule) => applies(situation, rule))
  const denies = matching.filter((rule) => rule.kind === 'deny')
  const allows = matching.filter((rule) => rule.kind === 'allow')
  if (denies.length > 0) return decidedBy('deny', denies)
  if (allows.length > 0) return decidedBy('allow', allows)
  return { effect: 'deny', rules: [] }
}

/** The reasons of those rules, each once, in alphabetical order, joined; and the least status that they name. */
function decidedBy(effect: 'allow' | 'deny', rules: readonly AccessStatement[]): Access {
  const reasons = rules.flatMap((rule) => (rule.because ? [rule.because.value] : []))
  const distinct = reasons.filter((each, index) => reasons.indexOf(each) === index).sort()
  const statuses = rules.flatMap((rule) => (rule.status ? [rule.status.value] : []))
  return {
    effect,
    rules: rules.map((rule) => rule.name.text),
    ...(distinct.length === 0 ? {} : { because: distinct.join('; ') }),
    ...(statuses.length === 0 ? {} : { status: Math.min(...statuses) }),
  }
}
