/** The waits of the gateway on a virtual clock: each ends on its millisecond, and leaves no timer behind. */
import { expect, test } from 'vitest'
import { realEnvironment } from '../../src/gateway/environment.ts'
import { openGateway } from '../../src/gateway/gateway.ts'
import type { UsageRecord } from '../../src/gateway/usage-record.ts'
import { virtualClock } from '../dispatch/world.ts'
import type { Answering } from './support.ts'
import { completion, json, startUpstream, until } from './support.ts'

const hello = { model: 'm', messages: [{ role: 'user', content: 'hi' }] }

async function start(answer: Answering, config: object) {
  const clock = virtualClock()
  const upstream = await startUpstream(answer)
  const gateway = await openGateway(
    {
      config: {
        providers: { first: { type: 'openai', base_url: `${upstream.url}/v1`, api_key: 'sk-planted-1' } },
        models: { 'first/gpt': {} },
        callers: { anonymous: true },
        ...config,
      },
      policy: 'allow anyone\nroute main { to first/gpt }',
      env: {},
    },
    { ...realEnvironment, now: clock.now, setTimer: clock.setTimer },
  )
  const records: UsageRecord[] = []
  gateway.on('usage', (record) => records.push(record))
  return { clock, upstream, gateway, records }
}

function call(body: string | ReadableStream, signal?: AbortSignal): Request {
  return new Request('http://gateway/v1/chat/completions', {
    method: 'POST',
    body,
    duplex: 'half',
    ...(signal === undefined ? {} : { signal }),
  } as RequestInit)
}

test('a body that never ends is waited for as long as is configured', async () => {
  const { clock, gateway, records } = await start(() => undefined, { bounds: { body_timeout: '2m' } })
  const answered = gateway.fetch(call(new ReadableStream({ start: (body) => body.enqueue(Buffer.from('{')) })))
  await until(() => clock.pending() === 1)
  clock.advance(119_999)
  expect(clock.pending()).toBe(1)
  clock.advance(1)
  expect((await answered).status).toBe(408)
  expect(records).toMatchObject([{ status: 408, failure: 'body_timeout', durationMs: 120_000 }])
  expect(clock.pending()).toBe(0)
})

test('a stop waits for what is under way as long as is configured, then breaks it off', async () => {
  const { clock, gateway, upstream } = await start(() => undefined, { bounds: { drain: '4m' } })
  const answered = gateway.fetch(call(JSON.stringify(hello)))
  await until(() => upstream.received.length === 1)
  let isClosed = false
  const closed = gateway.close().then(() => {
    isClosed = true
  })
  clock.advance(239_999)
  await new Promise((resolve) => setImmediate(resolve))
  expect(isClosed).toBe(false)
  clock.advance(1)
  expect((await answered).status).toBe(503)
  await closed
  await until(() => upstream.abandoned() === 1)
  expect(clock.pending()).toBe(0)
})

test('a stop is over once what is under way has ended', async () => {
  let answer: () => void = () => undefined
  const { clock, gateway, upstream } = await start(
    (_, response) => {
      answer = () => json(response, completion)
    },
    { bounds: { drain: '4m' } },
  )
  const answered = gateway.fetch(call(JSON.stringify(hello)))
  await until(() => upstream.received.length === 1)
  const closed = gateway.close()
  answer()
  expect((await answered).status).toBe(200)
  await closed
  expect(clock.pending()).toBe(0)
})

test.each([false, true])(
  'a client that left is read on for as long as is configured (streaming: %s)',
  async (stream) => {
    const { clock, gateway, records, upstream } = await start(
      (_, response) => {
        if (!stream) return
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'once' } }] })}\n\n`)
      },
      { on_disconnect: 'drain 4m' },
    )
    const leave = new AbortController()
    const answered = gateway.fetch(call(JSON.stringify({ ...hello, stream }), leave.signal))
    await until(() => upstream.received.length === 1)
    if (stream) await (await answered).body!.getReader().read()
    const before = clock.pending()
    leave.abort()
    await until(() => clock.pending() === before + 1)
    clock.advance(239_999)
    expect([records.length, upstream.abandoned()]).toEqual([0, 0])
    clock.advance(1)
    await until(() => records.length === 1 && upstream.abandoned() === 1)
    expect(records).toMatchObject([{ status: 499, failure: 'client_gone', durationMs: 240_000 }])
    expect(clock.pending()).toBe(0)
  },
)
