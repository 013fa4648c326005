import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import type { IntrospectionConfig } from '../../src/config/config.ts'
import { Secret } from '../../src/config/secret.ts'
import type { Reply } from '../../src/identity/ask.ts'
import { createIntrospect } from '../../src/identity/introspect.ts'
import { createTokens } from '../../src/identity/tokens.ts'
import { jwtConfig, keysOf, makeKey, replyWith, sign, startMs, worldOf } from './issuer.ts'

const config: IntrospectionConfig = {
  url: 'https://id.test/introspect?tenant=1',
  clientId: 'gate way',
  clientSecret: new Secret('pass:word'),
  private: false,
  cacheMs: 30_000,
  claims: { team: ['team'] },
}
const second = startMs / 1000
const active = { active: true, sub: 'ada', team: 'core', scope: 'read write', exp: second + 60 }

function endpoint(first: Reply, changes: Partial<IntrospectionConfig> = {}) {
  const now = { reply: first }
  const made = worldOf(() => now.reply)
  const answer = (reply: Reply) => {
    now.reply = reply
  }
  return { ...made, check: createIntrospect({ ...config, ...changes }, made.world), answer }
}

test('a token that is active is its caller', async () => {
  const { check, asked } = endpoint(replyWith(active))
  expect(await check('opaque')).toMatchObject({
    ok: true,
    caller: { id: 'https://id.test/introspect#ada', team: 'core', scopes: ['read', 'write'] },
  })
  expect(asked[0]).toMatchObject({
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from('gate+way:pass%3Aword').toString('base64')}` },
    body: 'token=opaque&token_type_hint=access_token',
  })
})

test.each<[string, object, string]>([
  ['is not active', { active: false }, 'taken back'],
  ['is active in no way of ours', { ...active, active: 'true' }, 'taken back'],
  ['has expired', { ...active, exp: second }, 'expired'],
  ['is not good yet', { ...active, nbf: second + 1 }, 'not good yet'],
  ['is for another audience', { ...active, aud: ['x'] }, 'audience'],
  ['names nobody', { ...active, sub: undefined }, 'no `sub`'],
])('a token that %s is refused', async (_, value, message) => {
  const { check } = endpoint(replyWith(value), { audience: 'gateway' })
  const named = endpoint(replyWith({ ...value, aud: 'gateway' }), { audience: 'gateway' })
  const result = message === 'audience' ? await check('t') : await named.check('t')
  expect(result).toMatchObject({ ok: false, why: 'refused', message: expect.stringContaining(message) })
})

test('an answer is kept for its time, and no longer than the token lives', async () => {
  const { check, asked, clock, answer } = endpoint(replyWith({ ...active, exp: second + 45 }))
  await check('t')
  answer(replyWith({ active: false }))
  clock.nowMs += 29_999
  expect(await check('t')).toMatchObject({ ok: true })
  clock.nowMs += 1
  expect(await check('t')).toMatchObject({ ok: false })
  expect(asked).toHaveLength(2)

  const short = endpoint(replyWith({ ...active, exp: second + 5 }))
  await short.check('t')
  short.clock.nowMs += 5000
  expect(await short.check('t')).toMatchObject({ ok: false, message: expect.stringContaining('expired') })
  expect(short.asked).toHaveLength(2)
})

test('a no is kept for ten seconds, nothing where keeping is off', async () => {
  const { check, asked, clock } = endpoint(replyWith({ active: false }))
  await check('t')
  clock.nowMs += 9999
  await check('t')
  expect(asked).toHaveLength(1)
  clock.nowMs += 1
  await check('t')
  expect(asked).toHaveLength(2)

  const off = endpoint(replyWith(active), { cacheMs: 0 })
  await off.check('t')
  await off.check('t')
  expect(off.asked).toHaveLength(2)
})

test('one token is asked about once at a time, and two tokens apart', async () => {
  const { check, asked } = endpoint(replyWith(active))
  await Promise.all(Array.from({ length: 20 }, () => check('t')))
  expect(asked).toHaveLength(1)
  await check('u')
  expect(asked).toHaveLength(2)
})

test.each<[string, Reply]>([
  ['fails', { ok: false, message: 'no connection' }],
  ['does not know this client', replyWith({ error: 'invalid_client' }, 401)],
  ['answers with something else', replyWith([true])],
])('where the endpoint %s nothing is known, and nothing kept', async (_, reply) => {
  const { check, answer, problems } = endpoint(reply)
  expect(await check('planted-token')).toMatchObject({ ok: false, why: 'unavailable' })
  expect(problems).toHaveLength(1)
  expect(inspect(problems)).not.toMatch(/planted|pass/)
  answer(replyWith(active))
  expect(await check('planted-token')).toMatchObject({ ok: true })
})

test('endpoints are asked in order until one knows the token; an outage is no refusal', async () => {
  const replies: Record<string, Reply> = {
    a: replyWith({ active: false }),
    b: replyWith(active),
    c: replyWith(active),
  }
  const asked: string[] = []
  const world = {
    ...worldOf(() => replies['a']!).world,
    ask: async ({ url }: { readonly url: string }) => {
      const name = new URL(url).pathname.slice(1)
      asked.push(name)
      return replies[name]!
    },
  }
  const introspection = ['a', 'b', 'c'].map((name) => ({ ...config, url: `https://id.test/${name}`, cacheMs: 0 }))
  const tokens = createTokens({ jwt: [], introspection }, world)
  expect(await tokens.check('t')).toMatchObject({ ok: true, caller: { id: 'https://id.test/b#ada' } })
  expect(asked).toEqual(['a', 'b'])
  replies['b'] = { ok: false, message: 'down' }
  replies['c'] = replyWith({ active: false })
  expect(await tokens.check('t')).toMatchObject({ ok: false, why: 'unavailable' })
})

test('a token of a configured issuer that is bad is not asked about elsewhere, a foreign one is', async () => {
  const key = await makeKey('one')
  const { world, asked } = worldOf(() => keysOf(key))
  const tokens = createTokens({ jwt: [jwtConfig], introspection: [config] }, world)
  expect(await tokens.check(await sign(key, { exp: second - 3600 }))).toMatchObject({ ok: false, why: 'refused' })
  expect(asked.map((each) => each.method)).toEqual(['GET'])
  await tokens.check(await sign(key, { iss: 'https://other.test' }))
  expect(asked.map((each) => each.method)).toEqual(['GET', 'POST'])
})

test('without introspection a credential that is no token of ours is refused', async () => {
  const { world } = worldOf(() => keysOf())
  expect(await createTokens({ jwt: [jwtConfig], introspection: [] }, world).check('opaque')).toEqual({
    ok: false,
    why: 'refused',
    message: 'the credential is no token of an issuer that is known here',
  })
})
