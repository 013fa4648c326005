/** Google's clients at the gateway, and Google's models behind it: what the recordings do not show. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { Secret } from '../../src/config/secret.ts'
import { realEnvironment } from '../../src/gateway/environment.ts'
import { createLogger } from '../../src/gateway/log.ts'
import { addKey, createKey } from '../../src/identity/key-file.ts'
import { type Answering, completion, dataOf, json, startGateway, startUpstream } from './support.ts'

const hello = { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] }
const generate = (model = 'm') => `/v1beta/models/${encodeURIComponent(model)}:generateContent`
const stream = (model = 'm') => `/v1beta/models/${encodeURIComponent(model)}:streamGenerateContent`

const answer = {
  candidates: [{ content: { parts: [{ text: 'hello there' }], role: 'model' }, finishReason: 'STOP', index: 0 }],
  usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 2, totalTokenCount: 12 },
  modelVersion: 'gemini-2.5-flash-001',
  responseId: 'r-1',
}

async function start(answering: Answering, route = 'to google/gemini-2.5-flash') {
  const upstream = await startUpstream(answering)
  const running = await startGateway({
    config: {
      providers: {
        google: { type: 'gemini', base_url: upstream.url, api_key: 'AIza-planted-1' },
        openai: { type: 'openai', base_url: `${upstream.url}/v1`, api_key: 'sk-planted-2' },
      },
      models: {
        'google/gemini-2.5-flash': { price: { input: 1, output: 1 } },
        'openai/gpt': { price: { input: 1, output: 1 } },
      },
      callers: { anonymous: true },
    },
    policy: `allow anyone\nroute main { ${route} }`,
  })
  return { upstream, ...running }
}

const sse = (...chunks: readonly object[]): Answering => {
  const text = chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\r\n\r\n`).join('')
  return (_, response) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).end(text)
}

test('the model of the address is decided on, and another goes into the address of the provider', async () => {
  const { post, upstream, records } = await start((_, response) => json(response, answer))
  const text = '{ "contents": [{"parts":[{"text":"hi"}]}],  "unknownField": 1.0 }'
  const response = await post(generate('some/model'), text, {
    'x-goog-api-key': 'whatever',
    'x-goog-api-client': 'sdk',
  })
  expect(await response.json()).toEqual(answer)
  expect(upstream.received[0]).toMatchObject({ path: '/v1beta/models/gemini-2.5-flash:generateContent', text })
  expect(upstream.received[0]!.headers).toMatchObject({ 'x-goog-api-key': 'AIza-planted-1' })
  expect(response.headers.get('x-policyc-cost')).toBe('0.000012000')
  expect(records[0]).toMatchObject({
    api: 'chat',
    model: 'some/model',
    usage: { input: 10, output: 2, provenance: 'provider' },
  })
})

test('a rewrite goes into the body that Google gets', async () => {
  const { post, upstream } = await start((_, response) => json(response, answer))
  await post(generate(), { ...hello, generationConfig: { maxOutputTokens: 9000, speechConfig: { a: 1 } } })
  expect(upstream.received[0]!.body).toEqual({
    ...hello,
    generationConfig: { maxOutputTokens: 9000, speechConfig: { a: 1 } },
  })
  const limited = await startGateway({
    config: {
      providers: { google: { type: 'gemini', base_url: upstream.url, api_key: 'AIza-planted-1' } },
      callers: { anonymous: true },
    },
    policy: 'allow anyone\nrewrite short { max_tokens at most 100 }\nroute main { to google/* }',
  })
  await limited.post(generate(), { ...hello, generationConfig: { maxOutputTokens: 9000, speechConfig: { a: 1 } } })
  expect(upstream.received[1]!.body).toEqual({
    ...hello,
    generationConfig: { maxOutputTokens: 100, speechConfig: { a: 1 } },
  })
})

test('a stream of another provider comes as events, or as one array where no events are asked for', async () => {
  const { post } = await start((_, response) => {
    const chunk = (delta: object, finish: string | null = null) =>
      `data: ${JSON.stringify({ ...completion, choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
    response
      .writeHead(200, { 'content-type': 'text/event-stream' })
      .end(
        `: alive\n\n${chunk({ content: 'hello' })}${chunk({ content: ' there' })}${chunk({}, 'stop')}data: [DONE]\n\n`,
      )
  }, 'to openai/gpt')
  const events = await post(`${stream()}?alt=sse`, hello)
  expect(events.headers.get('content-type')).toBe('text/event-stream')
  const said = dataOf(await events.text()).map((data) => JSON.parse(data) as object)
  const array = await post(stream(), hello)
  expect(array.headers.get('content-type')).toBe('application/json')
  expect(await array.json()).toEqual(said)
  expect(said.at(0)).toMatchObject({ candidates: [{ content: { parts: [{ text: 'hello' }] } }] })
  expect(said.at(-1)).toMatchObject({
    candidates: [{ finishReason: 'STOP' }],
    usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 2, totalTokenCount: 12 },
  })
})

test('cached tokens are a part of the prompt, and are charged once (litellm-14849)', async () => {
  const usageMetadata = {
    promptTokenCount: 1000,
    cachedContentTokenCount: 800,
    candidatesTokenCount: 10,
    thoughtsTokenCount: 90,
    totalTokenCount: 1100,
  }
  const upstream = await startUpstream((_, response) => json(response, { ...answer, usageMetadata }))
  const { post, records } = await startGateway({
    config: {
      providers: { google: { type: 'gemini', base_url: upstream.url, api_key: 'AIza-planted-1' } },
      models: { 'google/gemini-2.5-flash': { price: { input: 1, cached_input: 0.25, output: 10 } } },
      callers: { anonymous: true },
    },
    policy: 'allow anyone\nroute main { to google/gemini-2.5-flash }',
  })
  const response = await post(generate(), hello)
  // 200 fresh and 800 cached tokens of the prompt, 100 of the answer.
  expect(response.headers.get('x-policyc-cost')).toBe('0.001400000')
  expect(records[0]!.usage).toMatchObject({ input: 1000, cachedInput: 800, output: 100, reasoning: 90 })
})

test('usage in every chunk is the sum so far: the last word counts (litellm-35958)', async () => {
  const chunk = (text: string, candidatesTokenCount: number, finishReason?: string) => ({
    candidates: [{ content: { parts: [{ text }], role: 'model' }, index: 0, ...(finishReason && { finishReason }) }],
    usageMetadata: { promptTokenCount: 10, candidatesTokenCount, totalTokenCount: 10 + candidatesTokenCount },
  })
  const { post, records } = await start(sse(chunk('a', 1), chunk('b', 2), chunk('c', 3, 'STOP')))
  await (await post(`${stream()}?alt=sse`, hello)).text()
  expect(records[0]!.usage).toMatchObject({ input: 10, output: 3, provenance: 'provider' })
})

test('a stream that breaks off ends with an error, in an array too, and never with a finish', async () => {
  const begun = { candidates: [{ content: { parts: [{ text: 'hel' }], role: 'model' }, index: 0 }] }
  const { post, records } = await start(sse(begun))
  const events = dataOf((await (await post(`${stream()}?alt=sse`, hello)).text()).replaceAll('\r', ''))
  expect(events.map((data) => Object.keys(JSON.parse(data))[0])).toEqual(['candidates', 'error'])
  expect(JSON.parse(events.at(-1)!)).toMatchObject({ error: { code: 502, status: 'INTERNAL' } })
  const array = (await (await post(stream(), hello)).json()) as readonly object[]
  expect(array.map((element) => Object.keys(element)[0])).toEqual(['candidates', 'error'])
  expect(records.map(({ failure }) => failure)).toEqual(['stream_failed', 'stream_failed'])
})

test('a prompt that Google blocks is tried elsewhere, and an error where there is nowhere else', async () => {
  const blocked = { promptFeedback: { blockReason: 'SAFETY' }, usageMetadata: { promptTokenCount: 5 } }
  const answering: Answering = ({ path }, response) => json(response, path.includes('gemini') ? blocked : completion)
  const both = await start(answering, 'to google/gemini-2.5-flash else openai/gpt')
  const served = await both.post(generate(), hello)
  expect([served.status, served.headers.get('x-policyc-target')]).toEqual([200, 'openai/gpt'])
  expect(await served.json()).toMatchObject({ candidates: [{ content: { parts: [{ text: 'hello there' }] } }] })
  const alone = await start(answering)
  const refused = await alone.post(generate(), hello)
  expect(refused.status).toBe(400)
  expect(await refused.json()).toMatchObject({ error: { code: 400, status: 'INVALID_ARGUMENT' } })
  const array = await alone.post(stream(), hello)
  expect([array.status, await array.json()]).toMatchObject([400, [{ error: { code: 400 } }]])
  const streamed = await start(sse(blocked))
  expect((await streamed.post(`${stream()}?alt=sse`, hello)).status).toBe(400)
})

test('a call that the model has garbled is tried again', async () => {
  let calls = 0
  const slip = { candidates: [{ finishReason: 'MALFORMED_FUNCTION_CALL' }], responseId: 'r' }
  const { post } = await start(
    (_, response) => json(response, calls++ === 0 ? slip : answer),
    'to google/gemini-2.5-flash retry 1 on 5xx backoff 1ms to 2ms',
  )
  const response = await post(generate(), hello)
  expect([response.status, response.headers.get('x-policyc-attempts')]).toEqual([200, '2'])
})

test('the wait that Google names in the body is told in a header', async () => {
  const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34s' }]
  const error = { code: 429, message: 'slow down', status: 'RESOURCE_EXHAUSTED', details }
  const { post } = await start((_, response) => json(response, { error }, 429))
  const response = await post('/v1/chat/completions', { model: 'm', messages: [{ role: 'user', content: 'hi' }] })
  expect([response.status, response.headers.get('retry-after')]).toEqual([429, '34'])
})

test('a call that Google cannot express is refused by the name of the field, unless the route lets it go', async () => {
  const body = { model: 'm', messages: [{ role: 'user', content: 'hi' }], logit_bias: { '5': 1 } }
  const { post, upstream } = await start((_, response) => json(response, answer))
  const refused = await post('/v1/chat/completions', body)
  expect([refused.status, await refused.json()]).toMatchObject([400, { error: { param: 'logit_bias' } }])
  const lenient = await start((_, response) => json(response, answer), 'to google/gemini-2.5-flash on_loss degrade')
  expect((await lenient.post('/v1/chat/completions', body)).status).toBe(200)
  expect(upstream.received.length).toBe(0)
})

const folder = await mkdtemp(join(tmpdir(), 'policyc-gemini-'))
afterAll(() => rm(folder, { recursive: true, force: true }))
const pepper = new Secret('planted-pepper')
const made = [1, 2].map((n) => createKey({ name: `k${n}`, caller: { team: 'core' }, nowMs: Date.now(), pepper }))
for (const { record } of made) await addKey(join(folder, 'keys.yaml'), record, realEnvironment.setTimer)
const [one, two] = made.map(({ key }) => key) as [string, string]

test('the key stands in the header, in the address or as a bearer; two that differ are refused; none is logged (litellm-6963)', async () => {
  const seen: string[] = []
  const { post, url } = await startGateway({
    config: {
      providers: { sandbox: { type: 'simulator' } },
      models: { 'sandbox/small': {} },
      callers: { keys: { file: join(folder, 'keys.yaml'), pepper: '${PEPPER}' } },
    },
    policy: 'allow anyone\nroute main { to sandbox/small }',
    env: { PEPPER: 'planted-pepper' },
    logger: createLogger({ level: 'trace', destination: { write: (line) => void seen.push(line) } }),
  })
  const status = async (path: string, headers: Readonly<Record<string, string>> = {}) =>
    (await post(path, hello, headers)).status
  expect(await status(generate(), { 'x-goog-api-key': one })).toBe(200)
  expect(await status(`${generate()}?key=${one}`)).toBe(200)
  expect(await status(`${stream()}?alt=sse&key=${one}`, { 'x-goog-api-key': one })).toBe(200)
  expect(await status(generate(), { authorization: `Bearer ${one}` })).toBe(200)
  expect(await status(`${generate()}?key=${two}`, { 'x-goog-api-key': one })).toBe(401)
  expect(await status(`${generate()}?key=AIza-unknown`)).toBe(401)
  const refused = await post(generate(), hello)
  expect([refused.status, await refused.json()]).toMatchObject([401, { error: { status: 'UNAUTHENTICATED' } }])
  // Other dialects have no key in the address.
  expect(await status(`/v1/chat/completions?key=${one}`)).toBe(401)
  const list = await fetch(`${url}/v1beta/models?key=${one}`)
  expect(await list.json()).toEqual({
    models: [
      {
        name: 'models/sandbox/small',
        displayName: 'small',
        supportedGenerationMethods: ['generateContent', 'streamGenerateContent'],
      },
    ],
  })
  expect(seen.length).toBeGreaterThan(0)
  for (const key of [one, two]) expect(seen.join('\n')).not.toContain(key)
})

test('neither the key nor its header is anything that a policy can read', async () => {
  const { post } = await startGateway({
    config: {
      providers: { sandbox: { type: 'simulator' } },
      models: { 'sandbox/small': {} },
      callers: { anonymous: true },
    },
    policy: `allow anyone
deny snoop when request.header["x-goog-api-key"] == "secret"
route main { to sandbox/small }`,
  })
  expect((await post(generate(), hello, { 'x-goog-api-key': 'secret' })).status).toBe(200)
})
