/**
 * The state of one replica of several: limits and budgets in a store that all share.
 *
 * Limits are exact: each request is one script. Budgets are spent from leases, see `redis-budgets.ts`. Past a cap goes
 * only what attempts cost more than was reserved for them; and, where a replica stops for longer than a lease lasts and
 * then goes on, what it had on lease. Early by at most what other replicas hold on lease: a sixteenth of what is free
 * each, given back within two seconds in which they do not draw on it.
 */
import { createCalendar } from './calendar.ts'
import { mostKeys } from './memory.ts'
import { createRedisBudgets } from './redis-budgets.ts'
import { createRedisLimits } from './redis-limits.ts'
import type { SharedStore } from './shared-store.ts'
import type { State } from './state.ts'

export interface RedisStateOptions {
  readonly store: SharedStore
  readonly now: () => number
  readonly id: () => string
  readonly setTimer: (ms: number, run: () => void) => () => void
  readonly timeZone: string
  readonly onOutage: 'deny' | 'allow'
  readonly maxKeys?: number
  /** The time in place of the store's own. */
  readonly clock?: () => number
}

export function createRedisState({ timeZone, maxKeys = mostKeys, ...options }: RedisStateOptions): State {
  const limits = createRedisLimits(options)
  const budgets = createRedisBudgets({
    ...options,
    replica: options.id(),
    calendar: createCalendar(timeZone),
    maxKeys,
  })
  return {
    limits,
    budgets,
    async close() {
      limits.close()
      await budgets.close()
      await options.store.close()
    },
  }
}
