import type { ServerResponse } from 'node:http'
import { request as httpRequest } from 'node:http'
import { expect, test } from 'vitest'
import type { Answering } from './support.ts'
import { completion, dataOf, json, message, startGateway, startUpstream } from './support.ts'

const policy = `
allow anyone
route openai when request.model == "gpt" { to openai/gpt-5 }
route anthropic { to anthropic/claude-sonnet-4 }
`

async function start(answer: Answering, policyText = policy) {
  const upstream = await startUpstream(answer)
  const running = await startGateway({
    config: {
      providers: {
        openai: { type: 'openai', base_url: `${upstream.url}/v1`, api_key: 'sk-planted-openai' },
        anthropic: { type: 'anthropic', base_url: upstream.url, api_key: 'sk-ant-planted' },
      },
      models: {
        'openai/gpt-5': { price: { input: 2, output: 10, cached_input: 0.5 } },
        'anthropic/claude-sonnet-4': {
          max_output: 8000,
          price: { input: 3, output: 15, cached_input: 0.3, cache_write: 3.75 },
        },
      },
      callers: { anonymous: true },
    },
    policy: policyText,
  })
  return { upstream, ...running }
}

const byPath: Answering = ({ path }, response) => json(response, path.endsWith('/messages') ? message : completion)

test('OpenAI client, OpenAI upstream: the answer is the provider’s, byte for byte, unknown fields and all', async () => {
  const odd = `{ "id":"chatcmpl-1",  "object":"chat.completion","created":1,"model":"gpt-5","choices":[{"index":0,"message":{"role":"assistant","content":"h\\u00e9"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1.0e1,"completion_tokens":2,"total_tokens":12},"n":10570679248326920000 }`
  const { post, upstream } = await start((_, response) => {
    response
      .writeHead(200, { 'content-type': 'application/json', 'set-cookie': 'a=b', 'openai-organization': 'org-secret' })
      .end(odd)
  })
  const sent =
    '{"model" : "gpt",\n "messages":[{"role":"user","content":"hi"}], "seed":10570679248326920000, "unknown_field": {"kept": 1.0}}'
  const response = await post('/v1/chat/completions', sent, { 'openai-beta': 'x=1', cookie: 'session=1' })
  expect(await response.text()).toBe(odd)
  expect(upstream.received[0]!.text).toBe(sent.replace('"gpt"', '"gpt-5"'))
  expect(response.headers.get('set-cookie')).toBeNull()
  expect(response.headers.get('openai-organization')).toBeNull()
  expect(upstream.received[0]!.headers).toMatchObject({ authorization: 'Bearer sk-planted-openai' })
  expect(upstream.received[0]!.headers['cookie']).toBeUndefined()
})

test('a body that says the model twice is sent on as it was decided on', async () => {
  const { post, upstream } = await start(byPath)
  const response = await post(
    '/v1/chat/completions',
    '{"model":"claude","messages":[{"role":"user","content":"hi"}],"model":"gpt"}',
  )
  expect(response.headers.get('x-policyc-target')).toBe('openai/gpt-5')
  expect(upstream.received[0]!.text.match(/"model"/g)).toHaveLength(1)
})

test('OpenAI client, Anthropic upstream: system, tools, images, a schema go; text, calls and usage come back', async () => {
  const { post, upstream, records } = await start((_, response) =>
    json(response, {
      ...message,
      content: [
        { type: 'text', text: 'let me see' },
        { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Bern' } },
      ],
      stop_reason: 'tool_use',
      usage: { input_tokens: 100, output_tokens: 20, cache_read_input_tokens: 50, cache_creation_input_tokens: 10 },
    }),
  )
  const response = await post('/v1/chat/completions', {
    model: 'claude',
    max_tokens: 100,
    messages: [
      { role: 'system', content: 'be brief' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'what is this?' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,aGk=' } },
        ],
      },
    ],
    tools: [
      {
        type: 'function',
        function: { name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
      },
    ],
    tool_choice: 'required',
  })
  const body = (await response.json()) as Record<string, unknown>
  expect(response.status).toBe(200)
  expect(body).toMatchObject({
    object: 'chat.completion',
    choices: [
      {
        finish_reason: 'tool_calls',
        message: {
          content: 'let me see',
          tool_calls: [
            { id: 'toolu_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Bern"}' } },
          ],
        },
      },
    ],
    usage: { prompt_tokens: 160, completion_tokens: 20, prompt_tokens_details: { cached_tokens: 50 } },
  })
  expect(upstream.received[0]!.headers['x-api-key']).toBe('sk-ant-planted')
  expect(upstream.received[0]!.body).toMatchObject({
    model: 'claude-sonnet-4',
    max_tokens: 100,
    messages: [
      {
        role: 'user',
        content: [{ type: 'text' }, { type: 'image', source: { media_type: 'image/png', data: 'aGk=' } }],
      },
    ],
    tools: [{ name: 'weather', input_schema: { type: 'object' } }],
    tool_choice: { type: 'any' },
  })
  // 100 × $3, 20 × $15, 50 × $0.30, 10 × $3.75 a million.
  expect(records[0]!.costNanoUsd).toBe(100 * 3000 + 20 * 15000 + 50 * 300 + 10 * 3750)
  expect(response.headers.get('x-policyc-cost')).toBe('0.000652500')
})

test('Anthropic client, OpenAI upstream: calls, results and usage in its own words', async () => {
  const { post, upstream } = await start((_, response) =>
    json(response, {
      ...completion,
      choices: [
        {
          index: 0,
          finish_reason: 'tool_calls',
          message: {
            role: 'assistant',
            content: null,
            tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
          },
        },
      ],
      usage: {
        prompt_tokens: 30,
        completion_tokens: 5,
        total_tokens: 35,
        prompt_tokens_details: { cached_tokens: 20 },
      },
    }),
  )
  const response = await post('/v1/messages', {
    model: 'gpt',
    max_tokens: 50,
    system: 'be brief',
    messages: [
      { role: 'user', content: 'go' },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_0', name: 'f', input: {} }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_0', content: 'done' }] },
    ],
    tools: [{ name: 'f', input_schema: { type: 'object', properties: {} } }],
  })
  expect(await response.json()).toMatchObject({
    type: 'message',
    role: 'assistant',
    content: [{ type: 'tool_use', id: 'call_1', name: 'f', input: { a: 1 } }],
    stop_reason: 'tool_use',
    usage: { input_tokens: 10, cache_read_input_tokens: 20, output_tokens: 5 },
  })
  const sent = upstream.received[0]!.body as { messages: { role: string }[] }
  expect(sent.messages.map((each) => each.role)).toEqual(['system', 'user', 'assistant', 'tool'])
})

test('a schema for the answer reaches an OpenAI upstream untouched', async () => {
  const { post, upstream } = await start(byPath)
  const response_format = { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'object' }, strict: true } }
  await post('/v1/chat/completions', { model: 'gpt', messages: [{ role: 'user', content: 'hi' }], response_format })
  expect(upstream.received[0]!.body).toMatchObject({ response_format })
})

function sse(response: ServerResponse, events: readonly (string | readonly [string, object])[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const each of events) {
    if (typeof each === 'string') response.write(`data: ${each}\n\n`)
    else response.write(`event: ${each[0]}\ndata: ${JSON.stringify({ type: each[0], ...each[1] })}\n\n`)
  }
  response.end()
}

const chunk = (delta: object, finish_reason: string | null = null) =>
  JSON.stringify({
    id: 'c1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'gpt-5-2026',
    choices: [{ index: 0, delta, finish_reason }],
  })

const openaiEvents = [
  chunk({ role: 'assistant', content: '' }),
  chunk({ content: 'hel' }),
  chunk({ content: 'lo' }),
  chunk({}, 'stop'),
  JSON.stringify({
    id: 'c1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'gpt-5-2026',
    choices: [],
    usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 },
  }),
  '[DONE]',
]

const anthropicEvents = [
  [
    'message_start',
    { message: { ...message, content: [], stop_reason: null, usage: { input_tokens: 7, output_tokens: 1 } } },
  ],
  ['content_block_start', { index: 0, content_block: { type: 'text', text: '' } }],
  ['content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'hel' } }],
  ['content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'lo' } }],
  ['content_block_stop', { index: 0 }],
  ['message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 2 } }],
  ['message_stop', {}],
] as const

const hello = { messages: [{ role: 'user', content: 'hi' }], stream: true, max_tokens: 10 }

test('a stream of the client’s own dialect is passed on; the usage that only we asked for is left out', async () => {
  const { post, upstream, records } = await start((_, response) => sse(response, openaiEvents))
  const response = await post('/v1/chat/completions', { ...hello, model: 'gpt' })
  expect(dataOf(await response.text())).toEqual([...openaiEvents.slice(0, 4), '[DONE]'])
  expect(upstream.received[0]!.body).toMatchObject({ stream_options: { include_usage: true } })
  expect(records).toMatchObject([
    { usage: { provenance: 'provider', input: 7, output: 2 }, costNanoUsd: 7 * 2000 + 2 * 10000 },
  ])
  expect(records[0]!.firstTokenMs).toBeGreaterThanOrEqual(0)
  const asked = await post('/v1/chat/completions', { ...hello, model: 'gpt', stream_options: { include_usage: true } })
  expect(dataOf(await asked.text())).toEqual(openaiEvents)
})

test('an Anthropic stream for an OpenAI client has chunks, a finish and [DONE]', async () => {
  const { post, records } = await start((_, response) => sse(response, anthropicEvents))
  const response = await post('/v1/chat/completions', {
    ...hello,
    model: 'claude',
    stream_options: { include_usage: true },
  })
  const data = dataOf(await response.text())
  expect(data.at(-1)).toBe('[DONE]')
  const chunks = data.slice(0, -1).map(
    (each) =>
      JSON.parse(each) as {
        choices: { delta: { content?: string }; finish_reason: string | null }[]
        usage: unknown
      },
  )
  expect(chunks.map((each) => each.choices[0]?.delta.content ?? '').join('')).toBe('hello')
  expect(chunks.map((each) => each.choices[0]?.finish_reason).filter(Boolean)).toEqual(['stop'])
  expect(chunks.at(-1)!.usage).toMatchObject({ prompt_tokens: 7, completion_tokens: 2 })
  expect(records).toMatchObject([{ usage: { provenance: 'provider', input: 7, output: 2 } }])
})

test('an OpenAI stream for an Anthropic client has its events in order', async () => {
  const { post } = await start((_, response) => sse(response, openaiEvents))
  const text = await (await post('/v1/messages', { ...hello, model: 'gpt' })).text()
  expect([...text.matchAll(/^event: (.*)$/gm)].map((each) => each[1])).toEqual([
    'message_start',
    'content_block_start',
    'content_block_delta',
    'content_block_delta',
    'content_block_stop',
    'message_delta',
    'message_stop',
  ])
  const deltas = dataOf(text).map((each) => JSON.parse(each) as { usage?: unknown; delta?: { text?: string } })
  expect(deltas.map((each) => each.delta?.text ?? '').join('')).toBe('hello')
  expect(deltas.at(-2)!.usage).toMatchObject({ output_tokens: 2 })
})

test('the cost of a stream is in a trailer, and its headers keep proxies from holding it back', async () => {
  const { url } = await start((_, response) => sse(response, openaiEvents))
  const [headers, trailers] = await new Promise<Record<string, unknown>[]>((resolve, reject) => {
    const request = httpRequest(`${url}/v1/chat/completions`, { method: 'POST' }, (response) => {
      response.resume().on('end', () => resolve([response.headers, response.trailers]))
    })
    request.on('error', reject).end(JSON.stringify({ ...hello, model: 'gpt' }))
  })
  expect(headers).toMatchObject({
    'content-type': 'text/event-stream',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
    trailer: 'x-policyc-cost',
    'x-policyc-rule': 'openai',
    'x-policyc-target': 'openai/gpt-5',
  })
  expect(trailers).toEqual({ 'x-policyc-cost': '0.000034000' })
})

test('rewrites are carried out on the call, and the body is then no longer the client’s own', async () => {
  const { post, upstream } = await start(
    byPath,
    `${policy}
rewrite cap { max_tokens at most 64 temperature = 0.5 }
rewrite tone when request.model == "gpt" { system prepend "be kind" }`,
  )
  await post('/v1/chat/completions', {
    model: 'gpt',
    messages: [{ role: 'user', content: 'hi' }],
    max_tokens: 1000,
    temperature: 1,
  })
  expect(upstream.received[0]!.body).toMatchObject({
    temperature: 0.5,
    messages: [{ role: 'system' }, { role: 'user', content: 'hi' }],
  })
  expect(JSON.stringify(upstream.received[0]!.body)).toMatch(/"max_(completion_)?tokens":64/)
  expect(upstream.received[0]!.text).toContain('be kind')
  await post('/v1/messages', { model: 'claude', messages: [{ role: 'user', content: 'hi' }], max_tokens: 10 })
  expect(upstream.received[1]!.body).toMatchObject({ max_tokens: 10, temperature: 0.5 })
})
