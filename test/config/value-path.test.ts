import { expect, test } from 'vitest'
import { findAtPath, parseValuePath } from '../../src/config/value-path.ts'

test.each<[string, readonly (string | number)[]]>([
  ['role', ['role']],
  ['org.name', ['org', 'name']],
  ['groups[0]', ['groups', 0]],
  ['a[0][1].b', ['a', 0, 1, 'b']],
  ['["https://acme.com/roles"][0]', ['https://acme.com/roles', 0]],
  ['a["b.c"].d', ['a', 'b.c', 'd']],
])('%s is read', (text, path) => {
  expect(parseValuePath(text)).toEqual(path)
})

test.each(['', '.', 'a.', '.a', 'a..b', 'a[', 'a[x]', 'a[-1]', 'a b', '[""]', 'a]'])('%j is no path', (text) => {
  expect(parseValuePath(text)).toBeUndefined()
})

test('only own fields of mappings and places of lists are found', () => {
  const value = { a: { b: ['x', { c: null }] }, text: 'abc' }
  expect(findAtPath(value, ['a', 'b', 0])).toBe('x')
  expect(findAtPath(value, ['a', 'b', 1, 'c'])).toBeNull()
  for (const path of [['a', 'c'], ['text', 0], ['a', 'b', 2], ['a', 'b', 'length'], ['constructor'], ['a', 0]]) {
    expect(findAtPath(value, path)).toBeUndefined()
  }
})
