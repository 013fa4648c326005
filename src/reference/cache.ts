/** Cache: the first match. An entry is never shared wider than `scope`; without one it is `caller.id`. */
import type { Cache } from '../graph/decision.ts'
import { nameOf } from './attribute.ts'
import { applies } from './condition.ts'
import { type Situation, statementsOf } from './policy.ts'

/** The cache slot. */
export function cacheOf(situation: Situation): Cache | null {
  const rule = statementsOf(situation.policy, 'cache').find((each) => applies(situation, each))
  if (!rule) return null
  if (rule.off) return { rule: rule.name.text, off: true }
  return {
    rule: rule.name.text,
    off: false,
    ttlMs: rule.ttl ? rule.ttl.ms : 0,
    staleMs: rule.stale ? rule.stale.ms : 0,
    scope: rule.scope ? rule.scope.attributes.map(nameOf) : ['caller.id'],
    ...(rule.semantic ? { semantic: rule.semantic.value } : {}),
  }
}
