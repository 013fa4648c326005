/** The dialect of OpenAI's Responses API. */
import { describe, expect, it } from 'vitest'
import { anthropic } from '../../src/dialects/anthropic/anthropic.ts'
import type { AnswerContext } from '../../src/dialects/dialect.ts'
import type { Answer, Block, ChatCall, Json, JsonObject, StreamEvent } from '../../src/dialects/neutral.ts'
import { openaiChat } from '../../src/dialects/openai-chat/openai-chat.ts'
import { openaiResponses } from '../../src/dialects/openai-responses/openai-responses.ts'
import { accumulate } from './accumulate.ts'
import { bytesOf, feed } from './cut.ts'
import { eventsOf } from './recordings.ts'

const OPTIONS = { model: 'gpt-5', defaultMaxTokens: 4096 }
const CONTEXT: AnswerContext = { model: 'alias', id: 'resp_1', created: 5, includeUsage: true }

function decode(fields: JsonObject): ChatCall {
  const decoded = openaiResponses.decodeRequest({ model: 'm', input: 'hi', ...fields })
  if (!decoded.ok) throw new Error(`${decoded.message} (${decoded.param})`)
  return decoded.value
}

const again = (fields: JsonObject): JsonObject => openaiResponses.encodeRequest(decode(fields), OPTIONS).body

function refusal(fields: JsonObject): string {
  const decoded = openaiResponses.decodeRequest({ model: 'm', input: 'hi', ...fields })
  return decoded.ok ? 'taken' : `${decoded.param}: ${decoded.message}`
}

function answered(content: readonly Block[], rest: Partial<Answer['choices'][number]> = {}): JsonObject {
  const choice = { index: 0, content, stop: { reason: 'end' as const }, ...rest }
  return openaiResponses.encodeAnswer({ id: '', model: 'm', choices: [choice] }, CONTEXT)
}

function stream(...events: readonly JsonObject[]): readonly StreamEvent[] {
  const wire = events.map((event) => `event: ${String(event['type'])}\ndata: ${JSON.stringify(event)}\n\n`)
  return feed(openaiResponses.decodeStream(), [bytesOf(wire.join(''))])
}

function whole(events: readonly StreamEvent[]): Answer {
  const said = accumulate(events)
  if (said.kind === 'failed') throw new Error(said.error.message)
  return said.answer
}

function told(...events: readonly StreamEvent[]): readonly JsonObject[] {
  const encoder = openaiResponses.encodeStream(CONTEXT)
  return eventsOf(events.map(encoder.event).join(''))
}

const created = { type: 'response.created', response: { id: 'resp_9', model: 'gpt-5-2026', created_at: 7.5 } }
const completed = (fields: JsonObject = {}): JsonObject => ({
  type: 'response.completed',
  response: { id: 'resp_9', model: 'gpt-5-2026', status: 'completed', output: [], ...fields },
})

describe('what is refused, and where', () => {
  it.each<[JsonObject, string]>([
    [{ input: null }, 'input: `input` is missing'],
    [{ input: 7 }, 'input: `input` is a number where a list is wanted'],
    [{ input: [null] }, 'input[0]: `input[0]` is null where an object is wanted'],
    [{ input: [{ role: 'wizard', content: 'x' }] }, 'input[0].role: `input[0].role` is "wizard" where one of user'],
    [{ input: [{ role: 'user' }] }, 'input[0].content: `input[0].content` is missing'],
    [{ input: [{ type: 'functioncall' }] }, 'input[0].type: `input[0].type` is "functioncall" where one of message'],
    [{ input: [{ type: 'function_call', name: 'f' }] }, 'input[0].call_id: `input[0].call_id` is missing'],
    [{ input: [{ type: 'function_call_output', output: '' }] }, 'input[0].call_id: `input[0].call_id` is missing'],
    [{ input: [{ role: 'user', content: [{ type: 'text_input', text: '' }] }] }, 'taken'],
    [
      { input: [{ role: 'user', content: [{ type: 'input_image' }] }] },
      'input[0].content[0]: `input[0].content[0]` has',
    ],
    [{ tools: [{ name: 'f' }] }, 'tools[0].type: `tools[0].type` is missing'],
    [{ tools: [{ type: 'function' }] }, 'tools[0].name: `tools[0].name` is missing'],
    [{ tool_choice: 'any' }, 'tool_choice: `tool_choice` is "any" where auto, none, required or a tool is wanted'],
    [{ text: { format: { type: 'json' } } }, 'text.format.type: `text.format.type` is "json" where text, json_object'],
    [{ max_output_tokens: 0 }, 'max_output_tokens: `max_output_tokens` is 0 where a whole number of at least 1'],
    [{ background: true }, 'background: `background` is true without `stream`'],
    [{ background: true, stream: true }, 'taken'],
    [{ input: null, previous_response_id: 'resp_0' }, 'taken'],
    [{ input: null, prompt: { id: 'pmpt_1' } }, 'taken'],
  ])('%j', (fields, message) => {
    expect(refusal(fields)).toContain(message)
  })
})

describe('its own requests', () => {
  it('items are gathered to turns, and parted again as they were', () => {
    const input = [
      { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'rules' }], id: 'msg_0' },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'one' }] },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'two' }] },
      { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'hm' }], encrypted_content: 'x' },
      { type: 'message', role: 'assistant', phase: 'commentary', content: [{ type: 'output_text', text: 'a' }] },
      { type: 'message', role: 'assistant', phase: 'final', content: [{ type: 'output_text', text: 'b' }] },
      { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: 'q' } },
      { type: 'function_call', id: 'fc_1', call_id: 'c1', name: 'f', arguments: '{}', status: 'completed' },
      { type: 'function_call', call_id: 'c2', name: 'f', arguments: '{"a":1}' },
      { type: 'function_call_output', call_id: 'c1', output: 'r1' },
      { type: 'function_call_output', call_id: 'c2', output: [{ type: 'input_image', image_url: 'https://x/y.png' }] },
      { type: 'message', role: 'system', content: [{ type: 'input_text', text: 'late' }] },
      { type: 'item_reference', id: 'rs_2' },
    ]
    const call = decode({ input })
    expect(call.messages.map(({ role, content }) => `${role} ${content.map(({ kind }) => kind).join(' ')}`)).toEqual([
      'user text',
      'user text',
      'assistant reasoning text text opaque tool_call tool_call',
      'user tool_result tool_result',
      'system text',
      'assistant opaque',
    ])
    expect(call.system).toMatchObject([{ text: 'rules' }])
    expect(openaiResponses.encodeRequest(call, OPTIONS)).toEqual({ body: { model: 'gpt-5', input }, losses: [] })
  })

  it('messages that follow one another stay apart, and empty text beside other parts goes', () => {
    const said = (text: string) => ({ type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] })
    const image = { type: 'input_image', image_url: 'https://x/y.png' }
    const asked = (...content: JsonObject[]) => ({ type: 'message', role: 'user', content })
    expect(again({ input: [asked({ type: 'input_text', text: '' }, image), said('a'), said('b')] })['input']).toEqual([
      asked(image),
      said('a'),
      said('b'),
    ])
  })

  it('parts of messages of every kind come back', () => {
    const content = [
      { type: 'input_text', text: 'look', prompt_cache_breakpoint: true },
      { type: 'input_image', image_url: 'data:image/png;base64,aGk=', detail: 'low' },
      { type: 'input_image', file_id: 'file_1' },
      { type: 'input_file', file_data: 'data:application/pdf;base64,JVBERi0=', filename: 'a.pdf' },
      { type: 'input_file', file_url: 'https://x/a.pdf' },
      { type: 'input_file', file_id: 'file_2' },
      { type: 'input_audio', input_audio: { data: 'aGk=', format: 'wav' } },
      { type: 'input_video', video_url: 'https://x/a.mp4' },
    ]
    const input = [{ type: 'message', role: 'user', content }]
    expect(again({ input })['input']).toEqual(input)
  })

  it('parameters come back, those without a neutral word too', () => {
    const fields: JsonObject = {
      instructions: 'be brief',
      tools: [
        { type: 'function', name: 'f', description: 'd', parameters: { type: 'object' }, strict: true, x: 1 },
        { type: 'web_search', search_context_size: 'low' },
        { type: 'custom', name: 'g' },
      ],
      tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'f' }] },
      parallel_tool_calls: false,
      max_output_tokens: 9,
      temperature: 0.5,
      top_p: 0.9,
      top_logprobs: 3,
      include: ['file_search_call.results', 'message.output_text.logprobs'],
      text: { format: { type: 'json_schema', name: 'n', schema: { type: 'object' }, strict: true }, verbosity: 'low' },
      reasoning: { effort: 'high', summary: 'auto', context: 'all_turns' },
      user: 'u',
      service_tier: 'flex',
      stream: true,
      stream_options: { include_obfuscation: false },
      store: false,
      metadata: { a: 'b' },
      previous_response_id: 'resp_0',
      conversation: 'conv_1',
      truncation: 'auto',
      safety_identifier: 's',
      prompt_cache_key: 'k',
      background: true,
      max_tool_calls: 2,
      unknown: { kept: 1 },
    }
    const { input: _, ...body } = again(fields)
    expect(body).toEqual({ model: 'gpt-5', ...fields })
  })

  it('what stands before the instructions goes out with them, what stands behind is the system’s', () => {
    const call = decode({
      instructions: 'second',
      input: [
        { role: 'system', content: 'third' },
        { role: 'user', content: 'hi' },
      ],
    })
    const first: ChatCall = { ...call, system: [{ kind: 'text', text: 'first' }, ...call.system] }
    expect(openaiResponses.encodeRequest(first, OPTIONS).body).toMatchObject({
      instructions: 'first\n\nsecond',
      input: [{ role: 'system', content: [{ type: 'input_text', text: 'third' }] }, { role: 'user' }],
    })
  })
})

describe('requests of other clients', () => {
  const fromChat = (fields: JsonObject) => {
    const decoded = openaiChat.decodeRequest({ model: 'm', messages: [{ role: 'user', content: 'hi' }], ...fields })
    if (!decoded.ok) throw new Error(decoded.message)
    const { body, losses } = openaiResponses.encodeRequest(decoded.value, OPTIONS)
    return { body, losses: losses.map(({ field }) => field) }
  }

  it('answers are not kept, and functions are not strict, unless it is said', () => {
    const tools = [{ type: 'function', function: { name: 'f' } }]
    expect(fromChat({ tools }).body).toMatchObject({
      store: false,
      tools: [{ type: 'function', name: 'f', parameters: { type: 'object', properties: {} }, strict: false }],
    })
    expect(fromChat({ store: true }).body['store']).toBe(true)
  })

  it('what it has other words for is said in those', () => {
    const { body, losses } = fromChat({
      max_completion_tokens: 5,
      reasoning_effort: 'low',
      verbosity: 'high',
      logprobs: true,
      top_logprobs: 2,
      response_format: { type: 'json_schema', json_schema: { name: 'n', schema: {} } },
      metadata: { a: 'b' },
      stop: [],
      n: 1,
    })
    expect(losses).toEqual([])
    expect(body).toMatchObject({
      max_output_tokens: 5,
      reasoning: { effort: 'low' },
      include: ['message.output_text.logprobs'],
      top_logprobs: 2,
      text: { format: { type: 'json_schema', name: 'n', strict: false }, verbosity: 'high' },
      metadata: { a: 'b' },
    })
  })

  it.each<[JsonObject, string]>([
    [{ stop: ['x'] }, 'stop'],
    [{ seed: 1 }, 'seed'],
    [{ n: 2 }, 'n'],
    [{ frequency_penalty: 1 }, 'frequency_penalty'],
    [{ presence_penalty: 1 }, 'presence_penalty'],
    [{ logit_bias: { 1: 1 } }, 'logit_bias'],
    [{ modalities: ['audio'] }, 'modalities'],
    [{ tools: [{ type: 'custom', custom: { name: 'c' } }] }, 'tools'],
    [{ messages: [{ role: 'user', name: 'ann', content: 'hi' }] }, 'messages.name'],
  ])('%j is a loss', (fields, field) => {
    expect(fromChat(fields).losses).toEqual([field])
  })

  it('a failed result says so, and thinking of another provider stays away', () => {
    const decoded = anthropic.decodeRequest({
      model: 'm',
      max_tokens: 9,
      messages: [
        { role: 'user', content: 'hi' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: 'c2ln' },
            { type: 'tool_use', id: 't1', name: 'f', input: {} },
          ],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't1', content: 'no', is_error: true }] },
      ],
    })
    if (!decoded.ok) throw new Error(decoded.message)
    expect(openaiResponses.encodeRequest(decoded.value, OPTIONS).body['input']).toEqual([
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hi' }] },
      { type: 'function_call', call_id: 't1', name: 'f', arguments: '{}' },
      { type: 'function_call_output', call_id: 't1', output: 'Error: no' },
    ])
  })
})

describe('answers', () => {
  const response = (fields: JsonObject) => {
    const answer = openaiResponses.decodeAnswer({ id: 'r', model: 'm', status: 'completed', output: [], ...fields })
    if ('kind' in answer) throw new Error(answer.message)
    return answer
  }
  const call = { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' }
  const said = (part: JsonObject) => [{ type: 'message', role: 'assistant', content: [part] }]

  it.each<[JsonObject, string]>([
    [{ output: said({ type: 'output_text', text: 'x' }) }, 'end'],
    [{ output: [call] }, 'tool_calls'],
    [{ output: said({ type: 'refusal', refusal: 'no' }) }, 'refusal'],
    [{ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' }, output: [call] }, 'length'],
    [{ status: 'incomplete', incomplete_details: { reason: 'content_filter' } }, 'content_filter'],
    [{ status: 'incomplete', incomplete_details: { reason: 'something new' } }, 'unknown'],
    [{ status: 'incomplete' }, 'unknown'],
  ])('%j stops by %s', (fields, reason) => {
    expect(response(fields).choices[0]!.stop.reason).toBe(reason)
  })

  it.each<[Json, string, string]>([
    [{ status: 'failed', error: { code: 'rate_limit_exceeded', message: 'slow down' } }, 'rate_limit', 'slow down'],
    [{ status: 'failed' }, 'malformed', 'failed'],
    [{ status: 'cancelled', output: [] }, 'malformed', 'cancelled'],
    [{ status: 'completed' }, 'malformed', 'no `output`'],
    [{ output: [{ type: 'function_call' }] }, 'malformed', 'output[0].call_id'],
    [[], 'malformed', 'JSON object'],
  ])('%j is an error', (body, kind, message) => {
    const error = openaiResponses.decodeAnswer(body)
    expect(error).toMatchObject({ kind, message: expect.stringContaining(message) })
  })

  it('usage counts cache and reasoning as parts of their wholes', () => {
    const usage = {
      input_tokens: 100,
      input_tokens_details: { cached_tokens: 60, cache_write_tokens: 90 },
      output_tokens: 30,
      output_tokens_details: { reasoning_tokens: 20 },
      total_tokens: 130,
    }
    expect(response({ usage }).usage).toMatchObject({
      input: 100,
      output: 30,
      cachedInput: 60,
      cacheWrite: 40,
      reasoning: 20,
    })
    expect(response({ usage: null }).usage).toBeUndefined()
  })

  it('log-probabilities are one list in OpenAI’s chat form, and come back with their text', () => {
    const logprobs = [{ token: 'x', logprob: -1, bytes: [120], top_logprobs: [] }]
    const answer = response({ output: said({ type: 'output_text', text: 'x', annotations: [], logprobs }) })
    expect(answer.choices[0]!.logprobs).toEqual({ content: logprobs, refusal: null })
    const chat = answered([{ kind: 'text', text: 'x' }], { logprobs: { content: logprobs, refusal: null } })
    expect(chat['output']).toMatchObject([{ content: [{ text: 'x', logprobs }] }])
  })

  it('texts that follow one another are parts of one message, and an answer that was cut says where', () => {
    const answer = answered(
      [
        { kind: 'text', text: 'a' },
        { kind: 'text', text: 'b' },
        { kind: 'tool_call', id: 'c', name: 'f', arguments: '' },
        { kind: 'refusal', text: 'no' },
      ],
      { stop: { reason: 'length' } },
    )
    expect(answer).toMatchObject({
      id: 'resp_1',
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      output: [
        { id: 'msg_1_0', status: 'completed', content: [{ text: 'a' }, { text: 'b' }] },
        { id: 'fc_1_1', status: 'completed', call_id: 'c', arguments: '{}' },
        { id: 'msg_1_2', status: 'incomplete', content: [{ type: 'refusal', refusal: 'no' }] },
      ],
    })
  })

  it('a refusal in words is complete, one without is filtered', () => {
    expect(answered([{ kind: 'refusal', text: 'no' }], { stop: { reason: 'refusal' } })['status']).toBe('completed')
    expect(answered([], { stop: { reason: 'refusal' } })).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'content_filter' },
    })
  })

  it('citations of web pages are annotations at their place in the part', () => {
    const url = 'https://x'
    const cited = (dialect: 'anthropic' | 'openai-chat', item: JsonObject): Block => ({
      kind: 'text',
      text: 'four',
      citations: { dialect, items: [item, { type: 'char_location', document_title: 'd' }] },
    })
    const nested = { type: 'url_citation', url_citation: { start_index: 5, end_index: 7, title: 't', url } }
    const answer = answered([
      { kind: 'text', text: 'zero ' },
      cited('anthropic', { type: 'web_search_result_location', url, title: 't' }),
      { kind: 'tool_call', id: 'c', name: 'f', arguments: '' },
      cited('anthropic', { type: 'search_result_location', source: url }),
    ])
    const annotation = { type: 'url_citation', start_index: 0, end_index: 4, title: 't', url }
    expect(answer['output']).toMatchObject([
      { content: [{ annotations: [] }, { annotations: [annotation] }] },
      {},
      { content: [{ annotations: [{ ...annotation, title: url }] }] },
    ])
    const chat = answered([{ kind: 'text', text: 'zero ' }, cited('openai-chat', nested)])
    expect(chat['output']).toMatchObject([{ content: [{}, { annotations: [{ ...annotation, end_index: 2 }] }] }])
    // And its own, at their place in the whole text of a chat.
    const own = response({ output: said({ type: 'output_text', text: 'four', annotations: [annotation] }) })
    expect(openaiChat.encodeAnswer(own, CONTEXT)).toMatchObject({
      choices: [{ message: { annotations: [{ url_citation: { start_index: 0, end_index: 4, url } }] } }],
    })
  })

  it('reasoning goes with its signature, comes back with it, and never reaches OpenAI', () => {
    const blocks: readonly Block[] = [
      { kind: 'reasoning', text: 'hm', signature: { dialect: 'anthropic', value: 'c2ln' } },
      { kind: 'reasoning', text: '', redacted: { dialect: 'anthropic', data: 'ZGF0YQ' } },
      { kind: 'reasoning', text: 'unsigned' },
    ]
    const output = answered(blocks)['output'] as readonly JsonObject[]
    const call = decode({ input: [{ role: 'user', content: 'hi' }, ...output] })
    expect(call.messages.at(-1)!.content).toMatchObject(blocks)
    expect(openaiResponses.isForwardable(call)).toBe(false)
    expect(openaiResponses.encodeRequest(call, OPTIONS).body['input']).toHaveLength(1)
    expect(anthropic.encodeRequest(call, OPTIONS).body['messages']).toMatchObject([
      {},
      {
        content: [
          { type: 'thinking', thinking: 'hm', signature: 'c2ln' },
          { type: 'redacted_thinking', data: 'ZGF0YQ' },
        ],
      },
    ])
    const own = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'cipher' }
    expect(openaiResponses.isForwardable(decode({ input: [own] }))).toBe(true)
  })

  it.each(['policyc:', 'policyc:[]', 'policyc:{"dialect":7}', 'policyc:{"dialect":"anthropic"}', 'policyc:{}'])(
    'what a client made of the cipher says nothing: %s',
    (encrypted) => {
      const item = { type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm' }], encrypted_content: encrypted }
      const { content } = decode({ input: [item] }).messages[0]!
      expect(content).toMatchObject([{ kind: 'reasoning', text: 'hm' }])
      expect(content[0]).not.toHaveProperty('signature')
    },
  )

  it('a client’s request id cannot make ids that a provider would refuse', () => {
    const context = { ...CONTEXT, id: `resp_${'a:/+='.repeat(40)}` }
    const answer: Answer = {
      id: '',
      model: 'm',
      choices: [{ index: 0, content: [{ kind: 'text', text: 'x' }], stop: { reason: 'end' } }],
    }
    const [item] = openaiResponses.encodeAnswer(answer, context)['output'] as readonly JsonObject[]
    expect(item!['id']).toMatch(/^msg_[a]{40}_0$/)
  })
})

describe('streams of its servers', () => {
  const item = (index: number, value: JsonObject, kind = 'added') => ({
    type: `response.output_item.${kind}`,
    output_index: index,
    item: value,
  })
  const text = (delta: string, at: JsonObject = {}) => ({
    type: 'response.output_text.delta',
    output_index: 0,
    content_index: 0,
    delta,
    ...at,
  })
  const contentOf = (...events: readonly JsonObject[]) =>
    whole(stream(created, ...events, completed())).choices[0]!.content
  const message = { type: 'message', id: 'msg_1', role: 'assistant', content: [] }

  it('starts with what it knows, and a time without fractions', () => {
    expect(stream(created, completed())[0]).toMatchObject({ id: 'resp_9', model: 'gpt-5-2026', created: 7 })
  })

  it('pieces are what counts, and what is told whole again is not said twice', () => {
    const part = { type: 'output_text', text: 'hello', annotations: [{ type: 'file_citation', file_id: 'f' }] }
    const done = { ...message, content: [part] }
    const said = contentOf(
      item(0, message),
      {
        type: 'response.content_part.added',
        output_index: 0,
        content_index: 0,
        part: { type: 'output_text', text: '' },
      },
      text('hel'),
      text('lo'),
      { type: 'response.output_text.done', output_index: 0, content_index: 0, text: 'hello' },
      { type: 'response.content_part.done', output_index: 0, content_index: 0, part },
      item(0, done, 'done'),
    )
    expect(said).toMatchObject([{ kind: 'text', text: 'hello', citations: { items: part.annotations } }])
    expect(said).toHaveLength(1)
  })

  it('an item that comes whole only is said whole', () => {
    const done = {
      ...message,
      content: [
        { type: 'output_text', text: 'hi' },
        { type: 'refusal', refusal: 'no' },
      ],
    }
    const call = { type: 'function_call', call_id: 'c', name: 'f', arguments: '{"a":1}' }
    const expected = [
      { kind: 'text', text: 'hi' },
      { kind: 'refusal', text: 'no' },
      { kind: 'tool_call', id: 'c', arguments: '{"a":1}' },
    ]
    expect(contentOf(item(0, done, 'done'), item(1, call, 'done'))).toMatchObject(expected)
    const last = completed({ output: [done, call] })
    expect(whole(stream(created, last)).choices[0]).toMatchObject({ content: expected, stop: { reason: 'tool_calls' } })
    expect(whole(stream(last)).choices[0]!.content).toMatchObject(expected)
  })

  it('items without a place are told apart by their ids', () => {
    const { output_index: _, ...bare } = text('a')
    const added = (id: string) => ({ type: 'response.output_item.added', item: { ...message, id } })
    expect(
      contentOf(added('m1'), { ...bare, item_id: 'm1' }, added('m2'), { ...bare, item_id: 'm2', delta: 'b' }),
    ).toMatchObject([{ text: 'a' }, { text: 'b' }])
  })

  it('a part that is interrupted goes on, and one that is over does not', () => {
    const call = { type: 'function_call', call_id: 'c', name: 'f', arguments: '' }
    const over = {
      type: 'response.content_part.done',
      output_index: 0,
      content_index: 0,
      part: { type: 'output_text', text: 'ab' },
    }
    expect(contentOf(item(0, message), text('a'), item(1, call), text('b'), over, text('c'))).toMatchObject([
      { text: 'a' },
      { kind: 'tool_call' },
      { text: 'b' },
    ])
    expect(contentOf(item(0, message), text('a'), item(1, call), over).map(({ kind }) => kind)).toEqual([
      'text',
      'tool_call',
    ])
  })

  it('calls are told by interleaved pieces, and by what the pieces left out', () => {
    const call = (id: string) => ({ type: 'function_call', call_id: id, name: 'f', arguments: '' })
    const delta = (index: number, piece: string) => ({
      type: 'response.function_call_arguments.delta',
      output_index: index,
      delta: piece,
    })
    const said = contentOf(
      item(0, call('c0')),
      item(1, call('c1')),
      delta(0, '{"a"'),
      delta(1, '{"b"'),
      delta(0, ':1}'),
      { type: 'response.function_call_arguments.done', output_index: 1, arguments: '{"b":2}' },
      delta(2, '{}'),
      item(2, { ...call('c2'), arguments: '{}' }, 'done'),
      delta(2, 'late'),
      item(3, { ...call('c3'), arguments: { c: 3 } }, 'done'),
      item(4, call('c4')),
      delta(4, '{ "d": 4 }'),
      item(4, { ...call('c4'), arguments: '{"d":4}' }, 'done'),
    )
    expect(said).toMatchObject([
      { id: 'c0', arguments: '{"a":1}' },
      { id: 'c1', arguments: '{"b":2}' },
      { id: 'c2', arguments: '{}' },
      { id: 'c3', arguments: '{"c":3}' },
      { id: 'c4', arguments: '{ "d": 4 }' },
    ])
  })

  it('parts of reasoning are parted, and of its summary and its text one counts', () => {
    const reasoning = { type: 'reasoning', id: 'rs_1', summary: [] }
    const delta = (kind: string, index: number, piece: string) => ({
      type: `response.${kind}.delta`,
      output_index: 0,
      [kind === 'reasoning_text' ? 'content_index' : 'summary_index']: index,
      delta: piece,
    })
    const summary = [
      { type: 'summary_text', text: 'one' },
      { type: 'summary_text', text: 'two' },
    ]
    const said = contentOf(
      item(0, reasoning),
      delta('reasoning_summary_text', 0, 'o'),
      delta('reasoning_summary_text', 0, 'ne'),
      delta('reasoning_text', 0, 'raw'),
      delta('reasoning_summary_text', 1, 'two'),
      item(0, { ...reasoning, summary, encrypted_content: 'cipher' }, 'done'),
      item(1, { type: 'reasoning', id: 'rs_2', summary: [], encrypted_content: 'only' }, 'done'),
    )
    expect(said).toMatchObject([
      { kind: 'reasoning', text: 'one\n\ntwo', signature: { dialect: 'openai-responses', value: 'cipher' } },
      { kind: 'reasoning', text: '', signature: { value: 'only' } },
    ])
    const done = openaiResponses.decodeAnswer({ status: 'completed', output: [{ ...reasoning, summary }] })
    expect(done).toMatchObject({ choices: [{ content: [{ text: 'one\n\ntwo' }] }] })
  })

  it('tools of the provider stream as they are, for clients of the same dialect', () => {
    const search = { type: 'web_search_call', id: 'ws_1', status: 'in_progress' }
    const done = { ...search, status: 'completed', action: { query: 'q' } }
    const events = stream(
      created,
      item(0, search),
      { type: 'response.web_search_call.searching', output_index: 0, item_id: 'ws_1' },
      item(0, done, 'done'),
      item(1, message),
      text('found', { output_index: 1 }),
      completed(),
    )
    expect(events.filter(({ kind }) => kind === 'opaque')).toHaveLength(2)
    const types = told(...events).map((event) => event['type'])
    expect(types).toContain('response.web_search_call.searching')
    expect(told(...events).at(-1)).toMatchObject({ response: { output: [done, { content: [{ text: 'found' }] }] } })
    const chat = openaiChat.encodeStream(CONTEXT)
    expect(events.map(chat.event).join('')).toContain('"content":"found"')
  })

  it.each<[string, JsonObject, string, string]>([
    [
      'failed',
      { type: 'response.failed', response: { error: { code: 'server_error', message: 'oops' } } },
      'server',
      'oops',
    ],
    ['flat', { type: 'error', code: 'rate_limit_exceeded', message: 'slow' }, 'rate_limit', 'slow'],
    ['nested', { type: 'error', error: { type: 'insufficient_quota', message: 'empty' } }, 'quota', 'empty'],
    ['nameless', { error: { message: 'odd' } }, 'server', 'odd'],
  ])('an error inside the stream: %s', (_, event, kind, message) => {
    const events = stream(created, text('a'), event, text('b'), completed())
    expect(events.at(-1)).toMatchObject({ kind: 'error', error: { kind, message } })
  })

  it('a stream without its end broke off, whatever marks follow', () => {
    const wire = `data: ${JSON.stringify(created)}\n\ndata: ${JSON.stringify(text('a'))}\n\ndata: [DONE]\n\n`
    expect(feed(openaiResponses.decodeStream(), [bytesOf(wire)]).at(-1)).toMatchObject({
      kind: 'error',
      error: { kind: 'malformed' },
    })
    expect(stream(created, text('a'), { ...completed(), type: 'response.incomplete' }).at(-1)).toEqual({ kind: 'end' })
  })
})

describe('streams for its clients', () => {
  const start: StreamEvent = { kind: 'start', id: '', model: 'm' }
  const end: readonly StreamEvent[] = [
    { kind: 'finish', choice: 0, stop: { reason: 'end' } },
    { kind: 'usage', usage: { input: 1, output: 2 } },
    { kind: 'end' },
  ]
  const at = (block: number) => ({ choice: 0, block })

  it('golden: a text that cites, and a call', () => {
    const cited = { type: 'web_search_result_location', url: 'https://x', title: 't' }
    const events = told(
      start,
      { kind: 'block_start', ...at(0), of: { kind: 'text' } },
      { kind: 'text', ...at(0), text: 'hi' },
      { kind: 'citation', ...at(0), dialect: 'anthropic', value: cited },
      { kind: 'block_stop', ...at(0) },
      { kind: 'block_start', ...at(1), of: { kind: 'tool_call', id: 'c', name: 'f' } },
      { kind: 'block_stop', ...at(1) },
      ...end,
    )
    const annotation = { type: 'url_citation', start_index: 0, end_index: 2, title: 't', url: 'https://x' }
    const place = { output_index: 0, item_id: 'msg_1_0', content_index: 0 }
    const part = { type: 'output_text', text: 'hi', annotations: [annotation], logprobs: [] }
    const item = { id: 'msg_1_0', type: 'message', status: 'completed', role: 'assistant', content: [part] }
    const call = { id: 'fc_1_1', type: 'function_call', call_id: 'c', name: 'f' }
    const ofCall = { output_index: 1, item_id: 'fc_1_1' }
    expect(events.slice(2, -1).map(({ sequence_number: _, ...event }) => event)).toEqual([
      { type: 'response.output_item.added', output_index: 0, item: { ...item, status: 'in_progress', content: [] } },
      { type: 'response.content_part.added', ...place, part: { ...part, text: '', annotations: [] } },
      { type: 'response.output_text.delta', ...place, delta: 'hi', logprobs: [] },
      { type: 'response.output_text.annotation.added', ...place, annotation_index: 0, annotation },
      { type: 'response.output_text.done', ...place, text: 'hi', logprobs: [] },
      { type: 'response.content_part.done', ...place, part },
      { type: 'response.output_item.done', output_index: 0, item },
      { type: 'response.output_item.added', output_index: 1, item: { ...call, status: 'in_progress', arguments: '' } },
      { type: 'response.function_call_arguments.delta', ...ofCall, delta: '{}' },
      { type: 'response.function_call_arguments.done', ...ofCall, name: 'f', arguments: '{}' },
      { type: 'response.output_item.done', output_index: 1, item: { ...call, status: 'completed', arguments: '{}' } },
    ])
    expect(events.at(-1)).toMatchObject({
      type: 'response.completed',
      response: { id: 'resp_1', status: 'completed', output: [item, call], usage: { total_tokens: 3 } },
    })
  })

  it('what is said whole is what a whole answer says', () => {
    const cited = { type: 'url_citation', url_citation: { start_index: 1, end_index: 2, title: 't', url: 'https://x' } }
    const blocks: readonly Block[] = [
      { kind: 'reasoning', text: 'hm', signature: { dialect: 'anthropic', value: 'c2ln' } },
      { kind: 'text', text: 'a' },
      { kind: 'text', text: 'b', citations: { dialect: 'openai-chat', items: [cited] } },
      { kind: 'refusal', text: 'no' },
      { kind: 'tool_call', id: 'c', name: 'f', arguments: '{"a":1}' },
      { kind: 'reasoning', text: '', redacted: { dialect: 'anthropic', data: 'ZGF0YQ' } },
      { kind: 'text', text: 'late', citations: { dialect: 'openai-chat', items: [cited] } },
    ]
    const events = blocks.flatMap((block, i): readonly StreamEvent[] => {
      switch (block.kind) {
        case 'text':
        case 'refusal':
          return [
            { kind: 'block_start', ...at(i), of: { kind: block.kind } },
            { kind: block.kind, ...at(i), text: block.text },
            ...(block.kind === 'text' && block.citations !== undefined
              ? [{ kind: 'citation' as const, ...at(i), dialect: 'openai-chat' as const, value: cited }]
              : []),
            { kind: 'block_stop', ...at(i) },
          ]
        case 'tool_call':
          return [
            { kind: 'block_start', ...at(i), of: block },
            { kind: 'arguments', ...at(i), text: block.arguments },
            { kind: 'block_stop', ...at(i) },
          ]
        case 'reasoning':
          return block.redacted !== undefined
            ? [
                { kind: 'block_start', ...at(i), of: { kind: 'redacted_reasoning', ...block.redacted } },
                { kind: 'block_stop', ...at(i) },
              ]
            : [
                { kind: 'block_start', ...at(i), of: { kind: 'reasoning' } },
                { kind: 'reasoning', ...at(i), text: block.text },
                { kind: 'signature', ...at(i), ...block.signature! },
                { kind: 'block_stop', ...at(i) },
              ]
        default:
          return []
      }
    })
    for (const reason of ['end', 'length'] as const) {
      const last: StreamEvent = { kind: 'finish', choice: 0, stop: { reason } }
      const streamed = told(start, ...events, last, { kind: 'end' }).at(-1)!['response'] as JsonObject
      const once = answered(blocks, { stop: { reason } })
      expect(streamed).toEqual(once)
      expect(JSON.stringify(once)).toContain('"start_index":0,"end_index":1')
    }
  })

  it('only its first choice is heard, and a ping is a comment', () => {
    const encoder = openaiResponses.encodeStream(CONTEXT)
    expect(encoder.event({ kind: 'ping' })).toBe(': ping\n\n')
    expect(encoder.event({ kind: 'block_start', choice: 1, block: 0, of: { kind: 'text' } })).toBe('')
  })

  it('a failure is an error as SDKs throw it, and the end of a response that had begun', () => {
    const error = { status: 502, kind: 'upstream_failed', message: 'gone' }
    const early = openaiResponses.encodeStream(CONTEXT)
    const flat = { code: 'upstream_failed', message: 'gone', param: null }
    const event = { type: 'error', sequence_number: 0, ...flat, error: { ...flat, type: 'api_error' } }
    expect(eventsOf(early.fail(error))).toEqual([event])
    const begun = openaiResponses.encodeStream(CONTEXT)
    begun.event(start)
    expect(eventsOf(begun.fail(error))).toMatchObject([
      { ...event, sequence_number: 2 },
      {
        type: 'response.failed',
        response: { id: 'resp_1', status: 'failed', error: { code: 'upstream_failed', message: 'gone' } },
      },
    ])
    expect(begun.event({ kind: 'end' })).toBe('')
  })
})
