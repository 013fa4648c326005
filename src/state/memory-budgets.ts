/**
 * Budgets of one process, in memory. Every operation runs to its end without waiting, so that what is reserved and
 * settled together passes a cap only by what an attempt cost more than was reserved for it.
 */
import type { Calendar, Window } from './calendar.ts'
import { createMeterMap } from './meter-map.ts'
import { refusedBy } from './refusal.ts'
import type { BudgetAccount, Budgets, Reservation } from './state.ts'

export interface MemoryBudgetsOptions {
  readonly now: () => number
  readonly calendar: Calendar
  readonly maxKeys: number
}

/** What was spent in one window of one account. Reservations keep theirs, and settle in the window they began in. */
interface Purse {
  readonly window: Window
  settled: number
  reserved: number
}

export function createMemoryBudgets({ now, calendar, maxKeys }: MemoryBudgetsOptions): Budgets {
  const purses = createMeterMap<Purse>(maxKeys, ({ window }, nowMs) => isOver(window, nowMs))
  const open = new Map<string, { readonly purses: readonly Purse[]; readonly nanoUsd: number }>()

  /** The purse of the present window; a new one is not kept yet. */
  function purseAt({ key, window }: BudgetAccount, nowMs: number): Purse {
    const known = purses.get(key)
    if (known && !isOver(known.window, nowMs)) return known
    return { window: calendar(window, nowMs), settled: 0, reserved: 0 }
  }

  function reserveNow(attempt: string, accounts: readonly BudgetAccount[], nanoUsd: number): Reservation {
    const nowMs = now()
    const found = accounts.map((each) => purseAt(each, nowMs))
    const used = () => found.map(usedOf)
    if (open.has(attempt)) return { kind: 'reserved', used: used() }
    const isShort = ({ capNanoUsd }: BudgetAccount, index: number) => usedOf(found[index]!) + nanoUsd > capNanoUsd
    const short = accounts.flatMap((each, index) =>
      isShort(each, index) ? [{ index, endMs: found[index]!.window.endMs }] : [],
    )
    const refusal = refusedBy(short)
    if (refusal) return refusal
    const fresh = accounts.filter((each) => purses.get(each.key) === undefined)
    if (fresh.length > 0 && !purses.hasRoom(fresh.length, nowMs)) return { kind: 'unavailable', why: 'full' }
    for (const [index, { key }] of accounts.entries()) {
      found[index]!.reserved += nanoUsd
      purses.set(key, found[index]!)
    }
    open.set(attempt, { purses: found, nanoUsd })
    return { kind: 'reserved', used: used() }
  }

  return {
    reserve: async (attempt, accounts, nanoUsd) => reserveNow(attempt, accounts, nanoUsd),
    async settle(attempt, nanoUsd) {
      const reservation = open.get(attempt)
      if (!reservation) return
      open.delete(attempt)
      for (const purse of reservation.purses) {
        purse.reserved -= reservation.nanoUsd
        purse.settled += nanoUsd
      }
    },
    async used(accounts) {
      const nowMs = now()
      return accounts.map((each) => usedOf(purseAt(each, nowMs)))
    },
  }
}

function usedOf({ settled, reserved }: Purse): number {
  return settled + reserved
}

function isOver({ endMs }: Window, nowMs: number): boolean {
  return endMs !== undefined && endMs <= nowMs
}
