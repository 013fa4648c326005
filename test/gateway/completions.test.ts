/** Clients of the legacy completions API, in front of providers that have it and of those that only chat. */
import { expect, test } from 'vitest'
import type { Answering } from './support.ts'
import { completion, dataOf, json, message, startGateway, startUpstream } from './support.ts'

const policy = `
allow anyone
rewrite first when request.model == "guided" { system prepend "be brief" }
route openai when request.model in ["instruct", "guided"] { to openai/instruct }
route compatible when request.model == "llama" { to local/llama }
route anthropic { to anthropic/claude-sonnet-4 }
`

const legacy = {
  id: 'cmpl-1',
  object: 'text_completion',
  created: 1,
  model: 'instruct-2023',
  choices: [{ text: ' there', index: 0, logprobs: null, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
}

const byPath: Answering = ({ path }, response) =>
  json(response, path.endsWith('/messages') ? message : path.endsWith('/chat/completions') ? completion : legacy)

async function start(answer: Answering = byPath) {
  const upstream = await startUpstream(answer)
  const running = await startGateway({
    config: {
      providers: {
        openai: { type: 'openai', base_url: `${upstream.url}/v1`, api_key: 'sk-planted-openai' },
        local: { type: 'openai-compatible', base_url: `${upstream.url}/v1` },
        anthropic: { type: 'anthropic', base_url: upstream.url, api_key: 'sk-ant-planted' },
      },
      models: { 'openai/instruct': {}, 'local/llama': {}, 'anthropic/claude-sonnet-4': {} },
      callers: { anonymous: true },
    },
    policy,
  })
  return { upstream, ...running }
}

test.each(['instruct', 'llama'])(
  '`%s` upstream: both bodies pass byte for byte, lists and tokens too',
  async (model) => {
    const { post, upstream, records } = await start()
    for (const prompt of ['hello', ['hello'], ['hello', 'you'], [1, 2, 3], [[1, 2], [3]]]) {
      const response = await post('/v1/completions', { model, prompt, suffix: '.', echo: true, x: { kept: true } })
      expect(await response.json()).toEqual(legacy)
      const { path, body } = upstream.received.at(-1)!
      expect([path, body]).toEqual(['/v1/completions', { model, prompt, suffix: '.', echo: true, x: { kept: true } }])
    }
    expect(records[0]).toMatchObject({ api: 'completions', usage: { input: 1, output: 1, provenance: 'provider' } })
  },
)

test('a rewritten prompt says all that it said before, and the system’s words first', async () => {
  const { post, upstream } = await start()
  const sent = { model: 'guided', prompt: 'hello', max_tokens: 5, logprobs: 2, stop: ['.'], suffix: '!', best_of: 2 }
  await post('/v1/completions', sent)
  expect(upstream.received[0]!.body).toEqual({ ...sent, model: 'instruct', prompt: 'be brief\n\nhello' })
})

test('a provider that only chats hears the prompt as what one user says', async () => {
  const { post, upstream } = await start()
  const sent = {
    model: 'claude',
    prompt: ['hello'],
    max_tokens: 50,
    temperature: 0.5,
    stop: '.',
    echo: false,
    best_of: 1,
  }
  const response = await post('/v1/completions', sent)
  expect(upstream.received[0]!.body).toMatchObject({
    max_tokens: 50,
    temperature: 0.5,
    stop_sequences: ['.'],
    messages: [{ role: 'user', content: 'hello' }],
  })
  expect(await response.json()).toMatchObject({
    object: 'text_completion',
    model: 'claude-sonnet-4',
    choices: [{ text: 'hello there', index: 0, logprobs: null, finish_reason: 'stop' }],
    usage: { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 },
  })
})

test.each([
  ['prompt', { prompt: ['hello', 'you'] }],
  ['prompt', { prompt: [1, 2, 3] }],
  ['prompt', { prompt: { text: 'hello' } }],
  ['prompt', { prompt: [] }],
  ['suffix', { suffix: 'end' }],
  ['echo', { echo: true }],
  ['best_of', { best_of: 3 }],
])('a provider that only chats cannot take such a `%s`: %j', async (field, given) => {
  const { post, upstream } = await start()
  const response = await post('/v1/completions', { model: 'claude', prompt: 'hello', ...given })
  const { error } = (await response.json()) as { error: { param: string | null } }
  expect([response.status, error.param]).toEqual([400, field])
  expect(upstream.received).toHaveLength(0)
})

const chunks = (...list: readonly object[]) => [...list.map((chunk) => JSON.stringify(chunk)), '[DONE]']
const sse = (data: readonly string[]) => data.map((each) => `data: ${each}\n\n`).join('')
const piece = (text: string, finish: string | null = null) => ({
  ...legacy,
  choices: [{ text, index: 0, logprobs: null, finish_reason: finish }],
  usage: null,
})

test('a stream passes as it is, but for the usage that the client did not ask for', async () => {
  const told = chunks(piece(' the'), piece('re', 'stop'), { ...legacy, choices: [] })
  const { post, upstream, records } = await start((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(sse(told))
  })
  const response = await post('/v1/completions', { model: 'instruct', prompt: 'hello', stream: true })
  expect(dataOf(await response.text())).toEqual(told.filter((data) => !data.includes('"choices":[]')))
  expect(upstream.received[0]!.body['stream_options']).toEqual({ include_usage: true })
  expect(records[0]!.usage).toMatchObject({ input: 1, output: 1, provenance: 'provider' })
})

test('a stream of chat is told in chunks of text', async () => {
  const upstreamOf: Answering = ({ path }, response) => {
    if (!path.endsWith('/messages')) return json(response, legacy)
    const types = [
      { type: 'message_start', message: { ...message, content: [], usage: { input_tokens: 3, output_tokens: 1 } } },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'hel' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'lo' } },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: 'max_tokens' }, usage: { output_tokens: 2 } },
      { type: 'message_stop' },
    ]
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(types.map((each) => `event: ${each.type}\ndata: ${JSON.stringify(each)}\n\n`).join(''))
  }
  const { post } = await start(upstreamOf)
  const options = { stream: true, stream_options: { include_usage: true } }
  const response = await post('/v1/completions', { model: 'claude', prompt: 'hello', max_tokens: 9, ...options })
  const told = dataOf(await response.text())
  expect(told.at(-1)).toBe('[DONE]')
  const parsed = told.slice(0, -1).map((data) => JSON.parse(data) as typeof legacy)
  expect(parsed.flatMap(({ choices }) => choices.map(({ text, finish_reason }) => [text, finish_reason]))).toEqual([
    ['hel', null],
    ['lo', null],
    ['', 'length'],
  ])
  expect(parsed.every(({ object }) => object === 'text_completion')).toBe(true)
  expect(parsed.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } })
})
