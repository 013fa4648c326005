/** The cache in the life of a request: what is kept, for whom, for how long, and what it costs. */
import type { ServerResponse } from 'node:http'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { realEnvironment } from '../../src/gateway/environment.ts'
import { openGateway } from '../../src/gateway/gateway.ts'
import type { UsageRecord } from '../../src/gateway/usage-record.ts'
import { type Answering, completion, dataOf, json, message, startUpstream, until } from './support.ts'

const price = { input: '$1', output: '$10' }
const hot = 'cache hot { ttl 1h stale 10m }\n'

/** A gateway on a clock that the test sets; who calls is what the headers say. */
async function start(policy: string, answer: Answering = (_, response) => json(response, completion)) {
  let nowMs = Date.parse('2026-06-17T12:00:00Z')
  const upstream = await startUpstream(answer)
  const gateway = await openGateway(
    {
      config: {
        providers: {
          up: { type: 'openai-compatible', base_url: `${upstream.url}/v1`, api_key: 'sk-planted-1' },
          claude: { type: 'anthropic', base_url: upstream.url, api_key: 'sk-planted-2' },
        },
        models: { 'up/gpt': { price }, 'up/mini': { price }, 'claude/sonnet': { price } },
      },
      policy: `allow anyone\n${policy.includes('route ') ? '' : 'route main { to requested }\n'}${policy}`,
      caller: (request) => {
        const header = (name: string) => (request as Request).headers.get(name)
        const [team, role] = [header('x-team'), header('x-role')]
        return { id: header('x-who') ?? 'ada', ...(team ? { team } : {}), ...(role ? { role } : {}) }
      },
      env: {},
    },
    { ...realEnvironment, now: () => nowMs },
  )
  onTestFinished(() => gateway.close())
  const records: UsageRecord[] = []
  gateway.on('usage', (record) => records.push(record))
  const post = (
    path: string,
    body: object | string,
    headers: Readonly<Record<string, string>> = {},
    signal?: AbortSignal,
  ) =>
    gateway.fetch(
      new Request(`http://gateway${path}`, {
        method: 'POST',
        headers,
        body: typeof body === 'string' ? body : JSON.stringify(body),
        ...(signal === undefined ? {} : { signal }),
      }),
    )
  const ask = async (more: object = {}, headers: Readonly<Record<string, string>> = {}) => {
    const response = await post('/v1/chat/completions', { model: 'gpt', messages: said('hi'), ...more }, headers)
    return { response, text: await response.text(), cache: response.headers.get('x-policyc-cache') }
  }
  return { upstream, records, post, ask, gateway, advance: (ms: number) => void (nowMs += ms) }
}

const said = (content: string) => [{ role: 'user', content }]
const saying = (content: string, finish_reason = 'stop') => ({
  ...completion,
  choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason }],
})
const chunk = (delta: object, finish_reason: string | null = null) =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'gpt', choices: [{ index: 0, delta, finish_reason }] })}\n\n`

function stream(response: ServerResponse, texts: readonly string[], finish: string | null = 'stop'): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write(chunk({ role: 'assistant', content: '' }))
  for (const content of texts) response.write(chunk({ content }))
  if (finish === null) return void response.end()
  response.end(`${chunk({}, finish)}data: [DONE]\n\n`)
}

const answering: Answering = ({ body }, response) =>
  body['stream'] === true ? stream(response, ['hello', ' there']) : json(response, completion)

describe('what is kept', () => {
  test('an answer is given again byte for byte, and costs nothing', async () => {
    const { ask, upstream, records } = await start(`${hot}budget all { $1 per day }`)
    const first = await ask({ temperature: 0, seed: 7 })
    const again = await ask({ seed: 7, temperature: 0 })
    expect([first.cache, again.cache]).toEqual(['miss', 'hit'])
    expect(again.text).toBe(first.text)
    expect(again.response.headers.get('content-type')).toBe('application/json')
    expect(Object.fromEntries(again.response.headers)).toMatchObject({
      'x-policyc-target': 'up/gpt',
      'x-policyc-attempts': '0',
      'x-policyc-cost': '0.000000000',
    })
    expect(upstream.received).toHaveLength(1)
    expect(records.map((each) => [each.cache, each.costNanoUsd, each.attempts.length, each.usage.provenance])).toEqual([
      ['miss', 30_000, 1, 'provider'],
      ['hit', 0, 0, 'none'],
    ])
  })

  test('a stream is replayed as a stream, and is none of what is asked for whole', async () => {
    const { ask, upstream } = await start(hot, answering)
    const first = await ask({ stream: true })
    const again = await ask({ stream: true })
    expect([first.cache, again.cache, again.text]).toEqual(['miss', 'hit', first.text])
    expect(dataOf(again.text).at(-1)).toBe('[DONE]')
    expect(again.response.headers.get('content-type')).toBe('text/event-stream')
    expect((await ask()).cache).toBe('miss')
    expect(upstream.received).toHaveLength(2)
  })

  test('each dialect has its own', async () => {
    const { post, upstream } = await start(hot, ({ path }, response) =>
      json(response, path.endsWith('/messages') ? message : completion),
    )
    const body = { model: 'gpt', max_tokens: 5, messages: said('hi') }
    for (const path of ['/v1/chat/completions', '/v1/messages', '/v1/chat/completions', '/v1/messages']) {
      await (await post(path, body)).text()
    }
    expect(upstream.received).toHaveLength(2)
    const told = await (await post('/v1/messages', body)).json()
    expect(told).toMatchObject({ type: 'message', content: [{ type: 'text', text: 'hello there' }] })
  })

  test('calls that are no conversation are kept too', async () => {
    const answer = { object: 'list', data: [{ object: 'embedding', index: 0, embedding: [0.5] }], model: 'gpt' }
    let calls = 0
    const { post, upstream } = await start(hot, (_, response) =>
      ++calls === 1 ? json(response, { error: { message: 'no' } }, 400) : json(response, answer),
    )
    const embed = async (input: string) => {
      const response = await post('/v1/embeddings', { model: 'gpt', input })
      return [response.status, response.headers.get('x-policyc-cache'), await response.text()]
    }
    expect((await embed('a')).slice(0, 2)).toEqual([400, 'miss'])
    const first = await embed('a')
    expect(first.slice(0, 2)).toEqual([200, 'miss'])
    expect(await embed('a')).toEqual([200, 'hit', first[2]])
    expect((await embed('b')).slice(0, 2)).toEqual([200, 'miss'])
    expect(upstream.received).toHaveLength(3)
  })

  test.each<[string, object]>([
    ['a field that is not known', { num_ctx: 4096 }],
    ['another temperature', { temperature: 1 }],
    ['another system message', { messages: [{ role: 'system', content: 'be brief' }, ...said('hi')] }],
    ['another model', { model: 'mini' }],
    ['the end user', { user: 'bob' }],
  ])('%s is another question (litellm-42400)', async (_, more) => {
    const { ask } = await start(hot)
    await ask()
    expect((await ask(more)).cache).toBe('miss')
  })

  test('a header that goes on to providers is part of the question', async () => {
    const { ask } = await start(hot)
    await ask()
    expect((await ask({}, { 'openai-beta': 'x=1' })).cache).toBe('miss')
    expect((await ask({}, { 'x-other': '1' })).cache).toBe('hit')
  })

  test('requests that rewrites make alike share an answer', async () => {
    const { ask, upstream } = await start(`${hot}rewrite cap { max_tokens at most 100 }`)
    await ask({ max_tokens: 2000 })
    expect((await ask({ max_tokens: 3000 })).cache).toBe('hit')
    expect((await ask({ max_tokens: 99 })).cache).toBe('miss')
    expect(upstream.received).toHaveLength(2)
  })

  test('a body that other parsers may read otherwise poisons nobody', async () => {
    const { post, ask } = await start(hot)
    const twice = '{"model":"gpt","messages":[{"role":"user","content":"evil","content":"hi"}]}'
    await (await post('/v1/chat/completions', twice)).text()
    expect((await ask()).cache).toBe('miss')
    const seeded = (seed: string) => `{"model":"gpt","messages":[{"role":"user","content":"hi"}],"seed":${seed}}`
    await (await post('/v1/chat/completions', seeded('9007199254740992'))).text()
    const other = await post('/v1/chat/completions', seeded('9007199254740993'))
    expect(other.headers.get('x-policyc-cache')).toBe('miss')
  })

  test.each<[string, Answering]>([
    ['an error', (_, response) => json(response, { error: { message: 'no' } }, 400)],
    ['a filtered answer', (_, response) => json(response, saying('h', 'content_filter'))],
    [
      'a refusal',
      (_, response) =>
        json(response, {
          ...completion,
          choices: [{ index: 0, message: { role: 'assistant', refusal: 'no' }, finish_reason: 'stop' }],
        }),
    ],
    [
      'a call of a tool',
      (_, response) => {
        const call = { id: 'c1', type: 'function', function: { name: 'pay', arguments: '{}' } }
        const answer = { role: 'assistant', content: null, tool_calls: [call] }
        json(response, { ...completion, choices: [{ index: 0, message: answer, finish_reason: 'tool_calls' }] })
      },
    ],
    ['a stream that breaks off', (_, response) => stream(response, ['hel'], null)],
    ['a stream that is filtered', (_, response) => stream(response, ['hel'], 'content_filter')],
  ])('%s is not kept', async (what, answer) => {
    const { ask, upstream } = await start(hot, answer)
    const more = what.includes('stream') ? { stream: true } : {}
    await ask(more)
    expect((await ask(more)).cache).toBe('miss')
    expect(upstream.received).toHaveLength(2)
  })

  test('a stream whose reader has left is not kept', async () => {
    const { post, ask } = await start(hot, answering)
    const body = { model: 'gpt', messages: said('hi'), stream: true }
    const left = await post('/v1/chat/completions', body)
    const reader = left.body!.getReader()
    await reader.read()
    await reader.cancel()
    expect((await ask({ stream: true })).cache).toBe('miss')
  })
})

describe('for whom', () => {
  test('an entry is its caller’s own where no scope says more (litellm-894)', async () => {
    const { ask } = await start(hot)
    await ask()
    expect((await ask({}, { 'x-who': 'bob' })).cache).toBe('miss')
    expect((await ask({}, { 'x-who': 'bob' })).cache).toBe('hit')
  })

  test('a scope that misses is a value of its own', async () => {
    const { ask } = await start('cache hot { ttl 1h scope caller.team }')
    await ask()
    expect((await ask({}, { 'x-who': 'bob' })).cache).toBe('hit')
    expect((await ask({}, { 'x-team': 'null' })).cache).toBe('miss')
    expect((await ask({}, { 'x-who': 'cy', 'x-team': 'null' })).cache).toBe('hit')
  })

  test('the first rule that matches says, and `off` keeps away', async () => {
    const { ask, upstream } = await start(`cache never when request.temperature > 0 { off }\n${hot}`)
    expect((await ask({ temperature: 1 })).cache).toBe('off')
    expect((await ask({ temperature: 1 })).cache).toBe('off')
    expect(upstream.received).toHaveLength(2)
    expect((await ask({ temperature: 0 })).cache).toBe('miss')
  })

  test('an answer of a target that a route does not give is not given on it', async () => {
    const { ask, upstream } = await start(
      'route cheap when caller.role == "intern" { to up/mini }\nroute rest { to up/gpt }\ncache hot { ttl 1h }',
    )
    await ask()
    expect((await ask({}, { 'x-role': 'intern' })).cache).toBe('miss')
    expect((await ask({}, { 'x-role': 'intern' })).response.headers.get('x-policyc-target')).toBe('up/mini')
    expect((await ask()).response.headers.get('x-policyc-target')).toBe('up/gpt')
    expect(upstream.received).toHaveLength(2)
  })

  test('law: what is given again was fetched for the same scope', async () => {
    const request = fc.record({ who: fc.constantFrom('a', 'b'), team: fc.constantFrom('', 'x', 'y'), at: fc.nat(2) })
    const { ask, advance } = await start('cache hot { ttl 1h scope caller.team }')
    let round = 0
    await fc.assert(
      fc.asyncProperty(fc.array(request, { maxLength: 8 }), async (requests) => {
        round++
        const fetched = new Set<string>()
        for (const { who, team, at } of requests) {
          advance(1000)
          const { cache } = await ask({ messages: said(`${round} ${at}`) }, { 'x-who': who, 'x-team': team })
          expect(cache).toBe(fetched.has(`${team} ${at}`) ? 'hit' : 'miss')
          fetched.add(`${team} ${at}`)
        }
      }),
      { numRuns: 25 },
    )
  })
})

describe('guards', () => {
  test('what is kept has passed them', async () => {
    const { ask, upstream } = await start(`${hot}guard pii { redact email in response }`, (_, response) =>
      json(response, saying('write to ann@example.com')),
    )
    await ask()
    const again = await ask()
    expect(again.cache).toBe('hit')
    expect(again.text).toContain('[redacted email]')
    expect(again.text).not.toContain('ann@example.com')
    expect(upstream.received).toHaveLength(1)
  })

  test('what they block is not kept', async () => {
    const { ask, upstream } = await start(`${hot}guard pii { block email in response }`, (_, response) =>
      json(response, saying('write to ann@example.com')),
    )
    await ask()
    expect((await ask()).cache).toBe('miss')
    expect(upstream.received).toHaveLength(2)
  })

  test('values that come back in an answer are nobody else’s', async () => {
    const echo: Answering = ({ body }, response) =>
      json(response, saying((body['messages'] as { content: string }[])[0]!.content))
    const { ask, upstream } = await start(
      'cache hot { ttl 1h scope caller.team, everyone }\nguard pii { mask email in request, response }',
      echo,
    )
    await ask({ messages: said('I am ann@example.com') })
    const other = await ask({ messages: said('I am bob@example.com') })
    // Both are the same words to the provider.
    expect(upstream.received[0]!.text).toBe(upstream.received[1]!.text)
    expect(other.cache).toBe('miss')
    expect(other.text).toContain('bob@example.com')
    expect((await ask({ messages: said('I am ann@example.com') })).text).toContain('ann@example.com')
  })
})

describe('for how long', () => {
  test('an answer past its time is given while one call fetches a new one, and not once that time is over', async () => {
    let count = 0
    const { ask, advance, upstream, records } = await start(hot, (_, response) => json(response, saying(`${++count}`)))
    await ask()
    advance(3_600_000)
    const stale = await ask()
    expect([stale.cache, stale.text.includes('"1"')]).toEqual(['stale', true])
    await until(() => records.length === 2)
    expect(records[1]).toMatchObject({ cache: 'stale', status: 200, costNanoUsd: 30_000, target: 'up/gpt' })
    expect(records[1]!.attempts).toHaveLength(1)
    const fresh = await ask()
    expect([fresh.cache, fresh.text.includes('"2"')]).toEqual(['hit', true])
    advance(3_600_000 + 600_000)
    expect((await ask()).cache).toBe('miss')
    expect(upstream.received).toHaveLength(3)
  })

  test('one call fetches, whoever else finds the answer old; its failure takes the old answer from nobody', async () => {
    const waiting: ServerResponse[] = []
    const { ask, advance, upstream, records } = await start(hot, (received, response) => {
      if (upstream.received.length > 1) waiting.push(response)
      else answering(received, response)
    })
    await ask({ stream: true })
    advance(3_600_000)
    expect((await ask({ stream: true })).cache).toBe('stale')
    await until(() => waiting.length === 1)
    expect((await ask({ stream: true })).cache).toBe('stale')
    expect(upstream.received).toHaveLength(2)
    json(waiting[0]!, { error: { message: 'no' } }, 400)
    await until(() => records.length === 3)
    expect(records[2]).toMatchObject({ cache: 'stale', status: 200, failure: 'rejected' })
    const again = await ask({ stream: true })
    expect([again.cache, dataOf(again.text).at(-1)]).toEqual(['stale', '[DONE]'])
    await until(() => waiting.length === 2)
    stream(waiting[1]!, ['new'])
    await until(() => records.length === 4)
    const renewed = await ask({ stream: true })
    expect([renewed.cache, renewed.text.includes('new')]).toEqual(['hit', true])
  })
})

describe('one flight', () => {
  const many = (count: number, ask: () => Promise<{ cache: string | null; text: string }>) =>
    Promise.all(Array.from({ length: count }, ask))

  test.each([false, true])('who asks meanwhile waits for the answer (stream: %s)', async (isStream) => {
    const { ask, upstream } = await start(hot, answering)
    const answers = await many(5, () => ask({ stream: isStream }))
    expect(answers.map((each) => each.cache).sort()).toEqual(['hit', 'hit', 'hit', 'hit', 'miss'])
    expect(new Set(answers.map((each) => each.text)).size).toBe(1)
    expect(upstream.received).toHaveLength(1)
  })

  test('what fails sends each on its own way', async () => {
    let calls = 0
    const { ask } = await start(hot, (_, response) =>
      ++calls === 1 ? json(response, { error: { message: 'no' } }, 400) : json(response, completion),
    )
    const answers = await many(3, () => ask())
    expect(answers.map((each) => each.cache)).toEqual(['miss', 'miss', 'miss'])
    expect(calls).toBe(3)
  })

  test('one that leaves ends nobody else’s wait', async () => {
    const waiting: ServerResponse[] = []
    const { post, records, upstream } = await start(hot, (_, response) => void waiting.push(response))
    const body = { model: 'gpt', messages: said('hi') }
    const first = post('/v1/chat/completions', body)
    await until(() => waiting.length === 1)
    const abort = new AbortController()
    const left = post('/v1/chat/completions', body, {}, abort.signal).catch(() => undefined)
    const stays = post('/v1/chat/completions', body)
    await new Promise((resolve) => setImmediate(resolve))
    abort.abort()
    await left
    await until(() => records.length === 1)
    expect(records[0]).toMatchObject({ status: 499, failure: 'client_gone', attempts: [] })
    json(waiting[0]!, completion)
    expect((await first).status).toBe(200)
    expect((await stays).headers.get('x-policyc-cache')).toBe('hit')
    expect(upstream.received).toHaveLength(1)
  })
})

describe('meters', () => {
  test('a limit on requests counts what the cache answers, one on tokens and a budget do not', async () => {
    const { ask } = await start(
      `${hot}limit some { 3 requests per 1h }\nlimit tokens { 1000 tokens per 1h }\nbudget all { $0.00008 per day }`,
    )
    const answers = [
      await ask({ max_tokens: 2 }),
      await ask({ max_tokens: 2 }),
      await ask({ max_tokens: 2 }),
      await ask({ max_tokens: 2 }),
    ]
    expect(answers.map((each) => [each.response.status, each.cache])).toEqual([
      [200, 'miss'],
      [200, 'hit'],
      [200, 'hit'],
      [429, 'none'],
    ])
    const left = answers.map((each) => Number(each.response.headers.get('x-ratelimit-remaining-tokens')))
    expect(left[1]).toBe(left[0]! - 12)
    expect(left[2]).toBe(left[1])
  })

  test('a budget that is used up forbids no answer that is kept', async () => {
    const { ask } = await start(`${hot}budget all { $0.00008 per day }`)
    expect((await ask({ max_tokens: 2 })).response.status).toBe(200)
    expect((await ask({ max_tokens: 2, seed: 1 })).response.status).toBe(200)
    expect((await ask({ max_tokens: 2, seed: 2 })).response.status).toBe(402)
    expect((await ask({ max_tokens: 2 })).cache).toBe('hit')
  })
})
