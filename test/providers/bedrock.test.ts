/** Amazon Bedrock as it is reached: the address of a model, and who asks. */
import { afterEach, describe, expect, test } from 'vitest'
import type { ProviderConfig } from '../../src/config/config.ts'
import { Secret } from '../../src/config/secret.ts'
import { createProvider } from '../../src/providers/create-provider.ts'
import type { Provider, ProviderRequest } from '../../src/providers/provider.ts'
import { createAwsSign } from '../../src/providers/sign-aws.ts'
import { bedrock } from '../../src/providers/types/bedrock.ts'
import { keys, providerConfig, realTimer } from '../dispatch/world.ts'
import { startUpstream, type Upstream } from '../upstream.ts'

const open: { close: () => Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()))
})

const atMs = Date.parse('2026-03-01T10:00:00Z')
const accessKeyId = new Secret('AKIAPLANTED0000000001')
const secretAccessKey = new Secret('planted-secret-access-key')
const sessionToken = new Secret('planted-session-token')
const signing = {
  aws_region: 'eu-central-1',
  access_key_id: accessKeyId,
  secret_access_key: secretAccessKey,
  session_token: sessionToken,
}
const body = new TextEncoder().encode('{"messages":[]}')

async function reach(config: Partial<ProviderConfig>): Promise<{ provider: Provider; upstream: Upstream }> {
  const upstream = await startUpstream({ json: {} })
  const created = createProvider(providerConfig({ type: 'bedrock', baseUrl: upstream.origin, ...config }), {
    now: () => atMs,
    setTimer: realTimer,
  })
  if (!created.ok) throw new Error(created.message)
  open.push(upstream, created.provider)
  return { provider: created.provider, upstream }
}

const request = (rest: Partial<ProviderRequest> = {}): ProviderRequest => ({
  model: 'us.amazon.nova-pro-v1:0',
  body,
  stream: false,
  headers: { authorization: 'Bearer client', 'x-amz-date': 'client' },
  signal: new AbortController().signal,
  ...rest,
})

test.each([
  ['us.amazon.nova-pro-v1:0', false, '/model/us.amazon.nova-pro-v1%3A0/converse'],
  ['us.amazon.nova-pro-v1:0', true, '/model/us.amazon.nova-pro-v1%3A0/converse-stream'],
  [
    'arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-x-v1:0',
    false,
    '/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2Fus.anthropic.claude-x-v1%3A0/converse',
  ],
])('the address of %s, streamed: %s', async (model, stream, path) => {
  const { provider, upstream } = await reach({ apiKeys: keys('key-1') })
  await provider.call(request({ model, stream }))
  expect(upstream.received[0]!.path).toBe(path)
  expect(upstream.received[0]!.headers['accept']).toBe(
    stream ? 'application/vnd.amazon.eventstream' : 'application/json',
  )
})

test('a model is called by its profile', async () => {
  const arn = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc'
  const options = { profile_by_model: { 'anthropic.claude-x-v1:0': arn } }
  const { provider, upstream } = await reach({ apiKeys: keys('key-1'), options })
  await provider.call(request({ model: 'anthropic.claude-x-v1:0' }))
  await provider.call(request({ model: 'toString' }))
  expect(upstream.received.map(({ path }) => path)).toEqual([
    `/model/${encodeURIComponent(arn)}/converse`,
    '/model/toString/converse',
  ])
})

test('beta features of the configuration are for the dialect to ask', async () => {
  const { provider } = await reach({ apiKeys: keys('key-1'), options: { beta: ['context-1m'] } })
  expect(provider.encoding).toEqual({ betas: ['context-1m'] })
})

test('an API key is a bearer token, and nothing is signed', async () => {
  const { provider, upstream } = await reach({ apiKeys: keys('key-1'), options: { aws_region: 'eu-central-1' } })
  await provider.call(request())
  const { headers } = upstream.received[0]!
  expect([headers['authorization'], headers['x-amz-date']]).toEqual(['Bearer key-1', undefined])
})

test('an access key signs what is really sent, by the clock of the gateway', async () => {
  const { provider, upstream } = await reach({ options: signing })
  await provider.call(request())
  const { headers, path, body: sent } = upstream.received[0]!
  const sign = createAwsSign(
    { accessKeyId, secretAccessKey, sessionToken },
    { region: 'eu-central-1', service: 'bedrock' },
  )
  const expected = await sign({ url: `http://${headers['host']}${path}`, body: sent, atMs })
  expect(headers).toMatchObject(expected)
  expect(expected).toMatchObject({
    'x-amz-date': '20260301T100000Z',
    'x-amz-security-token': 'planted-session-token',
    authorization: expect.stringMatching(
      /^AWS4-HMAC-SHA256 Credential=AKIAPLANTED0000000001\/20260301\/eu-central-1\/bedrock\/aws4_request, SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=[0-9a-f]{64}$/,
    ),
  })
})

test('a wrong API key is told by a 403, and the next one is taken', async () => {
  const { provider, upstream } = await reach({ apiKeys: keys('key-1', 'key-2') })
  upstream.script({ status: 403, json: { Message: 'Authentication failed: Please make sure your API Key is valid.' } })
  const refused = await provider.call(request())
  if (!refused.ok) throw new Error('no answer')
  const error = provider.dialect.decodeError(403, refused.headers, { Message: 'Authentication failed' }, '')
  expect(refused.onRefusal?.(error)).toBe(true)
  await provider.call(request())
  expect(upstream.received.map(({ headers }) => headers['authorization'])).toEqual(['Bearer key-1', 'Bearer key-2'])
})

test('no part of an access key is shown', async () => {
  const { provider } = await reach({ options: signing })
  const text = `canonical: x-amz-security-token:${sessionToken.reveal()} ${accessKeyId.reveal()} ${secretAccessKey.reveal()}`
  expect(provider.redact(text)).toBe('canonical: x-amz-security-token:[redacted] [redacted] [redacted]')
})

test('an access key that no header can carry is refused', () => {
  const config = providerConfig({
    type: 'bedrock',
    name: 'aws',
    options: { ...signing, session_token: new Secret('planted\n') },
  })
  expect(createProvider(config, { now: () => atMs, setTimer: realTimer })).toMatchObject({
    ok: false,
    message: 'the `session_token` of provider `aws` holds characters that no access key has',
  })
})

describe('where a region is', () => {
  const baseUrlOf = (region: string) =>
    typeof bedrock.defaultBaseUrl === 'function'
      ? bedrock.defaultBaseUrl(providerConfig({ type: 'bedrock', options: { aws_region: region } }))
      : undefined

  test.each([
    ['us-east-1', 'https://bedrock-runtime.us-east-1.amazonaws.com'],
    ['us-gov-west-1', 'https://bedrock-runtime.us-gov-west-1.amazonaws.com'],
    ['cn-north-1', 'https://bedrock-runtime.cn-north-1.amazonaws.com.cn'],
  ])('%s', (region, url) => {
    expect(baseUrlOf(region)).toBe(url)
  })
})
