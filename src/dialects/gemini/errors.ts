/** Errors of this dialect: a `google.rpc.Status` with details. */
import type { ClientError, HeaderLookup } from '../dialect.ts'
import { compact } from '../json.ts'
import type { Json, JsonObject, UpstreamError } from '../neutral.ts'
import { decodeHttpError } from '../upstream-error.ts'

const STATUSES: ReadonlyMap<number, string> = new Map([
  [401, 'UNAUTHENTICATED'],
  [402, 'RESOURCE_EXHAUSTED'],
  [403, 'PERMISSION_DENIED'],
  [404, 'NOT_FOUND'],
  [408, 'DEADLINE_EXCEEDED'],
  [409, 'ABORTED'],
  [429, 'RESOURCE_EXHAUSTED'],
  [499, 'CANCELLED'],
  [503, 'UNAVAILABLE'],
  [504, 'DEADLINE_EXCEEDED'],
  [529, 'UNAVAILABLE'],
])

export function encodeError(error: ClientError): JsonObject {
  const status = STATUSES.get(error.status) ?? (error.status < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL')
  const reason = (error.code ?? error.kind).toUpperCase().replace(/[^A-Z0-9]+/g, '_')
  const violation =
    error.param === undefined
      ? []
      : [
          {
            '@type': 'type.googleapis.com/google.rpc.BadRequest',
            fieldViolations: [{ field: error.param, description: error.message }],
          },
        ]
  return {
    error: compact({
      code: error.status,
      message: error.message,
      status,
      details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'policyc' }, ...violation],
    }),
  }
}

/**
 * The error of a non-2xx answer. Google calls every limit a quota, and tells which by its id: one by the minute comes
 * back in seconds, as a rate limit does; one by the day does not, whatever wait is named.
 */
export function decodeError(
  status: number,
  headers: HeaderLookup,
  body: Json | undefined,
  text: string,
): UpstreamError {
  const error = decodeHttpError(status, headers, body, text)
  const isDaily = /"quotaId":"[^"]{0,200}PerDay/.test(body === undefined ? '' : JSON.stringify(body))
  const comesBack = error.kind === 'quota' && status === 429 && error.retryAfterMs !== undefined && !isDaily
  return comesBack ? { ...error, kind: 'rate_limit' } : error
}
