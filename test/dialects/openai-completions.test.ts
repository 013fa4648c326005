/** The dialect of OpenAI's legacy completions. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AnswerContext } from '../../src/dialects/dialect.ts'
import { estimateInputTokens } from '../../src/dialects/estimate.ts'
import type { Answer, ChatCall, JsonObject, StreamEvent } from '../../src/dialects/neutral.ts'
import { openaiChat } from '../../src/dialects/openai-chat/openai-chat.ts'
import { openaiCompletions } from '../../src/dialects/openai-completions/openai-completions.ts'
import { accumulate } from './accumulate.ts'
import { text } from './arbitrary.ts'
import { byteByByte, bytesOf, cutAt, feed } from './cut.ts'

const OPTIONS = { model: 'target', defaultMaxTokens: 4096 }
const CONTEXT: AnswerContext = { model: 'alias', id: 'cmpl-1', created: 5, includeUsage: true }

function decode(fields: JsonObject): ChatCall {
  const decoded = openaiCompletions.decodeRequest({ model: 'm', prompt: 'hi', ...fields })
  if (!decoded.ok) throw new Error(`${decoded.message} (${decoded.param})`)
  return decoded.value
}

describe('requests', () => {
  it('all parameters come back, those without a neutral word too', () => {
    const fields: JsonObject = {
      max_tokens: 0,
      temperature: 1,
      top_p: 0.5,
      stop: ['a'],
      seed: 1,
      frequency_penalty: 1,
      presence_penalty: -1,
      logit_bias: { 50256: -100 },
      logprobs: 0,
      n: 2,
      user: 'u',
      stream: true,
      stream_options: { include_usage: true, include_obfuscation: false },
      suffix: 's',
      echo: true,
      best_of: 3,
      unknown: { kept: true },
    }
    for (const prompt of ['hi', ['a', 'b'], [1, 2], [[1], [2]]] as const) {
      const { body, losses } = openaiCompletions.encodeRequest(decode({ ...fields, prompt: prompt as never }), OPTIONS)
      expect(losses).toEqual([])
      expect(body).toEqual({ model: 'target', ...fields, prompt })
    }
  })

  it('prompts in tokens are counted as what they are', () => {
    const of = (prompt: readonly number[] | readonly (readonly number[])[]) => estimateInputTokens(decode({ prompt }))
    expect(of([50_256, 12_345, 7]) - of([1])).toBe(2)
    expect(of([[50_256, 12_345], [7]])).toBe(of([1, 2, 3]))
  })

  it.each<[JsonObject, string]>([
    [{ prompt: null }, 'prompt'],
    [{ prompt: [] }, 'prompt'],
    [{ prompt: ['a', 1] }, 'prompt'],
    [{ prompt: [1.5] }, 'prompt'],
    [{ prompt: [[1], ['a']] }, 'prompt'],
    [{ model: '' }, 'model'],
    [{ max_tokens: -1 }, 'max_tokens'],
    [{ logprobs: true }, 'logprobs'],
    [{ stop: [1] }, 'stop[0]'],
    [{ stream_options: true }, 'stream_options'],
  ])('%j is refused', (fields, param) => {
    expect(openaiCompletions.decodeRequest({ model: 'm', prompt: 'hi', ...fields })).toMatchObject({ ok: false, param })
  })

  it('of a chat one prompt in words can be said, and what cannot is named', () => {
    const chat = (fields: JsonObject) => {
      const decoded = openaiChat.decodeRequest({ model: 'm', messages: [{ role: 'user', content: 'hi' }], ...fields })
      if (!decoded.ok) throw new Error(decoded.message)
      const { body, losses } = openaiCompletions.encodeRequest(decoded.value, OPTIONS)
      return { prompt: body['prompt'], losses: losses.map(({ field }) => field) }
    }
    const system = { role: 'system', content: 'be brief' }
    const user = { role: 'user', content: 'hi' }
    expect(chat({ messages: [system, user] })).toEqual({ prompt: 'be brief\n\nhi', losses: [] })
    expect(chat({ messages: [user, { role: 'assistant', content: 'ho' }] }).losses).toEqual(['messages'])
    const image = { type: 'image_url', image_url: { url: 'https://x/y.png' } }
    expect(chat({ messages: [{ role: 'user', content: [image] }] }).losses).toEqual(['messages.content'])
    const tools = [{ type: 'function', function: { name: 'f' } }]
    const others = {
      tools,
      reasoning_effort: 'low',
      response_format: { type: 'json_object' },
      service_tier: 'flex',
      modalities: ['audio'],
    }
    expect(chat(others).losses).toEqual(['tools', 'reasoning', 'response_format', 'service_tier', 'modalities'])
  })
})

describe('answers', () => {
  it('log-probabilities are turned to OpenAI’s chat form and back', () => {
    const logprobs = {
      tokens: ['a', 'bc'],
      token_logprobs: [-1, -2],
      top_logprobs: [{ a: -1, b: -3 }, {}],
      text_offset: [0, 1],
    }
    const answer = openaiCompletions.decodeAnswer({
      id: 'cmpl-1',
      model: 'm',
      choices: [{ text: 'abc', index: 0, finish_reason: 'length', logprobs }],
    })
    if ('kind' in answer) throw new Error(answer.message)
    expect(answer.choices[0]).toMatchObject({
      content: [{ kind: 'text', text: 'abc' }],
      stop: { reason: 'length' },
      logprobs: {
        content: [
          { token: 'a', logprob: -1, top_logprobs: [{ token: 'a' }, { token: 'b', logprob: -3 }] },
          { token: 'bc', logprob: -2, top_logprobs: [] },
        ],
      },
    })
    expect(openaiCompletions.encodeAnswer(answer, CONTEXT)).toMatchObject({
      object: 'text_completion',
      choices: [{ text: 'abc', finish_reason: 'length', logprobs }],
    })
  })

  it('an error under a 200, and what is no answer', () => {
    const error = { message: 'no', code: 'rate_limit_exceeded' }
    expect(openaiCompletions.decodeAnswer({ error })).toMatchObject({ kind: 'rate_limit', message: 'no' })
    expect(openaiCompletions.decodeAnswer([])).toMatchObject({ kind: 'malformed' })
    expect(openaiCompletions.decodeAnswer({ choices: [7] })).toMatchObject({ kind: 'malformed' })
  })
})

describe('streams are neutral', () => {
  const events = (texts: readonly string[]): readonly StreamEvent[] => [
    { kind: 'start', id: 'cmpl-9', model: 'm', created: 7 },
    { kind: 'block_start', choice: 0, block: 0, of: { kind: 'text' } },
    ...texts.map((piece): StreamEvent => ({ kind: 'text', choice: 0, block: 0, text: piece })),
    { kind: 'block_stop', choice: 0, block: 0 },
    { kind: 'finish', choice: 0, stop: { reason: 'length' } },
    { kind: 'usage', usage: { input: 3, output: 2 } },
    { kind: 'end' },
  ]
  const wireOf = (texts: readonly string[]): string => {
    const encoder = openaiCompletions.encodeStream(CONTEXT)
    return events(texts).map(encoder.event).join('')
  }
  const whole = (said: readonly StreamEvent[]): Answer => {
    const read = accumulate(said)
    if (read.kind === 'failed') throw new Error(read.error.message)
    return read.answer
  }

  it('cutting the bytes anywhere gives the same events, and those say what was said', () => {
    fc.assert(
      fc.property(
        fc.array(text, { minLength: 1, maxLength: 5 }),
        fc.array(fc.nat(), { maxLength: 8 }),
        (texts, places) => {
          const bytes = bytesOf(wireOf(texts))
          const said = feed(openaiCompletions.decodeStream(), [bytes])
          expect(feed(openaiCompletions.decodeStream(), cutAt(bytes, places))).toEqual(said)
          expect(feed(openaiCompletions.decodeStream(), byteByByte(bytes))).toEqual(said)
          expect(whole(said)).toMatchObject({
            id: 'cmpl-9',
            created: 7,
            choices: [{ content: [{ kind: 'text', text: texts.join('') }], stop: { reason: 'length' } }],
            usage: { input: 3, output: 2 },
          })
        },
      ),
      { numRuns: 50 },
    )
  })

  it('a stream that breaks off is no clean end, and none follows a failure', () => {
    const wire = wireOf(['a', 'b'])
    const broken = feed(openaiCompletions.decodeStream(), [bytesOf(wire.slice(0, wire.indexOf('"b"')))])
    expect(broken.at(-1)).toMatchObject({ kind: 'error', error: { kind: 'malformed' } })
    const encoder = openaiCompletions.encodeStream(CONTEXT)
    const failed = encoder.fail({ status: 502, kind: 'upstream_failed', message: 'gone' })
    expect(failed).toContain('"message":"gone"')
    expect(encoder.event({ kind: 'end' }) + encoder.fail({ status: 500, kind: 'x', message: 'y' })).toBe('')
  })

  it('what has no words here is left out', () => {
    const encoder = openaiCompletions.encodeStream({ ...CONTEXT, includeUsage: false })
    const silent: readonly StreamEvent[] = [
      { kind: 'block_start', choice: 0, block: 0, of: { kind: 'reasoning' } },
      { kind: 'reasoning', choice: 0, block: 0, text: 'hm' },
      { kind: 'arguments', choice: 0, block: 1, text: '{}' },
      { kind: 'usage', usage: { input: 1 } },
    ]
    expect(silent.map(encoder.event).join('')).toBe('')
    expect(encoder.event({ kind: 'end' })).toBe('data: [DONE]\n\n')
  })
})
