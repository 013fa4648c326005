/** Guards in the life of a request: both dialects, whole and streamed, on real sockets. */
import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import { describe, expect, test } from 'vitest'
import type { Logger } from '../../src/gateway/log.ts'
import { completion, dataOf, json, listen, message, startGateway, startUpstream, until } from './support.ts'

const email = 'ann@example.com'

async function start(
  policy: string,
  answer: Parameters<typeof startUpstream>[0],
  { logger, ...more }: { logger?: Logger; guards?: object } = {},
) {
  const upstream = await startUpstream(answer)
  const config = {
    providers: {
      openai: { type: 'openai', api_key: 'sk-upstream-0001', base_url: `${upstream.url}/v1` },
      claude: { type: 'anthropic', api_key: 'sk-upstream-0002', base_url: upstream.url },
    },
    models: { 'openai/gpt-5': {}, 'claude/claude-sonnet-4': {} },
    callers: { anonymous: true },
    ...more,
  }
  const text = `allow anyone\nroute main { to requested }\n${policy}`
  return { upstream, ...(await startGateway({ config, policy: text, ...(logger === undefined ? {} : { logger }) })) }
}

const chat = (content: string, more: object = {}) => ({
  model: 'gpt-5',
  messages: [{ role: 'user', content }],
  ...more,
})
const ask = (content: string, more: object = {}) => ({
  model: 'claude-sonnet-4',
  max_tokens: 50,
  messages: [{ role: 'user', content }],
  ...more,
})
const saying = (content: string) => ({
  ...completion,
  choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
})
const chunk = (delta: object, finish_reason: string | null = null) =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'gpt-5', choices: [{ index: 0, delta, finish_reason }] })}\n\n`

describe('requests', () => {
  test('what is redacted does not reach the provider, and the rest is as it was', async () => {
    const { post, upstream, records } = await start('guard pii { redact email in request, response }', (_, response) =>
      json(response, saying('ok')),
    )
    const answer = await post('/v1/chat/completions', chat(`write to ${email}`, { x_new_field: [1] }))
    expect(answer.status).toBe(200)
    expect(upstream.received[0]!.body).toMatchObject({
      x_new_field: [1],
      messages: [{ role: 'user', content: 'write to [redacted email]' }],
    })
    expect(records[0]!.findings).toEqual([
      { rule: 'pii', detector: 'email', action: 'redact', in: 'request', count: 1 },
    ])
    expect(JSON.stringify(records)).not.toContain(email)
  })

  test('a request in which nothing is found goes on byte for byte, and so does its answer', async () => {
    const { post, upstream } = await start('guard pii { redact email in request }', (_, response) =>
      json(response, completion),
    )
    const body = '{"model" : "gpt-5","messages":[{"role":"user","content":"hello"}]}'
    const answer = await post('/v1/chat/completions', body)
    expect(upstream.received[0]!.text).toBe(body)
    expect(await answer.json()).toEqual(completion)
  })

  test.each([
    ['/v1/chat/completions', chat, (body: { error: { code: string; message: string } }) => body.error.code],
    ['/v1/messages', ask, (body: { error: { type: string } }) => body.error.type],
  ] as const)('what is blocked on %s is a 400 that names the guard, and nobody is called', async (path, of, codeOf) => {
    const { post, upstream, records } = await start('guard secrets { block email in request }', (_, response) =>
      json(response, completion),
    )
    const answer = await post(path, of(`write to ${email}`))
    expect(answer.status).toBe(400)
    const body = (await answer.json()) as { error: { code: string; type: string; message: string } }
    expect(body.error.message).toBe(
      'the request is blocked by the guard `secrets`, which found `email` in `messages[0]`',
    )
    expect(codeOf(body)).toMatch(/blocked_by_guard|invalid_request_error/)
    expect(upstream.received).toEqual([])
    expect(records[0]).toMatchObject({ status: 400, failure: 'blocked', rule: 'secrets' })
  })

  test('what a key that stands twice hides does not reach the provider', async () => {
    const { post, upstream } = await start('guard pii { block email in request }', (_, response) =>
      json(response, completion),
    )
    const twice = `{"model":"gpt-5","messages":[{"role":"user","content":"to \\"${email}","content":"hello"}]}`
    expect((await post('/v1/chat/completions', twice)).status).toBe(200)
    expect(upstream.received[0]!.text).not.toContain(email)
    expect(upstream.received[0]!.body['messages']).toEqual([{ role: 'user', content: 'hello' }])
  })

  test('a guard whose condition does not hold does nothing', async () => {
    const { post, upstream } = await start(
      'guard pii when request.stream { redact email in request, response }',
      (_, response) => json(response, saying(email)),
    )
    const answer = await post('/v1/chat/completions', chat(email))
    expect(upstream.received[0]!.text).toContain(email)
    expect(await answer.text()).toContain(email)
  })
})

describe('answers', () => {
  test('masked values come back in text and in the arguments of calls, whole', async () => {
    const { post, upstream } = await start('guard pii { mask email in request }', ({ body }, response) => {
      const said = (body['messages'] as { content: string }[])[0]!.content
      const call = { id: 'c', type: 'function', function: { name: 'send', arguments: JSON.stringify({ to: said }) } }
      json(response, {
        ...completion,
        choices: [
          {
            index: 0,
            message: { role: 'assistant', content: `to ${said}`, tool_calls: [call] },
            finish_reason: 'tool_calls',
          },
        ],
      })
    })
    const answer = await post('/v1/chat/completions', chat(email))
    expect(upstream.received[0]!.text).not.toContain(email)
    const { choices } = (await answer.json()) as {
      choices: { message: { content: string; tool_calls: { function: { arguments: string } }[] } }[]
    }
    expect(choices[0]!.message.content).toBe(`to ${email}`)
    expect(choices[0]!.message.tool_calls[0]!.function.arguments).toBe(`{"to":"${email}"}`)
  })

  test('litellm-35257: a stream of Messages is guarded, within one dialect and across', async () => {
    const events = [
      ['message_start', { message: { ...message, content: [], usage: { input_tokens: 1, output_tokens: 1 } } }],
      ['content_block_start', { index: 0, content_block: { type: 'text', text: '' } }],
      ...['write to an', 'n@exam', 'ple.com', ' today'].map((text) => [
        'content_block_delta',
        { index: 0, delta: { type: 'text_delta', text } },
      ]),
      ['content_block_stop', { index: 0 }],
      ['message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 5 } }],
      ['message_stop', {}],
    ] as const
    const { post } = await start('guard pii { redact email in response }', (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (const [type, fields] of events)
        response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...(fields as object) })}\n\n`)
      response.end()
    })
    const own = dataOf(await (await post('/v1/messages', ask('hello', { stream: true }))).text()).map(
      (each) => JSON.parse(each) as { type: string; delta?: { text?: string } },
    )
    expect(own.map((each) => each.delta?.text ?? '').join('')).toBe('write to [redacted email] today')
    expect(own.at(-1)!.type).toBe('message_stop')
    const other = await (
      await post('/v1/chat/completions', { ...ask('hello', { stream: true }), model: 'claude-sonnet-4' })
    ).text()
    const said = dataOf(other)
      .slice(0, -1)
      .map(
        (each) =>
          (JSON.parse(each) as { choices: { delta?: { content?: string } }[] }).choices[0]?.delta?.content ?? '',
      )
    expect(said.join('')).toBe('write to [redacted email] today')
    expect(dataOf(other).at(-1)).toBe('[DONE]')
  })

  test('a blocked answer is a refusal with its usage, in each dialect', async () => {
    const { post, records } = await start('guard leaks { block email in response }', ({ path }, response) =>
      json(
        response,
        path.endsWith('/messages') ? { ...message, content: [{ type: 'text', text: email }] } : saying(email),
      ),
    )
    const openai = (await (await post('/v1/chat/completions', chat('hi'))).json()) as {
      choices: { finish_reason: string; message: { content: unknown; refusal: string } }[]
      usage: object
    }
    expect(openai.choices[0]).toMatchObject({
      finish_reason: 'content_filter',
      message: { content: null, refusal: 'the answer is blocked by the guard `leaks`, which found `email`' },
    })
    expect(openai.usage).toMatchObject({ prompt_tokens: 10, completion_tokens: 2 })
    const anthropic = await (await post('/v1/messages', ask('hi'))).text()
    expect(JSON.parse(anthropic)).toMatchObject({ stop_reason: 'refusal' })
    expect(anthropic).not.toContain(email)
    expect(records.map((each) => [each.failure, each.rule, each.usage.provenance])).toEqual([
      ['blocked', 'leaks', 'provider'],
      ['blocked', 'leaks', 'provider'],
    ])
  })

  test('portkey-1797: a blocked stream ends in an error event, never cleanly, and its upstream call is broken off', async () => {
    const { post, upstream, records } = await start('guard leaks { block email in response }', (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(chunk({ role: 'assistant', content: 'so: ' }))
      response.write(chunk({ content: `${email} ` }))
      response.write(chunk({ content: 'and more' }))
    })
    const text = await (await post('/v1/chat/completions', chat('hi', { stream: true }))).text()
    expect(text).not.toContain(email)
    expect(text).not.toContain('[DONE]')
    const last = JSON.parse(dataOf(text).at(-1)!) as { error: { code: string; message: string } }
    expect(last.error).toMatchObject({
      code: 'blocked_by_guard',
      message: 'the answer is blocked by the guard `leaks`, which found `email`',
    })
    await until(() => upstream.abandoned() === 1)
    expect(records[0]).toMatchObject({ failure: 'stream_failed', usage: { provenance: 'estimated' } })
  })

  test('what no guard can look at is refused where the answer is guarded', async () => {
    const { post } = await start('guard pii { redact email in response }', (_, response) => json(response, completion))
    const answer = await post('/v1/chat/completions', chat('hi', { logprobs: true }))
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: { code: 'unguarded', param: 'logprobs' } })
  })
})

describe('guards of the configuration', () => {
  test('patterns and words', async () => {
    const guards = {
      employee: { type: 'pattern', patterns: ['\\bEMP-\\d{6}\\b'] },
      codename: { type: 'words', words: ['Bluebird', 'red fox'] },
    }
    const { post, upstream } = await start(
      'guard own { redact employee, codename in request }',
      (_, response) => json(response, completion),
      { guards },
    )
    await post('/v1/chat/completions', chat('EMP-123456 runs BLUEBIRD with the Red\n fox, not bluebirds'))
    expect(upstream.received[0]!.body['messages']).toEqual([
      {
        role: 'user',
        content: '[redacted employee] runs [redacted codename] with the [redacted codename], not bluebirds',
      },
    ])
  })

  /** A webhook that answers by `reply` and keeps what it was sent. */
  async function startHook(reply: (sent: { text: string; in: string }) => { status?: number; body: object }) {
    const received: { sent: { text: string; in: string; request_id: string }; body: string; signature: string }[] = []
    const server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (each: Buffer) => chunks.push(each))
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString()
        const sent = JSON.parse(body) as { text: string; in: string; request_id: string }
        received.push({ sent, body, signature: String(request.headers['x-policyc-signature']) })
        const { status = 200, body: answer } = reply(sent)
        json(response, answer, status)
      })
    })
    return { url: await listen(server), received }
  }

  test('a webhook is asked about what would be sent on, signed, on both sides; a stream is held for it', async () => {
    const hook = await startHook(({ text }) => ({ body: { action: text.includes('forbidden') ? 'block' : 'allow' } }))
    const guards = { dlp: { type: 'http', url: hook.url, secret: 'hook-secret-0001' } }
    const { post } = await start(
      'guard own { redact email in request block dlp in request, response }',
      ({ body }, response) => {
        if (body['stream'] !== true) return json(response, saying('fine'))
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.end(
          `${chunk({ role: 'assistant', content: 'for' })}${chunk({ content: 'bidden' })}${chunk({}, 'stop')}data: [DONE]\n\n`,
        )
      },
      { guards },
    )
    expect((await post('/v1/chat/completions', chat(`to ${email}`))).status).toBe(200)
    expect(hook.received.map(({ sent }) => [sent.in, sent.text])).toEqual([
      ['request', 'to [redacted email]'],
      ['response', 'fine'],
    ])
    const { body, signature } = hook.received[0]!
    const [, seconds, digest] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature)!
    expect(digest).toBe(createHmac('sha256', 'hook-secret-0001').update(`${seconds}.${body}`).digest('hex'))
    expect((await post('/v1/chat/completions', chat('forbidden'))).status).toBe(400)
    const stream = await (await post('/v1/chat/completions', chat('hi', { stream: true }))).text()
    expect(stream).not.toContain('bidden')
    expect(stream).toContain('blocked_by_guard')
    expect(stream).not.toContain('[DONE]')
  })

  test.each([
    ['block', 503],
    ['allow', 200],
  ])('a webhook that fails, `on_error: %s`', async (onError, status) => {
    const hook = await startHook(() => ({ status: 500, body: {} }))
    const guards = { dlp: { type: 'http', url: hook.url, on_error: onError } }
    const { post, upstream } = await start(
      'guard own { block dlp in request }',
      (_, response) => json(response, completion),
      { guards },
    )
    const answer = await post('/v1/chat/completions', chat('hi'))
    expect(answer.status).toBe(status)
    expect(upstream.received).toHaveLength(status === 200 ? 1 : 0)
  })

  test('a webhook that hangs is left after its time, and one at a private address is not called unless it may be', async () => {
    const hanging = await listen(createServer(() => {}))
    const named = (await startHook(() => ({ body: { action: 'allow' } }))).url.replace('127.0.0.1', 'localhost')
    const lines: { reason?: string }[] = []
    for (const [dlp, status] of [
      [{ url: hanging, timeout: '50ms' }, 503],
      [{ url: named }, 503],
      [{ url: named, private: true }, 200],
    ] as const) {
      const guards = { dlp: { type: 'http', ...dlp } }
      const logger = { info() {}, error() {}, warn: (fields: object) => void lines.push(fields) }
      const { post } = await start('guard own { block dlp in request }', (_, response) => json(response, completion), {
        guards,
        logger,
      })
      expect((await post('/v1/chat/completions', chat('hi'))).status).toBe(status)
    }
    expect(lines.map((each) => each.reason)).toEqual([
      'it took longer than 50 ms',
      expect.stringContaining('`localhost` resolves to'),
    ])
  })

  test('a moderation model of a provider', async () => {
    const guards = {
      harm: { type: 'moderation', target: 'openai/omni-moderation-latest', categories: ['violence'], threshold: 0.4 },
    }
    const { post, upstream } = await start(
      'guard own { block harm in request }',
      ({ path, body }, response) => {
        if (path !== '/v1/moderations') return json(response, completion)
        const score = String(body['input']).includes('fight') ? 0.9 : 0.1
        json(response, {
          results: [{ flagged: false, categories: {}, category_scores: { violence: score, hate: 0.9 } }],
        })
      },
      { guards },
    )
    expect((await post('/v1/chat/completions', chat('peace'))).status).toBe(200)
    expect((await post('/v1/chat/completions', chat('a fight'))).status).toBe(400)
    expect(upstream.received.map((each) => each.path)).toEqual([
      '/v1/moderations',
      '/v1/chat/completions',
      '/v1/moderations',
    ])
    expect(upstream.received[0]).toMatchObject({
      headers: { authorization: 'Bearer sk-upstream-0001' },
      body: { model: 'omni-moderation-latest', input: 'peace' },
    })
  })

  test('a schema of answers', async () => {
    const guards = {
      shape: {
        type: 'json_schema',
        schema: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
      },
    }
    const { post } = await start(
      'guard own { block shape in response }',
      ({ body }, response) => {
        json(response, saying((body['messages'] as { content: string }[])[0]!.content))
      },
      { guards },
    )
    const reasonOf = async (content: string) =>
      ((await (await post('/v1/chat/completions', chat(content))).json()) as { choices: { finish_reason: string }[] })
        .choices[0]!.finish_reason
    expect(await reasonOf('{"name":"x"}')).toBe('stop')
    expect(await reasonOf('{"name":1}')).toBe('content_filter')
    expect(await reasonOf('not JSON')).toBe('content_filter')
  })
})
