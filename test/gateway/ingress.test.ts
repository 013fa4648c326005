import { request as httpRequest } from 'node:http'
import { expect, test } from 'vitest'
import { startGateway } from './support.ts'

const config = {
  providers: { sandbox: { type: 'simulator' } },
  models: { 'sandbox/small': {} },
  callers: { anonymous: true },
  bounds: { body_bytes: '2KB', json_depth: 10, header_bytes: '4KB', body_timeout: '300ms', concurrent_requests: 2 },
}
const policy = 'allow anyone\nroute main { to sandbox/small }'
const start = () => startGateway({ config, policy })

const chat = '/v1/chat/completions'
const messages = '/v1/messages'
const hello = { model: 'm', messages: [{ role: 'user', content: 'hi' }] }

interface OpenaiError {
  readonly error: {
    readonly message: string
    readonly type: string
    readonly param: string | null
    readonly code: string
  }
}
interface AnthropicError {
  readonly type: 'error'
  readonly error: { readonly type: string; readonly message: string }
  readonly request_id: string
}

test.each<[string, string, number, string]>([
  ['no JSON', '{"model": "m",', 400, 'the body is not JSON: it ends too early at line 1, column 15'],
  ['empty', '', 400, 'empty'],
  ['no object', '[]', 400, 'object'],
  ['no messages', '{"model":"m","max_tokens":5}', 400, 'messages'],
  ['wrong types', '{"model":"m","max_tokens":5,"messages":"hi"}', 400, 'messages'],
  ['no model', '{"messages":[{"role":"user","content":"hi"}]}', 400, 'model'],
  ['too deep', `{"a":${'['.repeat(20)}${']'.repeat(20)}}`, 400, 'more than 10 levels deep'],
  ['too large', JSON.stringify({ ...hello, pad: 'x'.repeat(3000) }), 413, '2000 bytes'],
])('a body that is %s is refused in the dialect of its path', async (_, body, status, message) => {
  const { post, records } = await start()
  const openai = await post(chat, body)
  const told = (await openai.json()) as OpenaiError
  expect(openai.status).toBe(status)
  expect(told.error.message).toContain(message)
  expect(told.error.type).toMatch(/_|error/)
  const anthropic = await post(messages, body)
  const said = (await anthropic.json()) as AnthropicError
  expect(anthropic.status).toBe(status)
  expect(said.type).toBe('error')
  expect(said.error.message).toContain(message)
  expect(said.request_id).toBe(anthropic.headers.get('x-request-id'))
  expect(anthropic.headers.get('request-id')).toBe(said.request_id)
  expect(records.map((each) => [each.status, each.usage.provenance])).toEqual([
    [status, 'none'],
    [status, 'none'],
  ])
})

test('a wrong field is named by its path', async () => {
  const { post } = await start()
  const response = await post(chat, {
    model: 'm',
    messages: [
      { role: 'user', content: 'a' },
      { role: 'wizard', content: 'b' },
    ],
  })
  expect(response.status).toBe(400)
  expect(((await response.json()) as OpenaiError).error.param).toBe('messages[1].role')
})

test('a body that is not UTF-8 is refused', async () => {
  const { url } = await start()
  const body = Buffer.concat([Buffer.from('{"model":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')])
  const response = await fetch(url + chat, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  expect(response.status).toBe(400)
  expect(await response.text()).toContain('UTF-8')
})

test.each([
  [{ 'content-type': 'multipart/form-data' }, 415],
  [{ 'content-type': 'multipart/form-data; boundary=x' }, 415],
  [{ 'content-type': 'application/xml' }, 415],
  [{ 'content-type': 'application/x-www-form-urlencoded' }, 200],
  [{ 'content-type': 'Application/X-WWW-Form-Urlencoded; charset=utf-8' }, 200],
  [{ 'content-type': 'application/x-www-form-urlencoded', 'content-encoding': 'gzip' }, 415],
  [{ 'content-encoding': 'gzip' }, 415],
  [{ 'content-type': 'application/json; charset=utf-8' }, 200],
  [{ 'content-type': 'text/plain' }, 200],
])('a body with %o is %d', async (headers, status) => {
  const { post } = await start()
  expect((await post(chat, hello, headers)).status).toBe(status)
})

test.each([
  ['no type', {}, JSON.stringify(hello), 200],
  ['an empty type', { 'content-type': '' }, JSON.stringify(hello), 200],
  ['no type and no JSON', {}, 'model=m', 400],
  ['the type of forms and a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'model=m&stream=1', 415],
  ['the type of forms and nothing', { 'content-type': 'application/x-www-form-urlencoded' }, '', 415],
])('a body with %s is answered by what it is', async (_, headers, body, status) => {
  const { url, gateway } = await start()
  const answered = await new Promise<number | undefined>((resolve, reject) => {
    const length = { 'content-length': String(Buffer.byteLength(body)) }
    const request = httpRequest(url + chat, { method: 'POST', headers: { ...headers, ...length } }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    request.on('error', reject).end(body)
  })
  expect(answered).toBe(status)
  // A Web request whose body is bytes says nothing of its type by itself.
  const web = new Request('http://gateway/v1/chat/completions', { method: 'POST', headers, body: Buffer.from(body) })
  expect((await gateway.fetch(web)).status).toBe(status)
})

test('an unknown path, an endpoint that is not there yet and a wrong method are told apart', async () => {
  const { url, post } = await start()
  const unknown = await post('/v1/nothing', hello)
  expect([unknown.status, ((await unknown.json()) as OpenaiError).error.message]).toEqual([
    404,
    'there is no `POST /v1/nothing` here',
  ])
  const later = await post('/v1/audio/speech', { model: 'm', input: 'x' })
  expect(later.status).toBe(404)
  expect(((await later.json()) as OpenaiError).error.message).toContain('`POST /v1/audio/speech` is not available')
  const wrong = await fetch(url + messages)
  expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST'])
  expect(((await wrong.json()) as AnthropicError).type).toBe('error')
  const preflight = await fetch(url + chat, { method: 'OPTIONS' })
  expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([405, null])
})

test('a body that says it is too large is refused before it is read', async () => {
  const { url } = await start()
  const status = await new Promise((resolve, reject) => {
    const request = httpRequest(url + chat, { method: 'POST', headers: { 'content-length': '999999' } }, (response) => {
      response.resume()
      resolve(response.statusCode)
      request.destroy()
    })
    request.on('error', reject).flushHeaders()
  })
  expect(status).toBe(413)
})

test('a body without a length is bounded as it comes', async () => {
  const { url } = await start()
  const status = await new Promise((resolve, reject) => {
    const request = httpRequest(url + chat, { method: 'POST' }, (response) => {
      response.resume()
      resolve(response.statusCode)
      request.destroy()
    })
    request.on('error', reject)
    request.write('x'.repeat(1500))
    request.write('x'.repeat(1500))
  })
  expect(status).toBe(413)
})

test('a body that stalls is a 408, and its connection is not kept', async () => {
  const { url, records } = await start()
  const [status, connection] = await new Promise<unknown[]>((resolve, reject) => {
    const request = httpRequest(url + chat, { method: 'POST', headers: { 'content-length': '50' } }, (response) => {
      response.resume()
      resolve([response.statusCode, response.headers.connection])
      request.destroy()
    })
    request.on('error', reject)
    request.write('{"model"')
  })
  expect([status, connection]).toEqual([408, 'close'])
  expect(records).toMatchObject([{ status: 408, failure: 'body_timeout' }])
})

test('headers beyond their bound are refused, by the server and where a host program has its own', async () => {
  const { url, gateway } = await start()
  const headers = { 'x-long': 'x'.repeat(5000) }
  expect((await fetch(url + chat, { method: 'POST', headers, body: '{}' })).status).toBe(431)
  expect(
    (await gateway.fetch(new Request('http://gateway/v1/chat/completions', { method: 'POST', headers, body: '{}' })))
      .status,
  ).toBe(431)
})

test('one request too many is a 503 with a wait', async () => {
  const slow = await startGateway({ config, policy: 'allow anyone\nroute main { to sandbox/small }', attributes: {} })
  const held: ReturnType<typeof httpRequest>[] = []
  for (let i = 0; i < 2; i++) {
    const request = httpRequest(slow.url + chat, { method: 'POST', headers: { 'content-length': '50' } })
    request.on('error', () => undefined).write('{')
    held.push(request)
  }
  await new Promise((resolve) => setTimeout(resolve, 50))
  const response = await slow.post(chat, hello)
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1'])
  for (const request of held) request.destroy()
})

test.each([
  ['abc-123', 'abc-123'],
  ['a'.repeat(128), 'a'.repeat(128)],
  ['a'.repeat(129), undefined],
  ['two words', undefined],
  ['<script>', undefined],
])('the request id %j is taken only where it is a plain token', async (given, taken) => {
  const { post, records } = await start()
  const response = await post(chat, hello, { 'x-request-id': given })
  const id = response.headers.get('x-request-id')
  if (taken === undefined) expect(id).toMatch(/^[0-9a-f-]{36}$/)
  else expect(id).toBe(taken)
  expect(records[0]!.requestId).toBe(id)
})

test('health needs no caller, and is no model call', async () => {
  const { url, records } = await start()
  expect(await (await fetch(`${url}/health/live`)).json()).toEqual({ status: 'ok' })
  expect(await (await fetch(`${url}/health/ready`)).json()).toEqual({ status: 'ok' })
  expect(records).toEqual([])
})

test('a client that announces its body and waits (expect: 100-continue) is served', async () => {
  const { url } = await start()
  const body = JSON.stringify(hello)
  const status = await new Promise((resolve, reject) => {
    const headers = {
      expect: '100-continue',
      'content-type': 'application/json',
      'content-length': String(body.length),
    }
    const request = httpRequest(url + chat, { method: 'POST', headers }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    request.on('error', reject).on('continue', () => request.end(body))
    request.flushHeaders()
  })
  expect(status).toBe(200)
})
