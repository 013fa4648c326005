/**
 * What is known of one request while it passes through the steps; each step adds what it finds out, so that
 * the record at the end says as much as was known wherever the request ended.
 */

import type { ClientDialect, Loss } from '../dialects/dialect.ts'
import type { ChatCall } from '../dialects/neutral.ts'
import type { AttemptRecord } from '../dispatch/outcome.ts'
import type { Decision, Limit } from '../graph/decision.ts'
import type { CallGuards } from '../guards/guards.ts'
import type { Caller } from '../identity/caller.ts'
import type { LimitHold } from '../state/state.ts'
import type { Place } from './admission.ts'
import type { Endpoint } from './endpoint.ts'
import type { Failure } from './failure.ts'
import type { GatewayRequest } from './request.ts'
import type { Spending } from './spending.ts'
import type { RecordedUsage } from './usage-record.ts'

export interface Exchange {
  readonly id: string
  readonly startedAtMs: number
  readonly request: GatewayRequest
  readonly endpoint: Endpoint
  readonly dialect: ClientDialect
  caller?: Caller
  call?: ChatCall
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
  firstTokenMs?: number
  /** The word for what went wrong, where the request failed. */
  failure?: string
}

/** An exchange of a model call that has its place among those under way. */
export interface CallExchange extends Exchange {
  readonly endpoint: Extract<Endpoint, { kind: 'call' }>
  readonly place: Place
}

/** What a step gives: its result, or why the request ends here. */
export type Step<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure }

export function done<T>(value: T): Step<T> {
  return { ok: true, value }
}

export function failed(failure: Failure): { readonly ok: false; readonly failure: Failure } {
  return { ok: false, failure }
}
