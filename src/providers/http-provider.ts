/**
 * A provider behind HTTP: one pool of kept-alive connections to one origin.
 *
 * No redirect is followed, no proxy or cookie is taken from anywhere, and undici's own timeouts are off: the
 * clocks of the route rule. Only the headers that are built here go out.
 */
import { Pool } from 'undici'
import type { ProviderConfig } from '../config/config.ts'
import type { Secret } from '../config/secret.ts'
import type { HeaderLookup } from '../dialects/dialect.ts'
import { findRetryAfterMs } from '../dialects/retry-after.ts'
import { guardedLookup, type Resolve } from './address.ts'
import { decompress } from './decompress.ts'
import { exchange } from './exchange.ts'
import type { HttpType } from './http-type.ts'
import { createKeyRing } from './key-ring.ts'
import type { Provider, ProviderRequest, ProviderResult, SetTimer } from './provider.ts'

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
  const pathOf = (request: ProviderRequest): string => {
    const { path: spoken } = type.also?.find(({ dialect }) => dialect.name === request.dialect) ?? type
    const path = typeof spoken === 'string' ? spoken : spoken(request, config)
    return `${base.pathname.replace(/\/+$/, '')}${path}${base.search}`
  }
  const keys = createKeyRing(config.apiKeys, options.now)
  const { nameOf } = type

  const headersOf = (key: Secret | undefined, request: ProviderRequest): Record<string, string> => {
    const credential = key && type.credential(key.reveal())
    return {
      ...configuredHeaders(config),
      ...type.headers(config, request.headers),
      ...(credential ? { [credential[0]]: credential[1] } : {}),
      'content-type': 'application/json',
      accept: request.stream ? 'text/event-stream' : 'application/json',
      'accept-encoding': 'identity',
      'user-agent': userAgent,
    }
  }

  const call = async (request: ProviderRequest): Promise<ProviderResult> => {
    const key = keys.take()
    const exchanged = await exchange(pool, {
      request: { path: pathOf(request), method: 'POST', headers: headersOf(key, request), body: request.body },
      signal: request.signal,
      setTimer: options.setTimer,
      ...(request.connectTimeoutMs === undefined ? {} : { connectTimeoutMs: request.connectTimeoutMs }),
    })
    if (!exchanged.ok) return exchanged
    const { status } = exchanged
    const headers = lookupIn(exchanged.headers)
    const body = decompress(headers('content-encoding'), exchanged.body)
    if (!body || status < 200 || (300 <= status && status < 400)) {
      await exchanged.body[Symbol.asyncIterator]().return?.()
      const message = body
        ? `the provider answered ${status}, and redirects are not followed`
        : `the answer is compressed in a way that was not asked for: \`${headers('content-encoding')}\``
      return { ok: false, failure: { kind: 'malformed', message } }
    }
    const otherKeyReady =
      key !== undefined &&
      (status === 401 || status === 429) &&
      keys.refuse(key, status, findRetryAfterMs(headers, undefined))
    return { ok: true, status, headers, body, otherKeyReady }
  }

  return {
    name: config.name,
    type: config.type,
    dialect: type.dialect,
    ...(type.also === undefined ? {} : { alsoSpeaks: type.also.map(({ dialect }) => dialect) }),
    encoding: { ...type.encoding, ...type.configured?.(config) },
    ...(nameOf === undefined ? {} : { nameOf: (model: string) => nameOf(model, config) }),
    call,
    redact: keys.redact,
    close: () => pool.destroy(),
  }
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
