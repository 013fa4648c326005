import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { Secret } from '../../src/config/secret.ts'
import { realEnvironment } from '../../src/gateway/environment.ts'
import { addKey, createKey, revokeKey } from '../../src/identity/key-file.ts'
import { startGateway } from './support.ts'

const folder = await mkdtemp(join(tmpdir(), 'policyc-callers-'))
afterAll(() => rm(folder, { recursive: true, force: true }))
const file = join(folder, 'keys.yaml')
const pepper = new Secret('planted-pepper')
const { key, record } = createKey({
  name: 'core',
  caller: { team: 'core', roles: ['admin'], metadata: { data_class: 'secret' } },
  nowMs: Date.now(),
  pepper,
})
await addKey(file, record, realEnvironment.setTimer)

const config = {
  providers: { sandbox: { type: 'simulator' } },
  models: { 'sandbox/small': {}, 'sandbox/large': {} },
  attributes: { 'caller.data_class': { type: 'string', enum: ['public', 'secret'], from: 'key.metadata.data_class' } },
  callers: { keys: { file, pepper: '${PEPPER}' }, anonymous: true },
}
const env = { PEPPER: 'planted-pepper' }
const policy = `
allow anyone
route classified when caller.data_class == "secret" { to sandbox/large }
route others { to sandbox/small }
`
const hello = { model: 'm', messages: [{ role: 'user', content: 'hi' }] }

test('a key is its caller, with metadata as attributes; without one the caller is anonymous', async () => {
  const { post, records } = await startGateway({ config, policy, env })
  const known = await post('/v1/chat/completions', hello, { authorization: `Bearer ${key}` })
  expect([known.status, known.headers.get('x-policyc-target')]).toEqual([200, 'sandbox/large'])
  const other = await post('/v1/messages', { ...hello, max_tokens: 5 }, { 'x-api-key': key })
  expect(other.headers.get('x-policyc-target')).toBe('sandbox/large')
  const nobody = await post('/v1/chat/completions', hello)
  expect([nobody.status, nobody.headers.get('x-policyc-target')]).toEqual([200, 'sandbox/small'])
  expect(records.map((each) => each.caller)).toEqual([
    { id: record.id, kind: 'key', key: record.id, team: 'core' },
    { id: record.id, kind: 'key', key: record.id, team: 'core' },
    { id: 'anonymous', kind: 'anonymous' },
  ])
})

test.each([
  ['unknown', createKey({ caller: {}, nowMs: 0, pepper }).key],
  ['mistyped', `${key.slice(0, -2)}__`],
  ['foreign', 'sk-ant-something'],
])('a key that is %s is a 401 in the dialect, and not anonymous', async (_, bad) => {
  const { post, records } = await startGateway({ config, policy, env })
  const openai = await post('/v1/chat/completions', hello, { authorization: `Bearer ${bad}` })
  expect([openai.status, openai.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
  const text = await openai.text()
  expect(JSON.parse(text)).toMatchObject({ error: { code: 'invalid_api_key' } })
  expect(text).not.toContain(bad.slice(3))
  const anthropic = await post('/v1/messages', hello, { 'x-api-key': bad })
  expect([anthropic.status, await anthropic.json()]).toMatchObject([401, { error: { type: 'authentication_error' } }])
  expect(records.map((each) => [each.status, each.failure, each.caller])).toEqual([
    [401, 'unauthenticated', undefined],
    [401, 'unauthenticated', undefined],
  ])
})

test('no credential is a 401 where anonymous callers are off', async () => {
  const { post } = await startGateway({
    config: { ...config, callers: { keys: { file, pepper: '${PEPPER}' } } },
    policy,
    env,
  })
  expect((await post('/v1/chat/completions', hello)).status).toBe(401)
})

test('a revocation reaches a running gateway within some two seconds', async () => {
  const made = createKey({ caller: {}, nowMs: Date.now(), pepper })
  await addKey(file, made.record, realEnvironment.setTimer)
  const { post } = await startGateway({ config, policy, env })
  const call = async () => (await post('/v1/chat/completions', hello, { authorization: `Bearer ${made.key}` })).status
  expect(await call()).toBe(200)
  await revokeKey(file, made.record.id, Date.now(), realEnvironment.setTimer)
  const deadline = Date.now() + 2500
  let status = 200
  while (status === 200 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    status = await call()
  }
  expect(status).toBe(401)
})

test('the caller that a host program gives comes before credentials, and undefined leaves them to decide', async () => {
  const { post, gateway } = await startGateway({
    config,
    policy,
    env,
    caller: (request) => {
      const user = request instanceof Request ? request.headers.get('x-user') : request.headers['x-user']
      return typeof user === 'string' ? { id: user, team: 'core', metadata: { data_class: 'secret' } } : undefined
    },
  })
  const records: unknown[] = []
  gateway.on('usage', (each) => records.push(each.caller))
  const response = await post('/v1/chat/completions', hello, { 'x-user': 'ada', authorization: 'Bearer whatever' })
  expect([response.status, response.headers.get('x-policyc-target')]).toEqual([200, 'sandbox/large'])
  const web = new Request('http://gateway/v1/chat/completions', {
    method: 'POST',
    headers: { 'x-user': 'bob' },
    body: JSON.stringify(hello),
  })
  expect((await gateway.fetch(web)).status).toBe(200)
  expect((await post('/v1/chat/completions', hello)).status).toBe(200)
  expect(records).toEqual([
    { id: 'ada', kind: 'host', team: 'core' },
    { id: 'bob', kind: 'host', team: 'core' },
    { id: 'anonymous', kind: 'anonymous' },
  ])
})

test('a host program that gives nonsense, or throws, is a 500 without a trace, logged with one', async () => {
  const lines: string[] = []
  const log = (fields: object, message: string) =>
    void lines.push(`${message} ${String((fields as { err?: Error }).err?.stack)}`)
  const { post } = await startGateway({
    config,
    policy,
    env,
    caller: () => {
      throw new Error('no database')
    },
    logger: { info: () => undefined, warn: () => undefined, error: log },
  })
  const response = await post('/v1/chat/completions', hello)
  const text = await response.text()
  expect(response.status).toBe(500)
  expect(text).toContain(response.headers.get('x-request-id'))
  expect(text).not.toMatch(/no database|\.ts|at /)
  expect(lines.join()).toMatch(/no database[\s\S]*\.ts/)
})
