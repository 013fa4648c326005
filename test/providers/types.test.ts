/** Where each type of provider is called, and as whom. */
import { afterEach, describe, expect, test } from 'vitest'
import gatewaySchema from '../../schemas/gateway.schema.json' with { type: 'json' }
import type { ProviderConfig, ProviderType } from '../../src/config/config.ts'
import type { DialectName } from '../../src/dialects/neutral.ts'
import { createProvider } from '../../src/providers/create-provider.ts'
import { httpTypes } from '../../src/providers/http-types.ts'
import type { Provider, ProviderResponse } from '../../src/providers/provider.ts'
import { configurableQuirks } from '../../src/providers/types/openai-compatible.ts'
import { keys, providerConfig, realTimer } from '../dispatch/world.ts'
import { type Script, startUpstream, type Upstream } from '../upstream.ts'

const open: { close: () => Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()))
})

async function upstreamOf(script: Script): Promise<Upstream> {
  const upstream = await startUpstream(script)
  open.push(upstream)
  return upstream
}

function created(type: ProviderType, config: Partial<ProviderConfig>, now = () => 0): Provider {
  const result = createProvider(providerConfig({ type, ...config }), { now, setTimer: realTimer })
  if (!result.ok) throw new Error(result.message)
  open.push(result.provider)
  return result.provider
}

async function call(provider: Provider, model = 'm', dialect?: DialectName): Promise<ProviderResponse> {
  const result = await provider.call({
    model,
    ...(dialect === undefined ? {} : { dialect }),
    body: new TextEncoder().encode('{}'),
    stream: false,
    headers: {},
    signal: new AbortController().signal,
  })
  if (!result.ok) throw new Error(JSON.stringify(result.failure))
  for await (const _ of result.body);
  return result
}

describe('addresses', () => {
  /** Type, what follows the origin in `base_url`, and the path that is called. */
  test.each<[ProviderType, string, string]>([
    ['mistral', '', '/v1/chat/completions'],
    ['mistral', '/v1', '/v1/chat/completions'],
    ['groq', '', '/openai/v1/chat/completions'],
    ['groq', '/openai/v1', '/openai/v1/chat/completions'],
    ['deepseek', '', '/chat/completions'],
    ['deepseek', '/v1', '/v1/chat/completions'],
    ['xai', '/v1', '/v1/chat/completions'],
    ['together', '', '/v1/chat/completions'],
    ['fireworks', '', '/inference/v1/chat/completions'],
    ['perplexity', '', '/chat/completions'],
    ['ollama', '', '/v1/chat/completions'],
    ['ollama', '/v1', '/v1/chat/completions'],
    ['openrouter', '', '/api/v1/chat/completions'],
    ['openrouter', '/proxy/v1', '/proxy/v1/chat/completions'],
    ['openai-compatible', '', '/chat/completions'],
  ])('%s at `%s`', async (type, base, path) => {
    const upstream = await upstreamOf({ json: {} })
    await call(created(type, { baseUrl: `${upstream.origin}${base}`, apiKeys: keys('k') }))
    expect(upstream.received[0]?.path).toBe(path)
    expect(upstream.received[0]?.headers['authorization']).toBe('Bearer k')
  })

  test.each<[Record<string, unknown>, string, string]>([
    [{}, '', '/openai/v1/chat/completions'],
    [{}, '/openai', '/openai/v1/chat/completions'],
    [{}, '/openai/v1', '/openai/v1/chat/completions'],
    [{ api_version: 'preview' }, '/openai/v1', '/openai/v1/chat/completions?api-version=preview'],
    [{ api_version: '2024-10-21' }, '', '/openai/deployments/gpt%2F4/chat/completions?api-version=2024-10-21'],
    [
      { api_version: '2024-10-21', deployment_by_model: { 'gpt/4': 'four' } },
      '',
      '/openai/deployments/four/chat/completions?api-version=2024-10-21',
    ],
    [{ api_version: '2024-05-01-preview' }, '/models', '/models/chat/completions?api-version=2024-05-01-preview'],
  ])('azure-openai with %j at `%s`', async (options, base, path) => {
    const upstream = await upstreamOf({ json: {} })
    await call(created('azure-openai', { baseUrl: `${upstream.origin}${base}`, apiKeys: keys('k'), options }), 'gpt/4')
    expect(upstream.received[0]?.path).toBe(path)
    expect(upstream.received[0]?.headers['api-key']).toBe('k')
    expect(upstream.received[0]?.headers['authorization']).toBeUndefined()
  })

  test.each<[ProviderType, string, Record<string, unknown>, string | undefined, string | undefined]>([
    ['openai', '/v1', {}, '/v1/responses', '/v1/completions'],
    ['openai-compatible', '/v1', {}, undefined, '/v1/completions'],
    ['azure-openai', '', {}, '/openai/v1/responses', '/openai/v1/completions'],
    [
      'azure-openai',
      '',
      { api_version: '2025-03-01' },
      '/openai/responses?api-version=2025-03-01',
      '/openai/deployments/m/completions?api-version=2025-03-01',
    ],
    ['openrouter', '', {}, '/api/v1/responses', '/api/v1/completions'],
    ['xai', '', {}, '/v1/responses', undefined],
    ['deepseek', '', {}, '/responses', undefined],
    ['together', '', {}, undefined, '/v1/completions'],
    ['fireworks', '', {}, undefined, '/inference/v1/completions'],
    ['ollama', '', {}, undefined, '/v1/completions'],
    ['groq', '', {}, undefined, undefined],
  ])('%s at `%s` with %j has responses and completions where it has them', async (type, base, options, ...paths) => {
    const upstream = await upstreamOf({ json: {} })
    const provider = created(type, { baseUrl: `${upstream.origin}${base}`, apiKeys: keys('k'), options })
    for (const [i, dialect] of (['openai-responses', 'openai-completions'] as const).entries()) {
      expect(provider.alsoSpeaks?.some(({ name }) => name === dialect) ?? false).toBe(paths[i] !== undefined)
      if (paths[i] === undefined) continue
      await call(provider, 'm', dialect)
      expect(upstream.received.at(-1)?.path).toBe(paths[i])
    }
  })

  test.each<[ProviderType, string]>([
    ['openai', '/v1/responses'],
    ['azure-openai', '/openai/v1/responses'],
  ])('%s with an `api` is called by that one alone', async (type, path) => {
    const upstream = await upstreamOf({ json: {} })
    const base = type === 'openai' ? '/v1' : ''
    const options = { api: 'responses' }
    const provider = created(type, { baseUrl: `${upstream.origin}${base}`, apiKeys: keys('k'), options })
    expect([provider.dialect.name, provider.alsoSpeaks]).toEqual(['openai-responses', undefined])
    for (const dialect of [undefined, 'openai-responses', 'openai-chat'] as const) await call(provider, 'm', dialect)
    expect(upstream.received.map((each) => each.path)).toEqual([path, path, path])
  })

  test('every default address has https and the folder of its version, but for the server at home', () => {
    const defaults = Object.entries(httpTypes).flatMap(([type, { defaultBaseUrl }]) =>
      typeof defaultBaseUrl === 'string' ? [[type, defaultBaseUrl]] : [],
    )
    for (const [type, url] of defaults)
      expect(url).toMatch(type === 'ollama' ? /^http:\/\/127\.0\.0\.1:/ : /^https:\/\/[a-z.]+(\/[a-z]+)*(\/v\d)?$/)
  })
})

describe('azure', () => {
  test('a model goes out under the name of its deployment', () => {
    const provider = created('azure-openai', {
      baseUrl: 'https://x.openai.azure.com',
      options: { deployment_by_model: { 'gpt-4o': 'four' } },
    })
    expect([provider.nameOf?.('gpt-4o'), provider.nameOf?.('other'), provider.nameOf?.('constructor')]).toEqual([
      'four',
      'other',
      'constructor',
    ])
  })

  test.each([
    [undefined, 'max_completion_tokens'],
    ['2024-10-21', 'max_completion_tokens'],
    ['2024-06-01', 'max_tokens'],
    ['preview', 'max_completion_tokens'],
  ])('version %s has the limit as %s', (version, field) => {
    const options = version === undefined ? {} : { api_version: version }
    const provider = created('azure-openai', { baseUrl: 'https://x.openai.azure.com', options })
    expect(provider.encoding.maxTokensField).toBe(field)
  })
})

describe('the quirks of a compatible server', () => {
  test('are those that its configuration names', () => {
    const quirks = ['no_stream_options', 'one_answer']
    const provider = created('openai-compatible', { baseUrl: 'https://h/v1', options: { quirks } })
    expect(provider.encoding.quirks?.map(({ name }) => name)).toEqual(quirks)
    expect(provider.encoding.alwaysUsage).toBe(false)
    expect(created('openai-compatible', { baseUrl: 'https://h/v1' }).encoding.quirks).toEqual([])
  })

  test('are those that the schema lists', () => {
    const listed = gatewaySchema.$defs.compatibleProvider.properties.quirks.items.enum
    expect(configurableQuirks.map(({ name }) => name)).toEqual(listed)
  })
})

describe('keys', () => {
  const keyOf = (headers: Readonly<Record<string, unknown>>) =>
    String(headers['authorization'] ?? headers['api-key']).replace('Bearer ', '')
  const types = Object.keys(httpTypes).filter(
    (type) => httpTypes[type as keyof typeof httpTypes].dialect.name === 'openai-chat',
  )

  test.each(types)('%s uses several in turn, and lets one that is throttled rest', async (type) => {
    const upstream = await upstreamOf(({ headers }) =>
      keyOf(headers) === 'a' ? { status: 429, headers: { 'retry-after': '60' } } : { json: {} },
    )
    const provider = created(type as ProviderType, { baseUrl: `${upstream.origin}/v1`, apiKeys: keys('a', 'b') })
    const first = await call(provider)
    expect([first.status, first.otherKeyReady]).toEqual([429, true])
    await call(provider)
    await call(provider)
    expect(upstream.received.map(({ headers }) => keyOf(headers))).toEqual(['a', 'b', 'b'])
  })

  test('one that is named wrong in the body alone rests too, as xAI says it under a 400', async () => {
    const upstream = await upstreamOf(({ headers }) =>
      keyOf(headers) === 'a' ? { status: 400, json: {} } : { json: {} },
    )
    const provider = created('xai', { baseUrl: `${upstream.origin}/v1`, apiKeys: keys('a', 'b') })
    const refused = await call(provider)
    expect(refused.otherKeyReady).toBe(false)
    for (const kind of ['bad_request', 'not_found', 'server'] as const)
      expect(refused.onRefusal?.({ kind, status: 400, message: '' })).toBe(false)
    expect(refused.onRefusal?.({ kind: 'auth', status: 400, message: '' })).toBe(true)
    await call(provider)
    await call(provider)
    expect(upstream.received.map(({ headers }) => keyOf(headers))).toEqual(['a', 'b', 'b'])
  })

  test.each(['quota', 'rate_limit'] as const)('one of an account with a `%s` rests too', async (kind) => {
    const upstream = await upstreamOf({ status: 402, json: {} })
    const provider = created('openrouter', { baseUrl: upstream.origin, apiKeys: keys('a', 'b') })
    expect((await call(provider)).onRefusal?.({ kind, status: 402, message: '' })).toBe(true)
    expect((await call(provider)).onRefusal?.({ kind, status: 402, message: '' })).toBe(false)
  })

  test('one whose limits are used up rests, and the provider where it was the last', async () => {
    let now = 0
    const upstream = await upstreamOf({
      json: {},
      headers: { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '2m59.56s' },
    })
    const provider = created('groq', { baseUrl: upstream.origin, apiKeys: keys('a', 'b') }, () => now)
    expect((await call(provider)).restMs).toBeUndefined()
    expect((await call(provider)).restMs).toBe(179_560)
    now = 179_560
    expect((await call(provider)).restMs).toBeUndefined()
    expect(upstream.received.map(({ headers }) => keyOf(headers))).toEqual(['a', 'b', 'a'])
  })
})
