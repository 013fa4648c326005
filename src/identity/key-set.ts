/**
 * The keys of an issuer (RFC 7517), fetched when they are needed and kept.
 *
 * A set is asked for again after ten minutes, and when a token names a key that is not in it, but not more often than
 * every half minute, so that tokens with made-up keys cannot wear the issuer out. While the issuer is down the last set
 * goes on for a day: after that a key that was withdrawn meanwhile would live too long.
 */
import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose'
import { createLocalJWKSet } from 'jose'
import type { JwtConfig } from '../config/config.ts'
import type { Reply, TokenWorld } from './ask.ts'
import { longestAskMs } from './ask.ts'

export interface KeySet {
  /** The keys as they are known, however old but not too old; undefined where none can be had. */
  readonly current: () => Promise<JWTVerifyGetKey | undefined>
  /** Newly fetched keys, for a token whose key is not among the current ones; undefined where there are none newer. */
  readonly renewed: () => Promise<JWTVerifyGetKey | undefined>
}

const freshMs = 10 * 60_000
const staleMs = 24 * 60 * 60_000
const restMs = 30_000
const restAfterFailureMs = 5000

export function createKeySet(config: Pick<JwtConfig, 'jwksUri' | 'private'>, world: TokenWorld): KeySet {
  const { ask, now, onProblem } = world
  let held: { readonly keys: JWTVerifyGetKey; readonly fetchedMs: number } | undefined
  let restsUntilMs = Number.NEGATIVE_INFINITY
  let pending: Promise<JWTVerifyGetKey | undefined> | undefined

  const fetchKeys = async (): Promise<JWTVerifyGetKey | undefined> => {
    const reply = await ask({
      method: 'GET',
      url: config.jwksUri,
      headers: { accept: 'application/jwk-set+json, application/json' },
      timeoutMs: longestAskMs,
      private: config.private,
    })
    const read = readKeys(reply)
    restsUntilMs = now() + (typeof read === 'string' ? restAfterFailureMs : restMs)
    if (typeof read === 'string') {
      onProblem(config.jwksUri, read)
      return undefined
    }
    held = { keys: read, fetchedMs: now() }
    return read
  }
  const renewed = async (): Promise<JWTVerifyGetKey | undefined> => {
    if (pending === undefined && now() < restsUntilMs) return undefined
    pending ??= fetchKeys().finally(() => {
      pending = undefined
    })
    return pending
  }
  const current = async (): Promise<JWTVerifyGetKey | undefined> => {
    if (held !== undefined && now() < held.fetchedMs + freshMs) return held.keys
    const newer = await renewed()
    if (newer !== undefined) return newer
    return held !== undefined && now() < held.fetchedMs + staleMs ? held.keys : undefined
  }
  return { current, renewed }
}

/** The keys that a reply holds, or why there are none. */
function readKeys(reply: Reply): JWTVerifyGetKey | string {
  if (!reply.ok) return reply.message
  if (reply.status !== 200) return `it answered ${reply.status}`
  try {
    return createLocalJWKSet(JSON.parse(reply.text) as JSONWebKeySet)
  } catch {
    return 'its answer is no set of keys'
  }
}
