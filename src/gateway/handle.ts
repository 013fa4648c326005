/**
 * The life of one request, from either face to the answer. Each step is a file; each can end the request.
 *
 *     fetch.ts · node.ts          the faces: Web requests, node:http
 *            │
 *      1  endpoint.ts             method and path ──────────────▶ 404 405 431
 *         admission.ts            a place among those under way ▶ 503
 *            │
 *      2  identify.ts             caller ───────────────────────▶ 401 429 503
 *            │
 *      3  read-call.ts            body, JSON, call ─────────────▶ 400 408 413 415
 *            │
 *      4  facts.ts                facts ────────────────────────▶ 400 503 (an attribute)
 *            │
 *      5  decide.ts               decision ─────────────────────▶ 403 404 (a model)
 *            │
 *      6  guards.ts               guards on the request ────────▶ 400 503 (a check)
 *            │
 *      7  limits.ts               rewrites, limits ─────────────▶ 429 503
 *            │
 *      8  cached.ts               a kept answer ────────────────▶ the answer
 *            │
 *         route.ts                dispatch, budgets ────────────▶ 400 402 404 413 429 502 503 504
 *            │
 *      9  answer.ts               whole, or answer-stream.ts,
 *                                 through guards.ts ────────────▶ an error event, after the first content
 *            │
 *         conclude.ts             limits and budgets settled, record, log line; every exit comes by here
 *
 * Calls that are no conversation take these steps in serve-task.ts. What goes wrong is a `Failure` (failure.ts has
 * the statuses); what is thrown is a bug, caught here once, told as a 500 that names the request's id, and logged
 * with its stack.
 */
import { estimateInputTokens } from '../dialects/estimate.ts'
import type { Place } from './admission.ts'
import { answerStream, answerWhole } from './answer.ts'
import { answerCached } from './cached.ts'
import { conclude, concludeCall } from './conclude.ts'
import { decide } from './decide.ts'
import { endRoute } from './end-route.ts'
import type { Endpoint } from './endpoint.ts'
import { findEndpoint } from './endpoint.ts'
import type { CallExchange, Exchange } from './exchange.ts'
import { buildFacts } from './facts.ts'
import type { Failure } from './failure.ts'
import { tell, wordFor } from './failure.ts'
import { guardRequest } from './guards.ts'
import { exchangeHeaders, requestIdOf } from './headers.ts'
import { identify } from './identify.ts'
import { takeLimits } from './limits.ts'
import { listModels } from './models.ts'
import { type ReadCall, readCall } from './read-call.ts'
import type { GatewayRequest, GatewayResponse } from './request.ts'
import { rewriteCall } from './rewrite.ts'
import { carryOut, type Undertaking } from './route.ts'
import type { Runtime } from './runtime.ts'
import { serveTask } from './serve-task.ts'

const noUsage = { provenance: 'none' } as const

/** Answers a request; never rejects. */
export async function handle(request: GatewayRequest, runtime: Runtime): Promise<GatewayResponse> {
  const endpoint = findEndpoint(request.method, request.path, request.header, request.query)
  const exchange: Exchange & { place?: Place } = {
    id: requestIdOf(request.header, runtime.environment.requestId),
    startedAtMs: runtime.environment.now(),
    request,
    endpoint,
    dialect: endpoint.dialect,
    attempts: [],
    losses: [],
    usage: noUsage,
  }
  try {
    return await answer(exchange, endpoint, runtime)
  } catch (error) {
    return failByBug(exchange, error, runtime)
  }
}

async function answer(
  exchange: Exchange & { place?: Place },
  endpoint: Endpoint,
  runtime: Runtime,
): Promise<GatewayResponse> {
  const { method, path } = exchange.request
  const { admission, policy } = runtime
  const { bounds } = policy.config
  if (endpoint.kind === 'health') return health(exchange, endpoint.probe, runtime)
  if (sizeOf(exchange.request.headers()) > bounds.headerBytes) {
    return refuse(exchange, { kind: 'headers_too_large', maxBytes: bounds.headerBytes }, runtime)
  }
  switch (endpoint.kind) {
    case 'unknown':
      return refuse(exchange, { kind: 'unknown_path', method, path }, runtime)
    case 'unavailable':
      return refuse(exchange, { kind: 'unavailable', method, path }, runtime)
    case 'wrong_method':
      return refuse(exchange, { kind: 'wrong_method', method, path, allow: endpoint.allow }, runtime)
    case 'models':
    case 'call':
    case 'task':
      break
  }
  const place = admission.enter()
  if (place === 'closing') return refuse(exchange, { kind: 'closing' }, runtime)
  if (place === 'busy') return refuse(exchange, { kind: 'busy', max: bounds.concurrentRequests }, runtime)
  exchange.place = place
  if (endpoint.kind === 'call') {
    return serveCall(Object.assign(exchange, { endpoint, place, dialect: endpoint.dialect }), runtime)
  }
  if (endpoint.kind === 'task') {
    const served = await serveTask(Object.assign(exchange, { endpoint, place }), { refuse, failByBug }, runtime)
    return served.ok ? served.value : refuse(exchange, served.failure, runtime)
  }
  const models = await listModels(exchange, endpoint, runtime)
  if (!models.ok) return refuse(exchange, models.failure, runtime)
  conclude(exchange, 200, runtime)
  place.leave()
  return json(exchange, 200, models.value, runtime)
}

async function serveCall(exchange: CallExchange, runtime: Runtime): Promise<GatewayResponse> {
  const { policy } = runtime
  const caller = await identify(exchange, runtime)
  if (!caller.ok) return refuse(exchange, caller.failure, runtime)
  exchange.caller = caller.value

  const read = await readCall(exchange, policy.config.bounds)
  if (!read.ok) return refuse(exchange, read.failure, runtime)
  const { call, body, bytes } = read.value
  exchange.call = call

  const inputTokens = estimateInputTokens(call)
  const { api, version } = exchange.endpoint
  const asked = { api, version, model: call.model, call, body, bytes: bytes.byteLength, inputTokens }
  const facts = await buildFacts(exchange, caller.value, asked, runtime)
  if (!facts.ok) return refuse(exchange, facts.failure, runtime)

  const decision = decide(exchange, facts.value, call.model, runtime)
  if (!decision.ok) return refuse(exchange, decision.failure, runtime)

  const guarded = await guardRequest(exchange, read.value, decision.value, runtime)
  if (!guarded.ok) return refuse(exchange, guarded.failure, runtime)

  const { call: rewritten, changed: isRewritten } = rewriteCall(guarded.value.call, decision.value.rewrites)
  const changed = isRewritten || guarded.value.changed
  exchange.call = rewritten
  const expected = {
    input: changed ? estimateInputTokens(rewritten) : inputTokens,
    output: runtime.expectedOutput.expect(decision.value.route.rule, rewritten),
  }
  exchange.inputTokens = expected.input
  const granted = { facts: facts.value, decision: decision.value }
  const limits = await takeLimits(exchange, { ...granted, tokens: expected.input + expected.output }, runtime)
  if (!limits.ok) return refuse(exchange, limits.failure, runtime)

  const undertaking = { ...granted, call: rewritten, changed, expected }
  const ask = (each: CallExchange) => serve(each, { read: read.value, undertaking, inputTokens }, runtime)
  const { dialect, endpoint } = exchange
  const isArray = endpoint.address?.isArray === true
  // Rewrites alone say all that they change; what guards took out may come back in the answer.
  const came = isRewritten && !guarded.value.changed ? {} : { came: read.value }
  const cacheable = { ...granted, client: { api, version, dialect: dialect.name, isArray }, call: rewritten, ...came }
  const answered = await answerCached(exchange, cacheable, ask, runtime)
  return answered.ok ? answered.value : refuse(exchange, answered.failure, runtime)
}

interface Serving {
  readonly read: ReadCall
  readonly undertaking: Undertaking
  /** Of the call as it came, by estimate. */
  readonly inputTokens: number
}

/** Has a provider answer; never rejects, since nobody may be waiting when a kept answer is fetched anew. */
async function serve(exchange: CallExchange, serving: Serving, runtime: Runtime): Promise<GatewayResponse> {
  const { read, undertaking, inputTokens } = serving
  try {
    const outcome = await carryOut(exchange, read, undertaking, runtime)
    switch (outcome.kind) {
      case 'whole': {
        const answered = await answerWhole(exchange, { outcome, estimatedInputTokens: inputTokens }, runtime)
        return answered.ok ? answered.value : refuse(exchange, answered.failure, runtime)
      }
      case 'stream':
        return answerStream(exchange, { outcome, estimatedInputTokens: inputTokens }, runtime)
      case 'failed':
        return refuse(exchange, endRoute(exchange, outcome, inputTokens, runtime), runtime)
    }
  } catch (error) {
    return failByBug(exchange, error, runtime)
  }
}

function failByBug(exchange: Exchange & { readonly place?: Place }, error: unknown, runtime: Runtime): GatewayResponse {
  runtime.logger.error({ requestId: exchange.id, err: error }, 'a request failed by a bug')
  return refuse(exchange, { kind: 'bug', requestId: exchange.id }, runtime)
}

/** The one exit of what fails: the dialect's error, the usual headers, the record. */
function refuse(exchange: Exchange & { readonly place?: Place }, failure: Failure, runtime: Runtime): GatewayResponse {
  const { error, headers } = tell(failure)
  exchange.failure = wordFor(failure)
  if (failure.kind === 'attribute') {
    runtime.logger.error(
      { requestId: exchange.id, attribute: failure.path, err: failure.cause },
      'an attribute could not be determined',
    )
  }
  concludeCall(exchange, error.status, runtime)
  const body = exchange.dialect.encodeError(error)
  // Anthropic's errors carry the id in the body too.
  const named = exchange.dialect.name === 'anthropic' ? { ...body, request_id: exchange.id } : body
  const { endpoint } = exchange
  // Where a stream would be an array, Google tells an error as one too.
  const isArray = endpoint.kind === 'call' && endpoint.address?.isArray === true
  const response = json(exchange, error.status, isArray ? [named] : named, runtime)
  return { ...response, headers: { ...response.headers, ...headers } }
}

function health(exchange: Exchange, probe: 'live' | 'ready', runtime: Runtime): GatewayResponse {
  const isReady = probe === 'live' || !runtime.admission.isClosing
  return json(exchange, isReady ? 200 : 503, { status: isReady ? 'ok' : 'stopping' }, runtime)
}

function json(exchange: Exchange, status: number, value: object, { policy }: Runtime): GatewayResponse {
  return {
    status,
    headers: { ...exchangeHeaders(exchange, policy.digest), 'content-type': 'application/json' },
    body: JSON.stringify(value),
  }
}

/** As HTTP/1.1 writes them: name, value, and four bytes around. */
function sizeOf(headers: Iterable<readonly [string, string]>): number {
  let bytes = 0
  for (const [name, value] of headers) bytes += name.length + value.length + 4
  return bytes
}
