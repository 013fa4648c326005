/**
 * What may follow a failed attempt: a retry, the next step, or nothing because the fault is the caller's
 * (language.md §5). Also what a failure says of the target's health.
 */
import type { UpstreamError } from '../dialects/neutral.ts'
import { STATUS_OF } from '../dialects/upstream-error.ts'
import type { AttemptError } from './outcome.ts'

/** Whether `retry … on CLASSES` covers this error. */
export function mayRetry(on: readonly string[], error: AttemptError): boolean {
  switch (error.kind) {
    case 'upstream': {
      // A quota does not come back in seconds, and a provider that says "do not retry" knows.
      if (error.error.kind === 'quota' || error.error.mayRetry === false) return false
      return [error.error.status, meantStatus(error.error)].some(
        (status) => on.includes(String(status)) || on.includes(`${Math.floor(status / 100)}xx`),
      )
    }
    case 'connect':
      return on.includes('connect')
    case 'timeout':
      // The connect clock is one of our clocks, and what it tells is that there was no connection.
      return (
        error.clock !== 'deadline' && (on.includes('timeout') || (error.clock === 'connect' && on.includes('connect')))
      )
    case 'cut':
      return on.includes('cut')
    case 'unfit':
      return false
  }
}

/** The status that an error stands for: some providers say 400 of what was their model's slip. */
function meantStatus({ kind, status }: UpstreamError): number {
  return kind === 'server' && status < 500 ? STATUS_OF.server : status
}

const followedStatuses: ReadonlySet<number> = new Set([401, 403, 404, 408, 409, 429])

/** Whether the next step is tried after this error: it is the target's fault or state. Else it is the caller's. */
export function mayFallBack(error: AttemptError): boolean {
  switch (error.kind) {
    case 'connect':
    case 'cut':
    case 'unfit':
      return true
    case 'timeout':
      return error.clock !== 'deadline'
    case 'upstream': {
      const { status, kind } = error.error
      if (followedStatuses.has(status) || 500 <= status) return true
      switch (kind) {
        case 'bad_request':
        case 'too_large':
          return false
        // A 400 that another target may take.
        case 'context_length':
        case 'content_policy':
        // Named by the provider's own code where the status is an odd one: a 402 is the account's quota, not the caller's.
        case 'auth':
        case 'permission':
        case 'not_found':
        case 'rate_limit':
        case 'quota':
        case 'overloaded':
        case 'server':
        case 'timeout':
        case 'malformed':
          return true
      }
    }
  }
}

/** What an error says of its target's health: a failure, a request to be left alone for a while, or nothing. */
export function healthOf(error: AttemptError): 'failure' | 'throttled' | 'neutral' {
  switch (error.kind) {
    case 'connect':
    case 'cut':
      return 'failure'
    case 'timeout':
      return error.clock === 'deadline' ? 'neutral' : 'failure'
    case 'unfit':
      return 'neutral'
    case 'upstream':
      switch (error.error.kind) {
        case 'bad_request':
        case 'context_length':
        case 'content_policy':
        case 'too_large':
        // A model that is not there says nothing of those that are.
        case 'not_found':
          return 'neutral'
        case 'rate_limit':
        case 'quota':
          return 'throttled'
        case 'auth':
        case 'permission':
        case 'overloaded':
        case 'server':
        case 'timeout':
        case 'malformed':
          return 'failure'
      }
  }
}

/** How long the provider asks to wait. */
export function hintOf(error: AttemptError): number | undefined {
  return error.kind === 'upstream' ? error.error.retryAfterMs : undefined
}
