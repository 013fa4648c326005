/** Tokens of others, through the whole gateway: a real issuer on a loopback socket. */
import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import { realEnvironment } from '../../src/gateway/environment.ts'
import { makeKey, sign as signAt, startMs } from '../identity/issuer.ts'
import { json, listen, readText, startGateway } from './support.ts'

const key = await makeKey('one')
const other = await makeKey('two')
const laterS = (Date.now() - startMs) / 1000
const nowS = startMs / 1000 + laterS
const sign = (claims: object = {}, by = key) => signAt(by, { exp: nowS + 600, ...claims })

const policy = `
deny banned when caller.claims["status"] == "banned" because "your account is closed"
allow staff when caller.kind == "jwt" and caller.scopes has "chat"
allow guests when caller.kind == "anonymous"
route classified when caller.data_class == "secret" { to sandbox/large }
route core when caller.team == "core" { to sandbox/medium }
route others { to sandbox/small }
`
const hello = { model: 'm', messages: [{ role: 'user', content: 'hi' }] }
const scope = 'chat'

async function startIssuer() {
  const tokens = new Map<string, object>([
    ['opaque-good', { active: true, sub: 'bob', scope, groups: ['core'], exp: nowS + 600 }],
  ])
  const state = { isDown: false }
  const received: { readonly path: string; readonly token: string | null; readonly authorization?: string }[] = []
  const server = createServer(async (request, response) => {
    const token = new URLSearchParams(await readText(request)).get('token')
    const { url: path = '', headers } = request
    const { authorization } = headers
    received.push({ path, token, ...(authorization === undefined ? {} : { authorization }) })
    if (state.isDown) return void response.destroy()
    if (path === '/jwks') return json(response, { keys: [key.jwk] })
    if (path === '/moved') return json(response, {}, 302, { location: '/jwks' })
    json(response, tokens.get(token ?? '') ?? { active: false })
  })
  return { url: await listen(server), received, state }
}

async function start(callers: (url: string) => object, environment = realEnvironment) {
  const logged: string[] = []
  const issuer = await startIssuer()
  const note = (fields: object, message: string) => void logged.push(JSON.stringify([message, fields]))
  const options = {
    config: {
      providers: { sandbox: { type: 'simulator' } },
      models: { 'sandbox/small': {}, 'sandbox/medium': {}, 'sandbox/large': {} },
      attributes: { 'caller.data_class': { type: 'string', from: 'claim.data.class' } },
      callers: { anonymous: true, ...callers(issuer.url) },
    },
    policy,
    env: { SECRET: 'planted-secret' },
    logger: { info: note, warn: note, error: note },
  }
  const gateway = await startGateway(options, environment)
  const ask = async (credential?: string) => {
    const headers: Record<string, string> = credential === undefined ? {} : { authorization: `Bearer ${credential}` }
    const response = await gateway.post('/v1/chat/completions', hello, headers)
    const { error } = (await response.json()) as { readonly error?: { readonly message: string } }
    return [response.status, error?.message ?? response.headers.get('x-policyc-target')]
  }
  return { ...gateway, issuer, ask, logged }
}

const claims = { team: 'groups[0]' }
const jwt = (url: string) => ({
  jwt: [{ issuer: 'https://id.test', audience: 'gateway', jwks_uri: `${url}/jwks`, claims }],
})
const introspection = (url: string) => ({
  introspection: [{ url: `${url}/introspect`, client_id: 'gateway', client_secret: '${SECRET}', claims }],
})

test('a token is its caller: mapped claims, claims as facts, attributes from claims', async () => {
  const { ask, records, issuer } = await start(jwt)
  expect(await ask(await sign({ scope, groups: ['core'] }))).toEqual([200, 'sandbox/medium'])
  expect(await ask(await sign({ scope, data: { class: 'secret' } }))).toEqual([200, 'sandbox/large'])
  expect((await ask(await sign({ scope: 'other' })))[0]).toBe(403)
  expect(await ask(await sign({ scope, status: 'banned' }))).toEqual([
    403,
    'denied by `banned`: your account is closed',
  ])
  expect(records[0]?.caller).toEqual({ id: 'https://id.test#ada', kind: 'jwt', team: 'core' })
  expect(issuer.received).toHaveLength(1)
})

test('a bad token is a 401 in the dialect of the client, and never anonymous', async () => {
  const { ask, post } = await start(jwt)
  expect(await ask()).toEqual([200, 'sandbox/small'])
  const expired = await sign({ scope, exp: nowS - 3600 })
  expect(await ask(expired)).toEqual([401, 'the token has expired'])
  expect((await ask(await sign({ scope }, other)))[0]).toBe(401)
  expect((await ask('opaque'))[0]).toBe(401)
  const anthropic = await post('/v1/messages', { ...hello, max_tokens: 5 }, { 'x-api-key': expired })
  expect([anthropic.status, await anthropic.json()]).toMatchObject([401, { error: { type: 'authentication_error' } }])
  const google = await post('/v1beta/models/m:generateContent', { contents: [] }, { 'x-goog-api-key': expired })
  expect([google.status, await google.json()]).toMatchObject([401, { error: { status: 'UNAUTHENTICATED' } }])
})

test('an opaque token is asked about, as this client, and once', async () => {
  const { ask, issuer, records } = await start(introspection)
  expect(await ask('opaque-good')).toEqual([200, 'sandbox/medium'])
  expect(await ask('opaque-good')).toEqual([200, 'sandbox/medium'])
  expect((await ask('opaque-bad'))[0]).toBe(401)
  expect(records[0]?.caller).toEqual({ id: `${issuer.url}/introspect#bob`, kind: 'jwt', team: 'core' })
  expect(issuer.received.map((each) => [each.path, each.token])).toEqual([
    ['/introspect', 'opaque-good'],
    ['/introspect', 'opaque-bad'],
  ])
  expect(issuer.received[0]?.authorization).toBe(`Basic ${btoa('gateway:planted-secret')}`)
})

test('where the issuer is down nobody knows: a 503 that says when to come again, and no secret in the log', async () => {
  const { ask, post, issuer, logged } = await start((url) => ({ ...jwt(url), ...introspection(url) }))
  issuer.state.isDown = true
  const token = await sign({ scope, sub: 'planted-subject' })
  expect((await ask(token))[0]).toBe(503)
  expect((await ask('planted-opaque'))[0]).toBe(503)
  const response = await post('/v1/chat/completions', hello, { authorization: 'Bearer planted-opaque' })
  expect(response.headers.get('retry-after')).toBe('5')
  expect(await ask()).toEqual([200, 'sandbox/small'])
  const log = logged.join('\n')
  expect(log).toContain('tokens cannot be checked')
  expect(log).not.toMatch(/planted|eyJ/)
})

test('keys are taken neither by way of a redirect nor from a name of this machine', async () => {
  const moved = await start((url) => ({
    jwt: [{ issuer: 'https://id.test', audience: 'gateway', jwks_uri: `${url}/moved` }],
  }))
  expect((await moved.ask(await sign({ scope })))[0]).toBe(503)
  expect(moved.issuer.received.map((each) => each.path)).toEqual(['/moved'])

  const named = await start((url) => ({
    introspection: [
      {
        url: `${url.replace('http://127.0.0.1', 'https://localhost')}/i`,
        client_id: 'gateway',
        client_secret: '${SECRET}',
      },
    ],
  }))
  expect((await named.ask('opaque-good'))[0]).toBe(503)
  expect(named.logged.join()).toMatch(/loopback/)
  expect(named.issuer.received).toEqual([])
})

test('who guesses is slowed down, and those who were good lately are not', async () => {
  // The clock stands still, so that nothing of what is counted leaks away.
  const nowMs = Date.now()
  const { ask, post } = await start(introspection, { ...realEnvironment, now: () => nowMs })
  expect(await ask('opaque-good')).toEqual([200, 'sandbox/medium'])
  for (let i = 0; i < 50; i++) expect((await ask(`guess-${i}`))[0]).toBe(401)
  const response = await post('/v1/chat/completions', hello, { authorization: 'Bearer guess' })
  expect([response.status, await response.json()]).toMatchObject([429, { error: { code: 'too_many_bad_credentials' } }])
  expect(response.headers.get('retry-after')).toBe('1')
  expect(await ask('opaque-good')).toEqual([200, 'sandbox/medium'])
  expect(await ask()).toEqual([200, 'sandbox/small'])
})
