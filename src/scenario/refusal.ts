/** Why a request is not sent to any provider: denied, nowhere to go, or a limit or budget that is used up. */
import type { Facts } from '../decide/facts.ts'
import { tell } from '../gateway/failure.ts'
import type { Completion } from './completions.ts'
import { requestOf } from './request-facts.ts'
import type { Scenario } from './scenario.ts'

export interface Refusal {
  readonly status: number
  readonly why: string
}

/**
 * The refusal of a request; undefined where it is sent on. Only a meter that the test gives is used up: what a policy
 * reads of it is another matter.
 */
export function findRefusal(
  { policy, isGiven }: Pick<Scenario, 'policy' | 'isGiven'>,
  { facts, decision }: Pick<Completion, 'facts' | 'decision'>,
): Refusal | undefined {
  const { access, route, limits, budgets } = decision
  const usedOf = (family: 'limit' | 'budget', name: string): number =>
    isGiven(`${family}.${name}.used`) ? readMeter(facts, family, name) : 0
  if (access.effect === 'deny') {
    const { rules, because, status } = access
    const why = { ...(because === undefined ? {} : { because }), ...(status === undefined ? {} : { status }) }
    return toldBy({ kind: 'denied', rules, ...why })
  }
  const limit = limits.find((each) => usedOf('limit', each.rule) >= 1)
  if (limit) return { status: 429, why: `the limit \`${limit.rule}\` is used up` }
  const budget = budgets.find((each) => {
    const ends = each.at.filter(({ action }) => action === 'deny').map(({ used }) => used)
    return usedOf('budget', each.rule) >= Math.min(1, ...ends)
  })
  if (budget) return { status: 402, why: `the budget \`${budget.rule}\` is used up` }
  if (route === null) return toldBy({ kind: 'no_route' })
  return route.steps.length > 0 ? undefined : whyNoTarget(policy, facts)
}

/** A name that reaches nothing is the client's mistake; a target that was ruled out is the policy's word. */
function whyNoTarget({ explain }: Scenario['policy'], facts: Facts): Refusal {
  const { filtered } = explain(facts)
  if (filtered.length === 0) return toldBy({ kind: 'no_route' })
  if (filtered.every((each) => each.by.length > 0))
    return toldBy({ kind: 'restricted', rules: [...new Set(filtered.flatMap((each) => each.by))] })
  return toldBy({ kind: 'unknown_model', model: String(requestOf(facts)['model'] ?? '') })
}

function toldBy(failure: Parameters<typeof tell>[0]): Refusal {
  const { status, message } = tell(failure).error
  return { status, why: message }
}

function readMeter(facts: Facts, family: 'limit' | 'budget', name: string): number {
  const meters = facts[family] as Readonly<Record<string, { readonly used?: unknown }>> | undefined
  const used = meters?.[name]?.used
  return typeof used === 'number' ? used : 0
}
