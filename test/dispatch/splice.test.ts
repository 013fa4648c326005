import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { scanObject } from '../../src/dispatch/json-scan.ts'
import { type SpliceOptions, splice } from '../../src/dispatch/splice.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes)
const spliced = (text: string, options: Partial<SpliceOptions> = {}) =>
  textOf(splice(bytesOf(text), { dialect: 'openai-chat', model: 'm2', asksForUsage: false, ...options }))

/** JSON text with space and escapes as a client may write them. */
const space = fc.constantFrom('', ' ', '\n', '\t', '\r\n  ')
function spacedText(value: unknown, spaces: readonly string[], escapes: boolean): string {
  let at = 0
  const gap = () => spaces[at++ % Math.max(1, spaces.length)] ?? ''
  const string = (text: string) => {
    const plain = JSON.stringify(text)
    return escapes
      ? plain.replace(/[a-z]/g, (letter, place: number) =>
          place % 3 === 1 && plain[place - 1] !== '\\' && !/\\u[0-9a-f]{0,3}$/.test(plain.slice(0, place))
            ? `\\u00${letter.charCodeAt(0).toString(16)}`
            : letter,
        )
      : plain
  }
  const write = (one: unknown): string => {
    if (typeof one === 'string') return string(one)
    if (Array.isArray(one)) return `[${gap()}${one.map((each) => `${write(each)}${gap()}`).join(`,${gap()}`)}]`
    if (typeof one === 'object' && one !== null) {
      const members = Object.entries(one).map(([key, each]) => `${string(key)}${gap()}:${gap()}${write(each)}${gap()}`)
      return `{${gap()}${members.join(`,${gap()}`)}}`
    }
    return JSON.stringify(one)
  }
  return `${gap()}${write(value)}${gap()}`
}

const json = fc.jsonValue({ maxDepth: 3 })
const key = fc.oneof(fc.constantFrom('model', 'stream_options', 'messages', '__proto__x'), fc.string())
const object = fc.dictionary(key, json, { maxKeys: 6 })

describe('splice', () => {
  test('nothing changes but the model', () => {
    fc.assert(
      fc.property(
        object,
        fc.array(space, { maxLength: 5 }),
        fc.boolean(),
        fc.string(),
        (body, spaces, escapes, model) => {
          const text = spacedText(body, spaces, escapes)
          const parsed = JSON.parse(text) as Record<string, unknown>
          const out = spliced(text, { model })!
          expect(JSON.parse(out)).toEqual({ ...parsed, model })
          if (parsed['model'] === model) expect(out).toBe(text)
        },
      ),
    )
  })

  test('members are found where JSON.parse finds them', () => {
    fc.assert(
      fc.property(object, fc.array(space, { maxLength: 5 }), fc.boolean(), (body, spaces, escapes) => {
        const bytes = bytesOf(spacedText(body, spaces, escapes))
        const members = scanObject(bytes)?.members.map(({ key: name, start, end }) => [
          name,
          JSON.parse(textOf(bytes.subarray(start, end))!),
        ])
        expect(Object.fromEntries(members!)).toEqual(JSON.parse(textOf(bytes)!))
      }),
    )
  })

  test('any bytes: no throw, and nothing found past the end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const scanned = scanObject(Uint8Array.from([0x7b, ...bytes]))
        if (scanned) expect(scanned.end).toBeLessThanOrEqual(bytes.length)
      }),
    )
    const text = '{"model":"a","messages":[{"role":"user","content":"\\"}{"}],"n":1}'
    for (let length = 0; length < text.length; length++)
      expect(scanObject(bytesOf(text.slice(0, length)))).toBeUndefined()
  })

  test('streams ask for usage, whatever the client said', () => {
    const option = fc.oneof(
      fc.constant(undefined),
      fc.constant(null),
      fc.record({ include_usage: fc.boolean() }, { requiredKeys: [] }),
      fc.record({ include_usage: fc.boolean(), other: json }),
    )
    fc.assert(
      fc.property(object, option, fc.array(space, { maxLength: 5 }), (body, asked, spaces) => {
        const { stream_options: _, ...rest } = body
        const text = spacedText(asked === undefined ? rest : { ...rest, stream_options: asked }, spaces, false)
        const parsed = JSON.parse(text) as Record<string, unknown>
        const out = JSON.parse(spliced(text, { asksForUsage: true })!)
        expect(out).toEqual({ ...parsed, model: 'm2', stream_options: { ...(asked ?? {}), include_usage: true } })
      }),
    )
  })

  test.each<[string, Partial<SpliceOptions>, string]>([
    ['{"model":"m1","a":1}', {}, '{"model":"m2","a":1}'],
    ['{ "a" : 1e400 , "model" : "m1" }\n', {}, '{ "a" : 1e400 , "model" : "m2" }\n'],
    ['{"model":"m1","model":"m3"}', {}, '{"model":"m2","model":"m2"}'],
    ['{"mod\\u0065l":"m1"}', {}, '{"mod\\u0065l":"m2"}'],
    ['{"model":"m\\u0032"}', {}, '{"model":"m\\u0032"}'],
    ['{"x":{"model":"m1"}}', {}, '{"x":{"model":"m1"},"model":"m2"}'],
    ['{}', {}, '{"model":"m2"}'],
    ['{"id":12345678901234567890,"model":"m2"}', {}, '{"id":12345678901234567890,"model":"m2"}'],
    ['{"model":"m1"}', { model: 'a"b\\c' }, '{"model":"a\\"b\\\\c"}'],
    [
      '{"model":"m2","stream":true}',
      { asksForUsage: true },
      '{"model":"m2","stream":true,"stream_options":{"include_usage":true}}',
    ],
    [
      '{"model":"m2","stream_options":{}}',
      { asksForUsage: true },
      '{"model":"m2","stream_options":{"include_usage":true}}',
    ],
    [
      '{"model":"m2","stream_options":{"include_usage":true}}',
      { asksForUsage: true },
      '{"model":"m2","stream_options":{"include_usage":true}}',
    ],
    ['{"model":"m2","stream_options":7}', { asksForUsage: true }, '{"model":"m2","stream_options":7}'],
    ['{"model":"m2","stream":true}', { asksForUsage: true, dialect: 'anthropic' }, '{"model":"m2","stream":true}'],
    ['{}', { asksForUsage: true }, '{"model":"m2","stream_options":{"include_usage":true}}'],
  ])('%s', (text, options, wanted) => {
    expect(spliced(text, options)).toBe(wanted)
  })

  test.each(['', '[]', '"x"', 'null', '{"a":}', '{"a":1', '{"a" 1}', '{a:1}', '\ufeff{}'])(
    '%s is not followed',
    (text) => {
      expect(spliced(text)).toBeUndefined()
    },
  )
})
