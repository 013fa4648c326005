/** Azure by an application's identity: tokens of a loopback authority, fetched, used, renewed and refused. */
import { afterEach, describe, expect, test } from 'vitest'
import { Secret } from '../../src/config/secret.ts'
import { createProvider } from '../../src/providers/create-provider.ts'
import type { Provider, ProviderResult } from '../../src/providers/provider.ts'
import { providerConfig, realTimer } from '../dispatch/world.ts'
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

function azureAt(upstream: Upstream, authority: Upstream, now = () => 0): Provider {
  const options = {
    tenant_id: 'the/tenant',
    client_id: 'app',
    client_secret: new Secret('s3cr&t'),
    authority: authority.origin,
  }
  const result = createProvider(providerConfig({ type: 'azure-openai', baseUrl: upstream.origin, options }), {
    now,
    setTimer: realTimer,
  })
  if (!result.ok) throw new Error(result.message)
  open.push(result.provider)
  return result.provider
}

async function call(provider: Provider): Promise<ProviderResult> {
  const signal = new AbortController().signal
  const result = await provider.call({ model: 'm', body: Buffer.from('{}'), stream: false, headers: {}, signal })
  if (result.ok) for await (const _ of result.body);
  return result
}

const tokens: Script = (_, index) => ({
  json: { token_type: 'Bearer', expires_in: 3600, access_token: `token-${index}` },
})
const bearers = (upstream: Upstream) => upstream.received.map(({ headers }) => headers['authorization'])

describe('azure by identity', () => {
  test('the form says who asks for what, and the token goes out as the bearer', async () => {
    const [upstream, authority] = [await upstreamOf({ json: {} }), await upstreamOf(tokens)]
    const provider = azureAt(upstream, authority)
    await Promise.all([call(provider), call(provider)])
    await call(provider)
    expect(bearers(upstream)).toEqual(['Bearer token-0', 'Bearer token-0', 'Bearer token-0'])
    expect(upstream.received[0]?.headers['api-key']).toBeUndefined()
    expect(authority.received).toHaveLength(1)
    const { method, path, headers, body } = authority.received[0]!
    expect([method, path]).toEqual(['POST', '/the%2Ftenant/oauth2/v2.0/token'])
    expect(headers['content-type']).toBe('application/x-www-form-urlencoded')
    expect(Object.fromEntries(new URLSearchParams(body.toString()))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'app',
      client_secret: 's3cr&t',
      scope: 'https://cognitiveservices.azure.com/.default',
    })
    expect(provider.redact('not token-0')).toBe('not [redacted]')
  })

  test('a token that is refused before its time is fetched anew', async () => {
    const upstream = await upstreamOf([{ status: 401, json: {} }, { json: {} }])
    const provider = azureAt(upstream, await upstreamOf(tokens))
    expect(await call(provider)).toMatchObject({ ok: true, status: 401, otherKeyReady: false })
    await call(provider)
    expect(bearers(upstream)).toEqual(['Bearer token-0', 'Bearer token-1'])
  })

  test('a token that has run out is fetched anew', async () => {
    let now = 0
    const upstream = await upstreamOf({ json: {} })
    const provider = azureAt(upstream, await upstreamOf(tokens), () => now)
    await call(provider)
    now = 3_600_000
    await call(provider)
    expect(bearers(upstream)).toEqual(['Bearer token-0', 'Bearer token-1'])
  })

  test.each<[string, Script, RegExp]>([
    [
      'refuses the application',
      { status: 401, json: { error: 'invalid_client', error_description: 'AADSTS7000215: s3cr&t is wrong' } },
      /^there is no access token: the token endpoint answered 401 with `invalid_client`$/,
    ],
    ['answers no JSON', { body: '<html>' }, /answered 200$/],
    ['answers without a token', { json: { expires_in: 3600 } }, /answered 200$/],
    ['answers endlessly', { body: Buffer.alloc(200_000, 32) }, /answered 200$/],
    ['breaks off', { instead: 'drop' }, /^there is no access token: /],
  ])('an authority that %s is a failure before the call, and says no secret', async (_, script, message) => {
    const upstream = await upstreamOf({ json: {} })
    const result = await call(azureAt(upstream, await upstreamOf(script)))
    expect(result).toMatchObject({ ok: false, failure: { kind: 'connect', message: expect.stringMatching(message) } })
    expect(JSON.stringify(result)).not.toContain('s3cr')
    expect(upstream.received).toHaveLength(0)
  })
})
