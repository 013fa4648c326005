/**
 * An access token that runs out: fetched once for all who wait for it, and renewed while it is still good, so that no
 * call waits for a token but the first.
 */
import type { Secret } from '../config/secret.ts'
import type { ProviderFailure } from './provider.ts'

/** What asks a token endpoint of OAuth 2 for a token. */
export interface TokenRequest {
  readonly endpoint: string
  /** The fields of the form, made anew for each fetch: an assertion is signed for now. Absent for a plain GET. */
  readonly form?: (nowMs: number) => Promise<Readonly<Record<string, string>>>
  readonly headers?: Readonly<Record<string, string>>
}

export interface Token {
  readonly value: Secret
  readonly expiresAtMs: number
}

export type FetchedToken = { readonly ok: true; readonly token: Token } | ProviderFailure

export interface TokenSource {
  /** A token that is good; never rejects. An abort of `signal` ends the wait of this caller alone. */
  readonly take: (signal: AbortSignal) => Promise<FetchedToken>
  /** Forgets a token that was refused before its time. */
  readonly refuse: (token: Secret) => void
  /** A text without the token that is in use. */
  readonly redact: (text: string) => string
}

/** A token with less left than this is not handed out. */
const leastMs = 10_000
/** A token with less left than this is renewed behind the calls that still use it. */
const renewalMs = 300_000

/** Tokens that `fetchToken` gives, which never rejects. */
export function createTokenSource(fetchToken: () => Promise<FetchedToken>, now: () => number): TokenSource {
  let current: Token | undefined
  let underWay: Promise<FetchedToken> | undefined

  const fetchOnce = (): Promise<FetchedToken> => {
    underWay ??= fetchToken().then((fetched) => {
      underWay = undefined
      if (fetched.ok) current = fetched.token
      return fetched
    })
    return underWay
  }
  const leftMs = (): number => (current === undefined ? 0 : current.expiresAtMs - now())

  return {
    async take(signal) {
      if (current !== undefined && leastMs < leftMs()) {
        const token = current
        if (leftMs() < renewalMs) void fetchOnce()
        return { ok: true, token }
      }
      return orAborted(fetchOnce(), signal)
    },
    refuse(token) {
      if (current?.value === token) current = undefined
    },
    redact: (text) => (current === undefined ? text : text.replaceAll(current.value.reveal(), '[redacted]')),
  }
}

function orAborted(fetching: Promise<FetchedToken>, signal: AbortSignal): Promise<FetchedToken> {
  return new Promise((resolve) => {
    const onAbort = () => resolve({ ok: false, failure: { kind: 'aborted' } })
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    void fetching.then((fetched) => {
      signal.removeEventListener('abort', onAbort)
      resolve(fetched)
    })
  })
}
