/**
 * The steps of a task, the same as those of a conversation but for what only a conversation has: its answer comes
 * whole, and rewrites, which set what only conversations have, leave it alone.
 */
import { estimateTaskTokens } from '../dialects/estimate-task.ts'
import type { TaskOutcome } from '../dispatch/outcome.ts'
import { answerCached } from './cached.ts'
import { concludeCall, settle } from './conclude.ts'
import { decide } from './decide.ts'
import { endRoute } from './end-route.ts'
import type { Step, TaskExchange } from './exchange.ts'
import { buildFacts } from './facts.ts'
import type { Failure } from './failure.ts'
import { guardTaskRequest } from './guards.ts'
import { exchangeHeaders } from './headers.ts'
import { identify } from './identify.ts'
import { takeLimits } from './limits.ts'
import { readTask } from './read-call.ts'
import type { GatewayResponse } from './request.ts'
import { carryOutTask } from './route.ts'
import type { Runtime } from './runtime.ts'
import { settleUsage } from './settle.ts'

/** How a task ends that a provider could not answer. */
export interface TaskExits {
  readonly refuse: (exchange: TaskExchange, failure: Failure, runtime: Runtime) => GatewayResponse
  readonly failByBug: (exchange: TaskExchange, error: unknown, runtime: Runtime) => GatewayResponse
}

export async function serveTask(
  exchange: TaskExchange,
  exits: TaskExits,
  runtime: Runtime,
): Promise<Step<GatewayResponse>> {
  const caller = await identify(exchange, runtime)
  if (!caller.ok) return caller
  exchange.caller = caller.value

  const read = await readTask(exchange, runtime.policy.config.bounds)
  if (!read.ok) return read
  const { call, body, bytes } = read.value
  exchange.call = call

  const inputTokens = estimateTaskTokens(call)
  const { form, version } = exchange.endpoint
  const asked = { api: form.name, version, model: call.model, call, body, bytes: bytes.byteLength, inputTokens }
  const facts = await buildFacts(exchange, caller.value, asked, runtime)
  if (!facts.ok) return facts

  const decision = decide(exchange, facts.value, call.model, runtime)
  if (!decision.ok) return decision

  const guarded = await guardTaskRequest(exchange, read.value, decision.value, runtime)
  if (!guarded.ok) return guarded
  exchange.call = guarded.value

  const input = guarded.value === call ? inputTokens : estimateTaskTokens(guarded.value)
  const expected = { input, output: 0, ...call.expects }
  exchange.inputTokens = input
  const granted = { facts: facts.value, decision: decision.value }
  const limits = await takeLimits(exchange, { ...granted, tokens: input + expected.output }, runtime)
  if (!limits.ok) return limits

  const ask = async (each: TaskExchange): Promise<GatewayResponse> => {
    try {
      const outcome = await carryOutTask(each, guarded.value, { ...granted, expected }, runtime)
      if (outcome.kind === 'task') return answerTask(each, outcome, input, runtime)
      return exits.refuse(each, endRoute(each, outcome, input, runtime), runtime)
    } catch (error) {
      return exits.failByBug(each, error, runtime)
    }
  }
  const client = { api: form.name, version, dialect: exchange.dialect.name, isArray: false }
  return answerCached(exchange, { ...granted, client, call: guarded.value, came: read.value }, ask, runtime)
}

/** The provider's own bytes where they are in the form of the clients, else what was made of them. */
function answerTask(
  exchange: TaskExchange,
  { answer, bytes, target, attempts, losses }: TaskOutcome,
  input: number,
  runtime: Runtime,
): GatewayResponse {
  const { policy } = runtime
  Object.assign(exchange, { target, attempts, losses })
  settle(exchange, settleUsage({ output: 0, ...answer.usage }, { input, output: 0 }), policy.config.catalogue)
  const headers = { ...exchangeHeaders(exchange, policy.digest), 'content-type': 'application/json' }
  // A client that left while the call was drained gets nothing, though all of it was used.
  const hasLeft = exchange.request.signal.aborted
  if (hasLeft) exchange.failure = 'client_gone'
  exchange.isRepeatable = !hasLeft && exchange.isUnjudged !== true
  concludeCall(exchange, hasLeft ? 499 : 200, runtime)
  return { status: 200, headers, body: answer.body === undefined ? bytes : JSON.stringify(answer.body) }
}
