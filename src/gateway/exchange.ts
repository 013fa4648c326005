/**
 * What is known of one request while it passes through the steps; each step adds what it finds out, so that
 * the record at the end says as much as was known wherever the request ended.
 */
import type { ClientDialect, ErrorDialect, Loss } from '../dialects/dialect.ts'
import type { Call } from '../dialects/task.ts'
import type { AttemptRecord } from '../dispatch/outcome.ts'
import type { Decision, Limit } from '../graph/decision.ts'
import type { CallGuards, TaskGuards } from '../guards/guards.ts'
import type { Caller } from '../identity/caller.ts'
import type { LimitHold } from '../state/state.ts'
import type { Place } from './admission.ts'
import type { Endpoint } from './endpoint.ts'
import type { Failure } from './failure.ts'
import type { GatewayRequest } from './request.ts'
import type { Spending } from './spending.ts'
import type { CacheUse, RecordedUsage } from './usage-record.ts'

export interface Exchange {
  readonly id: string
  readonly startedAtMs: number
  readonly request: GatewayRequest
  readonly endpoint: Endpoint
  readonly dialect: ErrorDialect
  caller?: Caller
  call?: Call
  decision?: Decision
  /** The route that matched, or the first rule that denied. */
  rule?: string
  target?: string
  attempts: readonly AttemptRecord[]
  losses: readonly Loss[]
  usage: RecordedUsage
  costNanoUsd?: number
  /** Input tokens of what is sent, by estimate. */
  inputTokens?: number
  /** What each attempt that was made cost, in their order; absent until they are settled. */
  attemptCosts?: readonly number[]
  /** The limits that the call holds, and what the client is told of them. */
  limits?: { readonly hold: LimitHold; readonly limits: readonly Limit[] }
  rateHeaders?: Readonly<Record<string, string>>
  /** What its attempts are paid from, where budgets apply. */
  spending?: Spending
  /** The guards that the call passes, where the decision has any. */
  guards?: CallGuards
  /** The same of a task. */
  taskGuards?: TaskGuards
  firstTokenMs?: number
  /** What the cache had to do with the answer; absent where no rule of the cache applies. */
  cache?: CacheUse
  /** Whether the answer that was given may be given again; known when it is over. */
  isRepeatable?: boolean
  /** Whether a check of the answer could not be asked and was passed over. */
  isUnjudged?: boolean
  /** The word for what went wrong, where the request failed. */
  failure?: string
}

/** An exchange that has its place among those under way. */
export interface PlacedExchange extends Exchange {
  readonly place: Place
}

/** An exchange of a conversation. */
export interface CallExchange extends PlacedExchange {
  readonly endpoint: Extract<Endpoint, { kind: 'call' }>
  readonly dialect: ClientDialect
}

/** An exchange of a task. */
export interface TaskExchange extends PlacedExchange {
  readonly endpoint: Extract<Endpoint, { kind: 'task' }>
}

/** What a step gives: its result, or why the request ends here. */
export type Step<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure }

export function done<T>(value: T): Step<T> {
  return { ok: true, value }
}

export function failed(failure: Failure): { readonly ok: false; readonly failure: Failure } {
  return { ok: false, failure }
}
