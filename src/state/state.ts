/**
 * What is counted between requests: how fast callers ask, how many calls they have under way, what they have spent.
 *
 * One interface, kept in memory (`memory.ts`) or shared in Redis (`redis.ts`). Rules, attributes and money's source
 * are the gateway's; here there are keys, amounts and the clock.
 */
import type { Budget } from '../graph/decision.ts'

/** Counts for one gateway, alone or as one of several replicas. */
export interface State {
  readonly limits: Limits
  readonly budgets: Budgets
  readonly close: () => Promise<void>
}

/** Names one counter, see `meter-key.ts`. */
export type MeterKey = string

/** Why nothing can be said: no room for another key, or what is shared cannot be reached. */
export type Unavailable = { readonly kind: 'unavailable'; readonly why: 'full' | 'outage' }

// Limits

/** What one request asks of one limit. */
export type LimitCharge = RateCharge | ConcurrencyCharge

/** So much at a rate: `amount` per `perMs`, at most `burst` at once. */
export interface RateCharge {
  readonly kind: 'rate'
  readonly key: MeterKey
  readonly amount: number
  readonly perMs: number
  readonly burst: number
  /** What is asked for; settled with the real cost afterwards. */
  readonly cost: number
}

/** One of `amount` places, given back when the call is over. */
export interface ConcurrencyCharge {
  readonly kind: 'concurrency'
  readonly key: MeterKey
  readonly amount: number
}

/** Rates and places, for all callers. */
export interface Limits {
  /** Takes every charge or none of them. */
  readonly take: (charges: readonly LimitCharge[]) => Promise<Take>
  /**
   * Ends what was taken: places are given back, and each rate is charged with its real cost, in the order of the
   * charges. A second call does nothing.
   */
  readonly settle: (hold: LimitHold, costs: readonly number[]) => Promise<void>
  /** How much of each limit is in use, as a fraction. */
  readonly used: (charges: readonly LimitCharge[]) => Promise<readonly number[]>
}

/** What came of taking the charges of one request: all of them, or none and why. */
export type Take =
  | { readonly kind: 'taken'; readonly hold: LimitHold; readonly standings: readonly Standing[] }
  | {
      readonly kind: 'refused'
      /** The charge that is to be waited for longest. */
      readonly index: number
      /** After this wait all would be taken, if nothing else came; absent where no wait helps or none is known. */
      readonly waitMs?: number
      readonly standings: readonly Standing[]
    }
  | Unavailable

/** Where a limit stands for the caller. */
export interface Standing {
  /** What may still come now. */
  readonly remaining: number
  /** Until all of it is there again; 0 for places, of which nobody knows. */
  readonly resetMs: number
}

/** What was taken, to be settled. */
export interface LimitHold {
  /** Unique among all replicas. */
  readonly id: string
  readonly charges: readonly HeldCharge[]
}

export interface HeldCharge {
  readonly charge: LimitCharge
  /** Of a rate: what settling must know, see `gcra.ts`. */
  readonly mark: Mark
}

/** The state of a rate right after a charge. */
export interface Mark {
  readonly atMs: number
  readonly debt: number
  readonly refunded: number
}

// Budgets

/** One account of one budget. */
export interface BudgetAccount {
  readonly key: MeterKey
  readonly window: Budget['window']
  /** Reserved and settled together never pass this. */
  readonly capNanoUsd: number
}

/** Money that is reserved before it is spent, for all accounts. */
export interface Budgets {
  /** Reserves the amount on every account or on none. `attempt` is unique among all replicas. */
  readonly reserve: (attempt: string, accounts: readonly BudgetAccount[], nanoUsd: number) => Promise<Reservation>
  /** Books what the attempt really cost in place of what was reserved. A second call does nothing. */
  readonly settle: (attempt: string, nanoUsd: number) => Promise<void>
  /** What is settled and reserved on each account in its present window. */
  readonly used: (accounts: readonly BudgetAccount[]) => Promise<readonly number[]>
}

/** What came of reserving for one attempt: all of its accounts, or none and why. */
export type Reservation =
  /** `used`: settled and reserved on each account, this attempt included. */
  | { readonly kind: 'reserved'; readonly used: readonly number[] }
  | {
      readonly kind: 'refused'
      /** The account that begins anew last, among those that have not enough left. */
      readonly index: number
      /** When its window ends; absent for one that never does. */
      readonly resetsAtMs?: number
    }
  | Unavailable
