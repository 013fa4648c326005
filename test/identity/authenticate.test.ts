import { expect, test } from 'vitest'
import type { CallersConfig } from '../../src/config/config.ts'
import { authenticate } from '../../src/identity/authenticate.ts'
import { createKey } from '../../src/identity/key-file.ts'
import type { KeyRecord } from '../../src/identity/key-record.ts'

const nowMs = Date.parse('2026-03-01T00:00:00Z')
const callers: CallersConfig = { keys: true, keysFile: '/keys.yaml', jwt: [], introspection: [], anonymous: true }
const { key, record } = createKey({ caller: { team: 'core' }, nowMs, pepper: undefined })

function withHeaders(
  headers: Readonly<Record<string, string>>,
  given: { record?: KeyRecord; callers?: Partial<CallersConfig>; hasKeys?: boolean } = {},
) {
  const known = given.record ?? record
  return authenticate((name) => headers[name], '10.0.0.7', {
    callers: { ...callers, ...given.callers },
    keys: given.hasKeys === false ? undefined : { find: async (text) => (text === key ? known : undefined) },
    now: () => nowMs,
  })
}

test.each([
  { authorization: `Bearer ${key}` },
  { authorization: `bearer ${key}` },
  { 'x-api-key': key },
  { 'api-key': key },
  { authorization: `Bearer ${key}`, 'x-api-key': key },
])('a good key is taken from %o', async (headers) => {
  expect(await withHeaders(headers)).toEqual({
    ok: true,
    caller: { id: record.id, key: record.id, kind: 'key', team: 'core', ip: '10.0.0.7' },
  })
})

test('no credential is anonymous only where that is on', async () => {
  expect(await withHeaders({})).toEqual({ ok: true, caller: { id: 'anonymous', kind: 'anonymous', ip: '10.0.0.7' } })
  expect(await withHeaders({}, { callers: { anonymous: false } })).toMatchObject({ ok: false })
})

const typo = `${key.slice(0, -1)}${key.endsWith('a') ? 'b' : 'a'}`
const other = createKey({ caller: {}, nowMs, pepper: undefined }).key

test.each<[string, Readonly<Record<string, string>>, string, KeyRecord?]>([
  ['a typo', { authorization: `Bearer ${typo}` }, 'checksum'],
  ['an unknown key', { authorization: `Bearer ${other}` }, 'not known'],
  ['a foreign key', { authorization: 'Bearer sk-1234567890' }, 'no virtual key'],
  ['another scheme', { authorization: `Basic ${key}` }, '`Bearer KEY`'],
  ['two different keys', { authorization: `Bearer ${key}`, 'x-api-key': other }, 'two different'],
  ['an expired key', { 'x-api-key': key }, 'expired', { ...record, expiresMs: nowMs }],
  ['a revoked key', { 'x-api-key': key }, 'revoked', { ...record, revokedMs: nowMs - 1 }],
])('%s is refused and never becomes anonymous', async (_, headers, message, known) => {
  const result = await withHeaders(headers, known === undefined ? {} : { record: known })
  expect(result.ok).toBe(false)
  expect(!result.ok && result.why === 'refused' && result.message).toContain(message)
  expect(JSON.stringify(result)).not.toContain(key)
})

test('a key that is revoked or expires later still works: rotation overlaps', async () => {
  const later = { ...record, revokedMs: nowMs + 1, expiresMs: nowMs + 1 }
  expect(await withHeaders({ 'x-api-key': key }, { record: later })).toMatchObject({ ok: true })
})

test('where nothing checks credentials, the one that an SDK insists on sending is no obstacle', async () => {
  const headers = { authorization: 'Bearer sk-dummy' }
  expect(await withHeaders(headers, { hasKeys: false })).toMatchObject({ ok: true, caller: { kind: 'anonymous' } })
  expect(await withHeaders(headers, { hasKeys: false, callers: { anonymous: false } })).toMatchObject({ ok: false })
})
