/**
 * Step 8, the cache: a call that its policy lets be answered from memory is; one whose answer somebody else is fetching
 * waits for it; and what a provider answers is kept, as its client was given it.
 */
import type { CacheEntry } from '../cache/entry.ts'
import { replayChunks } from '../cache/entry.ts'
import type { Lead, Wait } from '../cache/flights.ts'
import { recordStream, recordWhole } from '../cache/record-body.ts'
import type { CacheableCall } from './cached-key.ts'
import { concludeCall } from './conclude.ts'
import { formatUsd } from './cost.ts'
import type { PlacedExchange, Step } from './exchange.ts'
import { done, failed } from './exchange.ts'
import { exchangeHeaders } from './headers.ts'
import type { GatewayResponse } from './request.ts'
import type { Runtime } from './runtime.ts'

/** Has the call answered by a provider. Never rejects, and concludes the exchange. */
export type Ask<E> = (exchange: E) => Promise<GatewayResponse>

export async function answerCached<E extends PlacedExchange>(
  exchange: E,
  call: CacheableCall,
  ask: Ask<E>,
  runtime: Runtime,
): Promise<Step<GatewayResponse>> {
  const rule = call.decision.cache
  if (rule === null) return done(await ask(exchange))
  if (rule.off) {
    exchange.cache = 'off'
    return done(await ask(exchange))
  }
  const { answers, flights, keyOf } = runtime.caching
  const key = keyOf(exchange.request, call, rule)
  const found = answers.find(key, rule)
  switch (found?.kind) {
    case 'fresh':
      return done(replay(exchange, found.entry, runtime))
    case 'stale':
      return done(answerStale(exchange, { key, entry: found.entry, ask }, runtime))
    case undefined:
      break
  }
  const place = flights.join(key)
  if (place.kind === 'wait') {
    const waited = await waitFor(exchange, place)
    if (!waited.ok) return waited
    if (waited.value !== undefined) return done(replay(exchange, waited.value, runtime))
  }
  exchange.cache = 'miss'
  return done(await askAndKeep(exchange, { key, ask, ...(place.kind === 'lead' ? { flight: place } : {}) }, runtime))
}

/** The answer that another call was given; nothing where this one must ask for itself. */
async function waitFor(
  { request, place }: PlacedExchange,
  wait: Wait<CacheEntry>,
): Promise<Step<CacheEntry | undefined>> {
  const entry = await wait.result([request.signal, place.abort.signal])
  if (request.signal.aborted) return failed({ kind: 'client_gone' })
  return place.abort.signal.aborted ? failed({ kind: 'closing' }) : done(entry)
}

interface Asking<E> {
  readonly key: string
  readonly ask: Ask<E>
  /** The flight that waits for the answer, where this call leads one. */
  readonly flight?: Lead<CacheEntry>
}

async function askAndKeep<E extends PlacedExchange>(
  exchange: E,
  { key, ask, flight }: Asking<E>,
  { caching: { answers } }: Runtime,
): Promise<GatewayResponse> {
  const keep = (headers: CacheEntry['headers'], recording: Pick<CacheEntry, 'body' | 'ends'> | undefined) => {
    if (recording === undefined || exchange.isRepeatable !== true) return flight?.end()
    const entry = { target: exchange.target!, headers, ...recording }
    answers.keep(key, entry)
    flight?.end(entry)
  }
  let response: GatewayResponse
  try {
    response = await ask(exchange)
  } catch (error) {
    flight?.end()
    throw error
  }
  const { body } = response
  const headers = bodyHeaders(response.headers)
  if (typeof body === 'string' || body instanceof Uint8Array) {
    keep(headers, exchange.isRepeatable === true ? recordWhole(body) : undefined)
    return response
  }
  const maxBytes = answers.maxEntryBytes
  return { ...response, body: recordStream(body, { maxBytes, onEnd: (recording) => keep(headers, recording) }) }
}

/** Gives out what is at hand, and has it fetched anew behind: one call at a time, at the cost of the call that found it. */
function answerStale<E extends PlacedExchange>(
  exchange: E,
  { key, entry, ask }: { readonly key: string; readonly entry: CacheEntry; readonly ask: Ask<E> },
  runtime: Runtime,
): GatewayResponse {
  exchange.cache = 'stale'
  const flight = runtime.caching.flights.lead(key)
  if (flight === undefined) return replay(exchange, entry, runtime)
  // The client is answered, so that its going away ends nothing.
  const request = { ...exchange.request, signal: new AbortController().signal }
  void refresh({ ...exchange, request }, { key, ask, flight }, runtime)
  return given(exchange, entry, runtime)
}

/** The exchange is concluded with what the refresh came to, and keeps its place until then. */
async function refresh<E extends PlacedExchange>(exchange: E, asking: Asking<E>, runtime: Runtime): Promise<void> {
  try {
    const { body } = await askAndKeep(exchange, asking, runtime)
    if (typeof body === 'string' || body instanceof Uint8Array) return
    for (let step = await body.next(); !step.done; ) step = await body.next()
  } catch (error) {
    runtime.logger.error({ requestId: exchange.id, err: error }, 'a kept answer could not be fetched anew')
  }
}

/** A kept answer, and the end of its exchange: nothing was used, so nothing is paid. */
function replay(exchange: PlacedExchange, entry: CacheEntry, runtime: Runtime): GatewayResponse {
  exchange.cache ??= 'hit'
  const response = given(exchange, entry, runtime)
  concludeCall(exchange, 200, runtime)
  return response
}

function given(exchange: PlacedExchange, entry: CacheEntry, { policy }: Runtime): GatewayResponse {
  exchange.target = entry.target
  exchange.costNanoUsd = 0
  const headers = { ...exchangeHeaders(exchange, policy.digest), ...entry.headers }
  if (entry.ends === undefined) return { status: 200, headers, body: entry.body }
  return {
    status: 200,
    headers,
    body: replayChunks(entry),
    trailers: () => ({ 'x-policyc-cost': formatUsd(0) }),
  }
}

const keptHeaders = ['content-type', 'cache-control', 'x-accel-buffering']

function bodyHeaders(headers: GatewayResponse['headers']): CacheEntry['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => keptHeaders.includes(name)))
}
