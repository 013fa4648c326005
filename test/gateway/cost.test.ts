import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Price } from '../../src/config/catalogue.ts'
import { costNanoUsd, formatUsd } from '../../src/gateway/cost.ts'

/** Nano-dollars per million tokens. */
const usd = (dollars: number) => Math.round(dollars * 1e9)
const price: Price = { input: usd(3), output: usd(15), cachedInput: usd(0.3), cacheWrite: usd(3.75) }

test.each([
  ['input and output', { input: 1000, output: 100 }, price, 1000 * 3000 + 100 * 15000],
  ['cached reads at their own price', { input: 1000, output: 0, cachedInput: 900 }, price, 100 * 3000 + 900 * 300],
  ['cache writes at their own price', { input: 1000, output: 0, cacheWrite: 400 }, price, 600 * 3000 + 400 * 3750],
  [
    'writes for an hour at twice the input',
    { input: 10, output: 0, cacheWrite: 10, cacheWrite1h: 10 },
    price,
    10 * 6000,
  ],
  ['reasoning as output where it has no price', { input: 0, output: 50, reasoning: 40 }, price, 50 * 15000],
  [
    'reasoning at its price',
    { input: 0, output: 50, reasoning: 40 },
    { ...price, reasoning: usd(1) },
    10 * 15000 + 40 * 1000,
  ],
  ['a price for each request', { input: 0, output: 0 }, { ...price, request: 5 }, 5],
  ['a price for each search', { input: 0, output: 0, searches: 3 }, { ...price, search: 5 }, 15],
  ['a legal zero', { input: 0, output: 0 }, price, 0],
  ['parts that are larger than their whole', { input: 10, output: 0, cachedInput: 99 }, price, 10 * 300],
  ['half a nano-dollar upwards', { input: 1, output: 0 }, { input: 500_000, output: 0 }, 1],
  ['less than half downwards', { input: 1, output: 0 }, { input: 499_999, output: 0 }, 0],
])('%s', (_, usage, prices, nanoUsd) => {
  expect(costNanoUsd(usage, prices)).toBe(nanoUsd)
})

test('what the provider charged stands where there is no price, and only there', () => {
  expect(costNanoUsd({ input: 1, output: 1, chargedNanoUsd: 7 }, undefined)).toBe(7)
  expect(costNanoUsd({ input: 0, output: 0, chargedNanoUsd: 7 }, price)).toBe(0)
})

test('an unknown price and an unknown count are no zero', () => {
  expect(costNanoUsd({ input: 1, output: 1 }, undefined)).toBeUndefined()
  expect(costNanoUsd({ input: 1 }, price)).toBeUndefined()
  expect(costNanoUsd({ output: 1 }, price)).toBeUndefined()
})

test('costs are exact where binary floating point would not be, and never negative', () => {
  const count = fc.nat(10_000_000)
  fc.assert(
    fc.property(count, count, fc.nat(100_000_000_000), fc.nat(100_000_000_000), (input, output, a, b) => {
      const exact = BigInt(input) * BigInt(a) + BigInt(output) * BigInt(b)
      const cost = BigInt(costNanoUsd({ input, output }, { input: a, output: b })!)
      const off = cost * 1_000_000n - exact
      return cost >= 0n && -500_000n < off && off <= 500_000n
    }),
  )
})

test.each([
  [0, '0.000000000'],
  [1, '0.000000001'],
  [1_500_000_000, '1.500000000'],
  [123_456_789_012, '123.456789012'],
])('%d nano-dollars are $%s', (nanoUsd, text) => {
  expect(formatUsd(nanoUsd)).toBe(text)
})
