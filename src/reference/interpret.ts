/**
 * The reference interpreter: what a policy says of one request, read straight from its statements.
 *
 * It is the contract of the language as code and the oracle of everything faster: each rule of the language
 * is one plain function here, and nothing of the compiler is used.
 */
import type { Decision } from '../graph/decision.ts'
import { accessOf } from './access.ts'
import { cacheOf } from './cache.ts'
import { guardsOf, logOf, rewritesOf, shadowsOf } from './effect.ts'
import { budgetsOf, limitsOf } from './meter.ts'
import type { Facts, ReferencePolicy } from './policy.ts'
import { routeOf } from './route.ts'

/** The decision on one request. */
export function interpret(policy: ReferencePolicy, facts: Facts): Decision {
  const situation = { policy, facts }
  const access = accessOf(situation)
  const log = logOf(situation)
  // When access is denied the other slots are null or empty, but for `log`.
  if (access.effect === 'deny') {
    return { access, route: null, cache: null, limits: [], budgets: [], guards: [], rewrites: [], shadows: [], log }
  }
  return {
    access,
    route: routeOf(situation),
    cache: cacheOf(situation),
    limits: limitsOf(situation),
    budgets: budgetsOf(situation),
    guards: guardsOf(situation),
    rewrites: rewritesOf(situation),
    shadows: shadowsOf(situation),
    log,
  }
}
