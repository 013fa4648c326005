/**
 * What a client is told when providers failed: which status a dispatch failure becomes, and in whose words.
 *
 * The provider's own words go on where the mistake is the client's. A provider that refuses *our* credentials
 * is a 502, never a 401 or 403: the client's key is not what was wrong.
 */
import type { ClientError } from '../dialects/dialect.ts'
import type { UpstreamError, UpstreamErrorKind } from '../dialects/neutral.ts'
import type { AttemptError, DispatchFailure } from '../dispatch/outcome.ts'

interface UpstreamTold {
  readonly error: ClientError
  readonly headers: Readonly<Record<string, string>>
}

/** Status and word for each kind of a provider's error, where no other target could serve. */
const statusOf: Readonly<Record<UpstreamErrorKind, readonly [status: number, kind: string]>> = {
  bad_request: [400, 'invalid_request'],
  context_length: [400, 'invalid_request'],
  content_policy: [400, 'invalid_request'],
  too_large: [413, 'too_large'],
  auth: [502, 'upstream_failed'],
  permission: [502, 'upstream_failed'],
  not_found: [404, 'not_found'],
  rate_limit: [429, 'rate_limited'],
  quota: [429, 'rate_limited'],
  overloaded: [503, 'overloaded'],
  server: [502, 'upstream_failed'],
  timeout: [504, 'upstream_timeout'],
  malformed: [502, 'upstream_failed'],
}

export function tellUpstream(failure: DispatchFailure): UpstreamTold {
  switch (failure.kind) {
    case 'rejected': {
      const { error } = failure
      const status = error.status >= 400 && error.status < 500 ? error.status : 400
      const kind = statusOf[error.kind][0] < 500 ? statusOf[error.kind][1] : 'invalid_request'
      return { error: { status, kind, message: error.message, ...detailsOf(error) }, headers: {} }
    }
    case 'inexpressible': {
      const { field, message, target } = failure
      return {
        error: {
          status: 400,
          kind: 'invalid_request',
          message: `\`${target}\` cannot take \`${field}\`: ${message}`,
          param: field,
        },
        headers: {},
      }
    }
    case 'exhausted': {
      const error = tellAttempt(failure.last, failure.target)
      const mayRetry = error.status === 429 || error.status === 503
      const waitS = Math.max(1, Math.ceil((failure.retryAfterMs ?? 1000) / 1000))
      return { error, headers: mayRetry ? { 'retry-after': String(waitS) } : {} }
    }
    case 'deadline':
      return { error: { status: 504, kind: 'upstream_timeout', message: failure.message }, headers: {} }
    case 'cancelled':
      return { error: { status: 499, kind: 'cancelled', message: 'the client went away' }, headers: {} }
  }
}

/** What a client is told of an error inside a stream that had begun. */
export function tellStreamError(error: UpstreamError): ClientError {
  const [status, kind] = statusOf[error.kind]
  return { status, kind, message: error.message, ...(error.code === undefined ? {} : { code: error.code }) }
}

function tellAttempt(last: AttemptError, target: string): ClientError {
  switch (last.kind) {
    case 'upstream': {
      const [status, kind] = statusOf[last.error.kind]
      const isOurs = last.error.kind === 'auth' || last.error.kind === 'permission'
      const message = isOurs
        ? `\`${target}\` refuses the gateway's own credentials`
        : `\`${target}\` failed: ${last.error.message}`
      return { status, kind, message, ...(isOurs ? {} : detailsOf(last.error)) }
    }
    case 'connect':
      return { status: 502, kind: 'upstream_failed', message: `\`${target}\` cannot be reached: ${last.message}` }
    case 'timeout':
      return { status: 504, kind: 'upstream_timeout', message: `\`${target}\` took too long: ${last.message}` }
    case 'cut':
      return { status: 502, kind: 'upstream_failed', message: `\`${target}\` broke off: ${last.message}` }
    case 'unfit':
      return {
        status: 400,
        kind: 'invalid_request',
        message: `\`${target}\` cannot serve this request: ${last.message}`,
        param: last.field,
      }
  }
}

function detailsOf(error: UpstreamError): { readonly code?: string; readonly param?: string } {
  return {
    ...(error.code === undefined ? {} : { code: error.code }),
    ...(error.param === undefined ? {} : { param: error.param }),
  }
}
