/** Every endpoint of text, each as the client of its own dialect speaks it: what is guarded is guarded in all of them. */
import { describe, expect, test } from 'vitest'
import { completion, json, startGateway, startUpstream } from './support.ts'

const email = 'ann@example.com'
const model = 'gpt-5'

const endpoints: readonly (readonly [name: string, path: string, body: object, headers?: Record<string, string>])[] = [
  ['chat', '/v1/chat/completions', { model, messages: [{ role: 'user', content: email }] }],
  ['completions', '/v1/completions', { model, prompt: email }],
  ['responses', '/v1/responses', { model, input: email, instructions: email }],
  [
    'responses in items',
    '/v1/responses',
    { model, input: [{ role: 'user', content: [{ type: 'input_text', text: email }] }] },
  ],
  ['messages', '/v1/messages', { model, max_tokens: 50, messages: [{ role: 'user', content: email }] }],
  ['gemini', `/v1beta/models/${model}:generateContent`, { contents: [{ role: 'user', parts: [{ text: email }] }] }],
]
const streams: typeof endpoints = [
  ...endpoints.slice(0, 5).map(([name, path, body]) => [name, path, { ...body, stream: true }] as const),
  ['gemini events', `/v1beta/models/${model}:streamGenerateContent?alt=sse`, endpoints[5]![2]],
  ['gemini array', `/v1beta/models/${model}:streamGenerateContent`, endpoints[5]![2]],
]

async function start(policy: string) {
  const upstream = await startUpstream(({ body, path }, response) => {
    if (path.endsWith('/responses')) return json(response, { error: { message: 'not here' } }, 404)
    if (body['stream'] !== true) {
      const said = { role: 'assistant', content: `mail ${email} today` }
      return json(response, {
        ...completion,
        choices: [{ index: 0, message: said, text: said.content, finish_reason: 'stop' }],
      })
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const content of ['mail an', 'n@exa', 'mple.com', ' today']) response.write(chunk({ content }))
    response.end(`${chunk({}, 'stop')}data: [DONE]\n\n`)
  })
  const config = {
    // A provider that speaks chat alone, so that every other dialect is translated.
    providers: { local: { type: 'openai-compatible', base_url: `${upstream.url}/v1` } },
    models: { 'local/gpt-5': {} },
    callers: { anonymous: true },
  }
  return {
    upstream,
    ...(await startGateway({ config, policy: `allow anyone\nroute main { to local/gpt-5 }\n${policy}` })),
  }
}

function chunk(delta: object, finish_reason: string | null = null): string {
  const text = 'content' in delta ? { text: delta.content } : {}
  const choice = { index: 0, delta, ...text, finish_reason }
  return `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model, choices: [choice] })}\n\n`
}

describe.each([
  ...endpoints.map((each) => [...each, 'whole'] as const),
  ...streams.map((each) => [...each, 'streamed'] as const),
])('%s', (_, path, body) => {
  test('redacts on both sides', async () => {
    const { post, upstream } = await start('guard pii { redact email in request, response }')
    const answer = await post(path, body)
    const text = await answer.text()
    expect([answer.status, text.slice(0, 200)]).toEqual([200, expect.anything()])
    expect(upstream.received[0]!.text).toContain('[redacted email]')
    expect(upstream.received[0]!.text).not.toContain(email)
    expect(joined(text)).toContain('mail [redacted email] today')
    expect(joined(text)).not.toContain(email)
  })

  test('puts masked values back', async () => {
    const { post, upstream } = await start('guard pii { mask email in request }')
    const text = await (await post(path, body)).text()
    expect(upstream.received[0]!.text).toContain('[EMAIL_1]')
    expect(joined(text)).toContain(`mail ${email} today`)
  })

  test('blocks the answer', async () => {
    const { post, records } = await start('guard leaks { block email in response }')
    const text = await (await post(path, body)).text()
    expect(joined(text)).not.toContain(email)
    expect(joined(text)).not.toContain('today')
    expect(text).toMatch(/content_filter|refus|SAFETY|PROHIBITED|BLOCK|blocked/i)
    expect(records[0]!.failure).toMatch(/blocked|stream_failed/)
  })

  test('blocks the request in its own dialect', async () => {
    const { post, upstream } = await start('guard secrets { block email in request }')
    const answer = await post(path, body)
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('blocked by the guard `secrets`')
    expect(upstream.received).toEqual([])
  })
})

/** The strings of all text fields, in order, so that a text in pieces reads as one. */
function joined(text: string): string {
  const pieces: string[] = []
  const walk = (value: unknown, key = ''): void => {
    if (typeof value === 'string' && /^(?:text|content|delta|partial_json|arguments)$/.test(key)) pieces.push(value)
    else if (Array.isArray(value)) for (const each of value) walk(each, key)
    else if (typeof value === 'object' && value !== null)
      for (const [name, each] of Object.entries(value)) walk(each, name)
  }
  const documents =
    text.startsWith('[') || text.startsWith('{')
      ? [text]
      : text
          .split('\n')
          .filter((line) => line.startsWith('data: {'))
          .map((line) => line.slice(6))
  for (const each of documents) walk(JSON.parse(each))
  return pieces.join('')
}
