/**
 * OAuth 2.0 token introspection (RFC 7662): the authorization server is asked what a token is worth. Its answer is kept
 * for a while under a digest of the token, a yes no longer than the token lives, and asked for once at a time.
 */
import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { IntrospectionConfig } from '../config/config.ts'
import type { Reply, TokenWorld } from './ask.ts'
import { longestAskMs } from './ask.ts'
import type { CheckedToken } from './checked-token.ts'
import { refused, unavailable } from './checked-token.ts'
import type { Claims } from './claims.ts'
import { callerOfClaims } from './claims.ts'

/** Says what a token is worth. */
export type Introspect = (token: string) => Promise<CheckedToken>

interface Kept {
  readonly checked: CheckedToken
  readonly untilMs: number
}

const keptBytes = 16 * 1024 * 1024
/** A no is kept for less: a token may be shown a moment before its server knows of it. */
const longestNoMs = 10_000

export function createIntrospect(config: IntrospectionConfig, world: TokenWorld): Introspect {
  const kept = new LRUCache<string, Kept & { readonly bytes: number }>({
    max: 10_000,
    maxSize: keptBytes,
    sizeCalculation: ({ bytes }) => bytes,
  })
  const pending = new Map<string, Promise<CheckedToken>>()
  const ask = async (token: string, digest: string): Promise<CheckedToken> => {
    const reply = await world.ask(questionAbout(token, config))
    const claims = readClaims(reply)
    if (typeof claims === 'string') {
      world.onProblem(config.url, claims)
      return unavailable('what the token is worth cannot be asked now')
    }
    const { checked, untilMs } = judge(claims, config, world.now())
    const bytes = 1024 + (reply.ok ? 2 * reply.text.length : 0)
    if (world.now() < untilMs) kept.set(digest, { checked, untilMs, bytes })
    return checked
  }
  return async (token) => {
    const digest = createHash('sha256').update(token).digest('base64')
    const known = kept.get(digest)
    if (known !== undefined && world.now() < known.untilMs) return known.checked
    const running =
      pending.get(digest) ??
      ask(token, digest).finally(() => {
        pending.delete(digest)
      })
    pending.set(digest, running)
    return running
  }
}

function questionAbout(token: string, config: IntrospectionConfig) {
  // Id and secret are form-encoded before they are joined (RFC 6749, 2.3.1).
  const client = `${formEncode(config.clientId)}:${formEncode(config.clientSecret.reveal())}`
  return {
    method: 'POST',
    url: config.url,
    headers: {
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${Buffer.from(client).toString('base64')}`,
    },
    body: new URLSearchParams({ token, token_type_hint: 'access_token' }).toString(),
    timeoutMs: longestAskMs,
    private: config.private,
  } as const
}

function formEncode(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1)
}

/** The claims of a reply, or why it has none. */
function readClaims(reply: Reply): Claims | string {
  if (!reply.ok) return reply.message
  if (reply.status !== 200) return `it answered ${reply.status}`
  try {
    const value: unknown = JSON.parse(reply.text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Claims
  } catch {}
  return 'its answer is no JSON object'
}

function judge(claims: Claims, config: IntrospectionConfig, nowMs: number): Kept {
  const no = (message: string): Kept => ({
    checked: refused(message),
    untilMs: nowMs + Math.min(longestNoMs, config.cacheMs),
  })
  const { active, exp, nbf, aud } = claims
  if (active !== true) return no('the token is not known, has expired or was taken back')
  if (typeof nbf === 'number' && nowMs < nbf * 1000) return no('the token is not good yet')
  const endsMs = typeof exp === 'number' ? exp * 1000 : Number.POSITIVE_INFINITY
  if (endsMs <= nowMs) return no('the token has expired')
  if (config.audience !== undefined && ![aud].flat().includes(config.audience)) {
    return no('the token is for another audience')
  }
  const { origin, pathname } = new URL(config.url)
  const checked = callerOfClaims(claims, config.claims, {
    vouchedBy: `${origin}${pathname}`,
    subjects: ['sub', 'client_id', 'username'],
  })
  return checked.ok ? { checked, untilMs: Math.min(nowMs + config.cacheMs, endsMs) } : no(checked.message)
}
