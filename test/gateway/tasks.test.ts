/** Calls that are no conversation, through the whole gateway: embeddings, rankings, moderation, pictures. */
import { expect, test } from 'vitest'
import type { Answering } from './support.ts'
import { json, startGateway, startUpstream } from './support.ts'

const vectors = {
  object: 'list',
  data: [{ object: 'embedding', index: 0, embedding: [0.5, -1] }],
  model: 'embed-small-2024',
  usage: { prompt_tokens: 4, total_tokens: 4 },
  extra: { kept: 1.0 },
}

const ranking = {
  id: 'r-1',
  results: [
    { index: 1, relevance_score: 0.9 },
    { index: 0, relevance_score: 0.1 },
  ],
  meta: { api_version: { version: '2' }, billed_units: { search_units: 1 } },
}

async function start(policy: string, answer: Answering, guards: readonly object[] = []) {
  const upstream = await startUpstream(answer)
  const price = (rest: object) => ({ price: { input: '$1', output: '$0', ...rest } })
  const running = await startGateway({
    config: {
      providers: {
        openai: { type: 'openai', base_url: `${upstream.url}/v1`, api_key: 'sk-planted' },
        cohere: { type: 'cohere', base_url: upstream.url, api_key: 'co-planted' },
        gemini: { type: 'gemini', base_url: upstream.url, api_key: 'AIza-planted' },
        mistral: { type: 'mistral', base_url: `${upstream.url}/v1`, api_key: 'mi-planted' },
        bedrock: { type: 'bedrock', base_url: upstream.url, api_key: 'br-planted', aws_region: 'us-east-1' },
        claude: { type: 'anthropic', base_url: upstream.url, api_key: 'sk-ant-planted' },
      },
      models: {
        'openai/small': price({}),
        'openai/chat': { capabilities: ['tools'], price: { input: '$1', output: '$1' } },
        'openai/draw': { price: { input: '$0', output: '$0', image: '$0.04' } },
        'openai/mod': price({}),
        'openai/omni-moderation-latest': price({}),
        'cohere/embed-v4.0': price({}),
        'cohere/rerank-v3.5': { price: { input: '$0', output: '$0', search: '$0.002' } },
        'gemini/gemini-embedding-001': price({}),
        'mistral/mistral-embed': price({}),
        'bedrock/cohere.embed-english-v3': price({}),
        'bedrock/amazon.titan-embed-text-v2:0': price({}),
        'claude/claude-sonnet-4': price({}),
      },
      callers: { anonymous: true },
      ...(guards.length === 0 ? {} : { guards }),
    },
    policy: `allow anyone\n${policy}`,
  })
  return { upstream, ...running }
}

const toRequested = 'route main { to requested }'

test('a body and its answer pass byte for byte, the model replaced', async () => {
  const { post, upstream, records } = await start(toRequested, (_, response) => json(response, vectors))
  const sent = '{ "input" : ["hello", "you"],  "model":"openai/small", "x": 1.0, "dimensions": 2 }'
  const response = await post('/v1/embeddings', sent)
  expect(await response.text()).toBe(JSON.stringify(vectors))
  expect([response.status, response.headers.get('x-policyc-target')]).toEqual([200, 'openai/small'])
  expect(response.headers.get('x-policyc-cost')).toBe('0.000004000')
  const { path, text, headers } = upstream.received[0]!
  expect([path, text]).toEqual(['/v1/embeddings', sent.replace('openai/small', 'small')])
  expect(headers.authorization).toBe('Bearer sk-planted')
  expect(records).toMatchObject([
    {
      api: 'embeddings',
      model: 'openai/small',
      target: 'openai/small',
      usage: { input: 4, output: 0, provenance: 'provider' },
      costNanoUsd: 4000,
      status: 200,
    },
  ])
})

test('who asked for base64 gets it from a server that gives numbers', async () => {
  const { post } = await start(toRequested, (_, response) => json(response, vectors))
  const response = await post('/v1/embeddings', { model: 'openai/small', input: 'a', encoding_format: 'base64' })
  const { data, extra } = (await response.json()) as typeof vectors
  expect(data).toEqual([{ object: 'embedding', index: 0, embedding: 'AAAAPwAAgL8=' }])
  expect(extra).toEqual({ kept: 1 })
})

test.each([
  [
    'cohere/embed-v4.0',
    '/v2/embed',
    {
      model: 'embed-v4.0',
      texts: ['a', 'b'],
      input_type: 'search_query',
      output_dimension: 2,
      embedding_types: ['float'],
    },
    { embeddings: { float: [[1], [2]] }, meta: { billed_units: { input_tokens: 7 } } },
  ],
  [
    'gemini/gemini-embedding-001',
    '/v1beta/models/gemini-embedding-001:batchEmbedContents',
    {
      requests: ['a', 'b'].map((text) => ({
        model: 'models/gemini-embedding-001',
        content: { parts: [{ text }] },
        outputDimensionality: 2,
      })),
    },
    { embeddings: [{ values: [1] }, { values: [2] }], usageMetadata: { promptTokenCount: 7 } },
  ],
  [
    'bedrock/cohere.embed-english-v3',
    '/model/cohere.embed-english-v3/invoke',
    { texts: ['a', 'b'], input_type: 'search_query', output_dimension: 2 },
    { embeddings: [[1], [2]] },
  ],
])('`%s` is asked in its own words', async (model, path, body, said) => {
  const { post, upstream, records } = await start(toRequested, (_, response) =>
    json(response, said, 200, { 'x-amzn-bedrock-input-token-count': '7' }),
  )
  const response = await post('/v1/embeddings', {
    model,
    input: ['a', 'b'],
    dimensions: 2,
    ...(model.startsWith('gemini') ? {} : { input_type: 'search_query' }),
  })
  expect(upstream.received[0]).toMatchObject({ path, body })
  expect(upstream.received[0]!.body).toEqual(body)
  expect(await response.json()).toEqual({
    object: 'list',
    data: [
      { object: 'embedding', index: 0, embedding: [1] },
      { object: 'embedding', index: 1, embedding: [2] },
    ],
    model: model.slice(model.indexOf('/') + 1),
    usage: { prompt_tokens: 7, total_tokens: 7 },
  })
  expect(records[0]).toMatchObject({ usage: { input: 7, output: 0, provenance: 'provider' }, costNanoUsd: 7000 })
})

test('Mistral has a word of its own for the length of vectors', async () => {
  const { post, upstream } = await start(toRequested, (_, response) => json(response, vectors))
  await post('/v1/embeddings', { model: 'mistral/mistral-embed', input: 'a', dimensions: 2, user: 'u' })
  expect(upstream.received[0]!.body).toEqual({ model: 'mistral-embed', input: 'a', output_dimension: 2 })
})

test.each([
  ['a text a call', ['a', 'b']],
  ['no lists of tokens', [1, 2]],
])('Titan takes %s: the batch goes to the next target', async (_, input) => {
  const policy = 'route main { to bedrock/amazon.titan-embed-text-v2:0 else openai/small on_loss degrade }'
  const { post, upstream, records } = await start(policy, (__, response) => json(response, vectors))
  expect((await post('/v1/embeddings', { model: 'openai/small', input })).status).toBe(200)
  expect(upstream.received.map((each) => each.path)).toEqual(['/v1/embeddings'])
  expect(records[0]!.attempts).toMatchObject([
    { target: 'bedrock/amazon.titan-embed-text-v2:0', result: 'skipped', error: { kind: 'unfit', field: 'input' } },
    { target: 'openai/small', result: 'served' },
  ])
})

test('a target that lacks the capability, and a provider that lacks the endpoint, are passed over', async () => {
  const policy = 'route main { to openai/chat else claude/claude-sonnet-4 else openai/small }'
  const { post, records } = await start(policy, (_, response) => json(response, vectors))
  expect((await post('/v1/embeddings', { model: 'openai/small', input: 'a' })).status).toBe(200)
  expect(records[0]!.attempts.map((each) => each.result)).toEqual(['skipped', 'skipped', 'served'])
})

test('where no target has the endpoint the client is told', async () => {
  const { post, upstream } = await start('route main { to claude/claude-sonnet-4 }', (_, response) =>
    json(response, {}),
  )
  const response = await post('/v1/embeddings', { model: 'any', input: 'a' })
  expect([response.status, await response.json()]).toMatchObject([
    400,
    { error: { message: expect.stringContaining('`claude` has no embeddings'), param: 'model' } },
  ])
  expect(upstream.received).toHaveLength(0)
})

test('a failure is tried again, and the next target serves', async () => {
  let calls = 0
  const policy = 'route main { to openai/small else cohere/embed-v4.0 retry 1 on 5xx }'
  const { post, records } = await start(policy, ({ path }, response) => {
    if (path === '/v1/embeddings') return json(response, { error: { message: `down ${++calls}` } }, 500)
    json(response, { embeddings: { float: [[1]] }, meta: { billed_units: { input_tokens: 1 } } })
  })
  expect((await post('/v1/embeddings', { model: 'any', input: 'a' })).status).toBe(200)
  expect([calls, records[0]!.attempts.map((each) => each.result)]).toEqual([2, ['failed', 'failed', 'served']])
})

test('an answer that is none is a failed attempt, not an empty list', async () => {
  const { post } = await start(toRequested, (_, response) => json(response, { object: 'list' }))
  const response = await post('/v1/embeddings', { model: 'openai/small', input: 'a' })
  expect([response.status, await response.json()]).toMatchObject([
    502,
    { error: { message: expect.stringContaining('the answer is no list of embeddings') } },
  ])
})

test.each([
  ['/v1/embeddings', { model: 'openai/small' }, 'input'],
  ['/v1/embeddings', { model: 'openai/small', input: [] }, 'input'],
  ['/v1/embeddings', { model: 'openai/small', input: ['a', 1] }, 'input'],
  ['/v1/embeddings', { input: 'a' }, 'model'],
  ['/v1/embeddings', { model: 'openai/small', input: 'a', encoding_format: 'int8' }, 'encoding_format'],
  ['/v1/moderations', { input: [{ type: 'sound' }] }, 'input'],
  ['/v1/images/generations', { model: 'openai/draw' }, 'prompt'],
  ['/v1/images/generations', { model: 'openai/draw', prompt: 'a', stream: true }, 'stream'],
  ['/v1/images/generations', { model: 'openai/draw', prompt: 'a', n: 0 }, 'n'],
])('%s refuses %j for its `%s`', async (path, body, param) => {
  const { post, upstream } = await start(toRequested, (_, response) => json(response, vectors))
  const response = await post(path, body)
  expect([response.status, await response.json()]).toMatchObject([400, { error: { param } }])
  expect(upstream.received).toHaveLength(0)
})

test('a policy tells endpoints apart, and reads their text', async () => {
  const policy = `
    deny vectors when request.api == "embeddings" and request.text contains "secret" because "no secrets"
    ${toRequested}`
  const { post } = await start(policy, (_, response) => json(response, vectors))
  const ask = async (input: unknown) => (await post('/v1/embeddings', { model: 'openai/small', input })).status
  expect([await ask(['fine', 'a secret']), await ask('fine')]).toEqual([403, 200])
})

test('limits on tokens count what embeddings send', async () => {
  const policy = `limit small { 5 tokens per 1h }\n${toRequested}`
  const { post } = await start(policy, (_, response) => json(response, vectors))
  const ask = async () => (await post('/v1/embeddings', { model: 'openai/small', input: 'hi' })).status
  expect([await ask(), await ask()]).toEqual([200, 429])
})

test('a budget pays for searches and pictures', async () => {
  const policy = `budget little { $0.05 per day }\n${toRequested}`
  const drawn = { created: 1, data: [{ url: 'https://x.test/1' }] }
  const { post, records } = await start(policy, (_, response) => json(response, drawn))
  const draw = async (n: number) =>
    (await post('/v1/images/generations', { model: 'openai/draw', prompt: 'a cat', n })).status
  expect([await draw(2), await draw(1), await draw(1)]).toEqual([402, 200, 402])
  expect(records[1]).toMatchObject({ api: 'images', costNanoUsd: 40_000_000, usage: { images: 1 } })
})

test('a ranking passes as it is and costs what its searches cost; its errors are in Cohere’s words', async () => {
  const { post, upstream, records } = await start(toRequested, ({ body }, response) =>
    json(response, body['query'] === 'bad' ? { message: 'no', id: 'x' } : ranking, body['query'] === 'bad' ? 422 : 200),
  )
  const sent = { model: 'cohere/rerank-v3.5', query: 'ruby', documents: ['a', { text: 'b', title: 'c' }], top_n: 2 }
  expect(await (await post('/v2/rerank', sent)).json()).toEqual(ranking)
  expect(upstream.received[0]).toMatchObject({ path: '/v2/rerank', body: { ...sent, model: 'rerank-v3.5' } })
  expect(records[0]).toMatchObject({ api: 'rerank', usage: { searches: 1 }, costNanoUsd: 2_000_000 })
  const refused = await post('/v2/rerank', { ...sent, query: 'bad' })
  expect([refused.status, await refused.json()]).toMatchObject([422, { message: 'no' }])
  expect(await (await post('/v2/rerank', { ...sent, documents: [1] })).json()).toMatchObject({ param: 'documents[0]' })
})

test('moderation needs no model named', async () => {
  const said = { id: 'modr-1', model: 'omni-2024', results: [{ flagged: false }] }
  const { post, upstream, records } = await start(toRequested, (_, response) => json(response, said))
  const input = [
    { type: 'text', text: 'fine' },
    { type: 'image_url', image_url: { url: 'https://x.test/a.png' } },
  ]
  expect(await (await post('/v1/moderations', { input })).json()).toEqual(said)
  expect(upstream.received[0]!.body).toEqual({ input, model: 'omni-moderation-latest' })
  expect(records[0]).toMatchObject({ api: 'moderations', usage: { provenance: 'estimated' } })
})

const mask = `guard mail { mask email in request }\n${toRequested}`
const block = `guard mail { block email in request }\n${toRequested}`
const both = `guard mail { block email in response }\n${toRequested}`

test('guards see every text of a task, in whichever field', async () => {
  const { post, upstream } = await start(block, (_, response) => json(response, vectors))
  const ask = (path: string, body: object) => post(path, body)
  const answers = [
    await ask('/v1/embeddings', { model: 'openai/small', input: ['fine', 'jo@example.com'] }),
    await ask('/v1/embeddings', { model: 'openai/small', input: 'fine', user: 'jo@example.com' }),
    await ask('/v1/rerank', { model: 'cohere/rerank-v3.5', query: 'q', documents: [{ id: 'jo@example.com' }] }),
    await ask('/v1/moderations', { model: 'openai/mod', input: [{ type: 'text', text: 'jo@example.com' }] }),
    await ask('/v1/images/generations', { model: 'openai/draw', prompt: 'jo@example.com' }),
    // What no guard can read may not pass where one must.
    await ask('/v1/embeddings', { model: 'openai/small', input: [1, 2, 3] }),
    await ask(
      '/v1/embeddings',
      '{"model":"openai/small","input":"fine","input":"jo@example.com"}' as unknown as object,
    ),
  ]
  expect(answers.map((each) => each.status)).toEqual([400, 400, 400, 400, 400, 400, 400])
  expect(upstream.received).toHaveLength(0)
})

test('a masked text goes out masked, and an answer of numbers as it came', async () => {
  const { post, upstream, records } = await start(mask, (_, response) => json(response, vectors))
  expect((await post('/v1/embeddings', { model: 'openai/small', input: ['a', 'jo@example.com'] })).status).toBe(200)
  expect(upstream.received[0]!.text).not.toContain('jo@example.com')
  expect(upstream.received[0]!.body['input']).toEqual(['a', expect.stringMatching(/EMAIL/i)])
  expect(records[0]!.findings).toMatchObject([{ detector: 'email' }])
})

test('a key that stands twice hides no text from guards', async () => {
  const { post, upstream } = await start(block, (_, response) => json(response, vectors))
  await post('/v1/embeddings', '{"model":"openai/small","input":"jo@example.com","input":"fine"}')
  expect(upstream.received.map(({ text }) => text.includes('jo@'))).toEqual([false])
})

test('an answer that guards cannot look at is refused where one must', async () => {
  const { post, upstream } = await start(both, (_, response) => json(response, ranking))
  const draw = await post('/v1/images/generations', { model: 'openai/draw', prompt: 'a cat' })
  expect([draw.status, await draw.json()]).toMatchObject([400, { error: { code: 'unguarded', param: 'prompt' } }])
  const sent = { model: 'cohere/rerank-v3.5', query: 'q', documents: ['a'] }
  expect((await post('/v1/rerank', { ...sent, return_documents: true })).status).toBe(400)
  expect(upstream.received).toHaveLength(0)
  expect((await post('/v1/rerank', sent)).status).toBe(200)
})
