import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Json } from '../../src/dialects/neutral.ts'
import { hidesText } from '../../src/gateway/hidden-text.ts'

function hides(text: string): boolean {
  return hidesText(new TextEncoder().encode(text), JSON.parse(text) as Json)
}

test('law: what JSON writes hides nothing', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), fc.constantFrom(0, 2), (value, blanks) => {
      expect(hides(JSON.stringify(value, undefined, blanks))).toBe(false)
    }),
  )
})

test.each([
  ['{"a":"x","a":"y"}', true],
  ['{"a":{"b":1,"b":2}}', true],
  ['[{"a":"\\\\"},{"a":"\\"","\\u0061":"z"}]', true],
  ['{"a":"\\\\\\"","b":"{\\"a\\":1,\\"a\\":2}"}', false],
])('%s', (text, is) => {
  expect(hides(text)).toBe(is)
})
