/**
 * A provider behind HTTP: one pool of kept-alive connections to one origin.
 *
 * No redirect is followed, no proxy or cookie is taken from anywhere, and undici's own timeouts are off: the
 * clocks of the route rule. Only the headers that are built here go out.
 */
import { Pool } from 'undici'
import type { ProviderConfig } from '../config/config.ts'
import { Secret } from '../config/secret.ts'
import type { HeaderLookup } from '../dialects/dialect.ts'
import type { UpstreamError } from '../dialects/neutral.ts'
import { findExhaustedMs, readRateLimits } from '../dialects/rate-limits.ts'
import { findRetryAfterMs } from '../dialects/retry-after.ts'
import { guardedLookup, type Resolve } from './address.ts'
import { type Credentials, createCredentials, type Taken } from './credentials.ts'
import { decompress } from './decompress.ts'
import { exchange } from './exchange.ts'
import type { HttpType, Spoken } from './http-type.ts'
import { redactorOf } from './key-ring.ts'
import type { Provider, ProviderRequest, ProviderResponse, ProviderResult, SetTimer } from './provider.ts'

export interface HttpProviderOptions {
  readonly baseUrl: string
  readonly now: () => number
  readonly setTimer: SetTimer
  /** How names are resolved; the system's way where absent. */
  readonly resolve?: Resolve
}

/** Connections to one origin; a request beyond them waits. */
const maxConnections = 512
/** Longest that a connection may take where the route has no `connect` clock. */
const longestConnectMs = 30_000
/** A peer that closes idle connections sooner says so, and undici heeds it. */
const keepAliveMs = 30_000

const userAgent = 'policyc'

export function createHttpProvider(config: ProviderConfig, type: HttpType, options: HttpProviderOptions): Provider {
  const base = new URL(options.baseUrl)
  const pool = new Pool(base.origin, {
    connections: maxConnections,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: keepAliveMs,
    connect: {
      timeout: longestConnectMs,
      ...(config.private ? {} : { lookup: guardedLookup(options.resolve) }),
    },
  })
  const [first, ...further] = spokenBy(type, config)
  const pathOf = (request: ProviderRequest): string => {
    const task = request.task && type.tasks?.[request.task]
    const { path: of } = task ?? further.find(({ dialect }) => dialect.name === request.dialect) ?? first
    const path = typeof of === 'string' ? of : of(request, config)
    return `${base.pathname.replace(/\/+$/, '')}${path}${base.search}`
  }
  const credentials = createCredentials(type, config, options)
  // An access key, a client's secret: what signs or asks for tokens is never called a key.
  const redactSettings = redactorOf(Object.values(config.options).filter((value) => value instanceof Secret))
  const { nameOf } = type
  const sign = config.apiKeys.length === 0 ? type.sign?.(config) : undefined
  const streamType = first.dialect.framing === 'binary' ? 'application/vnd.amazon.eventstream' : 'text/event-stream'

  const headersOf = ({ header }: Taken, request: ProviderRequest): Record<string, string> => {
    return {
      ...configuredHeaders(config),
      ...type.headers(config, request.headers),
      ...(header ? { [header[0]]: header[1] } : {}),
      'content-type': 'application/json',
      accept: request.stream ? streamType : 'application/json',
      'accept-encoding': 'identity',
      'user-agent': userAgent,
    }
  }

  const call = async (request: ProviderRequest): Promise<ProviderResult> => {
    const taken = await credentials.take(request.signal)
    if (!taken.ok) return taken
    const path = pathOf(request)
    const signed = await sign?.({ url: `${base.origin}${path}`, body: request.body, atMs: options.now() })
    const headers = { ...headersOf(taken, request), ...signed }
    const exchanged = await exchange(pool, {
      request: { path, method: 'POST', headers, body: request.body },
      signal: request.signal,
      setTimer: options.setTimer,
      ...(request.connectTimeoutMs === undefined ? {} : { connectTimeoutMs: request.connectTimeoutMs }),
    })
    if (!exchanged.ok) return exchanged
    const { status } = exchanged
    const answered = lookupIn(exchanged.headers)
    const body = decompress(answered('content-encoding'), exchanged.body)
    if (!body || status < 200 || (300 <= status && status < 400)) {
      await exchanged.body[Symbol.asyncIterator]().return?.()
      const message = body
        ? `the provider answered ${status}, and redirects are not followed`
        : `the answer is compressed in a way that was not asked for: \`${answered('content-encoding')}\``
      return { ok: false, failure: { kind: 'malformed', message } }
    }
    return { ok: true, status, headers: answered, body, ...afterAnswer(credentials, taken.secret, status, answered) }
  }

  return {
    name: config.name,
    type: config.type,
    dialect: first.dialect,
    ...(type.dialectOf === undefined ? {} : { dialectOf: type.dialectOf }),
    ...(further.length === 0 ? {} : { alsoSpeaks: further.map(({ dialect }) => dialect) }),
    taskOf: (task, model) => {
      const format = type.tasks?.[task]?.format
      return typeof format === 'function' ? format(model) : format
    },
    encoding: { ...type.encoding, ...type.configured?.(config) },
    ...(nameOf === undefined ? {} : { nameOf: (model: string) => nameOf(model, config) }),
    call,
    redact: (text) => redactSettings(credentials.redact(text)),
    async close() {
      await Promise.all([credentials.close(), pool.destroy()])
    },
  }
}

type After = Pick<ProviderResponse, 'otherKeyReady' | 'onRefusal' | 'restMs'>

/** What an answer's head says of the credential that it was asked with. */
function afterAnswer(
  credentials: Credentials,
  secret: Secret | undefined,
  status: number,
  headers: HeaderLookup,
): After {
  const isRefusal = status === 401 || status === 429
  if (isRefusal) {
    const why = status === 401 ? 'refused' : 'throttled'
    const otherKeyReady = secret !== undefined && credentials.refuse(secret, why, findRetryAfterMs(headers, undefined))
    return { otherKeyReady }
  }
  if (300 <= status) {
    // Some name a wrong key, an account without money or a limit in the body alone, under another status.
    const onRefusal = ({ kind, retryAfterMs }: UpstreamError): boolean =>
      secret !== undefined &&
      (kind === 'auth' || kind === 'quota' || kind === 'rate_limit') &&
      credentials.refuse(secret, kind === 'rate_limit' ? 'throttled' : 'refused', retryAfterMs)
    return { otherKeyReady: false, onRefusal }
  }
  const restMs = findExhaustedMs(readRateLimits(headers))
  if (restMs === undefined) return { otherKeyReady: false }
  const hasOther = secret !== undefined && credentials.rest(secret, restMs)
  return { otherKeyReady: false, ...(hasOther ? {} : { restMs }) }
}

/** The dialects that a provider speaks, of which calls are put into the first: the one that is configured, or its type's. */
function spokenBy(type: HttpType, { options }: ProviderConfig): readonly [Spoken, ...Spoken[]] {
  const only = type.also?.find(({ dialect }) => dialect.name === `openai-${String(options['api'])}`)
  return only === undefined ? [type, ...(type.also ?? [])] : [only]
}

function lookupIn(headers: Readonly<Record<string, string | string[] | undefined>>): HeaderLookup {
  return (name) => {
    const value = headers[name.toLowerCase()]
    return Array.isArray(value) ? value.join(', ') : value
  }
}

/** These belong to the connection, not to the configuration (RFC 9110, 7.6.1). */
const ofConnection: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

function configuredHeaders({ headers }: ProviderConfig): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const)
  return Object.fromEntries(entries.filter(([name]) => !ofConnection.has(name)))
}
