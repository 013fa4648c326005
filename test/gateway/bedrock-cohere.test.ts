/** Providers whose dialect no client speaks, through the whole gateway: what serves, what fails over, what is charged. */
import type { ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import { eventFrame, frameOf, joinBytes } from '../dialects/bedrock-wire.ts'
import { type Answering, completion, dataOf, json, startGateway, startUpstream } from './support.ts'

const model = 'us.anthropic.claude-x-v1:0'
const hello = { model: 'm', max_tokens: 10, messages: [{ role: 'user', content: 'hi' }] }
const price = { input: 1, output: 10, cached_input: 0.1 }

async function start(aws: Answering, route = `to aws/${model}`) {
  const upstream = await startUpstream(aws)
  const spare = await startUpstream((_, response) => json(response, completion))
  const running = await startGateway({
    config: {
      providers: {
        aws: {
          type: 'bedrock',
          base_url: upstream.url,
          aws_region: 'us-east-1',
          access_key_id: 'AKIAPLANTED0000000001',
          secret_access_key: 'planted-secret-key',
          session_token: 'planted-session-token',
        },
        co: { type: 'cohere', base_url: upstream.url, api_key: 'planted-cohere-key' },
        spare: { type: 'openai', base_url: `${spare.url}/v1`, api_key: 'sk-planted-1' },
      },
      models: { [`aws/${model}`]: { price }, 'co/command': { price }, 'spare/gpt': { price } },
      callers: { anonymous: true },
    },
    policy: `allow anyone\nroute main { ${route} }`,
  })
  return { upstream, spare, ...running }
}

const events = (response: ServerResponse, ...frames: readonly Uint8Array[]): void => {
  response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' })
  response.end(joinBytes(frames))
}
const begun = [
  eventFrame('messageStart', { role: 'assistant' }),
  eventFrame('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'hello ' } }),
]
const rest = [
  eventFrame('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'there' } }),
  eventFrame('contentBlockStop', { contentBlockIndex: 0 }),
  eventFrame('messageStop', { stopReason: 'end_turn' }),
  eventFrame('metadata', {
    usage: { inputTokens: 4, outputTokens: 2, cacheReadInputTokens: 6, totalTokens: 12 },
    metrics: { latencyMs: 1 },
  }),
]
const exception = frameOf(
  { ':message-type': 'exception', ':exception-type': 'throttlingException' },
  { message: 'slow down, planted-session-token' },
)

describe('bedrock', () => {
  test('a stream is told in the words of either client, and charged as it was counted', async () => {
    const { post, upstream, records } = await start((_, response) => events(response, ...begun, ...rest))
    const openai = await (await post('/v1/chat/completions', { ...hello, stream: true })).text()
    const chunks = dataOf(openai)
    expect(chunks.at(-1)).toBe('[DONE]')
    const texts = chunks.slice(0, -1).map((chunk) => JSON.parse(chunk).choices[0]?.delta.content ?? '')
    expect(texts.join('')).toBe('hello there')
    const anthropic = await (await post('/v1/messages', { ...hello, stream: true })).text()
    expect(anthropic).toContain('event: message_stop')
    expect(upstream.received.map(({ path }) => path)).toEqual([
      `/model/${encodeURIComponent(model)}/converse-stream`,
      `/model/${encodeURIComponent(model)}/converse-stream`,
    ])
    for (const { usage, costNanoUsd } of records) {
      expect(usage).toMatchObject({ input: 10, output: 2, cachedInput: 6, provenance: 'provider' })
      expect(costNanoUsd).toBe(4 * 1000 + 6 * 100 + 2 * 10_000)
    }
  })

  test.each([
    ['an exception', exception],
    [
      'a broken checksum',
      eventFrame('messageStop', { stopReason: 'end_turn' }).map((byte, at) => (at === 20 ? byte ^ 1 : byte)),
    ],
    ['the end', new Uint8Array(0)],
  ])('%s before any content is a failed attempt, and the next target serves', async (_, frame) => {
    const aws: Answering = (_, response) => events(response, begun[0]!, frame)
    const { post, records } = await start(aws, `to aws/${model} else spare/gpt`)
    const response = await post('/v1/chat/completions', hello)
    expect(response.status).toBe(200)
    const streamed = await post('/v1/chat/completions', { ...hello, stream: true })
    await streamed.text()
    expect(records[0]!.attempts.map(({ result }) => result)).toEqual(['failed', 'served'])
    expect(records[1]!.attempts[0]).toMatchObject({ target: `aws/${model}`, result: 'failed' })
  })

  test.each([
    ['an exception', exception],
    ['a message that is cut off', rest[0]!.subarray(0, 30)],
    ['the end', new Uint8Array(0)],
  ])('%s after content ends the stream with an error, never cleanly, and shows no secret', async (_, frame) => {
    const { post } = await start((_, response) => events(response, ...begun, frame), `to aws/${model} else spare/gpt`)
    const openai = await (await post('/v1/chat/completions', { ...hello, stream: true })).text()
    expect(openai).toContain('hello ')
    expect(openai).toContain('"error"')
    expect(openai).not.toContain('[DONE]')
    const anthropic = await (await post('/v1/messages', { ...hello, stream: true })).text()
    expect(anthropic).toContain('event: error')
    expect(anthropic).not.toContain('message_stop')
    expect(openai + anthropic).not.toContain('planted')
  })

  test.each<[number, string, string, number, boolean]>([
    [400, 'ValidationException', 'messages: bad', 400, false],
    [400, 'ValidationException', 'Input is too long for requested model.', 200, true],
    [403, 'UnrecognizedClientException', 'The security token is invalid.', 200, true],
    [404, 'ResourceNotFoundException', 'no such model', 200, true],
    [424, 'ModelErrorException', 'the model failed', 200, true],
    [429, 'ThrottlingException', 'Too many requests', 200, true],
    [429, 'ModelNotReadyException', 'not ready', 200, true],
    [503, 'ServiceUnavailableException', 'busy', 200, true],
  ])('%d %s %s is a %d; falls back: %s', async (status, type, message, told, fallsBack) => {
    const aws: Answering = (_, response) =>
      json(response, { message }, status, { 'x-amzn-errortype': `${type}:http://x/` })
    const { post, spare } = await start(aws, `to aws/${model} else spare/gpt`)
    const response = await post('/v1/chat/completions', hello)
    expect(response.status).toBe(told)
    expect(spare.received.length).toBe(fallsBack ? 1 : 0)
  })

  test('what cannot be said is a 400 that names the field, and nothing is asked', async () => {
    const { post, upstream } = await start((_, response) => json(response, {}))
    const response = await post('/v1/chat/completions', { ...hello, seed: 1 })
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('`seed`')
    expect(upstream.received).toEqual([])
  })
})

describe('cohere', () => {
  const answer = {
    id: 'a',
    message: { role: 'assistant', content: [{ type: 'text', text: 'hello there' }] },
    finish_reason: 'COMPLETE',
    usage: { billed_units: { input_tokens: 3, output_tokens: 2 }, tokens: { input_tokens: 500, output_tokens: 9 } },
  }

  test('is charged for what it bills', async () => {
    const { post, records, upstream } = await start((_, response) => json(response, answer), 'to co/command')
    const response = await post('/v1/messages', hello)
    expect(await response.json()).toMatchObject({
      content: [{ type: 'text', text: 'hello there' }],
      stop_reason: 'end_turn',
    })
    expect(upstream.received[0]).toMatchObject({
      path: '/v2/chat',
      body: { model: 'command', stream: false, max_tokens: 10 },
    })
    expect(upstream.received[0]!.headers.authorization).toBe('Bearer planted-cohere-key')
    expect(records[0]).toMatchObject({ usage: { input: 3, output: 2 }, costNanoUsd: 3 * 1000 + 2 * 10_000 })
  })

  test.each(['ERROR', 'TIMEOUT'])(
    'an answer that ends in %s under a 200 is a failed attempt',
    async (finish_reason) => {
      const co: Answering = (_, response) => json(response, { ...answer, finish_reason })
      const { post, records } = await start(co, 'to co/command else spare/gpt')
      expect((await post('/v1/chat/completions', hello)).status).toBe(200)
      expect(records[0]!.attempts.map(({ result }) => result)).toEqual(['failed', 'served'])
    },
  )

  test('a stream that ends in an error has no clean end', async () => {
    const wire = [
      { type: 'message-start', id: 's' },
      { type: 'content-delta', index: 0, delta: { message: { content: { text: 'hello' } } } },
      { type: 'message-end', delta: { finish_reason: 'ERROR', error: 'gone' } },
    ]
    const { post } = await start((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.end(`${wire.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')}data: [DONE]\n\n`)
    }, 'to co/command')
    const text = await (await post('/v1/chat/completions', { ...hello, stream: true })).text()
    expect(text).toContain('gone')
    expect(text).not.toContain('[DONE]')
  })
})
