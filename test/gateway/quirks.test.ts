/** What a server cannot take, through the whole gateway: fitted, lost with a word, or left to the next target. */
import { describe, expect, test } from 'vitest'
import { completion, json, startGateway, startUpstream } from './support.ts'

const messages = [{ role: 'user' as const, content: 'hello' }]

async function start(policy: string) {
  const groq = await startUpstream((_, response) => json(response, completion))
  const mistral = await startUpstream((_, response) => json(response, completion))
  const running = await startGateway({
    config: {
      providers: {
        groq: { type: 'groq', base_url: groq.url, api_key: 'gsk-0000000001' },
        mistral: { type: 'mistral', base_url: mistral.url, api_key: 'mistral-00001' },
      },
      callers: { anonymous: true },
    },
    policy: `allow anyone\nroute main { ${policy} }`,
  })
  return { groq, mistral, ...running }
}

describe('a field that a server lacks', () => {
  test('is a 400 that names it, and nothing is sent', async () => {
    const { groq, post } = await start('to groq/*')
    const response = await post('/v1/chat/completions', { model: 'm', messages, n: 2 })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      error: { param: 'n', message: '`groq/m` cannot take `n`: 2 answers are asked for, and this provider gives one' },
    })
    expect(groq.received).toHaveLength(0)
  })

  test('sends the call to the next target that takes it, byte for byte', async () => {
    const { groq, mistral, post } = await start('to groq/* else mistral/*')
    const text = JSON.stringify({ model: 'm', messages, n: 2 }, undefined, 2)
    const response = await post('/v1/chat/completions', text)
    expect([response.status, response.headers.get('x-policyc-target')]).toEqual([200, 'mistral/m'])
    expect(groq.received).toHaveLength(0)
    expect(mistral.received[0]?.text).toBe(text)
  })

  test('is left out where the route lets it go, and the record says so', async () => {
    const { groq, post, records } = await start('to groq/* on_loss degrade')
    const response = await post('/v1/chat/completions', { model: 'm', messages, n: 2, own: [1] })
    expect(response.status).toBe(200)
    expect(groq.received[0]?.body).toEqual({ model: 'm', messages, own: [1] })
    expect(records[0]?.losses?.map(({ field }) => field)).toEqual(['n'])
  })
})

test('a client of Anthropic’s dialect need not know what Mistral takes', async () => {
  const { mistral, post } = await start('to mistral/*')
  const response = await post('/v1/messages', {
    model: 'm',
    max_tokens: 9,
    metadata: { user_id: 'u' },
    stream: false,
    tools: [{ name: 'f', input_schema: { type: 'object' } }],
    tool_choice: { type: 'any' },
    messages: [
      ...messages,
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'hm', signature: 'sig' },
          { type: 'tool_use', id: 'toolu_01', name: 'f', input: {} },
        ],
      },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_01', content: 'done' }] },
    ],
  })
  expect(response.status).toBe(200)
  expect(mistral.received[0]?.path).toBe('/v1/chat/completions')
  expect(mistral.received[0]?.body).toEqual({
    model: 'm',
    max_tokens: 9,
    tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }],
    tool_choice: 'any',
    messages: [
      ...messages,
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'call00000', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'call00000', content: 'done' },
    ],
  })
})
