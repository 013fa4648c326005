/**
 * Step 7, the limits of the decision: all are taken or none, and each is charged with what the call really came to
 * when it is over. A call that no provider was called for, such as one that has no budget left, costs nothing.
 */
import type { Facts } from '../compile/load.ts'
import type { Decision } from '../graph/decision.ts'
import type { Exchange, Step } from './exchange.ts'
import { done, failed } from './exchange.ts'
import { rateHeaders } from './rate-headers.ts'
import type { Runtime } from './runtime.ts'

export async function takeLimits(
  exchange: Exchange,
  { facts, decision, tokens }: { readonly facts: Facts; readonly decision: Decision; readonly tokens: number },
  { state, meters }: Runtime,
): Promise<Step<undefined>> {
  const { limits } = decision
  if (limits.length === 0) return done(undefined)
  const charges = limits.map((each) => meters.charge(each, each.unit === 'tokens' ? tokens : 1, facts))
  const take = await state.limits.take(charges)
  if (take.kind === 'unavailable') return failed({ kind: 'state', why: take.why })
  exchange.rateHeaders = rateHeaders(limits, take.standings)
  if (take.kind === 'taken') {
    exchange.limits = { hold: take.hold, limits }
    return done(undefined)
  }
  const limit = limits[take.index]!
  exchange.rule = limit.rule
  return failed({
    kind: 'limit_reached',
    limit,
    ...(limit.unit === 'tokens' ? { tokens } : {}),
    ...(take.waitMs === undefined ? {} : { waitMs: take.waitMs }),
  })
}

/** Charges what the call came to and gives its places back. */
export function settleLimits(exchange: Exchange, { state, logger }: Runtime): void {
  const { limits: held, usage } = exchange
  if (held === undefined) return
  const isServed = exchange.failure === undefined || exchange.attempts.some((each) => each.result !== 'skipped')
  const tokens = (usage.input ?? 0) + (usage.output ?? 0)
  const costs = held.limits.map(({ unit }) => (unit === 'tokens' ? tokens : isServed ? 1 : 0))
  state.limits.settle(held.hold, costs).catch((error: unknown) => {
    logger.error({ requestId: exchange.id, err: error }, 'limits could not be settled')
  })
}
