import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import type { Answering } from './support.ts'
import { completion, dataOf, json, startGateway, startUpstream, until } from './support.ts'

const hello = { model: 'm', max_tokens: 10, messages: [{ role: 'user', content: 'hi' }] }

async function start(
  answer: Answering,
  { route = 'to first/gpt', config = {} }: { route?: string; config?: object } = {},
) {
  const upstream = await startUpstream(answer)
  const provider = { type: 'openai', base_url: `${upstream.url}/v1`, api_key: 'sk-planted-1' }
  const running = await startGateway({
    config: {
      providers: { first: provider, second: { ...provider, api_key: 'sk-planted-2' } },
      models: { 'first/gpt': { price: { input: 1, output: 1 } }, 'second/gpt': { price: { input: 1, output: 1 } } },
      callers: { anonymous: true },
      ...config,
    },
    policy: `allow anyone\nroute main { ${route} }`,
  })
  return { upstream, ...running }
}

const refusal = (status: number, error: object, headers: Readonly<Record<string, string>> = {}): Answering => {
  return (_, response) => json(response, { error }, status, headers)
}

test.each([
  [
    400,
    { message: 'temperature is too hot', param: 'temperature', code: null, type: 'invalid_request_error' },
    400,
    'temperature is too hot',
  ],
  [
    401,
    { message: 'Incorrect API key provided: sk-planted-1', code: 'invalid_api_key' },
    502,
    "the gateway's own credentials",
  ],
  [403, { message: 'you may not' }, 502, "the gateway's own credentials"],
  [404, { message: 'The model `gpt` does not exist', code: 'model_not_found' }, 404, 'does not exist'],
  [429, { message: 'slow down', code: 'rate_limit_exceeded' }, 429, 'slow down'],
  [500, { message: 'oops' }, 502, 'oops'],
  [503, { message: 'busy' }, 503, 'busy'],
])('what a provider answers with %d %o is a %d', async (status, error, told, message) => {
  const { post, records } = await start(refusal(status, error))
  const openai = await post('/v1/chat/completions', hello)
  const text = await openai.text()
  expect(openai.status).toBe(told)
  expect((JSON.parse(text) as { error: { message: string } }).error.message).toContain(message)
  expect(text).not.toContain('planted')
  const anthropic = await post('/v1/messages', hello)
  expect(anthropic.status).toBe(told)
  expect(await anthropic.json()).toMatchObject({ type: 'error', error: { message: expect.stringContaining(message) } })
  expect(openai.headers.get('x-policyc-target')).toBe('first/gpt')
  expect(records[0]).toMatchObject({
    status: told,
    usage: { provenance: 'none' },
    attempts: [{ target: 'first/gpt', result: 'failed' }],
  })
  expect(records[0]!.costNanoUsd).toBeUndefined()
})

test('the wait that a provider asks for is passed on', async () => {
  const { post } = await start(refusal(429, { message: 'slow down' }, { 'retry-after': '7' }))
  const response = await post('/v1/chat/completions', hello)
  expect([response.status, response.headers.get('retry-after')]).toEqual([429, '7'])
})

test('a fallback serves, and the headers tell of it', async () => {
  const { post, records } = await start(
    ({ headers }, response) =>
      headers.authorization === 'Bearer sk-planted-1'
        ? json(response, { error: { message: 'oops' } }, 500)
        : json(response, completion),
    { route: 'to first/gpt else second/gpt' },
  )
  const response = await post('/v1/chat/completions', hello)
  expect(response.status).toBe(200)
  expect(response.headers.get('x-policyc-target')).toBe('second/gpt')
  expect(response.headers.get('x-policyc-attempts')).toBe('2')
  expect(records[0]!.attempts.map((each) => [each.target, each.result])).toEqual([
    ['first/gpt', 'failed'],
    ['second/gpt', 'served'],
  ])
})

test('an upstream that cannot be reached is a 502, one that is silent a 504', async () => {
  const dead = await startGateway({
    config: {
      providers: { dead: { type: 'openai', base_url: 'http://127.0.0.1:1/v1', api_key: 'sk-upstream-0001' } },
      models: { 'dead/gpt': {} },
      callers: { anonymous: true },
    },
    policy: 'allow anyone\nroute main { to dead/gpt }',
  })
  expect((await dead.post('/v1/chat/completions', hello)).status).toBe(502)
  const { post } = await start(() => undefined, { route: 'to first/gpt timeout 100ms' })
  expect((await post('/v1/chat/completions', hello)).status).toBe(504)
})

const chunk = (content: string) =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'gpt', choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`

function begin(response: ServerResponse, ...contents: readonly string[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const content of contents) response.write(chunk(content))
}

test('portkey-1797: an upstream that breaks off is an error event, and never a clean end, in both dialects', async () => {
  const { post, records } = await start((_, response) => {
    begin(response, 'once upon')
    setTimeout(() => response.destroy(), 20)
  })
  const openai = await (await post('/v1/chat/completions', { ...hello, stream: true })).text()
  expect(dataOf(openai)).toHaveLength(2)
  expect(JSON.parse(dataOf(openai)[1]!)).toMatchObject({ error: { message: expect.any(String) } })
  expect(openai).not.toContain('[DONE]')
  const anthropic = await (await post('/v1/messages', { ...hello, stream: true })).text()
  expect(anthropic).toMatch(/event: error\ndata: \{"type":"error"/)
  expect(anthropic).not.toContain('message_stop')
  expect(records).toHaveLength(2)
  for (const record of records) {
    expect(record).toMatchObject({ status: 200, failure: 'stream_failed', usage: { provenance: 'estimated' } })
    expect(record.usage.output).toBeGreaterThan(0)
  }
})

test('an upstream that breaks off before any content falls back', async () => {
  let calls = 0
  const { post } = await start(
    (_, response) => {
      if (calls++ === 0) {
        begin(response, '')
        return void setTimeout(() => response.destroy(), 10)
      }
      begin(response, 'whole')
      response.end(
        `data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}\n\ndata: [DONE]\n\n`,
      )
    },
    { route: 'to first/gpt else second/gpt' },
  )
  const response = await post('/v1/chat/completions', { ...hello, stream: true })
  expect(response.headers.get('x-policyc-target')).toBe('second/gpt')
  expect(dataOf(await response.text()).at(-1)).toBe('[DONE]')
})

test('litellm-14457: a client that leaves a stream cancels the upstream call, and what was used is still settled', async () => {
  const { url, upstream, records } = await start((_, response) => begin(response, 'once upon a time there was'))
  const leave = new AbortController()
  const body = JSON.stringify({ ...hello, stream: true })
  const response = await fetch(`${url}/v1/chat/completions`, { method: 'POST', body, signal: leave.signal })
  await response.body!.getReader().read()
  leave.abort()
  await until(() => records.length === 1 && upstream.abandoned() === 1)
  expect(records[0]).toMatchObject({
    status: 499,
    failure: 'client_gone',
    target: 'first/gpt',
    usage: { provenance: 'estimated' },
  })
  expect(records[0]!.usage.output).toBeGreaterThan(3)
  expect(records[0]!.costNanoUsd).toBeGreaterThan(0)
})

test('a client that leaves before the answer cancels the upstream call', async () => {
  const { url, upstream, records } = await start(() => undefined)
  const leave = new AbortController()
  const call = fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify(hello),
    signal: leave.signal,
  })
  call.catch(() => undefined)
  await until(() => upstream.received.length === 1)
  leave.abort()
  await until(() => records.length === 1 && upstream.abandoned() === 1)
  expect(records[0]).toMatchObject({
    status: 499,
    failure: 'client_gone',
    target: 'first/gpt',
    usage: { provenance: 'estimated', output: 0 },
  })
  expect(records[0]!.usage.input).toBeGreaterThan(0)
})

test('a Web client that stops reading is a client that leaves', async () => {
  const { gateway, upstream, records } = await start((_, response) => begin(response, 'once upon a time'))
  const request = new Request('http://gateway/v1/chat/completions', {
    method: 'POST',
    body: JSON.stringify({ ...hello, stream: true }),
  })
  const reader = (await gateway.fetch(request)).body!.getReader()
  await reader.read()
  await reader.cancel()
  await until(() => records.length === 1 && upstream.abandoned() === 1)
  expect(records[0]).toMatchObject({ status: 499, failure: 'client_gone' })
})

test('on_disconnect drain reads on, so that the provider’s own count is settled', async () => {
  const { url, upstream, records } = await start(
    (_, response) => {
      begin(response, 'once upon')
      setTimeout(() => {
        const usage = { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 }
        response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}\n\n`)
        response.end(`data: ${JSON.stringify({ choices: [], usage })}\n\ndata: [DONE]\n\n`)
      }, 100)
    },
    { config: { on_disconnect: 'drain 5s' } },
  )
  const leave = new AbortController()
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ ...hello, stream: true }),
    signal: leave.signal,
  })
  await response.body!.getReader().read()
  leave.abort()
  await until(() => records.length === 1)
  expect(records[0]).toMatchObject({
    status: 499,
    usage: { provenance: 'provider', input: 5, output: 3 },
    costNanoUsd: 8000,
  })
  expect(upstream.abandoned()).toBe(0)
})

test('a whole answer that is drained for a client that left is settled as the provider counts it', async () => {
  const { url, upstream, records } = await start(
    (_, response) => void setTimeout(() => json(response, completion), 100),
    {
      config: { on_disconnect: 'drain 5s' },
    },
  )
  const leave = new AbortController()
  const call = fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify(hello),
    signal: leave.signal,
  })
  call.catch(() => undefined)
  await until(() => upstream.received.length === 1)
  leave.abort()
  await until(() => records.length === 1)
  expect(records[0]).toMatchObject({
    status: 499,
    failure: 'client_gone',
    usage: { provenance: 'provider', output: 2 },
  })
})

test('a drain that takes too long is cut off', async () => {
  const { url, upstream, records } = await start((_, response) => begin(response, 'once upon'), {
    config: { on_disconnect: 'drain 50ms' },
  })
  const leave = new AbortController()
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ ...hello, stream: true }),
    signal: leave.signal,
  })
  await response.body!.getReader().read()
  leave.abort()
  await until(() => records.length === 1 && upstream.abandoned() === 1)
  expect(records[0]).toMatchObject({ status: 499, usage: { provenance: 'estimated' } })
})

test('a slow client holds the stream back instead of filling memory', async () => {
  let written = 0
  const { url, records } = await start((_, response) => {
    begin(response, 'start')
    const big = chunk('x'.repeat(64 * 1024))
    const timer = setInterval(() => {
      if (response.destroyed) return clearInterval(timer)
      while (written < 400 && response.write(big)) written++
    }, 5)
  })
  const leave = new AbortController()
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ ...hello, stream: true }),
    signal: leave.signal,
  })
  expect(response.status).toBe(200)
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(written).toBeLessThan(400)
  leave.abort()
  await until(() => records.length === 1)
})

test('a stop drains what is under way, refuses what is new, and breaks off what takes too long', async () => {
  const pending: ServerResponse[] = []
  const { post, gateway, url, records } = await start((_, response) => void pending.push(response), {
    config: { bounds: { drain: '300ms' } },
  })
  const first = post('/v1/chat/completions', hello)
  const second = post('/v1/chat/completions', hello)
  await until(() => pending.length === 2)
  const closed = gateway.close()
  expect((await post('/v1/chat/completions', hello)).status).toBe(503)
  expect((await fetch(`${url}/health/ready`)).status).toBe(503)
  expect((await fetch(`${url}/health/live`)).status).toBe(200)
  json(pending[0]!, completion)
  const statuses = [(await first).status, (await second).status].sort()
  await closed
  expect(statuses).toEqual([200, 503])
  expect(records).toHaveLength(3)
  expect(gateway.close()).toBe(gateway.close())
})
