/** Reasoning on its ways through OpenAI's dialect: where it goes back to, and whose signature it keeps. */
import { describe, expect, it } from 'vitest'
import { anthropic } from '../../src/dialects/anthropic/anthropic.ts'
import type { EncodeOptions } from '../../src/dialects/dialect.ts'
import type { Json, JsonObject } from '../../src/dialects/neutral.ts'
import { openaiChat } from '../../src/dialects/openai-chat/openai-chat.ts'
import { accumulate } from './accumulate.ts'
import { bytesOf, feed } from './cut.ts'

const context = { model: 'm', id: 'i', created: 1, includeUsage: true }
const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }
const signed = { type: 'reasoning.text', text: 'hm', signature: 'sig==', format: 'anthropic-claude-v1', index: 0 }

/** The message of an assistant as a client of Anthropic's dialect sends it back, for a server of OpenAI's. */
function replayed(content: Json, options: Partial<EncodeOptions>): JsonObject {
  const decoded = anthropic.decodeRequest({
    model: 'm',
    max_tokens: 9,
    messages: [
      { role: 'user', content: 'q' },
      { role: 'assistant', content },
      { role: 'user', content: 'more' },
    ],
  })
  if (!decoded.ok) throw new Error(decoded.message)
  const { body, losses } = openaiChat.encodeRequest(decoded.value, { model: 'm', defaultMaxTokens: 9, ...options })
  expect(losses).toEqual([])
  const { role: _, content: __, ...beside } = (body['messages'] as readonly JsonObject[])[1]!
  return beside
}

const text = { type: 'text', text: 'a' }
const unsigned = [{ type: 'thinking', thinking: 'hm', signature: '' }, text]
const claudes = [
  { type: 'thinking', thinking: 'hm', signature: 'sig==' },
  { type: 'redacted_thinking', data: 'xx' },
  text,
]

describe('reasoning that came through another dialect', () => {
  it.each<[string, Json, Partial<EncodeOptions>, JsonObject]>([
    ['goes nowhere where the server has no field for it', unsigned, {}, {}],
    ['goes into the field', unsigned, { reasoningField: 'reasoning_content' }, { reasoning_content: 'hm' }],
    ['stays where somebody signed it', claudes, { reasoningField: 'reasoning_content' }, {}],
    [
      'goes to OpenRouter as details',
      unsigned,
      { reasoningField: 'reasoning_details' },
      { reasoning_details: [{ type: 'reasoning.text', text: 'hm', index: 0 }] },
    ],
    [
      'stays away from models of others there',
      claudes,
      { reasoningField: 'reasoning_details', model: 'openai/gpt-5' },
      {},
    ],
    [
      'goes to the models that signed it there',
      claudes,
      { reasoningField: 'reasoning_details', model: 'anthropic/claude-sonnet-4' },
      {
        reasoning_details: [
          signed,
          { type: 'reasoning.encrypted', data: 'xx', format: 'anthropic-claude-v1', index: 1 },
        ],
      },
    ],
  ])('%s', (_, content, options, beside) => {
    expect(replayed(content, options)).toEqual(beside)
  })
})

describe("Anthropic's signature in what OpenRouter says", () => {
  const message = { role: 'assistant', content: 'a', reasoning: 'hm', reasoning_details: [signed] }

  it('reaches a client of Anthropic’s dialect, whole', () => {
    const answer = openaiChat.decodeAnswer({
      id: 'x',
      model: 'm',
      choices: [{ index: 0, message, finish_reason: 'stop' }],
      usage,
    })
    if (!('choices' in answer)) throw new Error(answer.message)
    expect(anthropic.encodeAnswer(answer, context)['content']).toEqual([
      { type: 'thinking', thinking: 'hm', signature: 'sig==' },
      { type: 'text', text: 'a' },
    ])
    expect(openaiChat.encodeAnswer(answer, context)['choices']).toMatchObject([{ message }])
  })

  it('and in a stream, where it comes behind the text', () => {
    const { text: thought, signature, ...rest } = signed
    const deltas = [
      { role: 'assistant', reasoning: 'hm', reasoning_details: [{ ...rest, text: thought }] },
      { reasoning_details: [{ ...rest, signature }] },
      { content: 'a' },
    ]
    const chunks: Json[] = deltas.map((delta) => ({ id: 'x', model: 'm', choices: [{ index: 0, delta }] }))
    chunks.push({ id: 'x', model: 'm', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage })
    const wire = `${chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('')}data: [DONE]\n\n`
    const events = feed(openaiChat.decodeStream(), [bytesOf(wire)])
    const encoder = anthropic.encodeStream(context)
    const heard = accumulate(feed(anthropic.decodeStream(), [bytesOf(events.map(encoder.event).join(''))]))
    if (heard.kind !== 'answer') throw new Error(heard.error.message)
    expect(heard.answer.choices[0]?.content).toMatchObject([
      { kind: 'reasoning', text: 'hm', signature: { dialect: 'anthropic', value: 'sig==' } },
      { kind: 'text', text: 'a' },
    ])
  })

  it('of another provider is left to it', () => {
    const google = { ...signed, format: 'google-gemini-v1' }
    const choices = [{ index: 0, message: { ...message, reasoning_details: [google] }, finish_reason: 'stop' }]
    const answer = openaiChat.decodeAnswer({ id: 'x', model: 'm', choices, usage })
    if (!('choices' in answer)) throw new Error(answer.message)
    expect(answer.choices[0]?.content[0]).not.toHaveProperty('signature')
  })
})
