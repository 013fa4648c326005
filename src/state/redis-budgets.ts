/**
 * Budgets that replicas share. Each spends from leases, so that the usual attempt asks nobody; leases and what is spent
 * together never pass the cap, whatever the number of replicas. What is spent is told within a second.
 */
import type { Calendar } from './calendar.ts'
import {
  book,
  createLeasedAccount,
  hold,
  isSettled,
  type LeasedAccount,
  type Leasing,
  report,
  unsaid,
} from './leased-account.ts'
import { createMeterMap } from './meter-map.ts'
import { refusedBy } from './refusal.ts'
import type { BudgetAccount, Budgets, Reservation } from './state.ts'

export interface RedisBudgetsOptions extends Omit<Leasing, 'leaseMs'> {
  readonly calendar: Calendar
  readonly setTimer: (ms: number, run: () => void) => () => void
  readonly maxKeys: number
  /** How long a lease is kept for a replica that is not heard of. */
  readonly leaseMs?: number
}

const defaultLeaseMs = 15_000
/** How often spending is told and leases are renewed or given back, and how old an answer to `used` may be. */
const reportMs = 1000

export function createRedisBudgets(options: RedisBudgetsOptions): Budgets & { readonly close: () => Promise<void> } {
  const { now, calendar, setTimer, maxKeys } = options
  const leasing: Leasing = { ...options, leaseMs: options.leaseMs ?? defaultLeaseMs }
  const accounts = createMeterMap<LeasedAccount>(maxKeys, isSettled)
  /** Those that the store must hear of again. */
  const active = new Set<LeasedAccount>()
  const open = new Map<string, { readonly held: readonly LeasedAccount[]; readonly nanoUsd: number }>()
  let stopTimer: (() => void) | undefined

  /** Undefined where there is no room for them. What is given is to be used at once: one that nobody uses is dropped. */
  function accountsOf(asked: readonly BudgetAccount[]): LeasedAccount[] | undefined {
    const nowMs = now()
    const named = asked.map(({ key, window: kind, capNanoUsd }) => {
      const window = calendar(kind, nowMs)
      return { key, window, capNanoUsd, name: `${key}:${window.startMs}` }
    })
    const fresh = named.filter(({ name }) => accounts.get(name) === undefined)
    // Making room may drop one that was there: so they are looked up again.
    if (fresh.length > 0 && !accounts.hasRoom(fresh.length, nowMs)) return undefined
    return named.map(({ key, window, capNanoUsd, name }) => {
      const account = accounts.get(name) ?? createLeasedAccount(key, window)
      accounts.set(name, account)
      account.cap = capNanoUsd
      return account
    })
  }

  async function reserve(attempt: string, asked: readonly BudgetAccount[], nanoUsd: number): Promise<Reservation> {
    const own = accountsOf(asked)
    if (own === undefined) return { kind: 'unavailable', why: 'full' }
    if (open.has(attempt)) return { kind: 'reserved', used: own.map(usedOf) }
    const answers = await Promise.all(own.map((each) => hold(each, nanoUsd, leasing)))
    for (const each of own) activate(each)
    if (answers.every((each) => each === 'held')) {
      open.set(attempt, { held: own, nanoUsd })
      return { kind: 'reserved', used: own.map(usedOf) }
    }
    for (const [index, each] of own.entries()) if (answers[index] === 'held') book(each, nanoUsd)
    const short = own.flatMap(({ window }, index) =>
      answers[index] === 'short' ? [{ index, endMs: window.endMs }] : [],
    )
    return refusedBy(short) ?? { kind: 'unavailable', why: 'outage' }
  }

  function activate(account: LeasedAccount): void {
    active.add(account)
    stopTimer ??= setTimer(reportMs, () => {
      stopTimer = undefined
      void reportAll(true).then(() => {
        for (const each of active) if (isSettled(each)) active.delete(each)
        const [next] = active
        if (next !== undefined) activate(next)
      })
    })
  }

  /** In an outage it is told the next time: the sums are all that counts. */
  async function reportAll(keeps: boolean): Promise<void> {
    await Promise.all([...active].map((each) => report(each, leasing, keeps).catch(() => undefined)))
  }

  return {
    reserve,
    async settle(attempt, nanoUsd) {
      const reservation = open.get(attempt)
      if (!reservation) return
      open.delete(attempt)
      for (const each of reservation.held) {
        book(each, reservation.nanoUsd, nanoUsd)
        activate(each)
      }
    },
    async used(asked) {
      const own = accountsOf(asked)
      if (own === undefined) return asked.map(() => 0)
      const old = own.filter((each) => now() - each.answeredAtMs >= reportMs)
      await Promise.all(old.map((each) => report(each, leasing).catch(() => undefined)))
      return own.map(usedOf)
    },
    async close() {
      stopTimer?.()
      await reportAll(false)
    },
  }
}

/** What all have spent by the last answer, and what this replica has spent and reserved since. */
function usedOf(account: LeasedAccount): number {
  return account.total + unsaid(account) + account.reserved
}
