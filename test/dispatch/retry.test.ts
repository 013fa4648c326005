import { describe, expect, test } from 'vitest'
import { retryDelayMs } from '../../src/dispatch/retry.ts'

const retry = { count: 3, on: ['5xx'], backoffMinMs: 100, backoffMaxMs: 350 }

describe('retryDelayMs', () => {
  test.each([
    // attempt, hint, draw, delay
    [1, undefined, 0, 50],
    [1, undefined, 0.5, 75],
    [2, undefined, 0, 100],
    [3, undefined, 0, 175],
    [3, undefined, 0.999, 349.825],
    [4, undefined, 0, undefined],
    [4, 10, 0, undefined],
    [1, 2_000, 0, 2_000],
    [1, 10, 0, 50],
    [1, 0, 0, 50],
  ])('attempt %s, hint %s, draw %s: %s', (attempt, hintMs, draw, delay) => {
    const given = retryDelayMs(retry, attempt, hintMs, draw)
    if (delay === undefined) expect(given).toBeUndefined()
    else expect(given).toBeCloseTo(delay)
  })

  test('without backoff it is at once', () => {
    expect(retryDelayMs({ count: 1, on: [], backoffMinMs: 0, backoffMaxMs: 0 }, 1, undefined, 0.9)).toBe(0)
  })
})
