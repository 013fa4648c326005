import { describe, expect, test } from 'vitest'
import type { UpstreamErrorKind } from '../../src/dialects/neutral.ts'
import { healthOf, mayFallBack, mayRetry } from '../../src/dispatch/classify.ts'
import type { AttemptError } from '../../src/dispatch/outcome.ts'

const upstream = (status: number, kind: UpstreamErrorKind): AttemptError => ({
  kind: 'upstream',
  error: { kind, status, message: '' },
})
const clock = (name: Extract<AttemptError, { kind: 'timeout' }>['clock']): AttemptError => ({
  kind: 'timeout',
  clock: name,
  message: '',
})
const plain = (kind: 'connect' | 'cut'): AttemptError => ({ kind, message: '' })

describe('what follows a failed attempt', () => {
  test.each<[string, AttemptError, string[], boolean, ReturnType<typeof healthOf>]>([
    // error, classes of retry that cover it, whether `else` follows, what it says of the target
    ['400', upstream(400, 'bad_request'), ['400', '4xx'], false, 'neutral'],
    ['400 context', upstream(400, 'context_length'), ['400', '4xx'], true, 'neutral'],
    ['400 policy', upstream(400, 'content_policy'), ['400', '4xx'], true, 'neutral'],
    ['400 of the model', upstream(400, 'server'), ['400', '4xx', '500', '5xx'], true, 'failure'],
    ['401', upstream(401, 'auth'), ['401', '4xx'], true, 'failure'],
    ['402', upstream(402, 'quota'), [], true, 'throttled'],
    ['403', upstream(403, 'permission'), ['403', '4xx'], true, 'failure'],
    ['404', upstream(404, 'not_found'), ['404', '4xx'], true, 'neutral'],
    ['405', upstream(405, 'bad_request'), ['405', '4xx'], false, 'neutral'],
    ['408', upstream(408, 'timeout'), ['408', '4xx'], true, 'failure'],
    ['409', upstream(409, 'bad_request'), ['409', '4xx'], true, 'neutral'],
    ['413', upstream(413, 'too_large'), ['413', '4xx'], false, 'neutral'],
    ['422', upstream(422, 'bad_request'), ['422', '4xx'], false, 'neutral'],
    ['429', upstream(429, 'rate_limit'), ['429', '4xx'], true, 'throttled'],
    ['429 quota', upstream(429, 'quota'), [], true, 'throttled'],
    ['500', upstream(500, 'server'), ['500', '5xx'], true, 'failure'],
    ['529', upstream(529, 'overloaded'), ['529', '5xx'], true, 'failure'],
    ['malformed', upstream(502, 'malformed'), ['502', '5xx'], true, 'failure'],
    ['connect', plain('connect'), ['connect'], true, 'failure'],
    ['cut', plain('cut'), ['cut'], true, 'failure'],
    ['connect clock', clock('connect'), ['timeout', 'connect'], true, 'failure'],
    ['first token', clock('first_token'), ['timeout'], true, 'failure'],
    ['idle', clock('idle'), ['timeout'], true, 'failure'],
    ['attempt', clock('timeout'), ['timeout'], true, 'failure'],
    ['deadline', clock('deadline'), [], false, 'neutral'],
    ['unfit', { kind: 'unfit', field: 'tools', message: '' }, [], true, 'neutral'],
  ])('%s', (_, error, covered, falls, health) => {
    const classes = ['4xx', '5xx', 'timeout', 'connect', 'cut', '400', '401', '403', '404', '405', '408', '409']
    classes.push('402', '413', '422', '429', '500', '502', '529')
    expect(classes.filter((one) => mayRetry([one], error)).toSorted()).toEqual(covered.toSorted())
    expect(mayFallBack(error)).toBe(falls)
    expect(healthOf(error)).toBe(health)
  })

  test('a provider that says not to retry is heard', () => {
    const error: AttemptError = {
      kind: 'upstream',
      error: { kind: 'server', status: 500, message: '', mayRetry: false },
    }
    expect(mayRetry(['5xx'], error)).toBe(false)
    expect(mayFallBack(error)).toBe(true)
  })
})
