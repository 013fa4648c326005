import fc from 'fast-check'
import { expect, test } from 'vitest'
import { generateKey, isWellFormedKey } from '../../src/identity/key.ts'

test('a fresh key has its prefix, its length and a checksum that fits', () => {
  const keys = Array.from({ length: 200 }, () => generateKey())
  for (const key of keys) {
    expect(key).toMatch(/^pk_[0-9A-Za-z]{38}$/)
    expect(isWellFormedKey(key)).toBe(true)
  }
  expect(new Set(keys).size).toBe(keys.length)
})

test('no typo of one character and no swap of neighbours passes the checksum', () => {
  const key = generateKey()
  const body = fc.integer({ min: 3, max: key.length - 1 })
  fc.assert(
    fc.property(body, fc.constantFrom(...'0aZ9kQ'), (at, character) => {
      const typo = key.slice(0, at) + character + key.slice(at + 1)
      return typo === key || !isWellFormedKey(typo)
    }),
  )
  fc.assert(
    fc.property(body, (at) => {
      const swapped = key.slice(0, at) + (key[at + 1] ?? '') + key[at] + key.slice(at + 2)
      return swapped === key || !isWellFormedKey(swapped)
    }),
  )
})

test('bytes that would make some characters likelier are thrown away', () => {
  const given = [new Uint8Array(32).fill(255), new Uint8Array(32).fill(61)]
  expect(generateKey(() => given.shift()!)).toMatch(/^pk_z{32}/)
})

test.each(['', 'pk_', 'sk-abc', 'pk_short', `pk_${'a'.repeat(38)}`, `pk_${'é'.repeat(38)}`])('%j is no key', (text) => {
  expect(isWellFormedKey(text)).toBe(false)
})
