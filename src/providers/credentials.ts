/** What proves to a provider who calls: one of its keys, or a token that is fetched. */
import type { ProviderConfig } from '../config/config.ts'
import type { Secret } from '../config/secret.ts'
import { bearer } from './header-values.ts'
import type { HttpType } from './http-type.ts'
import { createKeyRing } from './key-ring.ts'
import { createOauthTokens, type TokenOptions } from './oauth.ts'
import type { ProviderFailure } from './provider.ts'
import type { TokenRequest } from './token-source.ts'

export interface Credentials {
  /** The next one, or why there is none; never rejects. */
  readonly take: (signal: AbortSignal) => Promise<Taken | ProviderFailure>
  /** Told that one was refused or throttled; says whether another is ready. */
  readonly refuse: (secret: Secret, why: 'refused' | 'throttled', retryAfterMs: number | undefined) => boolean
  /** Told that the limits of one are used up; says whether another is ready. */
  readonly rest: (secret: Secret, ms: number) => boolean
  /** A text without any of them. */
  readonly redact: (text: string) => string
  readonly close: () => Promise<void>
}

/** Where a provider needs nothing, there is no secret. */
export interface Taken {
  readonly ok: true
  readonly secret?: Secret
  readonly header?: readonly [name: string, value: string]
}

/** The tokens of a type that has some for this configuration, else the configured keys. */
export function createCredentials(type: HttpType, config: ProviderConfig, options: TokenOptions): Credentials {
  const request = type.tokens?.(config)
  return request === undefined ? keysOf(type, config, options) : tokensOf(request, config, options)
}

function keysOf(type: HttpType, config: ProviderConfig, { now }: TokenOptions): Credentials {
  const keys = createKeyRing(config.apiKeys, now)
  return {
    async take() {
      const secret = keys.take()
      return secret ? { ok: true, secret, header: type.credential(secret.reveal()) } : { ok: true }
    },
    refuse: keys.refuse,
    rest: keys.rest,
    redact: keys.redact,
    close: async () => {},
  }
}

function tokensOf(request: TokenRequest, config: ProviderConfig, options: TokenOptions): Credentials {
  const tokens = createOauthTokens(request, config, options)
  return {
    async take(signal) {
      const fetched = await tokens.take(signal)
      if (!fetched.ok) return fetched
      const { value } = fetched.token
      return { ok: true, secret: value, header: bearer(value.reveal()) }
    },
    refuse(secret, why) {
      if (why === 'refused') tokens.refuse(secret)
      return false
    },
    // One identity has one set of limits.
    rest: () => false,
    redact: tokens.redact,
    close: tokens.close,
  }
}
