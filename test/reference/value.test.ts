import { describe, expect, test } from 'vitest'
import type { AttributeType } from '../../src/graph/attribute.ts'
import { textOf, valueOfType } from '../../src/reference/value.ts'

describe('what a fact counts as', () => {
  const cases: readonly [AttributeType, unknown, unknown][] = [
    ['string', 'a', 'a'],
    ['string', '', ''],
    ['string', 1, undefined],
    ['bool', true, true],
    ['bool', 'true', undefined],
    ['int', 3, 3],
    ['int', -3, -3],
    ['int', 3.5, undefined],
    ['int', 2 ** 53, undefined],
    ['int', '3', undefined],
    ['number', 0.1, 0.1],
    ['number', Number.NaN, undefined],
    ['number', Number.POSITIVE_INFINITY, undefined],
    ['percent', 0.8, 0.8],
    ['percent', '80%', undefined],
    ['money', 1.25, 1_250_000_000],
    ['money', 0.1, 100_000_000],
    ['money', '$1.25', 1_250_000_000],
    ['money', '$0.000000001', 1],
    ['money', '$0.0000000001', undefined],
    ['money', '1 dollar', undefined],
    ['money', 1e10, undefined],
    ['duration', 1500, 1500],
    ['duration', '30s', 30_000],
    ['duration', '1.5s', undefined],
    ['duration', '7d', 604_800_000],
    ['duration', '30', undefined],
    ['duration', '30 s', undefined],
    ['size', 10, 10],
    ['size', '10KB', 10_000],
    ['size', '10KiB', 10_240],
    ['size', 1.5, undefined],
    ['date', '2024-02-29', '2024-02-29'],
    ['date', '2026-02-29', undefined],
    ['date', '2026-2-9', undefined],
    ['date', '1900-02-29', undefined],
    ['date', '2000-02-29', '2000-02-29'],
    ['ip', '10.0.0.1', '10.0.0.1'],
    ['ip', '10.0.0', undefined],
    ['set', ['a', 'b'], ['a', 'b']],
    ['set', [], []],
    ['set', ['a', 1], undefined],
    ['set', 'a', undefined],
  ]
  test.each(cases)('%s %j is %j', (type, raw, expected) => {
    expect(valueOfType(type, raw)).toEqual(expected)
  })
})

test('values as text', () => {
  expect(textOf(1.5)).toBe('1.5')
  expect(textOf(true)).toBe('true')
  expect(textOf(['b', 'a'])).toBe('b,a')
  expect(textOf('2026-12-24')).toBe('2026-12-24')
})
