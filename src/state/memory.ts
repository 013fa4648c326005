/** The state of a gateway that is alone: limits and budgets in its own memory, gone with the process. */
import { createCalendar } from './calendar.ts'
import { createMemoryBudgets } from './memory-budgets.ts'
import { createMemoryLimits } from './memory-limits.ts'
import type { State } from './state.ts'

export interface MemoryStateOptions {
  readonly now: () => number
  readonly id: () => string
  /** The zone of the windows of budgets. */
  readonly timeZone: string
  readonly maxKeys?: number
}

/** Keys of limits, and of budgets, that count at one time; some 200 bytes each. */
export const mostKeys = 500_000

export function createMemoryState({ now, id, timeZone, maxKeys = mostKeys }: MemoryStateOptions): State {
  return {
    limits: createMemoryLimits({ now, id, maxKeys }),
    budgets: createMemoryBudgets({ now, calendar: createCalendar(timeZone), maxKeys }),
    close: async () => {},
  }
}
