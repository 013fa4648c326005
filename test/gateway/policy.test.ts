import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createGateway, PolicyError } from '../../src/index.ts'
import { listen, startGateway } from './support.ts'

const config = {
  gateway: { region: 'eu-west', env: 'production', time_zone: 'Europe/Berlin' },
  providers: { us: { type: 'simulator', region: 'us' }, eu: { type: 'simulator', region: 'eu' } },
  models: { 'us/small': {}, 'us/large': {}, 'eu/small-eu': {} },
  attributes: {
    'caller.class': { type: 'string', enum: ['public', 'secret'], from: 'header.x-class' },
    'signal.seats': { type: 'int', from: 'header.x-seats' },
    'signal.topic': { type: 'string', from: 'host' },
  },
  callers: { anonymous: true },
}
const hello = { model: 'us/small', messages: [{ role: 'user', content: 'hi' }], max_tokens: 5 }
const chat = '/v1/chat/completions'

const start = (policy: string, options: object = {}) => startGateway({ config, policy, ...options })
const messageIn = async (response: Response) =>
  ((await response.json()) as { error: { message: string } }).error.message

test('a denial says by which rule and why, with the status that the rule names', async () => {
  const { post, records } = await start(`
allow anyone
deny night when request.model == "us/large" because "the large model sleeps" status 429
route main { to requested }`)
  const response = await post(chat, { ...hello, model: 'us/large' })
  expect([response.status, response.headers.get('x-policyc-rule')]).toEqual([429, 'night'])
  expect(await messageIn(response)).toBe('denied by `night`: the large model sleeps')
  expect(response.headers.get('x-policyc-attempts')).toBe('0')
  expect(records).toMatchObject([{ status: 429, rule: 'night', failure: 'denied', usage: { provenance: 'none' } }])
})

test('what nothing allows is denied, and what no route takes is a 403', async () => {
  const closed = await start('allow nobody when request.model == "x"\nroute main { to requested }')
  const denied = await closed.post(chat, hello)
  expect([denied.status, denied.headers.get('x-policyc-rule')]).toEqual([403, null])
  expect(await messageIn(denied)).toContain('no rule of the policy allows this request')
  const lost = await start('allow anyone\nroute main when request.model == "x" { to us/small }')
  const anthropic = await lost.post('/v1/messages', hello)
  expect(anthropic.status).toBe(403)
  expect(await anthropic.json()).toMatchObject({
    type: 'error',
    error: { type: 'permission_error', message: expect.stringContaining('no route') },
  })
})

test('a route whose targets are all restricted is a 403 that names the restricts', async () => {
  const { post } = await start('allow anyone\nrestrict residency to target.region == "eu"\nroute main { to requested }')
  const response = await post(chat, hello)
  expect([response.status, await messageIn(response)]).toEqual([403, 'every target is ruled out by `residency`'])
  expect((await post(chat, { ...hello, model: 'small-eu' })).headers.get('x-policyc-target')).toBe('eu/small-eu')
})

test('a model that reaches nothing is a 404 with a suggestion of what the caller can reach', async () => {
  const { post } = await start('allow anyone\nrestrict residency to target.region == "eu"\nroute main { to requested }')
  const near = await post(chat, { ...hello, model: 'smal-eu' })
  expect([near.status, await messageIn(near)]).toEqual([
    404,
    'the model `smal-eu` is not known here; did you mean `small-eu`?',
  ])
  const hidden = await post(chat, { ...hello, model: 'us/smal' })
  expect(await messageIn(hidden)).toBe('the model `us/smal` is not known here')
})

test('the list of models is what the caller could reach, in the shape of the client’s dialect', async () => {
  const { url } = await start(`
allow anyone
deny secrets when caller.class == "secret" and request.model in ["us/large", "large"]
restrict residency when has caller.class to target.region == "eu" or target.id == "us/large"
route main { to requested }`)
  const list = async (headers: Readonly<Record<string, string>>) =>
    (await fetch(`${url}/v1/models`, { headers })).json()
  const all = (await list({})) as { object: string; data: { id: string }[] }
  expect(all.object).toBe('list')
  expect(all.data.map((each) => each.id).sort()).toEqual(['eu/small-eu', 'us/large', 'us/small'])
  expect(await list({ 'x-class': 'secret' })).toEqual({
    object: 'list',
    data: [{ id: 'eu/small-eu', object: 'model', created: 0, owned_by: 'eu' }],
  })
  const headers = { 'x-class': 'secret', 'anthropic-version': '2023-06-01' }
  expect(await list(headers)).toMatchObject({
    data: [{ type: 'model', id: 'eu/small-eu', display_name: 'small-eu' }],
    has_more: false,
    first_id: 'eu/small-eu',
  })
  const one = await fetch(`${url}/v1/models/eu%2Fsmall-eu`, { headers: { 'x-class': 'secret' } })
  expect([one.status, await one.json()]).toMatchObject([200, { id: 'eu/small-eu', object: 'model' }])
  const other = await fetch(`${url}/v1/models/us/small`, { headers: { 'x-class': 'secret' } })
  expect(other.status).toBe(404)
})

test('what only a bare name or a rule’s own alias reaches is listed, and a target that a route picks itself', async () => {
  const { url } = await start(`
allow anyone
route bare when request.model == "small" { to us/small }
route alias when request.model in ["smart", "smarter"] { to us/large }`)
  const { data } = (await (await fetch(`${url}/v1/models`)).json()) as { data: { id: string }[] }
  expect(data.map((each) => each.id).sort()).toEqual(['us/large', 'us/small'])
})

test('a model name that no header can carry is passed on and told encoded', async () => {
  const { post, records } = await start('allow anyone\nroute main { to us/* }')
  const model = 'naïve 模型\r\nx-evil: 1 \ud83d'
  const response = await post(chat, { ...hello, model })
  expect(response.status).toBe(200)
  expect(response.headers.get('x-policyc-target')).toMatch(/^us\/na%C3%AFve %E6%A8%A1%E5%9E%8B%0D%0Ax-evil: 1/)
  expect(response.headers.get('x-evil')).toBeNull()
  const long = await post(chat, { ...hello, model: 'x'.repeat(100_000) })
  expect([long.status, long.headers.get('x-policyc-target')?.length]).toEqual([200, 256])
  expect(records).toHaveLength(2)
})

test('facts: version, tools, sizes, headers, metadata, text, time and instance are what the request says', async () => {
  const { post } = await start(`
allow anyone
deny a when request.version == "v7" because "version"
deny b when request.has_tools because "tools"
deny c when request.bytes > 10KB because "bytes"
deny d when request.header["x-team"] == "red" because "header"
deny e when request.metadata["job"] == "batch" because "metadata"
deny f when request.text contains "forbidden words" because "text"
deny g when gateway.region == "eu-west" and request.header["x-check"] == "region" because "region"
deny h when has time.date and time.hour >= 0 and request.header["x-check"] == "time" because "time"
deny i when has request.header["authorization"] because "leak"
deny j when request.temperature > 1.5 because "temperature"
deny k when caller.ip in ["127.0.0.0/8"] and request.header["x-check"] == "ip" because "ip"
deny l when provider.us.healthy and request.header["x-check"] == "healthy" because "healthy"
deny m when request.api == "messages" because "api"
deny n when request.input_tokens > 3000 because "tokens"
route main { to requested }`)
  const why = async (path: string, body: object, headers: Readonly<Record<string, string>> = {}) =>
    messageIn(await post(path, { ...hello, ...body }, headers))
  expect(await why('/v7/chat/completions', {})).toContain('version')
  expect(await why(chat, { tools: [{ type: 'function', function: { name: 'f' } }] })).toContain('tools')
  expect(await why(chat, { user: 'x'.repeat(11_000) })).toContain('bytes')
  expect(await why(chat, {}, { 'X-Team': 'red' })).toContain('header')
  expect(await why(chat, { metadata: { job: 'batch' } })).toContain('metadata')
  expect(await why(chat, { messages: [{ role: 'user', content: 'some forbidden words' }] })).toContain('text')
  expect(await why(chat, {}, { 'x-check': 'region' })).toContain('region')
  expect(await why(chat, {}, { 'x-check': 'time' })).toContain('time')
  expect(await why(chat, { temperature: 1.8 })).toContain('temperature')
  expect(await why(chat, {}, { 'x-check': 'ip' })).toContain('ip')
  expect(await why(chat, {}, { 'x-check': 'healthy' })).toContain('healthy')
  expect(await why('/v1/messages', {})).toContain('api')
  expect(await why(chat, { messages: [{ role: 'user', content: 'word '.repeat(4000) }] })).toContain('tokens')
  expect((await post(chat, hello, { authorization: 'Bearer anything' })).status).toBe(200)
})

test('an attribute from a header is typed: what does not fit is a 400 that names the header', async () => {
  const { post } = await start(
    'allow anyone\ndeny many when signal.seats > 10\ndeny secrets when caller.class == "secret"\nroute main { to requested }',
  )
  expect((await post(chat, hello)).status).toBe(200)
  expect((await post(chat, hello, { 'x-seats': '10' })).status).toBe(200)
  expect((await post(chat, hello, { 'x-seats': '11' })).status).toBe(403)
  const odd = await post(chat, hello, { 'x-seats': '10abc' })
  expect([odd.status, await messageIn(odd)]).toEqual([400, 'the header `x-seats` is not a whole number'])
  const unlisted = await post(chat, hello, { 'x-class': 'internal' })
  expect([unlisted.status, await messageIn(unlisted)]).toEqual([
    400,
    'the header `x-class` is not one of public, secret',
  ])
})

test.each([
  ['org.unit.desk.name', 'header.x-desk', {}],
  ['a.b.c.d.e', 'header.x-desk', {}],
  ['org.unit.desk.name', 'claim.desk[0].name', {}],
  ['org.unit.desk.name', 'key.metadata.desk', {}],
  ['org.unit.desk.name', 'host', { attributes: { 'org.unit.desk.name': deskOf } }],
  // Beside what the gateway itself says of the caller and the request.
  ['caller.org_chart.unit.desk', 'header.x-desk', {}],
  ['request.origin.desk.name', 'header.x-desk', {}],
  ['caller.claims.desk_name.short', 'header.x-desk', {}],
])('a policy reads `%s` from %s', async (path, from, options) => {
  const { post } = await startGateway({
    config: {
      ...config,
      attributes: { [path]: { type: 'string', from }, 'org.unit.floor': { type: 'int', from: 'header.x-floor' } },
    },
    policy: `allow anyone\ndeny desk when ${path} == "forex"\ndeny high when org.unit.floor > 3\nroute main { to requested }`,
    caller: (request: Request | IncomingMessage) => {
      const desk = deskOf({ request })
      return desk === undefined ? shared : { ...shared, claims: { desk: [{ name: desk }] }, metadata: { desk } }
    },
    ...options,
  })
  const at = async (headers: Readonly<Record<string, string>>) => (await post(chat, hello, headers)).status
  expect(await at({ 'x-desk': 'forex' })).toBe(403)
  expect(await at({ 'x-desk': 'bonds', 'x-floor': '3' })).toBe(200)
  expect(await at({ 'x-desk': 'bonds', 'x-floor': '4' })).toBe(403)
  // Nothing of one request is left for the next.
  expect(await at({})).toBe(200)
  expect(shared).toEqual({ user: 'ada', claims: { role: 'dealer' } })
})

/** One object for every request, as a host program may well give it. */
const shared = { user: 'ada', claims: { role: 'dealer' } }

function deskOf({ request }: { readonly request: Request | IncomingMessage }): string | undefined {
  const desk = request instanceof Request ? request.headers.get('x-desk') : request.headers['x-desk']
  return typeof desk === 'string' ? desk : undefined
}

test('a host attribute is computed only where a rule reads it, may be asynchronous, and ends the request where it fails', async () => {
  let computed = 0
  const attributes = {
    'signal.topic': async ({ text }: { text: string }) => {
      computed++
      if (text === 'explode') throw new Error('classifier is down')
      return text === 'odd' ? (42 as unknown as string) : text
    },
  }
  const unread = await start('allow anyone\nroute main { to requested }', { attributes })
  expect((await unread.post(chat, hello)).status).toBe(200)
  expect(computed).toBe(0)
  const { post } = await start(
    'allow anyone\ndeny medical when signal.topic == "medical"\nroute main { to requested }',
    { attributes },
  )
  const say = async (content: string) => (await post(chat, { ...hello, messages: [{ role: 'user', content }] })).status
  expect([await say('cars'), await say('medical'), await say('odd'), await say('explode')]).toEqual([
    200, 403, 503, 503,
  ])
  expect(computed).toBe(4)
})

test('tags of log rules are in the usage record', async () => {
  const { post, records } = await start(
    'allow anyone\nlog tags { tag "class" = caller.class tag "none" = signal.topic }\nroute main { to requested }',
  )
  await post(chat, hello, { 'x-class': 'public' })
  expect(records[0]!.tags).toEqual({ class: 'public' })
})

test('a listener of usage records that throws costs the client nothing', async () => {
  const { post, gateway, records } = await start('allow anyone\nroute main { to requested }')
  const off = gateway.on('usage', () => {
    throw new Error('full disk')
  })
  expect((await post(chat, hello)).status).toBe(200)
  off()
  expect(records).toHaveLength(1)
})

test('mounted in a host program, other paths go on to the next handler, and a parsed body is taken', async () => {
  const gateway = await createGateway({ config, policy: 'allow anyone\nroute main { to requested }', env: {} })
  onTestFinished(() => gateway.close())
  const url = await listen(
    createServer(async (request, response) => {
      if (request.headers['x-parse'] === '1') {
        const chunks: Buffer[] = []
        for await (const chunk of request) chunks.push(chunk as Buffer)
        Object.assign(request, { body: JSON.parse(Buffer.concat(chunks).toString()) })
      }
      gateway.node(request, response, () => response.writeHead(418).end('tea'))
    }),
  )
  expect((await fetch(`${url}/`)).status).toBe(418)
  expect((await fetch(`${url}/v1/nothing`)).status).toBe(418)
  expect((await fetch(`${url}/health/live`)).status).toBe(200)
  const headers = { 'content-type': 'application/json', 'x-parse': '1' }
  expect((await fetch(`${url}${chat}`, { method: 'POST', headers, body: JSON.stringify(hello) })).status).toBe(200)
  expect((await fetch(`${url}${chat}`)).status).toBe(405)
})

test('a configuration file is found by its path, and what is wrong with it is a PolicyError', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'policyc-gateway-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await writeFile(
    join(folder, 'gateway.yaml'),
    'policy: ./main.policy\nproviders: { sandbox: { type: simulator } }\nmodels: { sandbox/a: {} }\ncallers: { anonymous: true }\n',
  )
  await writeFile(join(folder, 'main.policy'), 'allow anyone\nroute main { to sandbox/a }\n')
  const gateway = await createGateway({ config: folder })
  onTestFinished(() => gateway.close())
  const response = await gateway.fetch(new Request(`http://x${chat}`, { method: 'POST', body: JSON.stringify(hello) }))
  expect(response.status).toBe(200)
  await writeFile(join(folder, 'main.policy'), 'allow anyone\nroute main { to sandbox/a hedge after 2s }\n')
  await expect(createGateway({ config: join(folder, 'gateway.yaml') })).rejects.toBeInstanceOf(PolicyError)
})

test('an attribute that only the key of a split reads is read', async () => {
  const { post } = await start(`
allow anyone
route main { to 50% us/small | 50% us/large sticky by signal.seats }`)
  const targetFor = async (seats: number) =>
    (await post(chat, hello, { 'x-seats': String(seats) })).headers.get('x-policyc-target')
  const all = await Promise.all(Array.from({ length: 20 }, (_, seats) => targetFor(seats)))
  // Were it not read, all would have the one key of those that lack it.
  expect(new Set(all)).toEqual(new Set(['us/small', 'us/large']))
  expect(await Promise.all(Array.from({ length: 20 }, (_, seats) => targetFor(seats)))).toEqual(all)
})
