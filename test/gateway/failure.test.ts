import { expect, test } from 'vitest'
import type { AttemptError, DispatchFailure } from '../../src/dispatch/outcome.ts'
import type { Failure } from '../../src/gateway/failure.ts'
import { tell } from '../../src/gateway/failure.ts'

const exhausted = (last: AttemptError, retryAfterMs?: number): Failure => {
  const failure: DispatchFailure = {
    kind: 'exhausted',
    last,
    target: 'p/m',
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  }
  return { kind: 'upstream', failure }
}
const upstream = (
  kind: Extract<AttemptError, { kind: 'upstream' }>['error']['kind'],
  status: number,
): AttemptError => ({
  kind: 'upstream',
  error: { kind, status, message: 'their words', code: 'c', param: 'p' },
})

/** Every failure, once: its status, its word, the headers beside the usual ones. */
const table: readonly (readonly [Failure, number, string, object?])[] = [
  [{ kind: 'unknown_path', method: 'GET', path: '/x' }, 404, 'not_found'],
  [{ kind: 'unavailable', method: 'POST', path: '/v1/x' }, 404, 'not_found'],
  [{ kind: 'wrong_method', method: 'PUT', path: '/v1/x', allow: 'POST' }, 405, 'method_not_allowed', { allow: 'POST' }],
  [{ kind: 'unsupported_media', message: 'm' }, 415, 'invalid_request'],
  [{ kind: 'headers_too_large', maxBytes: 1 }, 431, 'invalid_request'],
  [{ kind: 'body_too_large', maxBytes: 1 }, 413, 'too_large'],
  [{ kind: 'body_timeout', timeoutMs: 1 }, 408, 'timeout', { connection: 'close' }],
  [{ kind: 'malformed', message: 'm', param: 'p' }, 400, 'invalid_request'],
  [{ kind: 'unauthenticated', message: 'm' }, 401, 'unauthenticated', { 'www-authenticate': 'Bearer' }],
  [{ kind: 'identity', message: 'm' }, 503, 'unavailable', { 'retry-after': '5' }],
  [{ kind: 'slowed', waitMs: 1001 }, 429, 'rate_limited', { 'retry-after': '2' }],
  [{ kind: 'denied', rules: ['r'] }, 403, 'denied'],
  [{ kind: 'denied', rules: ['r'], status: 451 }, 451, 'denied'],
  [{ kind: 'no_route' }, 403, 'denied'],
  [{ kind: 'restricted', rules: ['r'] }, 403, 'denied'],
  [{ kind: 'unknown_model', model: 'm' }, 404, 'not_found'],
  [{ kind: 'attribute', path: 'a.b' }, 503, 'unavailable'],
  [{ kind: 'busy', max: 1 }, 503, 'overloaded', { 'retry-after': '1' }],
  [{ kind: 'closing' }, 503, 'unavailable', { 'retry-after': '1', connection: 'close' }],
  [{ kind: 'client_gone' }, 499, 'cancelled'],
  [{ kind: 'bug', requestId: 'id' }, 500, 'internal'],
  [
    {
      kind: 'upstream',
      failure: { kind: 'rejected', target: 'p/m', error: { kind: 'bad_request', status: 422, message: 'm' } },
    },
    422,
    'invalid_request',
  ],
  [
    {
      kind: 'upstream',
      failure: { kind: 'rejected', target: 'p/m', error: { kind: 'bad_request', status: 200, message: 'm' } },
    },
    400,
    'invalid_request',
  ],
  [
    { kind: 'upstream', failure: { kind: 'inexpressible', target: 'p/m', field: 'f', message: 'm' } },
    400,
    'invalid_request',
  ],
  [{ kind: 'upstream', failure: { kind: 'deadline', message: 'm' } }, 504, 'upstream_timeout'],
  [{ kind: 'upstream', failure: { kind: 'cancelled' } }, 499, 'cancelled'],
  [exhausted(upstream('bad_request', 400)), 400, 'invalid_request'],
  [exhausted(upstream('context_length', 400)), 400, 'invalid_request'],
  [exhausted(upstream('content_policy', 400)), 400, 'invalid_request'],
  [exhausted(upstream('too_large', 413)), 413, 'too_large'],
  [exhausted(upstream('auth', 401)), 502, 'upstream_failed'],
  [exhausted(upstream('permission', 403)), 502, 'upstream_failed'],
  [exhausted(upstream('not_found', 404)), 404, 'not_found'],
  [exhausted(upstream('rate_limit', 429), 4200), 429, 'rate_limited', { 'retry-after': '5' }],
  [exhausted(upstream('quota', 429)), 429, 'rate_limited', { 'retry-after': '1' }],
  [exhausted(upstream('overloaded', 529)), 503, 'overloaded', { 'retry-after': '1' }],
  [exhausted(upstream('server', 500)), 502, 'upstream_failed'],
  [exhausted(upstream('timeout', 408)), 504, 'upstream_timeout'],
  [exhausted(upstream('malformed', 200)), 502, 'upstream_failed'],
  [exhausted({ kind: 'connect', message: 'm' }), 502, 'upstream_failed'],
  [exhausted({ kind: 'timeout', clock: 'first_token', message: 'm' }), 504, 'upstream_timeout'],
  [exhausted({ kind: 'cut', message: 'm' }), 502, 'upstream_failed'],
  [exhausted({ kind: 'unfit', field: 'tools', message: 'm' }), 400, 'invalid_request'],
]

test.each(table.map(([failure, status, kind, headers = {}]) => ({ failure, status, kind, headers })))(
  '$status $kind: $failure',
  ({ failure, status, kind, headers }) => {
    const told = tell(failure)
    expect([told.error.status, told.error.kind, told.headers]).toEqual([status, kind, headers])
    expect(told.error.message).toMatch(/^[^A-Z]/)
    expect(told.error.message).not.toMatch(/\.$/)
  },
)

test('a provider that refuses the gateway’s own key is not quoted', () => {
  const { error } = tell(exhausted(upstream('auth', 401)))
  expect(JSON.stringify(error)).not.toContain('their words')
  expect(error.code).toBeUndefined()
})

test('a denial names its rules and reason; a long model name is cut', () => {
  expect(tell({ kind: 'denied', rules: ['a', 'b'], because: 'x; y' }).error.message).toBe('denied by `a`, `b`: x; y')
  expect(tell({ kind: 'unknown_model', model: 'm'.repeat(9999) }).error.message.length).toBeLessThan(300)
})
