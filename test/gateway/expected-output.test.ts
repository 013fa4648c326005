import { expect, test } from 'vitest'
import { createExpectedOutput, unknownTokens } from '../../src/gateway/expected-output.ts'
import { callOf } from '../dispatch/world.ts'

const open = callOf()
const bounded = callOf({ max_tokens: 50 })

test('a route that has not answered often is expected to answer as most do', () => {
  const expected = createExpectedOutput()
  for (let each = 0; each < 19; each++) expected.observe('main', 5)
  expect(expected.expect('main', open)).toBe(unknownTokens)
  expect(expected.expect('main', bounded)).toBe(50)
  expect(expected.expect('main', callOf({ max_tokens: 50, n: 3 }))).toBe(150)
})

test('then what nineteen of twenty answers stayed below, within a fifth', () => {
  const expected = createExpectedOutput()
  for (let each = 1; each <= 100; each++) expected.observe('main', each * 10)
  const usual = expected.expect('main', open)
  expect(usual).toBeGreaterThanOrEqual(950)
  expect(usual).toBeLessThanOrEqual(950 * 1.2)
  expect(expected.expect('other', open)).toBe(unknownTokens)
})

test('answers of long ago fade', () => {
  const expected = createExpectedOutput()
  for (let each = 0; each < 1000; each++) expected.observe('main', 10_000)
  for (let each = 0; each < 8000; each++) expected.observe('main', 10)
  expect(expected.expect('main', open)).toBeLessThan(20)
})

test('no answer at all and one beyond all bounds are counted', () => {
  const expected = createExpectedOutput()
  for (let each = 0; each < 20; each++) expected.observe('none', 0)
  for (let each = 0; each < 20; each++) expected.observe('huge', 1e12)
  expect(expected.expect('none', open)).toBe(1)
  expect(expected.expect('huge', open)).toBeGreaterThan(10_000_000)
})
