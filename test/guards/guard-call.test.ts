import { expect, test } from 'vitest'
import { anthropic } from '../../src/dialects/anthropic/anthropic.ts'
import type { Json } from '../../src/dialects/neutral.ts'
import { openaiChat } from '../../src/dialects/openai-chat/openai-chat.ts'
import { guardCall } from '../../src/guards/guard-call.ts'
import { type Clauses, guardsOf } from './support.ts'

const email = 'ann@example.com'

/** Every place of a request of each dialect that holds text of its caller. */
const openaiBody = {
  model: 'gpt-5',
  user: email,
  stop: [email],
  metadata: { who: email },
  prediction: { type: 'content', content: email },
  messages: [
    { role: 'system', content: `system ${email}` },
    {
      role: 'user',
      name: email,
      content: [
        { type: 'text', text: `text ${email}` },
        { type: 'image_url', image_url: { url: `https://x.example.com/?to=${email}` } },
        { type: 'file', file: { filename: `${email}.pdf`, file_data: 'data:application/pdf;base64,AAAA' } },
      ],
    },
    {
      role: 'assistant',
      content: `said ${email}`,
      tool_calls: [
        { id: 'c1', type: 'function', function: { name: 'send', arguments: `{"to":"ann\\u0040example.com"}` } },
      ],
    },
    { role: 'tool', tool_call_id: 'c1', content: `result ${email}` },
  ],
  tools: [
    {
      type: 'function',
      function: {
        name: 'send',
        description: `like ${email}`,
        parameters: { type: 'object', properties: { to: { type: 'string', description: email, default: email } } },
      },
    },
  ],
  response_format: {
    type: 'json_schema',
    json_schema: { name: 'x', description: email, schema: { type: 'object', description: email } },
  },
}
const anthropicBody = {
  model: 'claude-sonnet-4',
  max_tokens: 10,
  metadata: { user_id: email },
  system: [{ type: 'text', text: email }],
  messages: [
    {
      role: 'user',
      content: [
        {
          type: 'document',
          title: email,
          context: email,
          source: { type: 'text', media_type: 'text/plain', data: email },
        },
        { type: 'text', text: email },
      ],
    },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: email, signature: 'sig' },
        { type: 'tool_use', id: 't', name: 'send', input: { to: email, n: [email] } },
        { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: email } },
      ],
    },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: [{ type: 'text', text: email }] }] },
  ],
}

function guard(body: Json, clauses: Clauses, dialect: typeof openaiChat = openaiChat) {
  const decoded = dialect.decodeRequest(body)
  if (!decoded.ok) throw new Error(decoded.message)
  const guards = guardsOf(clauses)
  return { call: decoded.value, guards, result: guardCall(decoded.value, guards.request!) }
}

test.each([
  ['openai', openaiBody, openaiChat],
  ['anthropic', anthropicBody, anthropic as typeof openaiChat],
])('no text of an %s request is passed over', (_, body, dialect) => {
  const { result } = guard(body as Json, [['redact', 'email']], dialect)
  if (result.kind !== 'passed') throw new Error(result.kind)
  expect(result.isChanged).toBe(true)
  expect(JSON.stringify(result.call)).not.toMatch(/ann(@|\\u0040|\\\\u0040)example/)
  const encoded = dialect.encodeRequest(result.call, { model: 'm', defaultMaxTokens: 10 })
  expect(JSON.stringify(encoded.body)).not.toContain('ann@')
})

test('reasoning whose words were changed loses its signature', () => {
  const { result } = guard(anthropicBody as Json, [['redact', 'email']], anthropic as typeof openaiChat)
  if (result.kind !== 'passed') throw new Error(result.kind)
  const reasoning = result.call.messages.flatMap((each) => each.content).find((each) => each.kind === 'reasoning')
  expect(reasoning).toMatchObject({ text: '[redacted email]' })
  expect(reasoning).not.toHaveProperty('signature')
})

test('a call in which nothing is found is the same call', () => {
  const { call, result } = guard({ model: 'm', messages: [{ role: 'user', content: 'hello' }] }, [['redact', 'email']])
  expect(result).toEqual({ kind: 'passed', call, isChanged: false })
  expect(result.kind === 'passed' && result.call).toBe(call)
})

test('a block names the guard, the detector and the place', () => {
  const messages = [
    { role: 'user', content: 'hello' },
    { role: 'user', content: `to ${email}` },
  ]
  const { result } = guard({ model: 'm', messages }, [['block', 'email']])
  expect(result).toEqual({ kind: 'blocked', blocked: { rule: 'block', detector: 'email' }, where: 'messages[1]' })
})

test('text that came as bytes is text all the same', () => {
  const data = Buffer.from(`name,mail\nAnn,${email}\n`).toString('base64')
  const file = { type: 'file', file: { filename: 'people.csv', file_data: `data:text/csv;base64,${data}` } }
  const { result } = guard({ model: 'm', messages: [{ role: 'user', content: [file] }] }, [['redact', 'email']])
  if (result.kind !== 'passed') throw new Error(result.kind)
  const block = result.call.messages[0]!.content[0]!
  const source = block.kind === 'document' ? block.source : undefined
  expect(source?.kind === 'base64' && Buffer.from(source.data, 'base64').toString()).toBe(
    'name,mail\nAnn,[redacted email]\n',
  )
})

test('the turns of a conversation that goes on are masked alike', () => {
  const turn = (...contents: string[]) => contents.map((content) => ({ role: 'user', content }))
  const masked = (messages: object[]) => {
    const { result } = guard({ model: 'm', messages } as unknown as Json, [['mask', 'email']])
    return result.kind === 'passed' ? result.call.messages.map((each) => JSON.stringify(each.content)) : []
  }
  const first = masked(turn('a@b.co and c@d.co'))
  expect(masked(turn('a@b.co and c@d.co', 'e@f.co')).slice(0, 1)).toEqual(first)
})
