/**
 * Step 8, carrying out the route: hands the call, after rewrites, to dispatch, for as long as its client waits.
 */
import type { Facts, Policy } from '../compile/load.ts'
import type { ChatCall } from '../dialects/neutral.ts'
import type { DispatchRequest, Outcome } from '../dispatch/outcome.ts'
import type { Route } from '../graph/decision.ts'
import type { Granted } from './decide.ts'
import type { CallExchange } from './exchange.ts'
import { forwardedHeaders } from './headers.ts'
import type { ReadCall } from './read-call.ts'
import type { Runtime } from './runtime.ts'
import { createSpending } from './spending.ts'

/** What is carried out: the decision, the call after rewrites, and what it is likely to use. */
export interface Undertaking {
  readonly facts: Facts
  readonly decision: Granted
  readonly call: ChatCall
  /** Whether rewrites have changed it, so that the client's bytes are not what is sent. */
  readonly changed: boolean
  readonly expected: { readonly input: number; readonly output: number }
}

export async function carryOut(
  exchange: CallExchange,
  read: ReadCall,
  { facts, decision, call, changed, expected }: Undertaking,
  runtime: Runtime,
): Promise<Outcome> {
  const { dialect, request, place } = exchange
  fund(exchange, { facts, decision, expected }, runtime)
  const stickyKey = stickyKeyOf(runtime.policy, decision.route, facts)
  const dispatched: DispatchRequest = {
    call,
    ...(changed || !read.isForwardable ? {} : { raw: { dialect: dialect.name, bytes: read.bytes } }),
    dialect: dialect.name,
    headers: forwardedHeaders(request.header),
    route: decision.route,
    ...(stickyKey === undefined ? {} : { stickyKey }),
    estimatedInputTokens: expected.input,
    ...(exchange.spending === undefined ? {} : { permit: exchange.spending.permit }),
    signal: place.abort.signal,
  }
  const unwatch = watchClient(exchange, runtime)
  try {
    return await runtime.dispatcher.run(dispatched)
  } finally {
    unwatch()
  }
}

/** Where budgets apply, has each attempt paid from them. */
function fund(
  exchange: CallExchange,
  { facts, decision, expected }: Pick<Undertaking, 'facts' | 'decision' | 'expected'>,
  { policy, meters, state, environment }: Runtime,
): void {
  const { budgets } = decision
  if (budgets.length === 0) return
  exchange.spending = createSpending({
    budgets,
    accounts: budgets.map((each) => meters.account(each, facts)),
    state: state.budgets,
    catalogue: policy.config.catalogue,
    timeZone: policy.config.gateway.timeZone,
    model: exchange.call?.model ?? '',
    expected,
    id: environment.requestId,
  })
}

/** Cancels the upstream call when the client goes away: at once, or after the wait that is configured. */
function watchClient({ request, place }: CallExchange, { policy, environment }: Runtime): () => void {
  const { onDisconnect } = policy.config
  let stop: (() => void) | undefined
  const onGone = () => {
    if (onDisconnect.kind === 'cancel') place.abort.abort()
    else stop = environment.setTimer(onDisconnect.ms, () => place.abort.abort())
  }
  if (request.signal.aborted) onGone()
  else request.signal.addEventListener('abort', onGone, { once: true })
  return () => {
    request.signal.removeEventListener('abort', onGone)
    stop?.()
  }
}

/** The value of the attribute that a sticky split names; those that lack it stick together. */
function stickyKeyOf({ checked }: Policy, route: Route, facts: Facts): string | undefined {
  const stickyBy = route.steps.find((each) => each.kind === 'split' && each.stickyBy !== undefined)
  if (stickyBy?.kind !== 'split') return undefined
  const rule = checked.rules.find((each) => each.kind === 'route' && each.name === route.rule)
  const steps = rule?.kind === 'route' ? rule.steps : []
  for (const step of steps) {
    if (step.kind !== 'split' || step.stickyBy?.id !== stickyBy.stickyBy) continue
    let value: unknown = facts
    for (const part of step.stickyBy!.path) {
      value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[part] : undefined
    }
    return Array.isArray(value) ? [...value].sort().join(',') : String(value ?? '')
  }
  return undefined
}
