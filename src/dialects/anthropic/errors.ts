/** Errors of this dialect, for clients. */
import type { ClientError } from '../dialect.ts'
import type { JsonObject } from '../neutral.ts'

const TYPES: ReadonlyMap<number, string> = new Map([
  [401, 'authentication_error'],
  [402, 'billing_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [408, 'timeout_error'],
  [413, 'request_too_large'],
  [429, 'rate_limit_error'],
  [503, 'overloaded_error'],
  [504, 'timeout_error'],
  [529, 'overloaded_error'],
])

export function encodeError(error: ClientError): JsonObject {
  const type = TYPES.get(error.status) ?? (error.status < 500 ? 'invalid_request_error' : 'api_error')
  const id = error.requestId === undefined ? {} : { request_id: error.requestId }
  return { type: 'error', error: { type, message: error.message }, ...id }
}
