/** Errors of this dialect, for clients: a `google.rpc.Status` with details. */
import type { ClientError } from '../dialect.ts'
import { compact } from '../json.ts'
import type { JsonObject } from '../neutral.ts'

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
