/**
 * Access tokens by OAuth 2 (RFC 6749, 4.4 and 5; RFC 7523 for a signed assertion): one form to the token endpoint, one
 * JSON answer; a cloud's metadata server is asked without a form. The endpoint's host name passes the same guard as a
 * provider's.
 */
import { Pool } from 'undici'
import type { ProviderConfig } from '../config/config.ts'
import { Secret } from '../config/secret.ts'
import { isObject, parseJson } from '../dialects/json.ts'
import type { Json } from '../dialects/neutral.ts'
import { guardedLookup, type Resolve } from './address.ts'
import { exchange } from './exchange.ts'
import type { ProviderFailure, SetTimer } from './provider.ts'
import { createTokenSource, type FetchedToken, type TokenRequest, type TokenSource } from './token-source.ts'

export interface TokenOptions {
  readonly now: () => number
  readonly setTimer: SetTimer
  readonly resolve?: Resolve
}

export interface OauthTokens extends TokenSource {
  readonly close: () => Promise<void>
}

/** Longest wait for a token. */
const longestFetchMs = 30_000
const maxAnswerBytes = 64 * 1024
/** Where the endpoint says no lifetime: the least that is common. */
const unsaidLifetimeS = 300

export function createOauthTokens(request: TokenRequest, config: ProviderConfig, options: TokenOptions): OauthTokens {
  const url = new URL(request.endpoint)
  const pool = new Pool(url.origin, {
    connections: 1,
    connect: { timeout: longestFetchMs, ...(config.private ? {} : { lookup: guardedLookup(options.resolve) }) },
  })
  const fetchToken = async (): Promise<FetchedToken> => {
    const { signal, stop } = limited(options.setTimer)
    try {
      const form = request.form && (await request.form(options.now()))
      const type = form && { 'content-type': 'application/x-www-form-urlencoded' }
      const sent = await exchange(pool, {
        request: {
          path: `${url.pathname}${url.search}`,
          method: form === undefined ? 'GET' : 'POST',
          headers: { accept: 'application/json', ...type, ...request.headers },
          body: form === undefined ? null : new URLSearchParams(form).toString(),
        },
        signal,
        setTimer: options.setTimer,
      })
      if (!sent.ok) return failed('message' in sent.failure ? sent.failure.message : 'no answer in time')
      return readToken(sent.status, await readJson(sent.body), options.now())
    } catch (error) {
      return failed(error instanceof Error ? error.message : 'the token could not be read')
    } finally {
      stop()
    }
  }
  return { ...createTokenSource(fetchToken, options.now), close: () => pool.destroy() }
}

function limited(setTimer: SetTimer): { readonly signal: AbortSignal; readonly stop: () => void } {
  const controller = new AbortController()
  return { signal: controller.signal, stop: setTimer(longestFetchMs, () => controller.abort()) }
}

async function readJson(body: AsyncIterable<Uint8Array>): Promise<Json | undefined> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body) {
    length += chunk.byteLength
    if (maxAnswerBytes < length) return undefined
    chunks.push(chunk)
  }
  return parseJson(Buffer.concat(chunks).toString('utf8'))
}

function readToken(status: number, body: Json | undefined, nowMs: number): FetchedToken {
  const { access_token: value, expires_in: lifetime, error } = isObject(body) ? body : {}
  if (status !== 200 || typeof value !== 'string' || value === '') {
    const code = typeof error === 'string' && /^[\w.-]{1,60}$/.test(error) ? ` with \`${error}\`` : ''
    return failed(`the token endpoint answered ${status}${code}`)
  }
  const seconds = Number(lifetime ?? unsaidLifetimeS)
  const lifetimeS = Number.isFinite(seconds) ? Math.max(0, seconds) : unsaidLifetimeS
  return { ok: true, token: { value: new Secret(value), expiresAtMs: nowMs + lifetimeS * 1000 } }
}

function failed(message: string): ProviderFailure {
  return { ok: false, failure: { kind: 'connect', message: `there is no access token: ${message}` } }
}
