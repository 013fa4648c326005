import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseJsonBody } from '../../src/gateway/json-body.ts'

const parse = (text: string | Uint8Array, depth = 64) =>
  parseJsonBody(typeof text === 'string' ? Buffer.from(text) : text, depth)

test.each([
  ['', 'empty'],
  ['  \n', 'empty'],
  ['{', 'it ends too early at line 1, column 2'],
  ['{"a": 1,}', 'unexpected "}" at line 1, column 9'],
  ['{"a": 1,\n "b": tru }', 'unexpected "t" at line 2, column 7'],
  ['{"a" 1}', 'unexpected "1" at line 1, column 6'],
  ["{'a': 1}", 'unexpected "\'" at line 1, column 2'],
  ['[1 2]', 'unexpected "2" at line 1, column 4'],
  ['{"a": "x', 'it ends too early at line 1, column 9'],
  ['{"a": "\\x"}', 'unexpected "\\\\" at line 1, column 8'],
  ['{} {}', 'unexpected "{" at line 1, column 4'],
  ['[1, 01]', 'unexpected "1" at line 1, column 6'],
  ['hello', 'unexpected "h" at line 1, column 1'],
])('%j is told with its place', (text, message) => {
  const body = parse(text)
  expect(body.ok).toBe(false)
  expect(body.ok ? '' : body.message).toContain(message)
})

test('bytes that are not UTF-8 are refused, a byte order mark is left out', () => {
  expect(parse(Uint8Array.of(0x22, 0xff, 0x22))).toMatchObject({ ok: false, message: expect.stringContaining('UTF-8') })
  const marked = parse(Buffer.from('\ufeff{"a":1}'))
  expect(marked).toMatchObject({ ok: true, value: { a: 1 } })
  expect(marked.ok && Buffer.from(marked.bytes).toString()).toBe('{"a":1}')
})

test('depth is bounded before anything is parsed, however deep it goes', () => {
  expect(parse('[[[]]]', 3)).toMatchObject({ ok: true })
  expect(parse('[[[[]]]]', 3)).toMatchObject({
    ok: false,
    message: expect.stringContaining('3 levels deep at line 1, column 4'),
  })
  expect(parse('['.repeat(1_000_000))).toMatchObject({ ok: false })
  expect(parse('{"a":"[[[[[[\\"[[["}', 1)).toMatchObject({ ok: true })
})

test('a repeated key of the outermost object is told, also where an escape hides it', () => {
  expect(parse('{"model":"a","model":"b"}')).toMatchObject({ ok: true, ambiguous: true })
  expect(parse('{"model":"a","mod\\u0065l" :"b"}')).toMatchObject({ ok: true, ambiguous: true })
  expect(parse('{"model":"model","x":{"model":1}}')).toMatchObject({ ok: true, ambiguous: false })
})

test('a key named __proto__ is a key like others', () => {
  const body = parse('{"__proto__": {"polluted": true}}')
  expect(body.ok && Object.keys(body.value as object)).toEqual(['__proto__'])
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
})

test('any JSON is taken as JSON.parse takes it, and a mistake always has a place inside the text', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const body = parse(text)
      expect(body).toMatchObject({ ok: true })
      expect(body.ok && body.value).toEqual(JSON.parse(text))
    }),
    { numRuns: 300 },
  )
  fc.assert(
    fc.property(
      fc.json(),
      fc.nat(),
      fc.constantFrom('"', '{', ']', ',', ':', '\\', 'x', '\u0001'),
      (text, place, extra) => {
        const at = place % (text.length + 1)
        const broken = text.slice(0, at) + extra + text.slice(at)
        let isJson = true
        try {
          JSON.parse(broken)
        } catch {
          isJson = false
        }
        expect(parse(broken, 1000).ok).toBe(isJson)
      },
    ),
    { numRuns: 2000 },
  )
})
