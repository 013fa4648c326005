/** Signatures of AWS: against a published example, and against the steps of the specification written out. */
import { createHash, createHmac } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Secret } from '../../src/config/secret.ts'
import { createAwsSign } from '../../src/providers/sign-aws.ts'

const id = 'AKIDEXAMPLE'
const key = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
const credentials = { accessKeyId: new Secret(id), secretAccessKey: new Secret(key) }
const atMs = Date.parse('2015-08-30T12:36:00Z')

test('a published example', async () => {
  const sign = createAwsSign(credentials, { region: 'us-east-1', service: 'service' })
  expect(await sign({ url: 'https://example.amazonaws.com/', body: new Uint8Array(0), atMs })).toEqual({
    'x-amz-date': '20150830T123600Z',
    authorization:
      `AWS4-HMAC-SHA256 Credential=${id}/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, ` +
      'Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
  })
})

test('any path and body, with and without a session', async () => {
  const scope = { region: 'eu-central-1', service: 'bedrock' }
  const bodies = fc.uint8Array({ maxLength: 50 })
  const models = fc.oneof(
    fc.constant('arn:aws:bedrock:us-east-1:1:inference-profile/eu.a-v1:0'),
    fc.string({ minLength: 1 }),
  )
  await fc.assert(
    fc.asyncProperty(
      models,
      bodies,
      fc.option(fc.stringMatching(/^[A-Za-z0-9+/=]{1,40}$/)),
      async (model, body, token) => {
        const session = token === null ? {} : { sessionToken: new Secret(token) }
        const sign = createAwsSign({ ...credentials, ...session }, scope)
        const path = `/model/${encodeURIComponent(model)}/converse`
        const headers = await sign({ url: `http://127.0.0.1:8080${path}`, body, atMs })
        const signed = {
          host: '127.0.0.1:8080',
          'x-amz-date': '20150830T123600Z',
          ...(token === null ? {} : { 'x-amz-security-token': token }),
        }
        expect(headers['authorization']).toContain(`Signature=${signatureOf(path, signed, body)}`)
      },
    ),
  )
})

test('what is derived for a day is kept, and signs the same', async () => {
  const sign = createAwsSign(credentials, { region: 'us-east-1', service: 'service' })
  const request = { url: 'https://example.amazonaws.com/', body: new Uint8Array(0) }
  const first = await sign({ ...request, atMs })
  for (let day = 1; day < 9; day++) await sign({ ...request, atMs: atMs + day * 86_400_000 })
  expect(await sign({ ...request, atMs })).toEqual(first)
})

/** The signature as the specification says it, step by step. */
function signatureOf(path: string, headers: Readonly<Record<string, string>>, body: Uint8Array): string {
  const hash = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')
  const hmac = (secret: string | Buffer, data: string) => createHmac('sha256', secret).update(data).digest()
  const encode = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
  const canonical = [
    'POST',
    path.split('/').map(encode).join('/'),
    '',
    ...Object.entries(headers).map(([name, value]) => `${name}:${value}`),
    '',
    Object.keys(headers).join(';'),
    hash(body),
  ].join('\n')
  const scope = '20150830/eu-central-1/bedrock/aws4_request'
  const text = ['AWS4-HMAC-SHA256', '20150830T123600Z', scope, hash(canonical)].join('\n')
  const derived = scope.split('/').reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${key}`)
  return hmac(derived as Buffer, text).toString('hex')
}
