/** Clients of OpenAI's Responses API, in front of providers that speak it and of those that do not. */
import { expect, test } from 'vitest'
import { openaiResponses } from '../../src/dialects/openai-responses/openai-responses.ts'
import { accumulate } from '../dialects/accumulate.ts'
import { bytesOf, feed } from '../dialects/cut.ts'
import { eventsOf } from '../dialects/recordings.ts'
import type { Answering } from './support.ts'
import { completion, json, message, startGateway, startUpstream } from './support.ts'

const policy = `
allow anyone
rewrite short when request.model == "capped" { max_tokens at most 100 }
route openai when request.model in ["gpt", "capped"] { to openai/gpt-5 }
route compatible when request.model == "llama" { to local/llama }
route anthropic { to anthropic/claude-sonnet-4 }
`

/** A response as OpenAI answers it. */
const response = {
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  status: 'completed',
  model: 'gpt-5-2026',
  output: [
    {
      id: 'msg_1',
      type: 'message',
      status: 'completed',
      role: 'assistant',
      content: [{ type: 'output_text', text: 'hello there', annotations: [] }],
    },
  ],
  usage: { input_tokens: 10, output_tokens: 2, total_tokens: 12 },
  provider_extra: { kept: true },
}

const byPath: Answering = ({ path }, answer) =>
  json(answer, path.endsWith('/messages') ? message : path.endsWith('/responses') ? response : completion)

async function start(answer: Answering = byPath, policyText = policy) {
  const upstream = await startUpstream(answer)
  const running = await startGateway({
    config: {
      providers: {
        openai: { type: 'openai', base_url: `${upstream.url}/v1`, api_key: 'sk-planted-openai' },
        azure: { type: 'azure-openai', base_url: upstream.url, api_key: 'planted-azure', api_version: '2025-03-01' },
        local: { type: 'openai-compatible', base_url: `${upstream.url}/v1` },
        anthropic: { type: 'anthropic', base_url: upstream.url, api_key: 'sk-ant-planted' },
        sandbox: { type: 'simulator' },
      },
      models: {
        'openai/gpt-5': { price: { input: 2, output: 10 } },
        'azure/gpt-5': {},
        'local/llama': {},
        'anthropic/claude-sonnet-4': { max_output: 8000 },
        'sandbox/small': {},
        'sandbox/cut-after-2': {},
      },
      callers: { anonymous: true },
    },
    policy: policyText,
  })
  return { upstream, ...running }
}

interface Told {
  readonly error: { readonly message: string; readonly param: string | null }
}

test('OpenAI upstream: both bodies pass byte for byte, unknown and stateful fields and all', async () => {
  const odd = `{ "id":"resp_1","object":"response","created_at":1.0,"status":"completed","model":"m","output":[ ],"usage":{"input_tokens":1.0e1,"output_tokens":2},"n":10570679248326920000 }`
  const { post, upstream, records } = await start((_, answer) => {
    answer.writeHead(200, { 'content-type': 'application/json' }).end(odd)
  })
  const sent =
    '{"model" : "gpt",\n "input":[{"type":"item_reference","id":"rs_1"}], "previous_response_id":"resp_0", "x":{"kept":1.0}}'
  const answer = await post('/v1/responses', sent)
  expect(await answer.text()).toBe(odd)
  expect(upstream.received[0]).toMatchObject({ path: '/v1/responses', text: sent.replace('"gpt"', '"gpt-5"') })
  expect(records[0]).toMatchObject({
    api: 'responses',
    usage: { input: 10, output: 2, provenance: 'provider' },
    costNanoUsd: 10 * 2000 + 2 * 10_000,
  })
})

test('Azure upstream: responses have an address of their own', async () => {
  const { post, upstream } = await start(byPath, 'allow anyone\nroute main { to azure/gpt-5 }')
  await post('/v1/responses', { model: 'gpt', input: 'hi' })
  expect(upstream.received[0]!.path).toBe('/openai/responses?api-version=2025-03-01')
})

test('a rewritten body says all that it said before', async () => {
  const { post, upstream } = await start()
  await post('/v1/responses', {
    model: 'capped',
    instructions: 'be brief',
    input: 'hi',
    max_output_tokens: 5000,
    previous_response_id: 'resp_0',
    include: ['reasoning.encrypted_content'],
    reasoning: { effort: 'low', summary: 'auto' },
    text: { verbosity: 'low' },
    x: { kept: true },
  })
  expect(upstream.received[0]!.body).toEqual({
    model: 'gpt-5',
    instructions: 'be brief',
    input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hi' }] }],
    max_output_tokens: 100,
    previous_response_id: 'resp_0',
    include: ['reasoning.encrypted_content'],
    reasoning: { effort: 'low', summary: 'auto' },
    text: { verbosity: 'low' },
    x: { kept: true },
  })
})

const call = {
  model: 'claude',
  instructions: 'be brief',
  input: [
    { role: 'user', content: 'weather in Bern?' },
    { type: 'function_call', call_id: 'call_1', name: 'weather', arguments: '{"city":"Bern"}' },
    { type: 'function_call_output', call_id: 'call_1', output: 'sunny' },
  ],
  tools: [
    { type: 'function', name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
  ],
  tool_choice: 'auto',
  max_output_tokens: 200,
}

test('Anthropic upstream: instructions, calls, results and tools go; text, calls, thinking and usage come back', async () => {
  const { post, upstream } = await start((_, answer) =>
    json(answer, {
      ...message,
      content: [
        { type: 'thinking', thinking: 'which one?', signature: 'c2ln' },
        { type: 'text', text: 'and in' },
        { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Basel' } },
      ],
      stop_reason: 'tool_use',
      usage: { input_tokens: 100, output_tokens: 20, cache_read_input_tokens: 50 },
    }),
  )
  const answer = await post('/v1/responses', call)
  const told = (await answer.json()) as { output: { id: string }[]; id: string }
  expect(upstream.received[0]!.body).toMatchObject({
    system: 'be brief',
    max_tokens: 200,
    messages: [
      { role: 'user', content: 'weather in Bern?' },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'call_1', name: 'weather', input: { city: 'Bern' } }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'call_1', content: 'sunny' }] },
    ],
    tools: [{ name: 'weather' }],
    tool_choice: { type: 'auto' },
  })
  expect(told).toMatchObject({
    object: 'response',
    status: 'completed',
    instructions: 'be brief',
    tools: call.tools,
    max_output_tokens: 200,
    store: false,
    output: [
      { type: 'reasoning', summary: [{ type: 'summary_text', text: 'which one?' }] },
      { type: 'message', content: [{ type: 'output_text', text: 'and in', annotations: [] }] },
      { type: 'function_call', call_id: 'toolu_1', name: 'weather', arguments: '{"city":"Basel"}' },
    ],
    usage: { input_tokens: 150, output_tokens: 20, total_tokens: 170, input_tokens_details: { cached_tokens: 50 } },
  })
  const stem = answer.headers.get('x-request-id')
  expect(told.output.map(({ id }) => id)).toEqual([`rs_${stem}_0`, `msg_${stem}_1`, `fc_${stem}_2`])

  // What the client sends back carries Anthropic's signature, which a tool loop cannot do without.
  const next = [...call.input, ...told.output, { type: 'function_call_output', call_id: 'toolu_1', output: 'rain' }]
  await post('/v1/responses', { ...call, input: next })
  const again = upstream.received[1]!.body as { messages: { content: unknown }[] }
  expect(again.messages.at(-2)!.content).toEqual([
    { type: 'thinking', thinking: 'which one?', signature: 'c2ln' },
    { type: 'text', text: 'and in' },
    { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Basel' } },
  ])

  // OpenAI knows neither the item nor what is in it.
  await post('/v1/responses', { ...call, model: 'gpt', input: next })
  expect(upstream.received[2]!.path).toBe('/v1/responses')
  expect(upstream.received[2]!.text).not.toContain('c2ln')
  expect(upstream.received[2]!.body['input']).toHaveLength(next.length - 1)
})

test('a compatible upstream is spoken to in its chat', async () => {
  const { post, upstream } = await start()
  const answer = await post('/v1/responses', { ...call, model: 'llama', store: false, text: { verbosity: 'low' } })
  expect(upstream.received[0]).toMatchObject({ path: '/v1/chat/completions' })
  expect(upstream.received[0]!.body).toMatchObject({
    max_tokens: 200,
    verbosity: 'low',
    messages: [{ role: 'system' }, { role: 'user' }, { role: 'assistant' }, { role: 'tool', tool_call_id: 'call_1' }],
  })
  expect(upstream.received[0]!.body).not.toHaveProperty('store')
  expect(await answer.json()).toMatchObject({
    id: 'chatcmpl-1',
    output: [{ type: 'message', content: [{ text: 'hello there' }] }],
    usage: { input_tokens: 10, output_tokens: 2 },
  })
})

test.each([
  ['previous_response_id', { previous_response_id: 'resp_0' }],
  ['conversation', { conversation: 'conv_1' }],
  ['prompt', { prompt: { id: 'pmpt_1' } }],
  ['truncation', { truncation: 'auto' }],
  ['max_tool_calls', { max_tool_calls: 3 }],
  ['tools', { tools: [{ type: 'web_search' }] }],
  [
    'input',
    {
      input: [
        { role: 'user', content: 'hi' },
        { type: 'item_reference', id: 'rs_1' },
      ],
    },
  ],
  ['background', { background: true }],
  ['input[0].content[0].type', { input: [{ role: 'user', content: [{ type: 'input_txt', text: 'hi' }] }] }],
])('another provider cannot take `%s`, and the client is told so', async (field, given) => {
  const { post, upstream } = await start()
  const answer = await post('/v1/responses', { model: 'claude', input: 'hi', ...given })
  const { error } = (await answer.json()) as Told
  expect([answer.status, error.param]).toEqual([400, field])
  expect(upstream.received).toHaveLength(0)
})

test('a stream of the simulator is a stream of responses', async () => {
  const { post } = await start(byPath, 'allow anyone\nroute main when request.api == "responses" { to sandbox/small }')
  const answer = await post('/v1/responses', { model: 'm', input: 'say hello', stream: true })
  const text = await answer.text()
  const events = eventsOf(text)
  expect(events.map((event) => event['sequence_number'])).toEqual(events.map((_, i) => i))
  expect([...new Set(events.map((event) => event['type']))]).toEqual([
    'response.created',
    'response.in_progress',
    'response.output_item.added',
    'response.content_part.added',
    'response.output_text.delta',
    'response.output_text.done',
    'response.content_part.done',
    'response.output_item.done',
    'response.completed',
  ])
  const read = accumulate(feed(openaiResponses.decodeStream(), [bytesOf(text)]))
  expect(read).toMatchObject({ kind: 'answer', answer: { choices: [{ stop: { reason: 'end' } }] } })
})

test('a stream that breaks off ends as failed, and never as completed', async () => {
  const { post, records } = await start(byPath, 'allow anyone\nroute main { to sandbox/cut-after-2 }')
  const answer = await post('/v1/responses', { model: 'm', input: 'say hello to everybody', stream: true })
  const types = eventsOf(await answer.text()).map((event) => event['type'])
  expect(types.slice(-2)).toEqual(['error', 'response.failed'])
  expect(types).not.toContain('response.completed')
  expect(records[0]).toMatchObject({ api: 'responses', failure: 'stream_failed' })
})
