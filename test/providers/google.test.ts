/** Gemini and Vertex as they are called: addresses, keys, tokens. */
import { generateKeyPairSync } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, importSPKI, jwtVerify } from 'jose'
import { afterEach, describe, expect, test } from 'vitest'
import { Secret } from '../../src/config/secret.ts'
import { createProvider } from '../../src/providers/create-provider.ts'
import type { Provider, ProviderRequest, ProviderResult } from '../../src/providers/provider.ts'
import { keys, providerConfig, realTimer } from '../dispatch/world.ts'
import { type Received, type Script, startUpstream, type Upstream } from '../upstream.ts'

const open: { close: () => Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()))
})

async function upstreamOf(script: Script): Promise<Upstream> {
  const upstream = await startUpstream(script)
  open.push(upstream)
  return upstream
}

const nowMs = 1_800_000_000_000

function provider(config: Parameters<typeof providerConfig>[0], now: () => number = () => nowMs): Provider {
  const created = createProvider(providerConfig(config), { now, setTimer: realTimer })
  if (!created.ok) throw new Error(created.message)
  open.push(created.provider)
  return created.provider
}

function request(rest: Partial<ProviderRequest> = {}): ProviderRequest {
  return {
    model: 'gemini-2.5-flash',
    body: new TextEncoder().encode('{"contents":[]}'),
    stream: false,
    headers: {},
    signal: new AbortController().signal,
    ...rest,
  }
}

async function statusOf(result: ProviderResult): Promise<number> {
  if (!result.ok) throw new Error(JSON.stringify(result.failure))
  for await (const _ of result.body);
  return result.status
}

describe('gemini', () => {
  test.each([
    [{ stream: false }, '', {}, '/v1beta/models/gemini-2.5-flash:generateContent'],
    [{ stream: true }, '', {}, '/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse'],
    [{ model: 'a/../b?c' }, '', {}, '/v1beta/models/a%2F..%2Fb%3Fc:generateContent'],
    [{}, '/v1beta', {}, '/v1beta/models/gemini-2.5-flash:generateContent'],
    [{}, '/google', { api_version: 'v1alpha' }, '/google/v1alpha/models/gemini-2.5-flash:generateContent'],
  ])('%j below %j with %j: %s', async (asked, folder, options, path) => {
    const upstream = await upstreamOf({ json: {} })
    const gemini = provider({
      type: 'gemini',
      baseUrl: `${upstream.origin}${folder}`,
      apiKeys: keys('AIza-one'),
      options,
    })
    await statusOf(await gemini.call(request(asked)))
    const received = upstream.received[0]!
    expect(received.path).toBe(path)
    expect(received.headers).toMatchObject({ 'x-goog-api-key': 'AIza-one' })
    expect(received.headers['authorization']).toBeUndefined()
  })

  test('a key that the body alone refuses rests, and the next one is taken', async () => {
    const refusal = {
      error: { code: 400, message: 'no', status: 'INVALID_ARGUMENT', details: [{ reason: 'API_KEY_INVALID' }] },
    }
    const upstream = await upstreamOf((received) =>
      received.headers['x-goog-api-key'] === 'AIza-one' ? { status: 400, json: refusal } : { json: {} },
    )
    const gemini = provider({ type: 'gemini', baseUrl: upstream.origin, apiKeys: keys('AIza-one', 'AIza-two') })
    const first = await gemini.call(request())
    if (!first.ok) throw new Error('no answer')
    const error = gemini.dialect.decodeError(400, first.headers, refusal, '')
    expect(error.kind).toBe('auth')
    expect(first.onRefusal?.(error)).toBe(true)
    expect(await statusOf(await gemini.call(request()))).toBe(200)
    expect(await statusOf(await gemini.call(request()))).toBe(200)
  })
})

describe('vertex', () => {
  const project = { project: 'acme-1' }

  test.each([
    [project, 'projects/acme-1/locations/global'],
    [{ ...project, location: 'europe-west4' }, 'projects/acme-1/locations/europe-west4'],
  ])('%j stands in the address', async (options, path) => {
    const upstream = await upstreamOf({ json: {} })
    const vertex = provider({ type: 'vertex', baseUrl: upstream.origin, apiKeys: keys('ya29.given'), options })
    await statusOf(await vertex.call(request({ stream: true })))
    const { path: called, headers } = upstream.received[0]!
    expect(called).toBe(`/v1beta1/${path}/publishers/google/models/gemini-2.5-flash:streamGenerateContent?alt=sse`)
    expect(headers).toMatchObject({ authorization: 'Bearer ya29.given' })
  })

  test('a tier of service has no place in the body', () => {
    const { dialect, encoding } = provider({ type: 'vertex', apiKeys: keys('AIza-one') })
    const call = { model: 'm', system: [], messages: [], tools: [], stop: [], stream: false, includeUsage: false }
    const encode = (serviceTier: string) =>
      dialect.encodeRequest({ ...call, serviceTier }, { model: 'gemini-3-pro', defaultMaxTokens: 1, ...encoding })
    expect(encode('flex')).toMatchObject({ body: { contents: [] }, losses: [{ field: 'service_tier' }] })
    expect(encode('flex').body).not.toHaveProperty('serviceTier')
    expect(encode('default').losses).toEqual([])
  })

  test('an API key needs no project', async () => {
    const upstream = await upstreamOf({ json: {} })
    const vertex = provider({ type: 'vertex', baseUrl: upstream.origin, apiKeys: keys('AIza-one') })
    await statusOf(await vertex.call(request()))
    const { path, headers } = upstream.received[0]!
    expect(path).toBe('/v1beta1/publishers/google/models/gemini-2.5-flash:generateContent')
    expect(headers).toMatchObject({ 'x-goog-api-key': 'AIza-one' })
    expect(headers['authorization']).toBeUndefined()
  })

  /** Answers as the models and as the token endpoint; each token names how many were given. */
  function google(tokens: { count: number }, tokenStatus = 200): Script {
    return ({ path }: Received) =>
      path.startsWith('/v1beta1/')
        ? { json: {} }
        : {
            status: tokenStatus,
            json:
              tokenStatus === 200
                ? { access_token: `t${++tokens.count}`, expires_in: 3600 }
                : { error: 'invalid_grant' },
          }
  }

  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const serviceAccount = {
    type: 'service_account',
    client_email: 'gateway@acme-1.iam.gserviceaccount.com',
    private_key_id: 'key-1',
    private_key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    token_uri: 'https://oauth2.googleapis.com/token',
  }
  const vertexAt = (upstream: Upstream, credentials: object | undefined, now?: () => number) =>
    provider(
      {
        type: 'vertex',
        baseUrl: upstream.origin,
        options: {
          ...project,
          token_url: `${upstream.origin}/token`,
          ...(credentials && { credentials: new Secret(JSON.stringify(credentials)) }),
        },
      },
      now,
    )

  test('a service account signs one assertion for all calls that wait for it', async () => {
    const tokens = { count: 0 }
    const upstream = await upstreamOf(google(tokens))
    const vertex = vertexAt(upstream, serviceAccount)
    const statuses = await Promise.all([1, 2, 3].map(async () => statusOf(await vertex.call(request()))))
    expect(statuses).toEqual([200, 200, 200])
    expect(tokens.count).toBe(1)
    const asked = upstream.received.filter(({ path }) => path === '/token')
    expect(asked.length).toBe(1)
    const form = new URLSearchParams(asked[0]!.body.toString())
    expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer')
    const assertion = form.get('assertion')!
    expect(decodeProtectedHeader(assertion)).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'key-1' })
    expect(decodeJwt(assertion)).toEqual({
      scope: 'https://www.googleapis.com/auth/cloud-platform',
      iss: serviceAccount.client_email,
      aud: serviceAccount.token_uri,
      iat: nowMs / 1000,
      exp: nowMs / 1000 + 3600,
    })
    const publicKey = await importSPKI(pair.publicKey.export({ type: 'spki', format: 'pem' }) as string, 'RS256')
    await jwtVerify(assertion, publicKey, { currentDate: new Date(nowMs) })
    expect(upstream.received.at(-1)!.headers).toMatchObject({ authorization: 'Bearer t1' })
  })

  test('a token is renewed before it runs out, and thrown away when it is refused', async () => {
    const tokens = { count: 0 }
    let now = nowMs
    const upstream = await upstreamOf(google(tokens))
    const vertex = vertexAt(upstream, serviceAccount, () => now)
    await statusOf(await vertex.call(request()))
    now += 3_599_000
    await statusOf(await vertex.call(request()))
    expect(upstream.received.at(-1)!.headers).toMatchObject({ authorization: 'Bearer t2' })
    upstream.script((received, index) => (index === 0 ? { status: 401, json: {} } : googleOf(received)))
    const googleOf = google(tokens) as (received: Received) => { json: unknown }
    expect(await statusOf(await vertex.call(request()))).toBe(401)
    expect(await statusOf(await vertex.call(request()))).toBe(200)
    expect(upstream.received.at(-1)!.headers).toMatchObject({ authorization: 'Bearer t3' })
  })

  test('a user has a refresh token', async () => {
    const upstream = await upstreamOf(google({ count: 0 }))
    const user = { type: 'authorized_user', client_id: 'id', client_secret: 'shh', refresh_token: 'again' }
    await statusOf(await vertexAt(upstream, user).call(request()))
    expect(Object.fromEntries(new URLSearchParams(upstream.received[0]!.body.toString()))).toEqual({
      grant_type: 'refresh_token',
      client_id: 'id',
      client_secret: 'shh',
      refresh_token: 'again',
    })
  })

  test('without credentials the machine is asked', async () => {
    const upstream = await upstreamOf(google({ count: 0 }))
    await statusOf(await vertexAt(upstream, undefined).call(request()))
    const { method, path, headers } = upstream.received[0]!
    expect([method, path, headers['metadata-flavor']]).toEqual(['GET', '/token', 'Google'])
    expect(upstream.received[1]!.headers).toMatchObject({ authorization: 'Bearer t1' })
  })

  test('where there is no token, that is why there is no answer', async () => {
    const upstream = await upstreamOf(google({ count: 0 }, 400))
    const result = await vertexAt(upstream, serviceAccount).call(request())
    expect(result).toEqual({
      ok: false,
      failure: {
        kind: 'connect',
        message: 'there is no access token: the token endpoint answered 400 with `invalid_grant`',
      },
    })
    expect(upstream.received.length).toBe(1)
  })

  test.each([
    ['no JSON at all', 'the `credentials` of provider `main` are not the JSON of a Google account'],
    [
      JSON.stringify({ type: 'service_account', client_email: 'a@b' }),
      'the `credentials` of provider `main` lack `private_key`',
    ],
    [
      JSON.stringify({ type: 'external_account' }),
      'the `credentials` of provider `main` are of no type that is known: a service account or an authorized user is wanted',
    ],
  ])('credentials %j are refused when the gateway starts', (text, message) => {
    const config = providerConfig({
      name: 'main',
      type: 'vertex',
      options: { ...project, credentials: new Secret(text) },
    })
    expect(createProvider(config, { now: () => nowMs, setTimer: realTimer })).toMatchObject({ ok: false, message })
  })

  test.each([
    ['global', 'https://aiplatform.googleapis.com'],
    ['eu', 'https://aiplatform.eu.rep.googleapis.com'],
    ['europe-west4', 'https://europe-west4-aiplatform.googleapis.com'],
  ])('%s is served from %s', async (location, origin) => {
    let asked = ''
    const created = createProvider(
      providerConfig({ type: 'vertex', apiKeys: keys('AIza-one'), options: { ...project, location } }),
      {
        now: () => nowMs,
        setTimer: realTimer,
        resolve: (host, callback) => {
          asked = host
          callback(null, [{ address: '127.0.0.1', family: 4 }])
        },
      },
    )
    if (!created.ok) throw new Error(created.message)
    open.push(created.provider)
    const result = await created.provider.call(request())
    // The guard refuses the loopback address that the name was given here: nothing goes out.
    expect(result).toMatchObject({ ok: false, failure: { kind: 'connect' } })
    expect(`https://${asked}`).toBe(origin)
  })
})
