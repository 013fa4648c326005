/**
 * What carrying out a plan gives: the values between dispatch, which knows targets, attempts and clocks, and
 * the gateway, which knows the client.
 */
import type { Loss } from '../dialects/dialect.ts'
import type { Answer, ChatCall, DialectName, StreamEvent, UpstreamError, Usage } from '../dialects/neutral.ts'
import { isTask, type TaskAnswer, type TaskCall } from '../dialects/task.ts'
import type { Route } from '../graph/decision.ts'

export interface DispatchRequest {
  /** The call in neutral form, after rewrites. */
  readonly call: ChatCall
  /** The client's body as it came, where nothing rewrote it: sent on untouched to a target of the same dialect. */
  readonly raw?: { readonly dialect: DialectName; readonly bytes: Uint8Array }
  /**
   * What the client speaks, for a body that was rewritten and so is not in `raw`; `raw.dialect` where absent. Bytes
   * of answers are given where the target speaks it too.
   */
  readonly dialect?: DialectName
  /** Client headers that a provider of the same dialect may see (`anthropic-beta`, …): already filtered. */
  readonly headers: Readonly<Record<string, string>>
  readonly route: Route
  /** The key of a sticky split: the value of the attribute that it names. */
  readonly stickyKey?: string
  readonly estimatedInputTokens: number
  /** Asked before each attempt; the target is left alone where it gives a reason. What is permitted is attempted. */
  readonly permit?: Permit
  /** Aborted when the client goes away or the gateway stops. */
  readonly signal: AbortSignal
}

/** The same for a task, which holds its client's body itself. */
export interface TaskRequest extends Omit<DispatchRequest, 'call' | 'raw' | 'dialect'> {
  readonly call: TaskCall
}

export function isTaskRequest(request: DispatchRequest | TaskRequest): request is TaskRequest {
  return isTask(request.call)
}

/** Why a target may not be called now, undefined where it may; `attempts` are all before this one. */
export type Permit = (
  target: string,
  attempts: readonly AttemptRecord[],
) => Promise<{ readonly field: string; readonly message: string } | undefined>

export type Outcome = WholeOutcome | StreamOutcome | FailedOutcome

interface Served {
  readonly target: string
  /** Every attempt in order; the last one served. */
  readonly attempts: readonly AttemptRecord[]
  /** What the target could not express and the route let go (`on_loss degrade`). */
  readonly losses: readonly Loss[]
}

export interface WholeOutcome extends Served {
  readonly kind: 'whole'
  readonly answer: Answer
  /** The provider's body as it came, where the target speaks the client's dialect. */
  readonly raw?: { readonly dialect: DialectName; readonly bytes: Uint8Array }
}

export interface StreamOutcome extends Served {
  readonly kind: 'stream'
  /**
   * The stream from its first content on (held-back beginnings included). Ends after a frame whose last event is
   * `end` or `error`; never throws. Leaving the loop early cancels the upstream call. Read it once.
   */
  readonly frames: AsyncIterable<Frame>
}

/** What came of a task. */
export interface TaskOutcome extends Served {
  readonly kind: 'task'
  readonly answer: TaskAnswer
  /** The provider's body as it came; what clients are given where `answer` has none. */
  readonly bytes: Uint8Array
}

/** Some wire bytes and what they said. */
export interface Frame {
  readonly events: readonly StreamEvent[]
  /**
   * The bytes to pass on, whole events, where the target speaks the client's dialect; may be empty. Left out are
   * extras that we asked for, and what the wire says of an `error` event: that one is the gateway's to tell.
   */
  readonly bytes?: Uint8Array
}

export interface FailedOutcome {
  readonly kind: 'failed'
  readonly attempts: readonly AttemptRecord[]
  readonly failure: DispatchFailure
}

/** One attempt at one target: when it began, how long it took, and how it ended. */
export interface AttemptRecord {
  readonly target: string
  readonly startedAtMs: number
  /** Of a stream that is served: until its first content. */
  readonly durationMs: number
  readonly result: 'served' | 'failed' | 'skipped' | 'cancelled'
  readonly error?: AttemptError
  /** What a whole answer, or a stream that failed before its content, said of usage. */
  readonly usage?: Usage
}

/** Why an attempt failed: what the provider said, or what our clocks and sockets did. */
export type AttemptError =
  | { readonly kind: 'upstream'; readonly error: UpstreamError }
  | { readonly kind: 'connect'; readonly message: string }
  | {
      readonly kind: 'timeout'
      readonly clock: 'connect' | 'first_token' | 'idle' | 'timeout' | 'deadline'
      readonly message: string
    }
  /** The connection broke, or the answer ended, before its end. */
  | { readonly kind: 'cut'; readonly message: string }
  /** The target was not tried, and why: it cannot express the call, lacks a capability, is cooling down. */
  | { readonly kind: 'unfit'; readonly field: string; readonly message: string }

export type DispatchFailure =
  /** The caller's own mistake, as the provider told it: ends the chain. */
  | { readonly kind: 'rejected'; readonly error: UpstreamError; readonly target: string }
  /** No target can express the call: names the field. */
  | { readonly kind: 'inexpressible'; readonly field: string; readonly message: string; readonly target: string }
  /** Every target was tried or skipped; the last error, and the wait after which it may be better. */
  | { readonly kind: 'exhausted'; readonly last: AttemptError; readonly target: string; readonly retryAfterMs?: number }
  | { readonly kind: 'deadline'; readonly message: string }
  | { readonly kind: 'cancelled' }
