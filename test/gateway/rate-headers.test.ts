import { expect, test } from 'vitest'
import { formatReset } from '../../src/gateway/rate-headers.ts'

test.each([
  [0, '0s'],
  [120, '120ms'],
  [1000, '1s'],
  [1500, '1.5s'],
  [60_000, '1m0s'],
  [360_000, '6m0s'],
  [3_723_004, '1h2m3.004s'],
])('%d ms are %s', (ms, text) => {
  expect(formatReset(ms)).toBe(text)
})
