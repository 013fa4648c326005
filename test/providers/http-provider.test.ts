import { afterEach, describe, expect, test } from 'vitest'
import { type ProviderConfig, type ProviderType, providerTypes } from '../../src/config/config.ts'
import type { Resolve } from '../../src/providers/address.ts'
import { createProvider } from '../../src/providers/create-provider.ts'
import type { Provider, ProviderRequest, ProviderResponse, ProviderResult } from '../../src/providers/provider.ts'
import { keys, providerConfig, realTimer } from '../dispatch/world.ts'
import {
  openaiAnswer,
  openaiStream,
  type Reply,
  type Script,
  sseEvent,
  startUpstream,
  type Upstream,
} from '../upstream.ts'

const open: { close: () => Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()))
})

async function upstreamOf(script: Script): Promise<Upstream> {
  const upstream = await startUpstream(script)
  open.push(upstream)
  return upstream
}

interface Setup {
  readonly now?: () => number
  readonly resolve?: Resolve
}

function providerAt(
  baseUrl: string,
  type: ProviderType,
  config: Partial<ProviderConfig> = {},
  setup: Setup = {},
): Provider {
  const created = createProvider(providerConfig({ type, baseUrl, ...config }), {
    now: () => 0,
    setTimer: realTimer,
    ...setup,
  })
  if (!created.ok) throw new Error(created.message)
  open.push(created.provider)
  return created.provider
}

function request(rest: Partial<ProviderRequest> = {}): ProviderRequest {
  const body = new TextEncoder().encode('{"model":"m"}')
  return { model: 'm', body, stream: false, headers: {}, signal: new AbortController().signal, ...rest }
}

function answered(result: ProviderResult): ProviderResponse {
  if (!result.ok) throw new Error(JSON.stringify(result.failure))
  return result
}

async function read(result: ProviderResult): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of answered(result).body) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

describe('what goes out', () => {
  test('openai: path, bearer, organization and project, nothing of the client', async () => {
    const upstream = await upstreamOf({ json: openaiAnswer() })
    const provider = providerAt(`${upstream.origin}/v1`, 'openai', {
      apiKeys: keys('sk-one'),
      headers: { 'X-Team': 'a' },
      options: { organization: 'org-1', project: 'proj-1' },
    })
    await read(
      await provider.call(
        request({ headers: { authorization: 'Bearer client', cookie: 'c=1', 'x-forwarded-for': '1' } }),
      ),
    )
    const { method, path, headers, body } = upstream.received[0]!
    expect([method, path, body.toString()]).toEqual(['POST', '/v1/chat/completions', '{"model":"m"}'])
    expect(headers).toEqual({
      host: `127.0.0.1:${upstream.port}`,
      connection: 'keep-alive',
      'content-type': 'application/json',
      'content-length': '13',
      accept: 'application/json',
      'accept-encoding': 'identity',
      'user-agent': 'policyc',
      authorization: 'Bearer sk-one',
      'openai-organization': 'org-1',
      'openai-project': 'proj-1',
      'x-team': 'a',
    })
  })

  test('anthropic: path, key, version, and betas of both sides', async () => {
    const upstream = await upstreamOf({ json: {} })
    const provider = providerAt(upstream.origin, 'anthropic', { apiKeys: keys('k'), options: { beta: 'a,b' } })
    await read(await provider.call(request({ stream: true, headers: { 'anthropic-beta': 'b, c' } })))
    const { path, headers } = upstream.received[0]!
    expect(path).toBe('/v1/messages')
    expect(headers).toMatchObject({
      'x-api-key': 'k',
      'anthropic-version': '2023-06-01',
      'anthropic-beta': 'a,b,c',
      accept: 'text/event-stream',
    })
    expect(headers['authorization']).toBeUndefined()
  })

  test('a compatible server needs no key', async () => {
    const upstream = await upstreamOf({ json: {} })
    await read(await providerAt(upstream.origin, 'openai-compatible').call(request()))
    expect(upstream.received[0]?.headers['authorization']).toBeUndefined()
    expect(upstream.received[0]?.path).toBe('/chat/completions')
  })
})

describe('keys', () => {
  test('are used in turn, and one that is throttled or refused rests', async () => {
    let now = 0
    const statuses: Record<string, Reply> = { b: { status: 429, headers: { 'retry-after': '20' } }, c: { status: 401 } }
    const keyOf = (headers: Readonly<Record<string, unknown>>) => String(headers['authorization']).slice(7)
    const upstream = await upstreamOf((received) => statuses[keyOf(received.headers)] ?? { json: {} })
    const provider = providerAt(upstream.origin, 'openai', { apiKeys: keys('a', 'b', 'c') }, { now: () => now })
    const others: boolean[] = []
    const use = async () => {
      const result = answered(await provider.call(request()))
      others.push(result.otherKeyReady)
      await read(result)
      return keyOf(upstream.received.at(-1)!.headers)
    }
    expect([await use(), await use(), await use()]).toEqual(['a', 'b', 'c'])
    expect(others).toEqual([false, true, true])
    expect([await use(), await use()]).toEqual(['a', 'a'])
    now = 20_000
    expect([await use(), await use()]).toEqual(['b', 'a'])
  })
})

describe('what comes back', () => {
  test.each(['gzip', 'deflate', 'br'] as const)('%s is decoded', async (compress) => {
    const upstream = await upstreamOf({ json: openaiAnswer('größer'), compress, cut: { step: 7 } })
    const text = await read(await providerAt(upstream.origin, 'openai-compatible').call(request()))
    expect(JSON.parse(text)).toEqual(openaiAnswer('größer'))
  })

  test('an unknown compression is refused', async () => {
    const upstream = await upstreamOf({ body: 'xx', headers: { 'content-encoding': 'zstd' } })
    const result = await providerAt(upstream.origin, 'openai-compatible').call(request())
    expect(result).toMatchObject({ ok: false, failure: { kind: 'malformed' } })
  })

  test('a redirect is an error and is not followed', async () => {
    const target = await upstreamOf({ json: {} })
    const upstream = await upstreamOf({ status: 307, headers: { location: target.origin } })
    const result = await providerAt(upstream.origin, 'openai-compatible').call(request())
    expect(result).toMatchObject({ ok: false, failure: { kind: 'malformed' } })
    expect(target.received).toHaveLength(0)
  })

  test('connections are used again', async () => {
    const upstream = await upstreamOf({ sse: openaiStream() })
    const provider = providerAt(upstream.origin, 'openai-compatible')
    for (let turn = 0; turn < 3; turn++) {
      expect(await read(await provider.call(request({ stream: true })))).toBe(openaiStream().map(sseEvent).join(''))
      // The pool learns that a connection is free after the reader learns that the answer has ended.
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(new Set(upstream.received.map((each) => each.port)).size).toBe(1)
  })
})

describe('where it may connect', () => {
  const loopback: Resolve = (_, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }])

  test('a name that stands for a private address is refused when it connects (litellm-37053)', async () => {
    const upstream = await upstreamOf({ json: {} })
    const provider = providerAt(`http://api.test:${upstream.port}`, 'openai-compatible', {}, { resolve: loopback })
    expect(await provider.call(request())).toEqual({
      ok: false,
      failure: { kind: 'connect', message: '`api.test` resolves to 127.0.0.1, a loopback address' },
    })
    expect(upstream.received).toHaveLength(0)
  })

  test('unless the configuration says that it is private', async () => {
    const upstream = await upstreamOf({ json: {} })
    const provider = providerAt(`http://localhost:${upstream.port}`, 'openai-compatible', { private: true })
    expect(await read(await provider.call(request()))).toBe('{}')
  })
})

describe('what goes wrong', () => {
  test('nobody listens', async () => {
    const upstream = await startUpstream({ json: {} })
    await upstream.close()
    const result = await providerAt(upstream.origin, 'openai-compatible').call(request())
    expect(result).toMatchObject({ ok: false, failure: { kind: 'connect' } })
  })

  test('no connection in time', async () => {
    // A resolver that never answers: the connection hangs for as long as one cares to wait.
    const provider = providerAt('http://api.test', 'openai-compatible', {}, { resolve: () => {} })
    const result = await provider.call(request({ connectTimeoutMs: 15 }))
    expect(result).toMatchObject({ ok: false, failure: { kind: 'connect_timeout' } })
  })

  test('the connect clock does not run on once there is a connection', async () => {
    const upstream = await upstreamOf({ json: {}, instead: 'stall' })
    const controller = new AbortController()
    const calling = providerAt(upstream.origin, 'openai-compatible').call(
      request({ connectTimeoutMs: 500, signal: controller.signal }),
    )
    const received = await upstream.request(0)
    controller.abort()
    expect(await calling).toEqual({ ok: false, failure: { kind: 'aborted' } })
    expect(await received.over).toBe('closed')
  })

  test('a connection that breaks before the head', async () => {
    const upstream = await upstreamOf({ instead: 'drop' })
    const result = await providerAt(upstream.origin, 'openai-compatible').call(request())
    expect(result).toMatchObject({ ok: false, failure: { kind: 'cut' } })
  })

  test.each<[string, Reply]>([
    ['plain', { body: 'half', ending: 'die' }],
    ['compressed', { json: openaiAnswer(), compress: 'gzip', cut: [20], ending: 'die' }],
    [
      'compressed, and ended in the middle',
      { body: Buffer.from([0x1f, 0x8b, 8, 0]), headers: { 'content-encoding': 'gzip' } },
    ],
  ])('a body that breaks off throws: %s', async (_, reply) => {
    const upstream = await upstreamOf(reply)
    const result = await providerAt(upstream.origin, 'openai-compatible').call(request())
    await expect(read(result)).rejects.toThrow()
  })

  test.each([false, true])('an abort while the body comes breaks it at once (compressed: %s)', async (isCompressed) => {
    const upstream = await upstreamOf({
      json: openaiAnswer(),
      ...(isCompressed ? { compress: 'gzip' } : {}),
      ending: 'stall',
    })
    const controller = new AbortController()
    const result = await providerAt(upstream.origin, 'openai-compatible').call(request({ signal: controller.signal }))
    const reading = read(result)
    await new Promise((resolve) => setImmediate(resolve))
    controller.abort()
    await expect(reading).rejects.toThrow()
    expect(await upstream.received[0]?.over).toBe('closed')
  })

  test('a reader that leaves breaks the connection', async () => {
    const upstream = await upstreamOf({ sse: openaiStream(), ending: 'stall' })
    const result = answered(await providerAt(upstream.origin, 'openai-compatible').call(request({ stream: true })))
    for await (const _ of result.body) break
    expect(await upstream.received[0]?.over).toBe('closed')
  })

  test('a reader that is slow pauses the sender', async () => {
    const size = 24 * 1024 * 1024
    const upstream = await upstreamOf({ body: Buffer.alloc(size), cut: { step: 4 * 1024 * 1024 } })
    const result = answered(await providerAt(upstream.origin, 'openai-compatible').call(request()))
    const soon = new Promise<'waiting'>((resolve) => setTimeout(() => resolve('waiting'), 50))
    expect(await Promise.race([upstream.received[0]!.over, soon])).toBe('waiting')
    let length = 0
    for await (const chunk of result.body) length += chunk.byteLength
    expect(length).toBe(size)
    expect(await upstream.received[0]!.over).toBe('finished')
  })
})

describe('createProvider', () => {
  test.each<[Partial<ProviderConfig> & Pick<ProviderConfig, 'type'>, string]>([
    [{ type: 'bedrock', name: 'b' }, 'provider `b` has no `base_url`'],
    [{ type: 'openai-compatible', name: 'local' }, 'provider `local` has no `base_url`'],
    [{ type: 'openai', name: 'o', baseUrl: 'ftp://x' }, '`base_url` of provider `o` is no http or https address'],
  ])('%j', (config, message) => {
    expect(createProvider(providerConfig(config), { now: () => 0, setTimer: realTimer })).toMatchObject({
      ok: false,
      message,
    })
  })

  test('every type is created', async () => {
    for (const type of providerTypes) {
      const created = createProvider(providerConfig({ type, baseUrl: 'https://example.com' }), {
        now: () => 0,
        setTimer: realTimer,
      })
      expect(created.ok).toBe(true)
      if (created.ok) await created.provider.close()
    }
  })
})
