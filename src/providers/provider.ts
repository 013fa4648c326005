/**
 * A provider: one configured upstream, as address, credentials and quirks over a dialect.
 *
 * It takes a request's body and gives the answer's bytes; what they mean is the dialect's business, and when to
 * give up is dispatch's: a provider has no clocks of its own but the one for connecting.
 */
import type { ProviderType } from '../config/config.ts'
import type { HeaderLookup, ProviderDialect, ProviderEncoding } from '../dialects/dialect.ts'
import type { DialectName, UpstreamError } from '../dialects/neutral.ts'
import type { TaskFormat, TaskName } from '../dialects/task.ts'

export interface Provider {
  /** The key under `providers`: the first part of a target. */
  readonly name: string
  readonly type: ProviderType
  /** What calls of clients are put into that speak none of this provider's dialects. */
  readonly dialect: ProviderDialect
  /** Further dialects, for the calls of clients that speak them. */
  readonly alsoSpeaks?: readonly ProviderDialect[]
  /** The only dialect that a model is spoken to in, where that depends on the model. */
  readonly dialectOf?: (model: string) => ProviderDialect | undefined
  /** How it carries out a task for one of its models; undefined where it does not. */
  readonly taskOf?: (task: TaskName, model: string) => TaskFormat | undefined
  /** What this provider wants of its first dialect. */
  readonly encoding: ProviderEncoding
  /** The name under which the provider serves a model, where that is another one: a deployment. */
  readonly nameOf?: (model: string) => string
  /**
   * Sends one request. Resolves at the answer's head, or with the reason why there is none; never rejects. Once
   * `signal` is aborted it resolves, or the body's iteration throws, at once.
   */
  readonly call: (request: ProviderRequest) => Promise<ProviderResult>
  /** A text of this provider without its credentials. */
  readonly redact: (text: string) => string
  /** Ends idle connections, and breaks those in use. */
  readonly close: () => Promise<void>
}

export interface ProviderRequest {
  /** The provider's own model id. */
  readonly model: string
  /** What the body is written in: one of the provider's dialects, the first where absent. */
  readonly dialect?: DialectName
  /** What is asked for where the call is no conversation, and has a path of its own. */
  readonly task?: TaskName
  readonly body: Uint8Array
  readonly stream: boolean
  /** Headers of the client; a provider passes on only those that it knows. */
  readonly headers: Readonly<Record<string, string>>
  /** Longest wait for a connection. */
  readonly connectTimeoutMs?: number
  readonly signal: AbortSignal
}

export type ProviderResult = ProviderResponse | ProviderFailure

export interface ProviderResponse {
  readonly ok: true
  readonly status: number
  readonly headers: HeaderLookup
  /**
   * Decoded of any compression, read once. Iteration throws where the connection breaks; leaving early breaks it.
   */
  readonly body: AsyncIterable<Uint8Array>
  /** After a 401 or 429: another key of the pool is ready, so a retry need not wait for this one. */
  readonly otherKeyReady: boolean
  /**
   * Told of the error in the body, where the status alone does not say that it is about the key; says the same as
   * `otherKeyReady`.
   */
  readonly onRefusal?: (error: UpstreamError) => boolean
  /** How long the provider's own limits leave nothing for a further call, by this answer; no key is left then. */
  readonly restMs?: number
}

export interface ProviderFailure {
  readonly ok: false
  readonly failure: TransportFailure
}

/** Why there is no answer. */
export type TransportFailure =
  /** No connection: refused, no such host, TLS, an address that may not be called. */
  | { readonly kind: 'connect'; readonly message: string }
  /** No connection within `connectTimeoutMs`. */
  | { readonly kind: 'connect_timeout'; readonly message: string }
  /** The connection broke before the answer's head. */
  | { readonly kind: 'cut'; readonly message: string }
  /** An answer that no client of this dialect can read: a redirect, an unknown compression. */
  | { readonly kind: 'malformed'; readonly message: string }
  | { readonly kind: 'aborted' }

/** Runs `run` after `ms`; the answer cancels it. */
export type SetTimer = (ms: number, run: () => void) => () => void
