import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type CacheKeyParts, cacheKey } from '../../src/cache/cache-key.ts'
import { canonicalJson, hasInexactNumber } from '../../src/cache/canonical-json.ts'

const parts: CacheKeyParts = {
  policy: 'p',
  rule: 'hot',
  scope: [['caller.id', 'ada']],
  instance: { region: 'eu', env: 'production' },
  client: { api: 'chat', version: 'v1', dialect: 'openai-chat', isArray: false, headers: {} },
  call: { model: 'gpt', stream: false },
  body: { kind: 'value', value: { model: 'gpt', messages: [] } },
  guards: [],
  targets: ['up/gpt', 'up/mini'],
  onLoss: 'reject',
}
const guard = { rule: 'pii', clauses: [{ action: 'redact', detectors: ['email'], in: ['response'] }] } as const

test.each<[string, Partial<CacheKeyParts>]>([
  ['policy', { policy: 'q' }],
  ['rule', { rule: 'cold' }],
  ['value of the scope', { scope: [['caller.id', 'bob']] }],
  ['value that is missing', { scope: [['caller.id', null]] }],
  ['value that is the word for missing', { scope: [['caller.id', 'null']] }],
  ['attribute of the scope', { scope: [['caller.team', 'ada']] }],
  ['scope of everyone', { scope: [] }],
  ['region', { instance: { region: 'us', env: 'production' } }],
  ['environment', { instance: { region: 'eu' } }],
  ['API', { client: { ...parts.client, api: 'responses' } }],
  ['version', { client: { ...parts.client, version: 'v2' } }],
  ['dialect', { client: { ...parts.client, dialect: 'anthropic' } }],
  ['array or events', { client: { ...parts.client, isArray: true } }],
  ['header that goes on', { client: { ...parts.client, headers: { 'anthropic-beta': 'x' } } }],
  ['stream or not', { call: { model: 'gpt', stream: true } }],
  ['field of the body', { body: { kind: 'value', value: { model: 'gpt', messages: [], num_ctx: 1 } } }],
  ['bytes in place of a value', { body: { kind: 'bytes', bytes: Buffer.from('{"model":"gpt","messages":[]}') } }],
  ['guard', { guards: [guard] }],
  ['target', { targets: ['up/gpt'] }],
  ['loss', { onLoss: 'degrade' }],
])('another %s has another key', (_, more) => {
  expect(cacheKey({ ...parts, ...more })).not.toBe(cacheKey(parts))
})

test('the order of keys, targets and the elements of a set is none', () => {
  expect(
    cacheKey({
      ...parts,
      body: { kind: 'value', value: { messages: [], model: 'gpt' } },
      targets: ['up/mini', 'up/gpt', 'up/gpt'],
    }),
  ).toBe(cacheKey(parts))
  const roles = (value: string[]) => cacheKey({ ...parts, scope: [['caller.roles', value]] })
  expect(roles(['a', 'b'])).toBe(roles(['b', 'a']))
  expect(roles(['a', 'b'])).not.toBe(roles(['a,b']))
})

test('whole numbers that are read inexactly are told', () => {
  expect(JSON.parse('9007199254740993')).toBe(JSON.parse('9007199254740992'))
  expect(hasInexactNumber({ a: [JSON.parse('9007199254740993')] })).toBe(true)
  expect(hasInexactNumber({ a: [0.1, 1e15, '9007199254740993', null] })).toBe(false)
})

test('law: canonical texts say the value, and only equal values have equal ones', () => {
  const shuffled = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shuffled)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([key, each]) => [key, shuffled(each)]),
    )
  }
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      expect(canonicalJson(shuffled(a))).toBe(canonicalJson(a))
      expect(canonicalJson(JSON.parse(canonicalJson(a)))).toBe(canonicalJson(a))
      const areEqual = isDeepStrictEqual(JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b)))
      expect(canonicalJson(a) === canonicalJson(b)).toBe(areEqual)
    }),
  )
})

test('law: no two scopes have one key', () => {
  const value = fc.oneof(fc.string(), fc.constant(null), fc.boolean(), fc.integer())
  const scope = fc.array(fc.tuple(fc.constantFrom('caller.id', 'caller.team', 'caller.org'), value), { maxLength: 3 })
  fc.assert(
    fc.property(scope, scope, (one, other) => {
      const same = JSON.stringify(one) === JSON.stringify(other)
      expect(cacheKey({ ...parts, scope: one }) === cacheKey({ ...parts, scope: other })).toBe(same)
    }),
  )
})
