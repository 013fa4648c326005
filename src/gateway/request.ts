/**
 * One request and its answer as the core sees them: what `fetch.ts` and `node.ts` translate from and to.
 */
import type { IncomingMessage } from 'node:http'

export interface GatewayRequest {
  readonly method: string
  /** The path as it came, percent-encoded, without the query. */
  readonly path: string
  /** What follows the `?`, percent-encoded; empty where nothing does. It may hold a credential: it is never logged. */
  readonly query: string
  /** A header's value, repeated ones joined by `, `; names in lower case. */
  readonly header: (name: string) => string | undefined
  /** Every header, names in lower case. */
  readonly headers: () => Iterable<readonly [string, string]>
  /** The address of the socket's other end, where there is a socket. */
  readonly ip?: string
  readonly readBody: (limits: BodyLimits) => Promise<BodyRead>
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal
  /** What the host program's own functions are given. */
  readonly native: Request | IncomingMessage
}

export interface BodyLimits {
  readonly maxBytes: number
  readonly timeoutMs: number
}

export type BodyRead =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'too_large' | 'timeout' | 'gone' }

export interface GatewayResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** A stream must be read to its end or left by `return()`: that is when usage is settled. */
  readonly body: string | Uint8Array | AsyncIterableIterator<string | Uint8Array>
  /** Trailers, known when a streamed body has ended. */
  readonly trailers?: () => Readonly<Record<string, string>>
}
