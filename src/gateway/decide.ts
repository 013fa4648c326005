/**
 * Step 5, the decision, and what it means that a request ends here: denied, without a route, or without a target.
 */

import type { Facts } from '../compile/load.ts'
import { didYouMean } from '../diagnostics/suggest.ts'
import type { Decision, Route } from '../graph/decision.ts'
import type { Exchange, Step } from './exchange.ts'
import { done, failed } from './exchange.ts'
import type { Failure } from './failure.ts'
import { findReachable } from './reachable.ts'
import type { Runtime } from './runtime.ts'

/** A decision that lets the request through to some target. */
export interface Granted extends Decision {
  readonly route: Route
}

export function decide(exchange: Exchange, facts: Facts, model: string, runtime: Runtime): Step<Granted> {
  const decision = runtime.policy.decide(facts)
  exchange.decision = decision
  const { access, route } = decision
  if (access.effect === 'deny') {
    const rule = access.rules[0]
    if (rule !== undefined) exchange.rule = rule
    const { rules, because, status } = access
    return failed({
      kind: 'denied',
      rules,
      ...(because === undefined ? {} : { because }),
      ...(status === undefined ? {} : { status }),
    })
  }
  if (route === null) return failed({ kind: 'no_route' })
  exchange.rule = route.rule
  if (route.steps.length === 0) return failed(whyNoTarget(facts, model, runtime))
  return done({ ...decision, route })
}

/** A name that reaches nothing is the client's mistake; a target that was ruled out is the policy's word. */
function whyNoTarget(facts: Facts, model: string, runtime: Runtime): Failure {
  const { explain, config } = runtime.policy
  const { filtered } = explain(facts)
  if (filtered.length === 0) return { kind: 'no_route' }
  if (filtered.every((each) => each.by.length > 0)) {
    return { kind: 'restricted', rules: [...new Set(filtered.flatMap((each) => each.by))] }
  }
  const names = findReachable(facts, runtime).flatMap((id) => [id, config.catalogue.byId.get(id)!.model])
  const help = didYouMean(model, names)
  return { kind: 'unknown_model', model, ...(help === undefined ? {} : { help }) }
}
