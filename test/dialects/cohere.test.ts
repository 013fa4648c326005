/** Cohere's dialect: what its API wants, what it says, and the laws of its streams. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anthropic } from '../../src/dialects/anthropic/anthropic.ts'
import { cohere } from '../../src/dialects/cohere/cohere.ts'
import type { Answer, ChatCall, Json, JsonObject, StreamEvent } from '../../src/dialects/neutral.ts'
import { openaiChat } from '../../src/dialects/openai-chat/openai-chat.ts'
import { accumulate } from './accumulate.ts'
import { answer, commonCall, mutated, plainAnswer } from './arbitrary.ts'
import { writeCohereAnswer, writeCohereStream } from './cohere-wire.ts'
import { byteByByte, bytesOf, cutAt, feed } from './cut.ts'

const OPTIONS = { model: 'command-a', defaultMaxTokens: 4096 }
const CONTEXT = { model: 'alias', id: 'made-up', created: 5, includeUsage: true }
const HI = [{ role: 'user', content: 'hi' }]
const tool = (name: string, rest: JsonObject = {}): JsonObject => ({
  type: 'function',
  function: { name, parameters: { type: 'object', properties: {} }, ...rest },
})

/** What Cohere is sent for what an OpenAI client says. */
function fromOpenai(fields: JsonObject): { body: JsonObject; losses: readonly string[] } {
  const decoded = openaiChat.decodeRequest({ model: 'm', messages: HI, ...fields })
  if (!decoded.ok) throw new Error(`${decoded.message} (${decoded.param})`)
  const { body, losses } = cohere.encodeRequest(decoded.value, OPTIONS)
  return { body, losses: losses.map(({ field }) => field) }
}

function fromAnthropic(fields: JsonObject): { body: JsonObject; losses: readonly string[] } {
  const decoded = anthropic.decodeRequest({ model: 'm', max_tokens: 9, messages: HI, ...fields })
  if (!decoded.ok) throw new Error(`${decoded.message} (${decoded.param})`)
  const { body, losses } = cohere.encodeRequest(decoded.value, OPTIONS)
  return { body, losses: losses.map(({ field }) => field) }
}

describe('requests', () => {
  it('say a plain call with the parameters under their own names', () => {
    const { body, losses } = fromOpenai({
      messages: [{ role: 'developer', content: 'be brief' }, ...HI],
      max_completion_tokens: 7,
      temperature: 0.4,
      top_p: 0.5,
      stop: 'END',
      seed: 3,
      frequency_penalty: 0.5,
      presence_penalty: 1,
      logprobs: true,
      stream: true,
      user: 'u-1',
    })
    expect(losses).toEqual([])
    expect(body).toEqual({
      stream: true,
      model: 'command-a',
      messages: [
        { role: 'system', content: 'be brief' },
        { role: 'user', content: 'hi' },
      ],
      max_tokens: 7,
      temperature: 0.4,
      p: 0.5,
      stop_sequences: ['END'],
      seed: 3,
      frequency_penalty: 0.5,
      presence_penalty: 1,
      logprobs: true,
    })
  })

  it('say a turn with calls by their plan, and each result as a message of its own', () => {
    const call = (id: string) => ({ id, type: 'function', function: { name: 'weather', arguments: '' } })
    const { body } = fromOpenai({
      tools: [tool('weather')],
      messages: [
        ...HI,
        { role: 'assistant', content: 'I will look.', tool_calls: [call('a'), call('b')] },
        { role: 'tool', tool_call_id: 'a', content: 'sunny' },
        {
          role: 'tool',
          tool_call_id: 'b',
          content: [
            { type: 'text', text: 'rain' },
            { type: 'text', text: 'wind' },
          ],
        },
        { role: 'user', content: 'and now?' },
      ],
    })
    const calledBack = { type: 'function', function: { name: 'weather', arguments: '{}' } }
    expect(body['messages']).toEqual([
      { role: 'user', content: 'hi' },
      {
        role: 'assistant',
        tool_plan: 'I will look.',
        tool_calls: [
          { id: 'a', ...calledBack },
          { id: 'b', ...calledBack },
        ],
      },
      { role: 'tool', tool_call_id: 'a', content: 'sunny' },
      {
        role: 'tool',
        tool_call_id: 'b',
        content: [
          { type: 'text', text: 'rain' },
          { type: 'text', text: 'wind' },
        ],
      },
      { role: 'user', content: 'and now?' },
    ])
  })

  it('put a document of text where the model can cite it', () => {
    const source = { type: 'text', media_type: 'text/plain', data: 'Ruby is from 1993.' }
    const { body, losses } = fromAnthropic({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'document', source, title: 'facts' },
            { type: 'text', text: 'when?' },
          ],
        },
        { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'f', input: {} }] },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 't', content: [{ type: 'document', source }], is_error: false },
          ],
        },
        { role: 'user', content: [{ type: 'document', source: { ...source, data: 'more' } }] },
      ],
    })
    expect(losses).toEqual([])
    expect(body['documents']).toEqual([
      { id: 'doc:0', data: { title: 'facts', text: 'Ruby is from 1993.' } },
      { id: 'doc:1', data: { text: 'more' } },
    ])
    expect((body['messages'] as Json[]).filter((each) => (each as JsonObject)['role'] !== 'assistant')).toEqual([
      { role: 'user', content: 'when?' },
      {
        role: 'tool',
        tool_call_id: 't',
        content: [{ type: 'document', document: { data: { text: 'Ruby is from 1993.' } } }],
      },
      { role: 'user', content: '(See the documents.)' },
    ])
  })

  it('put search results where the model can cite them', () => {
    const found = (source: string) => ({
      type: 'search_result',
      source,
      title: 'Y',
      content: [
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b' },
      ],
    })
    const { body, losses } = fromAnthropic({
      messages: [
        { role: 'user', content: [found('https://x/y')] },
        { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'f', input: {} }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: [found('file 7')] }] },
      ],
    })
    expect(losses).toEqual([])
    expect(body['documents']).toEqual([{ id: 'doc:0', data: { title: 'Y', url: 'https://x/y', text: 'a\nb' } }])
    expect((body['messages'] as Json[]).at(0)).toEqual({ role: 'user', content: '(See the documents.)' })
    expect((body['messages'] as Json[]).at(-1)).toEqual({
      role: 'tool',
      tool_call_id: 't',
      content: [{ type: 'document', document: { data: { title: 'Y', source: 'file 7', text: 'a\nb' } } }],
    })
  })

  it('take the words that only this API has, whoever says them', () => {
    const own = { safety_mode: 'STRICT', citation_options: { mode: 'FAST' }, strict_tools: false, priority: 3 }
    expect(fromOpenai(own)).toMatchObject({ body: own, losses: [] })
    expect(fromAnthropic(own)).toMatchObject({ body: own, losses: [] })
  })

  it.each<[string, JsonObject, JsonObject]>([
    ['none', { tool_choice: 'none' }, { tool_choice: 'NONE' }],
    ['required', { tool_choice: 'required' }, { tool_choice: 'REQUIRED' }],
    ['strict tools', { tools: [tool('a', { strict: true })] }, { strict_tools: true }],
    ['an effort', { reasoning_effort: 'low' }, { thinking: { type: 'enabled', token_budget: 4096 } }],
    ['no effort', { reasoning_effort: 'none' }, { thinking: { type: 'disabled' } }],
    ['JSON', { response_format: { type: 'json_object' } }, { response_format: { type: 'json_object' } }],
    [
      'a schema',
      {
        response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'object' }, strict: true } },
      },
      { response_format: { type: 'json_object', json_schema: { type: 'object' } } },
    ],
    ['all of the mass', { top_p: 1 }, { p: 0.99 }],
    [
      'an image',
      {
        messages: [
          { role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://x/y.png', detail: 'low' } }] },
        ],
      },
      {
        messages: [
          { role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://x/y.png', detail: 'low' } }] },
        ],
      },
    ],
  ])('say %s', (_, fields, expected) => {
    const { body, losses } = fromOpenai({ tools: [tool('a')], ...fields })
    expect(losses).toEqual([])
    expect(body).toMatchObject(expected)
  })

  it('say a named choice by declaring that tool alone', () => {
    const { body, losses } = fromOpenai({
      tools: [tool('a'), tool('b')],
      tool_choice: { type: 'function', function: { name: 'b' } },
    })
    expect(losses).toEqual([])
    expect(body['tool_choice']).toBe('REQUIRED')
    expect(body['tools']).toEqual([tool('b')])
  })

  it('send back unsigned reasoning, and none that another provider signed', () => {
    const thinking = (signature: string) => ({ type: 'thinking', thinking: 'hm', signature })
    const { body } = fromAnthropic({
      messages: [
        ...HI,
        { role: 'assistant', content: [thinking(''), { type: 'text', text: 'a' }] },
        ...HI,
        {
          role: 'assistant',
          content: [thinking('sig'), { type: 'redacted_thinking', data: 'x' }, { type: 'text', text: 'b' }],
        },
        ...HI,
      ],
    })
    const assistants = (body['messages'] as JsonObject[]).filter(({ role }) => role === 'assistant')
    expect(assistants.map(({ content }) => content)).toEqual([
      [
        { type: 'thinking', thinking: 'hm' },
        { type: 'text', text: 'a' },
      ],
      'b',
    ])
  })

  it.each<[string, JsonObject, JsonObject | undefined]>([
    ['n', { n: 2 }, undefined],
    ['logit_bias', { logit_bias: { '5': 1 } }, undefined],
    ['top_logprobs', { logprobs: true, top_logprobs: 2 }, { logprobs: true }],
    ['parallel_tool_calls', { tools: [tool('a')], parallel_tool_calls: false }, undefined],
    ['frequency_penalty', { frequency_penalty: -1 }, { frequency_penalty: 0 }],
    ['presence_penalty', { presence_penalty: 1.5 }, { presence_penalty: 1 }],
    ['stop', { stop: ['1', '2', '3', '4', '5', '6'] }, { stop_sequences: ['1', '2', '3', '4', '5'] }],
    ['service_tier', { service_tier: 'priority' }, undefined],
    ['reasoning_effort', { reasoning_effort: 'wild' }, undefined],
    ['web_search_options', { web_search_options: {} }, undefined],
    ['documents', { documents: [{ data: 'what no guard has seen' }] }, undefined],
    ['messages.name', { messages: [{ role: 'user', content: 'x', name: 'bob' }] }, undefined],
    [
      'messages.content.input_audio',
      {
        messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'AA==', format: 'wav' } }] }],
      },
      undefined,
    ],
    [
      'messages.content.file',
      {
        messages: [
          {
            role: 'user',
            content: [{ type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERg==' } }],
          },
        ],
      },
      undefined,
    ],
  ])('note what is lost: %s', (field, fields, expected) => {
    const { body, losses } = fromOpenai(fields)
    expect(losses).toEqual([field])
    if (expected !== undefined) expect(body).toMatchObject(expected)
  })

  it('bound top_k and refuse the tools of another provider', () => {
    expect(fromAnthropic({ top_k: 900 })).toMatchObject({ body: { k: 500 }, losses: ['top_k'] })
    expect(fromAnthropic({ top_k: 40 })).toMatchObject({ body: { k: 40 }, losses: [] })
    expect(fromAnthropic({ tools: [{ type: 'web_search_20250305', name: 'web_search' }] }).losses).toEqual(['tools'])
  })
})

const ANSWER: JsonObject = {
  id: 'a-1',
  message: { role: 'assistant', content: [{ type: 'text', text: 'hello' }] },
  finish_reason: 'COMPLETE',
  usage: { billed_units: { input_tokens: 5, output_tokens: 2 }, tokens: { input_tokens: 90, output_tokens: 4 } },
}

function decoded(fields: JsonObject): Answer {
  const said = cohere.decodeAnswer({ ...ANSWER, ...fields })
  if ('kind' in said) throw new Error(said.message)
  return said
}

describe('answers', () => {
  it.each([
    ['COMPLETE', 'end'],
    ['STOP_SEQUENCE', 'stop_sequence'],
    ['MAX_TOKENS', 'length'],
    ['TOOL_CALL', 'tool_calls'],
    ['ERROR_TOXIC', 'content_filter'],
    ['SOMETHING_NEW', 'unknown'],
  ])('finish with %s', (raw, reason) => {
    expect(decoded({ finish_reason: raw }).choices[0]!.stop).toEqual({ reason, raw, dialect: 'cohere' })
  })

  it('that end in an error or a timeout under a 200 are failures', () => {
    expect(cohere.decodeAnswer({ ...ANSWER, finish_reason: 'ERROR' })).toMatchObject({ kind: 'server', status: 500 })
    expect(cohere.decodeAnswer({ ...ANSWER, finish_reason: 'TIMEOUT' })).toMatchObject({ kind: 'timeout', status: 504 })
    expect(cohere.decodeAnswer({ id: 'x', message: 'no such thing' })).toMatchObject({ message: 'no such thing' })
    expect(cohere.decodeAnswer({ id: 'x' })).toMatchObject({ kind: 'malformed' })
    expect(cohere.decodeAnswer(null)).toMatchObject({ kind: 'malformed' })
  })

  it('count what is paid for, and say nothing where nothing is said', () => {
    expect(decoded({}).usage).toMatchObject({ input: 5, output: 2 })
    expect(decoded({}).usage?.cachedInput).toBeUndefined()
    expect(decoded({ usage: { tokens: { input_tokens: 9, output_tokens: 3 } } }).usage).toMatchObject({
      input: 9,
      output: 3,
    })
    expect(decoded({ usage: {} }).usage).toBeUndefined()
    const thought = {
      billed_units: { input_tokens: 5, output_tokens: 2 },
      tokens: { output_tokens: 90, reasoning_tokens: 80 },
    }
    expect(decoded({ usage: thought }).usage).toMatchObject({ output: 2, reasoning: 2 })
  })

  it('give each citation to the text that it is of', () => {
    const cited = (content_index: number | undefined, text: string) => ({
      start: 0,
      end: 1,
      text,
      ...(content_index !== undefined && { content_index }),
    })
    const citations = [cited(1, 'a'), cited(undefined, 'b'), cited(0, 'c')]
    const content = [
      { type: 'thinking', thinking: 'hm' },
      { type: 'text', text: 'one' },
      { type: 'text', text: 'two' },
    ]
    const blocks = decoded({ message: { role: 'assistant', content, citations } }).choices[0]!.content
    expect(blocks.map((block) => (block.kind === 'text' ? (block.citations?.items ?? []) : []))).toEqual([
      [],
      [citations[0]],
      [citations[1], citations[2]],
    ])
  })

  it('tell the pages that a citation rests on', () => {
    const page = { type: 'tool', id: 'a:0', tool_output: { url: 'https://ruby.org/', title: 'Ruby' } }
    const file = { type: 'document', id: 'doc:0', document: { id: 'doc:0', text: 'x', title: 'facts.txt' } }
    const citations = [
      { start: 6, end: 11, text: 'there', sources: [page, file] },
      { start: 0, end: 5, text: 'hello', sources: [file] },
    ]
    const message = { role: 'assistant', content: [{ type: 'text', text: 'hello there' }], citations }
    const told = openaiChat.encodeAnswer(decoded({ message }), CONTEXT)
    const url_citation = { url: 'https://ruby.org/', title: 'Ruby', start_index: 6, end_index: 11 }
    expect(told).toMatchObject({ choices: [{ message: { annotations: [{ type: 'url_citation', url_citation }] } }] })
  })

  it('read calls without arguments, and the plan as text', () => {
    const tool_calls = ['', null, 'null', '{"a":1}'].map((text, i) => ({
      id: `c${i}`,
      type: 'function',
      function: { name: 'f', arguments: text },
    }))
    const { content } = decoded({
      message: { role: 'assistant', tool_plan: 'I will.', tool_calls },
      finish_reason: 'TOOL_CALL',
    }).choices[0]!
    expect(content[0]).toEqual({ kind: 'text', text: 'I will.' })
    expect(content.slice(1).map((block) => block.kind === 'tool_call' && block.arguments)).toEqual([
      '',
      '',
      '',
      '{"a":1}',
    ])
  })

  it("say log-probabilities in OpenAI's shape, of pieces by the sum of their tokens'", () => {
    const logprobs = [
      { text: 'hel', token_ids: [1], logprobs: [-0.5] },
      { text: 'lo', token_ids: [2, 3], logprobs: [-0.25, -0.25] },
    ]
    expect(decoded({ logprobs }).choices[0]!.logprobs).toEqual({
      content: [
        { token: 'hel', logprob: -0.5, bytes: [104, 101, 108], top_logprobs: [] },
        { token: 'lo', logprob: -0.5, bytes: [108, 111], top_logprobs: [] },
      ],
    })
  })
})

describe('errors', () => {
  it.each<[number, JsonObject, string]>([
    [400, { message: 'invalid request: x' }, 'bad_request'],
    [400, { message: 'too many tokens: size limit exceeded by 9', error_type: 'TOO_MANY_TOKENS' }, 'context_length'],
    [401, { message: 'invalid api token' }, 'auth'],
    [403, { message: 'not allowed' }, 'permission'],
    [404, { message: "model 'x' not found" }, 'not_found'],
    [422, { message: 'failed to generate' }, 'bad_request'],
    [429, { message: 'You are limited to 20 API calls / minute' }, 'rate_limit'],
    [429, { message: 'Trial keys are limited to 1000 API calls / month' }, 'quota'],
    [498, { message: 'blocked output' }, 'content_policy'],
    [499, { message: 'client closed request' }, 'timeout'],
    [500, { message: 'internal' }, 'server'],
    [503, { message: 'unavailable' }, 'overloaded'],
    [504, { message: 'slow' }, 'timeout'],
  ])('%i %j is %s', (status, body, kind) => {
    expect(cohere.decodeError(status, () => undefined, { id: 'e', ...body }, '')).toMatchObject({
      status,
      kind,
      message: body['message'],
    })
  })

  it('that are no JSON are told by their status, and a wait by its header', () => {
    const wait = (name: string) => (name === 'retry-after' ? '7' : undefined)
    expect(cohere.decodeError(429, wait, undefined, 'slow down')).toMatchObject({
      kind: 'rate_limit',
      retryAfterMs: 7000,
    })
  })
})

const sse = (...events: readonly (JsonObject | string)[]): Uint8Array =>
  bytesOf(events.map((event) => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`).join(''))
const START = { type: 'message-start', id: 's1', delta: { message: { role: 'assistant' } } }
const text = (value: string, index = 0): JsonObject => ({
  type: 'content-delta',
  index,
  delta: { message: { content: { text: value } } },
})
const END = {
  type: 'message-end',
  delta: { finish_reason: 'COMPLETE', usage: { billed_units: { input_tokens: 1, output_tokens: 2 } } },
}
const read = (...events: readonly (JsonObject | string)[]): readonly StreamEvent[] =>
  feed(cohere.decodeStream(), [sse(...events)])

describe('streams', () => {
  it('keep a text open for its citations', () => {
    const citation = { start: 0, end: 2, text: 'hi' }
    const said = accumulate(
      read(
        START,
        text('hi'),
        { type: 'content-end', index: 0 },
        { type: 'citation-start', index: 0, delta: { message: { citations: citation } } },
        { type: 'citation-end', index: 0 },
        END,
        '[DONE]',
      ),
    )
    expect(said).toMatchObject({
      kind: 'answer',
      answer: {
        choices: [{ content: [{ kind: 'text', text: 'hi', citations: { dialect: 'cohere', items: [citation] } }] }],
      },
    })
  })

  it('that end in an error, break off or say nonsense are no clean ends', () => {
    const failing = { type: 'message-end', delta: { finish_reason: 'ERROR', error: 'upstream gone', usage: {} } }
    expect(read(START, text('a'), failing).at(-1)).toMatchObject({
      kind: 'error',
      error: { kind: 'server', message: 'upstream gone' },
    })
    expect(read(START, text('a')).at(-1)).toMatchObject({ kind: 'error', error: { kind: 'malformed' } })
    expect(read(START, text('a'), '[DONE]').at(-1)).toMatchObject({ kind: 'error', error: { kind: 'malformed' } })
    expect(read(START, '{"type":').at(-1)).toMatchObject({ kind: 'error', error: { kind: 'malformed' } })
    expect(read(START, { message: 'too many tokens', id: 'x' }).at(-1)).toMatchObject({
      kind: 'error',
      error: { kind: 'context_length' },
    })
    const stray = {
      type: 'tool-call-delta',
      index: 0,
      delta: { message: { tool_calls: { function: { arguments: '{' } } } },
    }
    expect(read(START, stray).at(-1)).toMatchObject({ kind: 'error', error: { kind: 'malformed' } })
  })

  it('tolerate events that are not known, and nothing follows the end', () => {
    expect(read(START, { type: 'debug', prompt: 'x' }, text('a'), END, text('b')).at(-1)).toEqual({ kind: 'end' })
  })

  it('hold log-probabilities beside their text', () => {
    const event = { ...text('hi'), logprobs: { text: 'hi', token_ids: [1], logprobs: [-1] } }
    expect(read(START, event, END)).toContainEqual({
      kind: 'text',
      choice: 0,
      block: 0,
      text: 'hi',
      logprobs: { content: [{ token: 'hi', logprob: -1, bytes: [104, 105], top_logprobs: [] }] },
    })
  })
})

/** What the API can say of an answer: no signatures, cached tokens are not its billed ones, cut calls are plain. */
const plain = (whole: Answer): Json => {
  const said = plainAnswer(whole, 'cohere') as JsonObject
  return { ...said, usage: { ...(said['usage'] as JsonObject), cached: 0 } }
}

describe('streams are neutral', () => {
  const size = fc.integer({ min: 1, max: 9 })

  it('cutting the bytes anywhere gives the same events', () => {
    fc.assert(
      fc.property(answer, size, fc.array(fc.nat(), { maxLength: 12 }), (whole, each, places) => {
        const bytes = bytesOf(writeCohereStream(whole, each))
        const events = feed(cohere.decodeStream(), [bytes])
        expect(feed(cohere.decodeStream(), cutAt(bytes, places))).toEqual(events)
        expect(feed(cohere.decodeStream(), byteByByte(bytes))).toEqual(events)
      }),
      { numRuns: 60 },
    )
  })

  it('the stream says what the whole answer says, to clients of every dialect', () => {
    fc.assert(
      fc.property(answer, size, (whole, each) => {
        const told = cohere.decodeAnswer(writeCohereAnswer(whole))
        if ('kind' in told) throw new Error(told.message)
        expect(plain(told)).toEqual(plain(whole))
        const events = feed(cohere.decodeStream(), [bytesOf(writeCohereStream(whole, each))])
        expect(events.some((event) => 'text' in event && /[\uD800-\uDBFF]$/.test(event.text))).toBe(false)
        for (const dialect of [openaiChat, anthropic]) {
          const encoder = dialect.encodeStream(CONTEXT)
          const across = accumulate(feed(dialect.decodeStream(), [bytesOf(events.map(encoder.event).join(''))]))
          if (across.kind === 'failed') throw new Error(across.error.message)
          expect(plain(across.answer)).toEqual(plain(whole))
        }
      }),
    )
  })

  it('a stream that breaks off is never a clean end', () => {
    fc.assert(
      fc.property(answer, fc.nat(), (whole, at) => {
        const bytes = bytesOf(writeCohereStream(whole, 3))
        const last = feed(cohere.decodeStream(), [bytes.subarray(0, at % bytes.length)]).at(-1)
        if (last?.kind !== 'end') expect(last).toMatchObject({ kind: 'error', error: { kind: 'malformed' } })
        // Complete with the last event: what is missing is the mark after it.
        else expect(bytes.length - (at % bytes.length)).toBeLessThanOrEqual('\ndata: [DONE]\n\n'.length)
      }),
    )
  })
})

describe('nothing throws', () => {
  it('on any call', () => {
    fc.assert(
      fc.property(commonCall, (call: ChatCall) => {
        JSON.stringify(cohere.encodeRequest(call, OPTIONS))
      }),
    )
  })

  it('on answers and streams with one place replaced', () => {
    fc.assert(
      fc.property(
        answer.chain((whole) => mutated(writeCohereAnswer(whole))),
        (body) => {
          const said = cohere.decodeAnswer(body)
          if (!('kind' in said)) for (const dialect of [openaiChat, anthropic]) dialect.encodeAnswer(said, CONTEXT)
        },
      ),
      { numRuns: 500 },
    )
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(START, text('a'), END).chain((event) => mutated(event)),
          { maxLength: 5 },
        ),
        (events) => {
          accumulate(feed(cohere.decodeStream(), [sse(...events.map((event) => JSON.stringify(event)))]))
        },
      ),
      { numRuns: 500 },
    )
  })
})
