/**
 * Step 8, carrying out the route: hands the call, after rewrites, to dispatch, for as long as its client waits.
 */
import type { Facts, Policy } from '../compile/load.ts'
import type { ChatCall } from '../dialects/neutral.ts'
import type { TaskCall } from '../dialects/task.ts'
import type { FailedOutcome, Outcome, TaskOutcome, TaskRequest } from '../dispatch/outcome.ts'
import type { Route } from '../graph/decision.ts'
import type { Granted } from './decide.ts'
import type { CallExchange, PlacedExchange, TaskExchange } from './exchange.ts'
import { forwardedHeaders } from './headers.ts'
import type { ReadCall } from './read-call.ts'
import type { Runtime } from './runtime.ts'
import { createSpending, type Expected } from './spending.ts'

/** What a call is carried out by: the decision, and what it is likely to use. */
export interface Grant {
  readonly facts: Facts
  readonly decision: Granted
  readonly expected: Expected
}

/** What is carried out: the call after rewrites. */
export interface Undertaking extends Grant {
  readonly call: ChatCall
  /** Whether rewrites have changed it, so that the client's bytes are not what is sent. */
  readonly changed: boolean
}

export async function carryOut(
  exchange: CallExchange,
  read: ReadCall,
  { call, changed, ...grant }: Undertaking,
  runtime: Runtime,
): Promise<Outcome> {
  const { dialect } = exchange
  const raw = changed || !read.isForwardable ? {} : { raw: { dialect: dialect.name, bytes: read.bytes } }
  const request = { call, ...raw, dialect: dialect.name, ...terms(exchange, grant, runtime) }
  return whileWaitedFor(exchange, runtime, () => runtime.dispatcher.run(request))
}

/** The same for a task. */
export async function carryOutTask(
  exchange: TaskExchange,
  call: TaskCall,
  grant: Grant,
  runtime: Runtime,
): Promise<TaskOutcome | FailedOutcome> {
  const request = { call, ...terms(exchange, grant, runtime) }
  return whileWaitedFor(exchange, runtime, () => runtime.dispatcher.runTask(request))
}

/** On what terms dispatch carries a call out, whatever it asks for; budgets are ready to pay for it from here on. */
function terms(exchange: PlacedExchange, grant: Grant, runtime: Runtime): Omit<TaskRequest, 'call'> {
  const { request, place } = exchange
  const { facts, decision, expected } = grant
  fund(exchange, grant, runtime)
  const stickyKey = stickyKeyOf(runtime.policy, decision.route, facts)
  return {
    headers: forwardedHeaders(request.header),
    route: decision.route,
    ...(stickyKey === undefined ? {} : { stickyKey }),
    estimatedInputTokens: expected.input,
    ...(exchange.spending === undefined ? {} : { permit: exchange.spending.permit }),
    signal: place.abort.signal,
  }
}

async function whileWaitedFor<T>(exchange: PlacedExchange, runtime: Runtime, run: () => Promise<T>): Promise<T> {
  const unwatch = watchClient(exchange, runtime)
  try {
    return await run()
  } finally {
    unwatch()
  }
}

/** Where budgets apply, has each attempt paid from them. */
function fund(
  exchange: PlacedExchange,
  { facts, decision, expected }: Grant,
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
function watchClient({ request, place }: PlacedExchange, { policy, environment }: Runtime): () => void {
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
