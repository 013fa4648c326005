/**
 * A replica's side of one shared account (`budget-script.ts`): reservations are taken from its lease at once, and only
 * where that is too small is the store asked for more. Questions to the store wait for each other, so that an answer never
 * speaks of a lease that has been drawn on since it was asked for.
 */
import { leaseScript } from './budget-script.ts'
import type { Window } from './calendar.ts'
import type { SharedStore } from './shared-store.ts'
import type { MeterKey } from './state.ts'

export interface Leasing {
  readonly store: SharedStore
  readonly replica: string
  readonly now: () => number
  /** The time in place of the store's own. */
  readonly clock?: (() => number) | undefined
  readonly leaseMs: number
  readonly onOutage: 'deny' | 'allow'
}

/** What one account has here. Money is in nano-dollars. */
export interface LeasedAccount {
  readonly storeKey: string
  readonly window: Window
  cap: number
  lease: number
  /** By this process's clock, and sooner than by the store's. */
  leasedUntilMs: number
  reserved: number
  /** All that was spent here; before the first answer without what the store knows of from before. */
  spent: number
  /** As much of it as the lease no longer covers, since the store knows it; undefined before the first answer. */
  told: number | undefined
  /** What all had spent by the last answer. */
  total: number
  answeredAtMs: number
  /** Whether its lease was drawn on since the last question. */
  isDrawnOn: boolean
  waiting: number
  turn: Promise<unknown>
}

/** A lease is asked for that covers so many attempts as the one that needs it. */
const attemptsAhead = 64

export function createLeasedAccount(key: MeterKey, window: Window): LeasedAccount {
  return {
    storeKey: `policyc:b:${key}:${window.startMs}`,
    window,
    cap: 0,
    lease: 0,
    leasedUntilMs: Number.NEGATIVE_INFINITY,
    reserved: 0,
    spent: 0,
    told: undefined,
    total: 0,
    answeredAtMs: Number.NEGATIVE_INFINITY,
    isDrawnOn: false,
    waiting: 0,
    turn: Promise.resolve(),
  }
}

/** Whether there is nothing that the store must be told, and nothing that it keeps for us. */
export function isSettled(account: LeasedAccount): boolean {
  return account.reserved === 0 && account.lease === 0 && account.waiting === 0 && unsaid(account) === 0
}

/** What was spent here and the store does not know yet. */
export function unsaid({ spent, told = 0 }: LeasedAccount): number {
  return spent - told
}

/** Reserves the amount, at once where the lease covers it. */
export function hold(account: LeasedAccount, amount: number, leasing: Leasing): Promise<'held' | 'short' | 'outage'> {
  const take = () => {
    account.reserved += amount
    account.isDrawnOn = true
    return 'held' as const
  }
  if (account.waiting === 0 && covers(account, amount, leasing.now())) return Promise.resolve(take())
  return inTurn(account, async () => {
    if (covers(account, amount, leasing.now())) return take()
    try {
      await ask(account, amount, amount * attemptsAhead, leasing)
    } catch {
      return leasing.onOutage === 'allow' ? take() : 'outage'
    }
    return covers(account, amount, leasing.now()) ? take() : 'short'
  })
}

/** Books a reservation; `spent` is what it came to, undefined where it is given back before it was used. */
export function book(account: LeasedAccount, reserved: number, spent = 0): void {
  account.reserved -= reserved
  account.spent += spent
}

/** Tells the store what was spent, and keeps the lease where it was drawn on lately, else gives it back. */
export function report(account: LeasedAccount, leasing: Leasing, keeps = true): Promise<void> {
  return inTurn(account, () => {
    const ahead = keeps && account.isDrawnOn ? Math.max(0, available(account)) : 0
    account.isDrawnOn = false
    return ask(account, 0, ahead, leasing)
  })
}

function available(account: LeasedAccount): number {
  return account.lease - account.reserved - unsaid(account)
}

function covers(account: LeasedAccount, amount: number, nowMs: number): boolean {
  return nowMs < account.leasedUntilMs && amount <= available(account)
}

async function ask(
  account: LeasedAccount,
  need: number,
  ahead: number,
  { store, replica, now, clock, leaseMs }: Leasing,
): Promise<void> {
  const askedAtMs = now()
  const { reserved, spent, told, cap, window } = account
  const want = reserved + need + ahead
  const args = [clock?.() ?? -1, replica, told === undefined ? '' : spent, reserved, need, want, cap, leaseMs]
  const answer = await store.run(leaseScript, [account.storeKey], [...args, window.endMs ?? ''])
  const [lease, own, total] = answer as [number, number, number]
  account.lease = lease
  account.leasedUntilMs = askedAtMs + (leaseMs * 2) / 3
  // What this replica spent before it forgot the account is taken over once, below what it has spent since.
  if (told === undefined) account.spent += own
  account.told = own
  account.total = total
  account.answeredAtMs = now()
}

function inTurn<T>(account: LeasedAccount, run: () => Promise<T>): Promise<T> {
  account.waiting++
  const turn = account.turn.then(run).finally(() => account.waiting--)
  account.turn = turn.catch(() => undefined)
  return turn
}
