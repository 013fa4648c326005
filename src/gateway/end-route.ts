/** The end of a call that no target served: what it used is settled, and why it failed is told apart. */
import type { DispatchFailure, FailedOutcome } from '../dispatch/outcome.ts'
import { settle } from './conclude.ts'
import type { PlacedExchange } from './exchange.ts'
import type { Failure } from './failure.ts'
import type { Runtime } from './runtime.ts'
import { settlePartialUsage } from './settle.ts'

export function endRoute(
  exchange: PlacedExchange,
  { failure, attempts }: FailedOutcome,
  inputTokens: number,
  runtime: Runtime,
): Failure {
  exchange.attempts = attempts
  const last = attempts.at(-1)
  const isBrokenOff = last?.result === 'cancelled'
  if ('target' in failure) exchange.target = failure.target
  else if (isBrokenOff) exchange.target = last.target
  // A call that was broken off had been sent: its input is charged for, whatever came of it.
  const usage = isBrokenOff
    ? settlePartialUsage(undefined, { input: inputTokens, output: 0 })
    : ({ provenance: 'none' } as const)
  settle(exchange, usage, runtime.policy.config.catalogue)
  const failed = whatFailed(exchange, failure)
  if (failed.kind === 'budget_exhausted') exchange.rule = failed.rule
  return failed
}

/** A call that was cancelled while its client waits on was cancelled by a stop of the gateway. */
function whatFailed({ request, spending }: PlacedExchange, failure: DispatchFailure): Failure {
  // No target was tried, and one at least could have been for more money.
  const refusal = failure.kind === 'inexpressible' ? spending?.refusal() : undefined
  if (refusal !== undefined) return refusal
  if (failure.kind !== 'cancelled') return { kind: 'upstream', failure }
  return request.signal.aborted ? { kind: 'client_gone' } : { kind: 'closing' }
}
