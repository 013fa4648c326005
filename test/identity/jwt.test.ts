import { Buffer } from 'node:buffer'
import { SignJWT, UnsecuredJWT } from 'jose'
import { expect, test } from 'vitest'
import type { JwtConfig } from '../../src/config/config.ts'
import type { Reply } from '../../src/identity/ask.ts'
import { createJwt } from '../../src/identity/jwt.ts'
import { jwtConfig, keysOf, makeKey, replyWith, sign, startMs, worldOf } from './issuer.ts'

const one = await makeKey('one')
const two = await makeKey('two')
const second = startMs / 1000

function issuer(config: Partial<JwtConfig> = {}, first: Reply = keysOf(one)) {
  const now = { reply: first }
  const made = worldOf(() => now.reply)
  const jwt = createJwt([{ ...jwtConfig, ...config }], made.world)
  const check = async (token: string) => {
    const verify = jwt.find(token)
    return verify === undefined ? 'not ours' : verify(made.clock.nowMs)
  }
  const answer = (reply: Reply) => {
    now.reply = reply
  }
  return { ...made, check, answer }
}

test('a good token is its subject, named with its issuer, and its claims are facts', async () => {
  const { check } = issuer({ claims: { team: ['groups', 0], role: ['role'], roles: ['groups'] } })
  const result = await check(await sign(one, { groups: ['core', 'ops'], role: 'dev', scope: 'read write' }))
  expect(result).toMatchObject({
    ok: true,
    caller: {
      id: 'https://id.test#ada',
      team: 'core',
      role: 'dev',
      roles: ['core', 'ops'],
      scopes: ['read', 'write'],
      claims: { sub: 'ada', role: 'dev' },
    },
  })
})

test.each(['RS256', 'EdDSA', 'ES256'])('%s is accepted', async (alg) => {
  const key = await makeKey('k', alg)
  expect(await issuer({}, keysOf(key)).check(await sign(key))).toMatchObject({ ok: true })
})

test.each<[string, Readonly<Record<string, unknown>>, string]>([
  ['expired, beyond the tolerance', { exp: second - 61 }, 'expired'],
  ['without an end', { exp: undefined }, 'no `exp`'],
  ['not good yet', { nbf: second + 61 }, 'not good yet'],
  ['for another audience', { aud: 'elsewhere' }, 'another audience'],
  ['for nobody in particular', { aud: undefined }, 'no `aud`'],
  ['of nobody', { sub: undefined }, 'no `sub`'],
  ['with an empty subject', { sub: '' }, 'no `sub`'],
  ['with an end that is no number', { exp: 'soon' }, '`exp`'],
])('a token %s is refused', async (_, claims, message) => {
  const result = await issuer().check(await sign(one, claims))
  expect(result).toMatchObject({ ok: false, why: 'refused', message: expect.stringContaining(message) })
})

test('clocks may differ by the tolerance', async () => {
  const { check } = issuer()
  expect(await check(await sign(one, { exp: second - 59 }))).toMatchObject({ ok: true })
  expect(await check(await sign(one, { nbf: second + 59 }))).toMatchObject({ ok: true })
  const strict = issuer({ clockToleranceMs: 0 })
  expect(await strict.check(await sign(one, { exp: second }))).toMatchObject({ ok: false })
})

test('an algorithm that is not listed is refused, also where the issuer has such a key', async () => {
  const key = await makeKey('one', 'RS384')
  const { check, asked } = issuer({}, keysOf(key))
  expect(await check(await sign(key))).toMatchObject({ ok: false, message: expect.stringContaining('not accepted') })
  expect(asked).toHaveLength(1)
})

test('alg none and a public key taken as a shared secret are refused', async () => {
  const { check } = issuer()
  const claims = { iss: 'https://id.test', aud: 'gateway', sub: 'ada', exp: second + 60 }
  const unsigned = new UnsecuredJWT(claims).encode()
  expect(await check(unsigned)).toMatchObject({ ok: false, message: expect.stringContaining('not accepted') })
  const secret = Buffer.from(JSON.stringify(one.jwk))
  const confused = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'one' }).sign(secret)
  expect(await check(confused)).toMatchObject({ ok: false, message: expect.stringContaining('not accepted') })
})

test('keys that a token brings along or points to are not used', async () => {
  const { check, asked } = issuer()
  const own = await makeKey('one')
  const header = { jwk: own.jwk, jku: 'https://evil.test/jwks' }
  expect(await check(await sign(own, {}, header))).toMatchObject({
    ok: false,
    message: expect.stringContaining('signature'),
  })
  expect(asked.map((each) => each.url)).toEqual(['https://id.test/jwks'])
})

test('a token that was changed is refused', async () => {
  const [head, , tail] = (await sign(one)).split('.')
  const [, body] = (await sign(two, { sub: 'root' })).split('.')
  expect(await issuer().check(`${head}.${body}.${tail}`)).toMatchObject({
    ok: false,
    message: expect.stringContaining('signature'),
  })
})

test.each(['no-token', 'a.b.c', 'sk-1234.5678.9abc', ''])('%j is no token of ours', async (text) => {
  expect(await issuer().check(text)).toBe('not ours')
})

test('a token of another issuer is not ours, and nothing is fetched for it', async () => {
  const { check, asked } = issuer()
  expect(await check(await sign(one, { iss: 'https://evil.test' }))).toBe('not ours')
  expect(asked).toEqual([])
})

test('a claim of the wrong type refuses the token, an empty one is missing', async () => {
  const { check } = issuer({ claims: { team: ['team'], roles: ['roles'], tags: ['https://acme.com/tags'] } })
  const wrong = await check(await sign(one, { team: { name: 'core' } }))
  expect(wrong).toMatchObject({ ok: false, message: 'the claim `team` of the token is not a text' })
  expect(await check(await sign(one, { roles: [1] }))).toMatchObject({ ok: false })
  const empty = await check(await sign(one, { team: '', roles: null, 'https://acme.com/tags': ['a'] }))
  expect(empty).toMatchObject({ ok: true, caller: { tags: ['a'] } })
  expect(empty).not.toHaveProperty('caller.team')
})

test('another claim can name the caller', async () => {
  const { check } = issuer({ claims: { id: ['client_id'] } })
  const result = await check(await sign(one, { client_id: 'batch', sub: undefined }))
  expect(result).toMatchObject({ ok: true, caller: { id: 'https://id.test#batch' } })
  expect(await check(await sign(one))).toMatchObject({ ok: false, message: expect.stringContaining('`client_id`') })
})

test('two audiences of one issuer have claims of their own', async () => {
  const { world } = worldOf(() => keysOf(one))
  const jwt = createJwt([jwtConfig, { ...jwtConfig, audience: 'batch', claims: { team: ['azp'] } }], world)
  const check = async (token: string) => jwt.find(token)?.(startMs)
  expect(await check(await sign(one, { aud: ['x', 'batch'], azp: 'a' }))).toMatchObject({ caller: { team: 'a' } })
  expect(await check(await sign(one, { azp: 'a' }))).not.toHaveProperty('caller.team')
})

test('a token without a key id is tried with every key that fits', async () => {
  const anonymous = await makeKey(undefined)
  const { check } = issuer({}, keysOf(one, two, anonymous))
  expect(await check(await sign({ ...two, kid: undefined }))).toMatchObject({ ok: true })
  const stranger = await makeKey(undefined)
  expect(await check(await sign(stranger))).toMatchObject({ ok: false, message: expect.stringContaining('signature') })
})

test('a new key is fetched once it is used, and a withdrawn one ends with the set', async () => {
  const { check, asked, clock, answer } = issuer()
  expect(await check(await sign(one))).toMatchObject({ ok: true })
  clock.nowMs += 30_000
  answer(keysOf(two))
  expect(await check(await sign(two))).toMatchObject({ ok: true })
  expect(await check(await sign(one))).toMatchObject({ ok: false, why: 'refused' })
  expect(asked).toHaveLength(2)
})

test('tokens with made-up keys do not wear the issuer out', async () => {
  const { check, asked, clock } = issuer()
  const storm = await Promise.all(Array.from({ length: 50 }, async (_, i) => sign({ ...two, kid: `k${i}` })))
  const results = await Promise.all(storm.map(check))
  expect(results.every((each) => each !== 'not ours' && !each.ok && each.why === 'refused')).toBe(true)
  expect(asked).toHaveLength(1)
  clock.nowMs += 30_000
  await Promise.all(storm.map(check))
  expect(asked).toHaveLength(2)
})

test('while the issuer is down its last keys go on for a day, and it is asked every few seconds at most', async () => {
  const { check, asked, problems, clock, answer } = issuer()
  const token = await sign(one, { exp: second + 90_000 })
  await check(token)
  answer({ ok: false, message: 'no connection' })
  clock.nowMs += 10 * 60_000
  expect(await check(token)).toMatchObject({ ok: true })
  expect(await check(token)).toMatchObject({ ok: true })
  expect([asked.length, problems]).toEqual([2, ['no connection']])
  clock.nowMs += 5000
  expect(await check(token)).toMatchObject({ ok: true })
  expect(asked).toHaveLength(3)
  clock.nowMs = startMs + 24 * 60 * 60_000
  expect(await check(token)).toMatchObject({ ok: false, why: 'unavailable' })
})

test.each<[string, Reply]>([
  ['an error', replyWith({}, 500)],
  ['a redirect', replyWith({}, 302)],
  ['no JSON', { ok: true, status: 200, text: '<html>' }],
  ['no key set', replyWith({ keys: 'none' })],
])('an issuer that answers with %s has no keys: whether the token is good is not known', async (_, reply) => {
  const { check, answer, clock } = issuer({}, reply)
  expect(await check(await sign(one))).toMatchObject({ ok: false, why: 'unavailable' })
  answer(keysOf(one))
  clock.nowMs += 5000
  expect(await check(await sign(one))).toMatchObject({ ok: true })
})

test('nothing of a token is in what is said of it', async () => {
  const { check } = issuer()
  const token = await sign(one, { sub: 'planted-subject', aud: 'planted-audience' })
  expect(JSON.stringify(await check(token))).not.toMatch(/planted|eyJ/)
})
