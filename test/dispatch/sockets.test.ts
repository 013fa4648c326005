/** Dispatch over real connections: what a scripted upstream sees, and what comes of what it does. */
import { createHash } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import { anthropic } from '../../src/dialects/anthropic/anthropic.ts'
import type { DialectName } from '../../src/dialects/neutral.ts'
import { openaiChat } from '../../src/dialects/openai-chat/openai-chat.ts'
import { createDispatcher, type Dispatcher } from '../../src/dispatch/dispatch.ts'
import type { DispatchRequest, Frame, Outcome } from '../../src/dispatch/outcome.ts'
import type { Route } from '../../src/graph/decision.ts'
import { createProvider } from '../../src/providers/create-provider.ts'
import type { Provider } from '../../src/providers/provider.ts'
import {
  openaiAnswer,
  openaiError,
  openaiStream,
  type Script,
  sseEvent,
  startUpstream,
  type Upstream,
} from '../upstream.ts'
import {
  attemptsOf,
  bytesOf,
  catalogueOf,
  collect,
  keys,
  lastEvent,
  providerConfig,
  realTimer,
  routeOf,
  textOf,
  type VirtualClock,
  virtualClock,
} from './world.ts'

const open: { close: () => Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()))
})

interface Net {
  readonly dispatcher: Dispatcher
  readonly a: Upstream
  readonly b: Upstream
}

interface Setup {
  readonly type?: 'openai' | 'anthropic'
  readonly key?: string
  /** The clocks of dispatch; connections keep to the real one. */
  readonly clock?: Pick<VirtualClock, 'now' | 'setTimer'>
}

const realClock = { now: () => performance.now(), setTimer: realTimer }

async function netOf(a: Script, b: Script = { json: openaiAnswer('from b') }, setup: Setup = {}): Promise<Net> {
  const { type = 'openai', key = 'sk-secret-key', clock = realClock } = setup
  const upstreams = { a: await startUpstream(a), b: await startUpstream(b) }
  const providers = new Map<string, Provider>()
  for (const [name, { origin }] of Object.entries(upstreams)) {
    const config = providerConfig({ type, name, baseUrl: origin, apiKeys: keys(key) })
    const created = createProvider(config, realClock)
    if (!created.ok) throw new Error(created.message)
    providers.set(name, created.provider)
  }
  const dispatcher = createDispatcher({
    providers,
    catalogue: catalogueOf([], ['a', 'b']),
    random: () => 0.5,
    now: clock.now,
    setTimer: clock.setTimer,
  })
  open.push(dispatcher, upstreams.a, upstreams.b)
  return { dispatcher, ...upstreams }
}

/** A client's request, its body as text, on its way to `a/x` and then `b/y`. */
function clientRequest(text: string, rest: Partial<Route> = {}, dialect: DialectName = 'openai-chat'): DispatchRequest {
  const decoded = (dialect === 'anthropic' ? anthropic : openaiChat).decodeRequest(JSON.parse(text))
  if (!decoded.ok) throw new Error(decoded.message)
  return {
    call: decoded.value,
    raw: { dialect, bytes: new TextEncoder().encode(text) },
    headers: {},
    route: routeOf(['a/x', 'b/y'], rest),
    estimatedInputTokens: 10,
    signal: new AbortController().signal,
  }
}

const body = (rest = '') => `{"model":"small","messages":[{"role":"user","content":"hi"}]${rest}}`
const streamBody = body(',"stream":true')

async function framesOf(outcome: Outcome): Promise<Frame[]> {
  if (outcome.kind !== 'stream') throw new Error(JSON.stringify(outcome))
  return collect(outcome.frames)
}

describe('pass-through', () => {
  test('every byte of the request but the model, and every byte of the answer', async () => {
    const answer =
      '{ "id":"x",  "choices":[{"index":0,"message":{"role":"assistant","content":"h\\u00ef"},"finish_reason":"stop"}], "big":12345678901234567890 }\n'
    const { dispatcher, a } = await netOf({ body: answer })
    const text = `{ "messages" : [ {"role":"user","content":"h\\u0069 \\ud83d"} ],\n "model" : "small", "odd":1.0, "odd":1e2, "n_":12345678901234567890 }`
    const outcome = await dispatcher.run(clientRequest(text))
    expect(a.received[0]?.body.toString()).toBe(text.replace('"small"', '"x"'))
    expect(outcome).toMatchObject({ kind: 'whole', raw: { dialect: 'openai-chat' } })
    expect(outcome.kind === 'whole' && Buffer.from(outcome.raw!.bytes).toString()).toBe(answer)
  })

  test('a model that is right already: the very same bytes', async () => {
    const { dispatcher, a } = await netOf({ json: openaiAnswer() })
    const text = body(' , "x" : "ü😀"').replace('small', 'x')
    await dispatcher.run(clientRequest(text))
    const digest = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')
    expect(digest(a.received[0]!.body)).toBe(digest(text))
  })

  test.each([1, 2, 3, 4, 5])(
    'a stream cut at random places (seed %s): the same bytes, the usage chunk hidden',
    async (seed) => {
      const events = openaiStream(['grö', 'ße ', '😀'])
      const { dispatcher, a } = await netOf({ sse: events, cut: { seed } })
      const frames = await framesOf(await dispatcher.run(clientRequest(streamBody)))
      expect(a.received[0]?.json()).toMatchObject({ model: 'x', stream_options: { include_usage: true } })
      expect(bytesOf(frames).toString()).toBe(
        events
          .filter((_, at) => at !== events.length - 2)
          .map(sseEvent)
          .join(''),
      )
      expect(textOf(frames)).toBe('größe 😀')
      expect(frames.flatMap((frame) => frame.events)).toContainEqual(expect.objectContaining({ kind: 'usage' }))
    },
  )

  test('a client that asked for usage gets every byte', async () => {
    const events = openaiStream()
    const { dispatcher } = await netOf({ sse: events, cut: { seed: 9 } })
    const text = body(',"stream":true,"stream_options":{"include_usage":true}')
    expect(bytesOf(await framesOf(await dispatcher.run(clientRequest(text)))).toString()).toBe(
      events.map(sseEvent).join(''),
    )
  })

  test('anthropic: the stream as it came, and the beta of the client (litellm-15622)', async () => {
    const wire = [
      [
        'message_start',
        {
          type: 'message_start',
          message: {
            id: 'msg_1',
            type: 'message',
            role: 'assistant',
            model: 'x',
            content: [],
            stop_reason: null,
            usage: { input_tokens: 5, output_tokens: 1 },
          },
        },
      ],
      ['content_block_start', { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }],
      ['ping', { type: 'ping' }],
      ['content_block_delta', { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'hello' } }],
      ['content_block_stop', { type: 'content_block_stop', index: 0 }],
      [
        'message_delta',
        { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 3 } },
      ],
      ['message_stop', { type: 'message_stop' }],
    ].map(([name, data]) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`)
    const sse = { headers: { 'content-type': 'text/event-stream' } }
    const { dispatcher, a } = await netOf(
      { ...sse, body: wire.slice(0, 3).join('') },
      { ...sse, body: wire.join(''), cut: { seed: 3 } },
      { type: 'anthropic' },
    )
    const text = '{"model":"m","max_tokens":10,"stream":true,"messages":[{"role":"user","content":"hi"}]}'
    const request = {
      ...clientRequest(text, {}, 'anthropic'),
      headers: { 'anthropic-beta': 'one', authorization: 'no' },
    }
    const outcome = await dispatcher.run(request)
    const frames = await framesOf(outcome)
    expect(attemptsOf(outcome)).toEqual(['a/x failed cut', 'b/y served'])
    expect(outcome.attempts[0]?.usage).toMatchObject({ input: 5 })
    expect(bytesOf(frames).toString()).toBe(wire.join(''))
    expect(textOf(frames)).toBe('hello')
    expect(a.received[0]?.headers).toMatchObject({ 'anthropic-beta': 'one', 'x-api-key': 'sk-secret-key' })
    expect(a.received[0]?.body.toString()).toBe(text.replace('"m"', '"x"'))
  })

  test('an anthropic client of an openai target: translated, no bytes', async () => {
    const { dispatcher, a } = await netOf({ json: openaiAnswer() })
    const text = '{"model":"m","max_tokens":10,"system":"be brief","messages":[{"role":"user","content":"hi"}]}'
    const outcome = await dispatcher.run(clientRequest(text, {}, 'anthropic'))
    expect(a.received[0]?.json()).toMatchObject({ model: 'x', max_completion_tokens: 10 })
    expect(outcome.kind === 'whole' && outcome.raw).toBeUndefined()
  })

  test('what the target cannot say is rejected, or let go with a list', async () => {
    const { dispatcher, a } = await netOf({ json: openaiAnswer() })
    const text = '{"model":"m","max_tokens":10,"top_k":5,"messages":[{"role":"user","content":"hi"}]}'
    const rejected = await dispatcher.run(clientRequest(text, {}, 'anthropic'))
    expect(rejected).toMatchObject({ failure: { kind: 'inexpressible', field: 'top_k', target: 'a/x' } })
    expect(a.received).toHaveLength(0)
    const degraded = await dispatcher.run(clientRequest(text, { onLoss: 'degrade' }, 'anthropic'))
    expect(degraded).toMatchObject({ kind: 'whole', losses: [{ field: 'top_k' }] })
  })
})

describe('failures', () => {
  test.each<[string, Script, string]>([
    ['500', { status: 500, json: openaiError() }, '500'],
    ['an HTML page', { status: 502, body: '<html>' }, '502'],
    ['a drop', { instead: 'drop' }, 'cut'],
    ['a death in the body', { body: '{"id":', ending: 'die' }, 'cut'],
    ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1/' } }, '502'],
    ['silence', { instead: 'stall' }, 'timeout'],
    ['a stalled body', { body: '{"id":', ending: 'stall' }, 'timeout'],
  ])('%s: the next step serves', async (_, script, why) => {
    const clock = virtualClock()
    const { dispatcher, a } = await netOf(script, { json: openaiAnswer() }, { clock })
    const running = dispatcher.run(clientRequest(body(), { timeouts: { attemptMs: 60_000 } }))
    if (why === 'timeout') {
      await a.request(0)
      await new Promise((resolve) => setTimeout(resolve, 20))
      clock.advance(60_000)
    }
    expect(attemptsOf(await running)).toEqual([`a/x failed ${why}`, 'b/y served'])
  })

  test('a stream that dies before content falls back, one that dies after ends with an error', async () => {
    const events = openaiStream().slice(0, 1)
    const { dispatcher, a, b } = await netOf(
      { sse: events, ending: 'die' },
      { sse: openaiStream().slice(0, 2), ending: 'die' },
    )
    const outcome = await dispatcher.run(clientRequest(streamBody))
    const frames = await framesOf(outcome)
    expect(attemptsOf(outcome)).toEqual(['a/x failed cut', 'b/y served'])
    expect(textOf(frames)).toBe('hello')
    expect(lastEvent(frames)).toMatchObject({ kind: 'error', error: { status: 502 } })
    expect([a.received.length, b.received.length]).toEqual([1, 1])
  })

  test('retry-after is waited for', async () => {
    const { dispatcher, a } = await netOf([
      { status: 429, headers: { 'retry-after-ms': '80' }, json: openaiError() },
      { json: openaiAnswer() },
    ])
    const from = performance.now()
    const retry = { count: 1, on: ['429'], backoffMinMs: 1, backoffMaxMs: 1 }
    const outcome = await dispatcher.run(clientRequest(body(), { retry }))
    expect(attemptsOf(outcome)).toEqual(['a/x failed 429', 'a/x served'])
    expect(performance.now() - from).toBeGreaterThanOrEqual(79)
    expect(a.received).toHaveLength(2)
  })

  test.each<[string, Script]>([
    ['a refusal', { status: 401, json: openaiError('no entry for plainsecret here') }],
    ['an error under 200', { json: openaiError('no entry for plainsecret here') }],
    ['a page', { status: 500, body: 'no entry for plainsecret here' }],
    ['a stream', { sse: [...openaiStream().slice(0, 2), openaiError('no entry for plainsecret here')] }],
  ])('the key is in no error that comes back: %s (litellm-18731)', async (_, script) => {
    const { dispatcher } = await netOf(script, {}, { key: 'plainsecret' })
    const stream = _ === 'a stream'
    const outcome = await dispatcher.run(clientRequest(stream ? streamBody : body(), { steps: routeOf(['a/x']).steps }))
    const told = JSON.stringify(outcome.kind === 'stream' ? await collect(outcome.frames) : outcome)
    expect(told).toContain('no entry for [redacted] here')
    expect(told).not.toContain('plainsecret')
  })
})

describe('an abort', () => {
  test.each<[string, Script]>([
    ['while it waits for the head', { instead: 'stall' }],
    ['within a body', { body: '{"id":', ending: 'stall' }],
    ['before content', { sse: openaiStream().slice(0, 1), ending: 'stall' }],
    ['after content', { sse: openaiStream().slice(0, 3), ending: 'stall' }],
  ])('%s closes the socket within 100 ms', async (_, script) => {
    const { dispatcher, a } = await netOf(script)
    const controller = new AbortController()
    const running = dispatcher.run({ ...clientRequest(streamBody), signal: controller.signal })
    const received = await a.request(0)
    await new Promise((resolve) => setTimeout(resolve, 10))
    const from = performance.now()
    controller.abort()
    expect(await received.over).toBe('closed')
    expect(performance.now() - from).toBeLessThan(100)
    const outcome = await running
    if (outcome.kind === 'stream') expect(lastEvent(await collect(outcome.frames))).toMatchObject({ kind: 'error' })
    else expect(outcome).toMatchObject({ failure: { kind: 'cancelled' } })
  })
})

test('streams and whole answers share one kept-alive connection', async () => {
  const { dispatcher, a } = await netOf((received) =>
    received.json()['stream'] ? { sse: openaiStream() } : { json: openaiAnswer() },
  )
  for (const text of [streamBody, body(), streamBody, body()]) {
    const outcome = await dispatcher.run(clientRequest(text))
    if (outcome.kind === 'stream') await collect(outcome.frames)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  expect(new Set(a.received.map((each) => each.port)).size).toBe(1)
})
