/** What guards need of HTTP: one bounded exchange of JSON. Sockets are the gateway's. */

export interface PostRequest {
  readonly url: string
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
  /** Whether a host name may resolve to a private address. */
  readonly private: boolean
  readonly signal: AbortSignal
}

export type Posted =
  | { readonly ok: true; readonly status: number; readonly text: string }
  | { readonly ok: false; readonly message: string }

/** Sends one request; never rejects, and follows no redirect. */
export type Post = (request: PostRequest) => Promise<Posted>

export interface Poster {
  readonly post: Post
  /** Ends every connection. */
  readonly close: () => Promise<void>
}
