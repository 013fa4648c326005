/** What checking tokens needs of HTTP: one bounded exchange with a configured address. Sockets are the gateway's. */

export interface Question {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly timeoutMs: number
  /** Whether a host name may resolve to a private address. */
  readonly private: boolean
}

export type Reply =
  | { readonly ok: true; readonly status: number; readonly text: string }
  | { readonly ok: false; readonly message: string }

/** Sends one request; never rejects, and follows no redirect. */
export type Ask = (question: Question) => Promise<Reply>

/** What a check of tokens is given of the world. */
export interface TokenWorld {
  readonly ask: Ask
  readonly now: () => number
  /** Told why an address could not be asked; the message holds no token. */
  readonly onProblem: (url: string, message: string) => void
}

/** Longest wait for a key set, or for what is said of a token. */
export const longestAskMs = 5000
