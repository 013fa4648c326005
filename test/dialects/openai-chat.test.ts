/** OpenAI's chat dialect by the numbers of the wire rules, and by the shapes of the servers that speak it. */
import { describe, expect, it } from 'vitest'
import { anthropic } from '../../src/dialects/anthropic/anthropic.ts'
import type { AnswerContext, EncodeOptions } from '../../src/dialects/dialect.ts'
import type { Answer, Block, ChatCall, Json, JsonObject, StreamEvent } from '../../src/dialects/neutral.ts'
import { openaiChat } from '../../src/dialects/openai-chat/openai-chat.ts'
import { stringContent, systemRole } from '../../src/dialects/openai-chat/quirks/messages.ts'
import { accumulate } from './accumulate.ts'
import { bytesOf, feed } from './cut.ts'

const OPTIONS: EncodeOptions = { model: 'gpt', defaultMaxTokens: 4096 }
const CONTEXT: AnswerContext = { model: 'alias', id: 'made-up', created: 5, includeUsage: true }
const HI = [{ role: 'user', content: 'hi' }]

function decode(fields: JsonObject): ChatCall {
  const decoded = openaiChat.decodeRequest({ model: 'm', messages: HI, ...fields })
  if (!decoded.ok) throw new Error(`${decoded.message} (${decoded.param})`)
  return decoded.value
}

function refusal(fields: JsonObject): { message: string; param: string | undefined } {
  const decoded = openaiChat.decodeRequest({ model: 'm', messages: HI, ...fields })
  if (decoded.ok) throw new Error('accepted')
  return { message: decoded.message, param: decoded.param }
}

/** The body for OpenAI of what an Anthropic client says. */
function fromAnthropic(fields: JsonObject): { body: JsonObject; losses: readonly string[] } {
  const decoded = anthropic.decodeRequest({ model: 'claude', max_tokens: 100, messages: HI, ...fields })
  if (!decoded.ok) throw new Error(`${decoded.message} (${decoded.param})`)
  const { body, losses } = openaiChat.encodeRequest(decoded.value, OPTIONS)
  return { body, losses: losses.map(({ field }) => field) }
}

function answer(message: JsonObject, choice: JsonObject = {}, body: JsonObject = {}): Answer {
  const decoded = openaiChat.decodeAnswer({
    id: 'c1',
    model: 'm',
    choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: 'stop', ...choice }],
    ...body,
  })
  if ('kind' in decoded) throw new Error(decoded.message)
  return decoded
}

const content = (message: JsonObject, choice: JsonObject = {}): readonly Block[] =>
  answer(message, choice).choices[0]!.content

function chunk(delta: JsonObject, choice: JsonObject = {}, body: JsonObject = {}): string {
  return `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: null, ...choice }], ...body })}\n\n`
}
const DONE = 'data: [DONE]\n\n'

function stream(...wire: readonly string[]): readonly StreamEvent[] {
  return feed(openaiChat.decodeStream(), [bytesOf(wire.join(''))])
}

function streamed(...wire: readonly string[]): Answer {
  const said = accumulate(stream(...wire))
  if (said.kind === 'failed') throw new Error(said.error.message)
  return said.answer
}

function encoded(events: readonly StreamEvent[], context: AnswerContext = CONTEXT): string {
  const encoder = openaiChat.encodeStream(context)
  return events.map(encoder.event).join('')
}

describe('what is refused, and where', () => {
  it.each<[string, JsonObject, string | undefined, RegExp]>([
    ['no model', { model: null }, 'model', /missing/],
    ['a model of a wrong type', { model: 7 }, 'model', /a number where a string/],
    ['no messages', { messages: null }, 'messages', /missing/],
    ['empty messages', { messages: [] }, 'messages', /empty/],
    ['messages that are no list', { messages: 'hi' }, 'messages', /a string where a list/],
    ['a message that is no object', { messages: ['hi'] }, 'messages[0]', /a string where an object/],
    [
      'an unknown role',
      { messages: [{ role: 'asistant', content: 'x' }] },
      'messages[0].role',
      /did you mean `assistant`/,
    ],
    ['no role', { messages: [{ content: 'x' }] }, 'messages[0].role', /missing/],
    ['no content', { messages: [{ role: 'user' }] }, 'messages[0].content', /missing/],
    ['content of a wrong type', { messages: [{ role: 'user', content: 7 }] }, 'messages[0].content', /a number/],
    [
      'a part without a type',
      { messages: [{ role: 'user', content: [{ text: 'x' }] }] },
      'messages[0].content[0].type',
      /missing/,
    ],
    [
      'a part type that is a slip',
      { messages: [{ role: 'user', content: [{ type: 'txt', text: 'x' }] }] },
      'messages[0].content[0].type',
      /did you mean `text`/,
    ],
    [
      'an image without an address',
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: {} }] }] },
      'messages[0].content[0].image_url',
      /missing/,
    ],
    [
      'a file without anything',
      { messages: [{ role: 'user', content: [{ type: 'file', file: {} }] }] },
      'messages[0].content[0].file',
      /neither/,
    ],
    [
      'a tool result without an id',
      { messages: [{ role: 'tool', content: 'x' }] },
      'messages[0].tool_call_id',
      /missing/,
    ],
    [
      'a call without a name',
      { messages: [{ role: 'assistant', tool_calls: [{ id: 'a', function: {} }] }] },
      'messages[0].tool_calls[0].function.name',
      /missing/,
    ],
    ['n of zero', { n: 0 }, 'n', /at least 1/],
    ['a temperature of a wrong type', { temperature: '1' }, 'temperature', /a string where a number/],
    ['a limit below one', { max_tokens: 0 }, 'max_tokens', /at least 1/],
    ['a limit that is no whole number', { max_completion_tokens: 1.5 }, 'max_completion_tokens', /1.5/],
    ['a tool without a type', { tools: [{}] }, 'tools[0].type', /missing/],
    ['a tool without a name', { tools: [{ type: 'function', function: {} }] }, 'tools[0].function.name', /missing/],
    ['an unknown tool choice', { tool_choice: 'maybe' }, 'tool_choice', /maybe/],
    ['an unknown response format', { response_format: { type: 'xml' } }, 'response_format.type', /xml/],
    [
      'a schema with a name of a wrong type',
      { response_format: { type: 'json_schema', json_schema: { name: 1 } } },
      'response_format.json_schema.name',
      /a number where a string/,
    ],
    ['a stop of a wrong type', { stop: [1] }, 'stop[0]', /a number/],
    ['stream of a wrong type', { stream: 'yes' }, 'stream', /a string where true or false/],
  ])('%s', (_, fields, param, message) => {
    expect(refusal(fields)).toEqual({ param, message: expect.stringMatching(message) })
  })

  it('a schema without a name has one that says nothing, as Perplexity needs none', () => {
    const call = decode({ response_format: { type: 'json_schema', json_schema: { schema: { type: 'object' } } } })
    expect(call.responseFormat).toEqual({ kind: 'json_schema', name: 'answer', schema: { type: 'object' } })
  })

  it('a body that is no object', () => {
    expect(openaiChat.decodeRequest([])).toEqual({ ok: false, message: 'the body is not a JSON object' })
  })
})

describe('requests', () => {
  it('wire 1: either limit is read, both alike are one, both different are refused, and the target says which goes out', () => {
    expect(decode({ max_tokens: 9 }).maxTokens).toBe(9)
    expect(decode({ max_completion_tokens: 9, max_tokens: 9 }).maxTokens).toBe(9)
    expect(refusal({ max_completion_tokens: 9, max_tokens: 8 })).toMatchObject({ param: 'max_tokens' })
    const call = decode({ max_tokens: 9 })
    expect(openaiChat.encodeRequest(call, OPTIONS).body).toMatchObject({ max_completion_tokens: 9 })
    expect(openaiChat.encodeRequest(call, { ...OPTIONS, maxTokensField: 'max_tokens' }).body).toMatchObject({
      max_tokens: 9,
    })
  })

  it('wire 2: developer and system are one slot, and each keeps its name', () => {
    const messages = [{ role: 'developer', content: 'a' }, { role: 'system', content: 'b' }, ...HI]
    const call = decode({ messages })
    expect(call.system.map(({ text }) => text)).toEqual(['a', 'b'])
    expect(openaiChat.encodeRequest(call, OPTIONS).body['messages']).toEqual(messages)
  })

  it('wire 3: a single text is a string, several are parts, null stays null beside calls', () => {
    const call = { id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }
    const messages = [
      { role: 'user', content: [{ type: 'text', text: 'one' }] },
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'a', content: 'r' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'one' },
          { type: 'text', text: 'two' },
        ],
      },
    ]
    const { body } = openaiChat.encodeRequest(decode({ messages }), OPTIONS)
    expect(body['messages']).toEqual([{ role: 'user', content: 'one' }, ...messages.slice(1)])
  })

  it('wire 4: usage in a stream is asked for where the client or the gateway wants it', () => {
    const plain = decode({ stream: true })
    expect(plain.includeUsage).toBe(false)
    expect(openaiChat.encodeRequest(plain, OPTIONS).body).not.toHaveProperty('stream_options')
    expect(openaiChat.encodeRequest(plain, { ...OPTIONS, alwaysUsage: true }).body['stream_options']).toEqual({
      include_usage: true,
    })
    const asked = decode({ stream: true, stream_options: { include_usage: true, include_obfuscation: false } })
    expect(openaiChat.encodeRequest(asked, OPTIONS).body['stream_options']).toEqual({
      include_usage: true,
      include_obfuscation: false,
    })
    expect(openaiChat.encodeRequest(decode({}), { ...OPTIONS, alwaysUsage: true }).body).not.toHaveProperty(
      'stream_options',
    )
  })

  it('wire 9: broken arguments go on as they are', () => {
    const messages = [
      ...HI,
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{"a":' } }],
      },
    ]
    expect(openaiChat.encodeRequest(decode({ messages }), OPTIONS).body['messages']).toEqual(messages)
  })

  it('wire 16: a stop is one string or a list', () => {
    expect(decode({ stop: 'x' }).stop).toEqual(['x'])
    expect(decode({ stop: ['x', 'y'] }).stop).toEqual(['x', 'y'])
    expect(decode({ stop: null }).stop).toEqual([])
    expect(fromAnthropic({ stop_sequences: ['1', '2', '3', '4', '5'] }).losses).toEqual(['stop_sequences'])
  })

  it('wire 34: functions, function_call and role function are tools', () => {
    const call = decode({
      functions: [{ name: 'f', parameters: { type: 'object' } }],
      function_call: { name: 'f' },
      messages: [
        ...HI,
        { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } },
        { role: 'function', name: 'f', content: 'r' },
      ],
    })
    expect(call.tools).toEqual([{ kind: 'function', name: 'f', parameters: { type: 'object' } }])
    expect(call.toolChoice).toEqual({ kind: 'tool', name: 'f' })
    const [, turn, result] = call.messages
    const block = turn!.content[0] as Extract<Block, { kind: 'tool_call' }>
    expect(result!.content[0]).toMatchObject({ kind: 'tool_result', callId: block.id })
    expect(openaiChat.encodeRequest(call, OPTIONS).body).toMatchObject({
      tools: [{ type: 'function', function: { name: 'f' } }],
    })
  })

  it('wire 36: results stay one message each, orphans too', () => {
    const messages = [
      ...HI,
      { role: 'tool', tool_call_id: 'a', content: '1' },
      { role: 'tool', tool_call_id: 'b', content: '2' },
    ]
    const call = decode({ messages })
    expect(call.messages).toHaveLength(2)
    expect(openaiChat.encodeRequest(call, OPTIONS).body['messages']).toEqual(messages)
  })

  it('wire 33, 59: unknown fields are kept, at every level, in the same dialect', () => {
    const body = {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'a', x: 1 },
            { type: 'video_url', video_url: { url: 'u' } },
          ],
          y: 2,
        },
        { role: 'assistant', content: 'b', z: 3 },
      ],
      tools: [
        { type: 'function', function: { name: 'f', w: 4 }, v: 5 },
        { type: 'custom', custom: { name: 'g' } },
      ],
      tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [] } },
      store: true,
      future: { a: [1] },
    }
    expect(openaiChat.encodeRequest(decode(body), OPTIONS)).toEqual({ body: { model: 'gpt', ...body }, losses: [] })
  })

  it('wire 111: keys such as __proto__ are data', () => {
    const parameters = JSON.parse('{"type":"object","__proto__":{"a":1},"constructor":{"b":2}}') as JsonObject
    const fields = JSON.parse('{"__proto__":{"polluted":true},"toString":"x"}') as JsonObject
    const decoded = openaiChat.decodeRequest({
      ...fields,
      model: 'm',
      messages: HI,
      tools: [{ type: 'function', function: { name: 'f', parameters } }],
    })
    if (!decoded.ok) throw new Error(decoded.message)
    const { body } = openaiChat.encodeRequest(decoded.value, OPTIONS)
    expect(JSON.stringify(body)).toContain('"__proto__":{"a":1}')
    expect(JSON.stringify(body)).toContain('"__proto__":{"polluted":true}')
    expect(({} as JsonObject)['polluted']).toBeUndefined()
  })
})

describe('older servers', () => {
  const messages = [
    { role: 'developer', content: 'd' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b' },
      ],
    },
  ]

  it('wire 2: those that know no developer get system', () => {
    expect(
      openaiChat.encodeRequest(decode({ messages }), { ...OPTIONS, quirks: [systemRole] }).body['messages'],
    ).toMatchObject([{ role: 'system' }, { role: 'user' }])
  })

  it('wire 3: those that take no lists get text', () => {
    expect(
      openaiChat.encodeRequest(decode({ messages }), { ...OPTIONS, quirks: [stringContent] }).body['messages'],
    ).toEqual([
      { role: 'developer', content: 'd' },
      { role: 'user', content: 'a\nb' },
    ])
    const image = [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'image_url', image_url: { url: 'https://x.test' } },
        ],
      },
    ]
    expect(
      openaiChat.encodeRequest(decode({ messages: image }), { ...OPTIONS, quirks: [stringContent] }).body['messages'],
    ).toEqual(image)
  })
})

describe('requests of Anthropic clients', () => {
  it('wire 40: tool results are messages of their own, before the user text', () => {
    const { body } = fromAnthropic({
      messages: [
        ...HI,
        {
          role: 'assistant',
          content: [
            { type: 'tool_use', id: 'a', name: 'f', input: { x: 1 } },
            { type: 'tool_use', id: 'b', name: 'g', input: {} },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'a', content: '1' },
            { type: 'tool_result', tool_use_id: 'b', content: [{ type: 'text', text: '2' }] },
            { type: 'text', text: 'go on' },
          ],
        },
      ],
    })
    expect(body['messages']).toEqual([
      ...HI,
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'a', type: 'function', function: { name: 'f', arguments: '{"x":1}' } },
          { id: 'b', type: 'function', function: { name: 'g', arguments: '{}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'a', content: '1' },
      { role: 'tool', tool_call_id: 'b', content: '2' },
      { role: 'user', content: 'go on' },
    ])
  })

  it('wire 42: a failed result says so in words, and an image in a result moves to the next message', () => {
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } }
    const { body, losses } = fromAnthropic({
      messages: [
        ...HI,
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'a', content: 'no such file', is_error: true },
            { type: 'tool_result', tool_use_id: 'b', content: [image] },
          ],
        },
      ],
    })
    expect(losses).toEqual([])
    expect((body['messages'] as Json[]).slice(1)).toEqual([
      { role: 'tool', tool_call_id: 'a', content: 'Error: no such file' },
      { role: 'tool', tool_call_id: 'b', content: 'The result is attached to the next message.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Attached to the result of b:' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
        ],
      },
    ])
  })

  it('wire 20, 19: any is required, a tool is a function, and the parallel flag comes out of the choice', () => {
    const tools = [{ name: 'f', input_schema: { type: 'object' } }]
    expect(fromAnthropic({ tools, tool_choice: { type: 'any' } }).body['tool_choice']).toBe('required')
    expect(fromAnthropic({ tools, tool_choice: { type: 'none' } }).body['tool_choice']).toBe('none')
    expect(
      fromAnthropic({ tools, tool_choice: { type: 'tool', name: 'f', disable_parallel_tool_use: true } }).body,
    ).toMatchObject({
      tool_choice: { type: 'function', function: { name: 'f' } },
      parallel_tool_calls: false,
    })
  })

  it.each<[string, JsonObject, string | undefined]>([
    ['a small budget', { thinking: { type: 'enabled', budget_tokens: 1024 }, max_tokens: 5000 }, 'low'],
    ['a middling budget', { thinking: { type: 'enabled', budget_tokens: 8192 }, max_tokens: 50_000 }, 'medium'],
    ['a large budget', { thinking: { type: 'enabled', budget_tokens: 30_000 }, max_tokens: 50_000 }, 'high'],
    ['thinking off', { thinking: { type: 'disabled' } }, undefined],
    ['adaptive thinking', { thinking: { type: 'adaptive' } }, undefined],
    ['adaptive thinking with an effort', { thinking: { type: 'adaptive' }, output_config: { effort: 'low' } }, 'low'],
    ['the largest effort', { output_config: { effort: 'max' } }, 'xhigh'],
  ])('wire 22: %s', (_, fields, effort) => {
    const { body, losses } = fromAnthropic(fields)
    expect(body['reasoning_effort']).toBe(effort)
    expect(losses).toEqual([])
  })

  it('wire 56: thinking of another provider is left out, with its signature', () => {
    const { body } = fromAnthropic({
      messages: [
        ...HI,
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: 'sig' },
            { type: 'text', text: 'a' },
          ],
        },
        ...HI,
      ],
    })
    expect(JSON.stringify(body)).not.toMatch(/hm|sig/)
  })

  it.each<[string, JsonObject, readonly string[]]>([
    ['top_k', { top_k: 5 }, ['top_k']],
    ['server tools', { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }, ['tools']],
    ['containers', { container: 'c' }, ['container']],
    ['MCP servers', { mcp_servers: [] }, ['mcp_servers']],
    ['residency', { inference_geo: 'eu' }, ['inference_geo']],
    ['task budgets', { output_config: { task_budget: { total: 1 } } }, ['output_config']],
    [
      'file ids',
      { messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'file', file_id: 'f' } }] }] },
      ['messages.content.source.file_id'],
    ],
    [
      'blocks of server tools',
      { messages: [{ role: 'user', content: [{ type: 'container_upload', file_id: 'f' }] }] },
      ['messages.content'],
    ],
    ['edits that compact', { context_management: { edits: [{ type: 'compact_20260112' }] } }, ['context_management']],
    [
      'nothing: edits that clear thinking',
      { context_management: { edits: [{ type: 'clear_thinking_20251015' }] } },
      [],
    ],
    [
      'nothing: cache marks',
      {
        cache_control: { type: 'ephemeral' },
        system: [{ type: 'text', text: 's', cache_control: { type: 'ephemeral' } }],
      },
      [],
    ],
    ['nothing: metadata', { metadata: { user_id: 'u' } }, []],
    ['nothing: deferred tools', { tools: [{ name: 'f', input_schema: { type: 'object' }, defer_loading: true }] }, []],
  ])('loses %s', (_, fields, losses) => {
    expect(fromAnthropic(fields).losses).toEqual(losses)
  })

  it('wire 32: the user goes along, unless the id is longer than OpenAI takes', () => {
    expect(fromAnthropic({ metadata: { user_id: 'u1' } }).body['user']).toBe('u1')
    expect(fromAnthropic({ metadata: { user_id: 'u'.repeat(65) } }).body).not.toHaveProperty('user')
  })
})

describe('answers', () => {
  it('wire 18: a refusal is a block and a stop reason, and comes back as it was', () => {
    const whole = answer({ content: null, refusal: 'no' })
    expect(whole.choices[0]).toMatchObject({ content: [{ kind: 'refusal', text: 'no' }], stop: { reason: 'refusal' } })
    expect(openaiChat.encodeAnswer(whole, CONTEXT)).toMatchObject({
      choices: [{ message: { content: null, refusal: 'no' }, finish_reason: 'stop' }],
    })
    expect(anthropic.encodeAnswer(whole, CONTEXT)).toMatchObject({
      content: [{ type: 'text', text: 'no' }],
      stop_reason: 'refusal',
    })
  })

  it('wire 8: a forced call stops with `stop`; the calls are the reason all the same', () => {
    const whole = answer({
      content: null,
      tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '' } }],
    })
    expect(whole.choices[0]!.stop.reason).toBe('tool_calls')
    expect(openaiChat.encodeAnswer(whole, CONTEXT)).toMatchObject({ choices: [{ finish_reason: 'stop' }] })
    expect(anthropic.encodeAnswer(whole, CONTEXT)).toMatchObject({ stop_reason: 'tool_use', content: [{ input: {} }] })
  })

  it.each<[string, JsonObject]>([
    ['reasoning_content', { reasoning_content: 'hm' }],
    ['reasoning', { reasoning: 'hm' }],
    ['reasoning_details', { reasoning_details: [{ type: 'reasoning.text', text: 'hm' }] }],
    [
      'a part of the content',
      {
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
          { type: 'text', text: 'a' },
        ],
      },
    ],
  ])('wire 23: reasoning in %s', (_, message) => {
    expect(content({ content: 'a', ...message })).toMatchObject([
      { kind: 'reasoning', text: 'hm' },
      { kind: 'text', text: 'a' },
    ])
  })

  it('wire 10, facts 43 and 44: missing ids and arguments are filled in', () => {
    const calls = [
      { id: '', function: { name: 'f', arguments: 'null' } },
      { function: { name: 'g' } },
      { id: 'x', function: { name: '' } },
    ]
    expect(content({ content: '', tool_calls: calls })).toEqual([
      { kind: 'tool_call', id: 'call_c1_0_0', name: 'f', arguments: '' },
      { kind: 'tool_call', id: 'call_c1_0_1', name: 'g', arguments: '' },
    ])
    const encodedAnswer = openaiChat.encodeAnswer(answer({ tool_calls: calls }), CONTEXT)
    expect(JSON.stringify(encodedAnswer)).toContain('"arguments":"{}"')
  })

  it.each<[string, JsonObject, JsonObject]>([
    [
      'OpenAI',
      {
        prompt_tokens: 10,
        completion_tokens: 5,
        total_tokens: 15,
        prompt_tokens_details: { cached_tokens: 4 },
        completion_tokens_details: { reasoning_tokens: 2 },
      },
      { input: 10, output: 5, cachedInput: 4, reasoning: 2 },
    ],
    [
      'xAI: reasoning beside the completion',
      {
        prompt_tokens: 401,
        completion_tokens: 44,
        total_tokens: 630,
        completion_tokens_details: { reasoning_tokens: 185 },
      },
      { input: 401, output: 229, reasoning: 185 },
    ],
    [
      'Gemini: thoughts only in the total',
      { prompt_tokens: 35, completion_tokens: 12, total_tokens: 109 },
      { input: 35, output: 74 },
    ],
    [
      'Mistral: audio beside the prompt',
      { prompt_tokens: 9, completion_tokens: 248, total_tokens: 632, prompt_tokens_details: { audio_tokens: 375 } },
      { input: 384, output: 248, audioInput: 375 },
    ],
    [
      'DeepSeek: cache hits',
      { prompt_tokens: 10, completion_tokens: 5, prompt_cache_hit_tokens: 8 },
      { input: 10, output: 5, cachedInput: 8 },
    ],
    [
      'Together: cached tokens',
      { prompt_tokens: 10, completion_tokens: 5, cached_tokens: 3 },
      { input: 10, output: 5, cachedInput: 3 },
    ],
    [
      'details that are null',
      { prompt_tokens: 10, completion_tokens: 5, prompt_tokens_details: null },
      { input: 10, output: 5 },
    ],
  ])('wire 24: usage of %s', (_, usage, counts) => {
    expect(answer({ content: 'a' }, {}, { usage }).usage).toEqual({
      ...counts,
      raw: { dialect: 'openai-chat', value: usage },
    })
  })

  it('usage that was not said is not zero', () => {
    const whole = answer({ content: 'a' })
    expect(whole.usage).toBeUndefined()
    expect(openaiChat.encodeAnswer(whole, CONTEXT)).not.toHaveProperty('usage')
  })

  it.each<[string, Json, string]>([
    ['an error in place of the answer', { error: { message: 'no', code: 429 } }, 'rate_limit'],
    [
      'an error in a choice (OpenRouter)',
      { choices: [{ index: 0, error: { code: 502, message: 'bad gateway' } }] },
      'server',
    ],
    ['no choices', { id: 'x' }, 'malformed'],
    ['an empty list of choices', { choices: [] }, 'malformed'],
    ['a choice without a message', { choices: [{}] }, 'malformed'],
    ['no object', [], 'malformed'],
  ])('under a 200: %s', (_, body, kind) => {
    expect(openaiChat.decodeAnswer(body)).toMatchObject({ kind })
  })

  it('wire 107: the id is kept or given, and the model is the one the client knows', () => {
    expect(openaiChat.encodeAnswer(answer({ content: 'a' }), CONTEXT)).toMatchObject({
      id: 'c1',
      model: 'alias',
      created: 5,
      object: 'chat.completion',
    })
    expect(openaiChat.encodeAnswer(answer({ content: 'a' }, {}, { id: '' }), CONTEXT)).toMatchObject({ id: 'made-up' })
  })

  it('wire 12, facts 34: log-probabilities and fields of the server come back', () => {
    const logprobs = { content: [{ token: 'a', logprob: -1, bytes: null, top_logprobs: [] }], refusal: null }
    const whole = answer(
      { content: 'a', annotations: [{ type: 'url_citation' }], extra: 1 },
      { logprobs, stop_reason: 5 },
      { system_fingerprint: 'fp' },
    )
    expect(openaiChat.encodeAnswer(whole, CONTEXT)).toMatchObject({
      system_fingerprint: 'fp',
      choices: [{ logprobs, stop_reason: 5, message: { annotations: [{ type: 'url_citation' }], extra: 1 } }],
    })
  })
})

describe('streams of servers', () => {
  const text = (whole: Answer): string =>
    whole.choices[0]!.content.map((block) => (block.kind === 'text' ? block.text : '')).join('')

  it('facts 15: Azure: a first chunk that is none of the answer', () => {
    const first = 'data: {"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[]}\n\n'
    const whole = streamed(
      first,
      chunk({ role: 'assistant', content: '' }),
      chunk({ content: 'a' }),
      chunk({}, { finish_reason: 'stop' }),
      DONE,
    )
    expect(whole).toMatchObject({ id: 'c1', model: 'm' })
    expect(text(whole)).toBe('a')
  })

  it('facts 9: random padding is dropped', () => {
    const events = stream(
      chunk({ content: 'a' }, {}, { obfuscation: 'xyz', p: 'abc' }),
      chunk({}, { finish_reason: 'stop' }),
      DONE,
    )
    expect(encoded(events)).not.toMatch(/xyz|abc/)
  })

  it('facts 16 and 18: usage in a chunk without choices, on the last one, or in x_groq', () => {
    const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 }
    const alone = `data: ${JSON.stringify({ choices: [], usage })}\n\n`
    for (const wire of [
      [chunk({ content: 'a' }, { finish_reason: 'stop' }), alone, DONE],
      [chunk({ content: 'a' }, { finish_reason: 'stop' }, { usage }), DONE],
      [chunk({ content: 'a' }, { finish_reason: 'stop' }, { x_groq: { usage } }), DONE],
    ])
      expect(streamed(...wire).usage).toMatchObject({ input: 1, output: 2 })
  })

  it('facts 17: a finish reason that comes twice is one', () => {
    const wire = [
      chunk({ content: 'a' }),
      chunk({ content: '' }, { finish_reason: 'length' }),
      chunk({ content: '' }, { finish_reason: 'length' }, { usage: { prompt_tokens: 1, completion_tokens: 1 } }),
      DONE,
    ]
    expect(stream(...wire).filter(({ kind }) => kind === 'finish')).toHaveLength(1)
  })

  it('facts 20 and 21: no finish_reason key, and a role in every delta', () => {
    const bare = (delta: JsonObject): string =>
      `data: ${JSON.stringify({ id: 'c1', model: 'm', choices: [{ index: 0, delta }] })}\n\n`
    const events = stream(
      bare({ role: 'assistant', content: 'a' }),
      bare({ role: 'assistant', content: 'b' }),
      chunk({}, { finish_reason: 'stop' }),
      DONE,
    )
    expect(encoded(events).split('"role"')).toHaveLength(2)
  })

  it.each<[string, readonly JsonObject[], readonly [string, string][]]>([
    [
      'in pieces',
      [
        { index: 0, id: 'a', function: { name: 'f', arguments: '' } },
        { index: 0, function: { arguments: '{"x"' } },
        { index: 0, function: { arguments: ':1}' } },
      ],
      [['f', '{"x":1}']],
    ],
    [
      'whole in one chunk',
      [
        { index: 0, id: 'a', function: { name: 'f', arguments: '{}' } },
        { index: 1, id: 'b', function: { name: 'g', arguments: '{}' } },
      ],
      [
        ['f', '{}'],
        ['g', '{}'],
      ],
    ],
    [
      'without an index',
      [
        { id: 'a', function: { name: 'f', arguments: '1' } },
        { function: { arguments: '2' } },
        { id: 'b', function: { name: 'g', arguments: '3' } },
      ],
      [
        ['f', '12'],
        ['g', '3'],
      ],
    ],
    [
      'continued with an empty name',
      [
        { index: 0, id: 'a', function: { name: 'f', arguments: '1' } },
        { index: 0, id: 'a', function: { name: '', arguments: '2' } },
      ],
      [['f', '12']],
    ],
    [
      'all numbered 0',
      [
        { index: 0, id: 'a', function: { name: 'f', arguments: '1' } },
        { index: 0, id: 'b', function: { name: 'g', arguments: '2' } },
      ],
      [
        ['f', '1'],
        ['g', '2'],
      ],
    ],
    [
      'interleaved',
      [
        { index: 0, id: 'a', function: { name: 'f', arguments: '1' } },
        { index: 1, id: 'b', function: { name: 'g', arguments: '2' } },
        { index: 0, function: { arguments: '3' } },
      ],
      [
        ['f', '13'],
        ['g', '2'],
      ],
    ],
    [
      'with the name after the arguments',
      [
        { index: 0, id: 'a', function: { arguments: '1' } },
        { index: 0, function: { name: 'f', arguments: '2' } },
      ],
      [['f', '12']],
    ],
    [
      'with arguments as an object',
      [{ index: 0, id: 'a', function: { name: 'f', arguments: { x: 1 } } }],
      [['f', '{"x":1}']],
    ],
    ['with unset fields filled', [{ index: 0, id: '', function: { name: '', arguments: '' } }], []],
  ])('wire 7, facts 22 and 23: a call %s', (_, fragments, calls) => {
    const wire = fragments.map((fragment) => chunk({ tool_calls: [fragment] }))
    const whole = streamed(...wire, chunk({}, { finish_reason: 'tool_calls' }), DONE)
    expect(
      whole.choices[0]!.content.map((block) =>
        block.kind === 'tool_call' ? [block.name, block.arguments] : block.kind,
      ),
    ).toEqual(calls)
    const across = accumulate(
      feed(anthropic.decodeStream(), [
        bytesOf(
          stream(...wire, chunk({}, { finish_reason: 'tool_calls' }), DONE)
            .map(anthropic.encodeStream(CONTEXT).event)
            .join(''),
        ),
      ]),
    )
    expect(across).toMatchObject({ kind: 'answer' })
  })

  it('facts 33: Mistral: content that is a list of thinking, then plain strings', () => {
    const whole = streamed(
      chunk({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'h' }] }] }),
      chunk({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'm' }] }] }),
      chunk({ content: 'a' }),
      chunk({}, { finish_reason: 'stop' }),
      DONE,
    )
    expect(whole.choices[0]!.content).toMatchObject([
      { kind: 'reasoning', text: 'hm' },
      { kind: 'text', text: 'a' },
    ])
  })

  it.each(['reasoning_content', 'reasoning'])('facts 46: %s keeps its name in the same dialect', (field) => {
    const events = stream(chunk({ [field]: 'hm' }), chunk({ content: 'a' }), chunk({}, { finish_reason: 'stop' }), DONE)
    expect(events).toContainEqual({ kind: 'reasoning', choice: 0, block: 0, text: 'hm' })
    expect(encoded(events)).toContain(`"${field}":"hm"`)
  })

  it('wire 5, facts 7 and 8: errors inside a stream end it, and no [DONE] follows', () => {
    const named = 'event: error\ndata: {"error":{"message":"bad call","code":"tool_use_failed","status_code":400}}\n\n'
    const inChunk = chunk({ content: '' }, {}, { error: { code: 502, message: 'gone' } })
    for (const [wire, kind] of [
      [named, 'server'],
      [inChunk, 'server'],
    ] as const) {
      const events = stream(chunk({ content: 'a' }), wire, DONE)
      expect(events.at(-1)).toMatchObject({ kind: 'error', error: { kind } })
      expect(encoded(events)).not.toContain('[DONE]')
      expect(encoded(events)).toContain('"error":{')
    }
  })

  it('facts 4: no [DONE] after a finish reason is a complete answer', () => {
    expect(stream(chunk({ content: 'a' }), chunk({}, { finish_reason: 'stop' })).at(-1)).toEqual({ kind: 'end' })
  })

  it('a stream that breaks off is malformed; [DONE] without a finish reason is complete', () => {
    expect(stream(chunk({ content: 'a' })).at(-1)).toMatchObject({ kind: 'error', error: { kind: 'malformed' } })
    expect(stream().at(-1)).toMatchObject({ kind: 'error', error: { kind: 'malformed' } })
    expect(stream(DONE).at(-1)).toMatchObject({ kind: 'error', error: { kind: 'malformed' } })
    expect(streamed(chunk({ content: 'a' }), DONE).choices[0]!.stop).toEqual({ reason: 'unknown' })
    expect(stream(chunk({ content: 'a' }), 'data: {"choi').at(-1)).toMatchObject({
      kind: 'error',
      error: { kind: 'malformed' },
    })
  })

  it('facts 1: comments are pings', () => {
    expect(stream(': OPENROUTER PROCESSING\n\n', chunk({ content: 'a' }, { finish_reason: 'stop' }))[0]).toEqual({
      kind: 'ping',
    })
  })

  it('wire 113: halves of a character are joined', () => {
    const half = (value: string): string => chunk({}).replace('"delta":{}', `"delta":{"content":"${value}"}`)
    const events = stream(half('a\\ud83d'), half('\\ude00b'), chunk({}, { finish_reason: 'stop' }), DONE)
    expect(events.flatMap((event) => (event.kind === 'text' ? [event.text] : []))).toEqual(['a', '😀b'])
    const cutOff = stream(half('\\ud83d'), chunk({}, { finish_reason: 'stop' }), DONE)
    expect(cutOff.flatMap((event) => (event.kind === 'text' ? [event.text] : []))).toEqual(['\ud83d'])
  })

  it('fields of the server come back: simple ones with every chunk, others once, late ones at the end', () => {
    const events = stream(
      chunk({ content: 'a' }, {}, { system_fingerprint: 'fp', citations: ['x'] }),
      chunk({ content: 'b' }, {}, { system_fingerprint: 'fp', citations: ['x'] }),
      chunk({}, { finish_reason: 'stop', native_finish_reason: 'STOP' }, { moderation: { flagged: false } }),
      DONE,
    )
    const lines = encoded(events).split('\n\n')
    expect(lines.filter((line) => line.includes('"system_fingerprint":"fp"'))).toHaveLength(3)
    expect(lines.filter((line) => line.includes('"citations":["x"]'))).toHaveLength(1)
    expect(lines[2]).toContain('"moderation":{"flagged":false}')
    expect(lines[2]).toContain('"native_finish_reason":"STOP"')
  })

  it('several choices are kept apart', () => {
    const whole = streamed(
      chunk({ content: 'a' }),
      chunk({ content: 'b' }, { index: 1 }),
      chunk({}, { finish_reason: 'stop' }),
      chunk({}, { index: 1, finish_reason: 'length' }),
      DONE,
    )
    expect(whole.choices).toMatchObject([
      { index: 0, stop: { reason: 'end' } },
      { index: 1, stop: { reason: 'length' } },
    ])
  })

  it('audio and annotations come through the same dialect', () => {
    const events = stream(
      chunk({ audio: { id: 'x', data: 'AA' } }),
      chunk({ audio: { data: 'BB' } }),
      chunk({ content: 'a', annotations: [{ type: 'url_citation' }] }),
      chunk({}, { finish_reason: 'stop' }),
      DONE,
    )
    const again = accumulate(feed(openaiChat.decodeStream(), [bytesOf(encoded(events))]))
    expect(again).toMatchObject({
      answer: {
        choices: [
          {
            content: [
              { kind: 'opaque', value: { audio: { id: 'x', data: 'AABB' } } },
              { kind: 'text', citations: { items: [{ type: 'url_citation' }] } },
            ],
          },
        ],
      },
    })
  })
})

describe('streams for clients', () => {
  const events: readonly StreamEvent[] = [
    { kind: 'start', id: 'm1', model: 'claude' },
    { kind: 'ping' },
    { kind: 'block_start', choice: 0, block: 0, of: { kind: 'reasoning' } },
    { kind: 'reasoning', choice: 0, block: 0, text: 'hm' },
    { kind: 'signature', choice: 0, block: 0, dialect: 'anthropic', value: 'sig' },
    { kind: 'block_stop', choice: 0, block: 0 },
    { kind: 'block_start', choice: 0, block: 1, of: { kind: 'text' } },
    { kind: 'text', choice: 0, block: 1, text: 'a' },
    { kind: 'block_stop', choice: 0, block: 1 },
    { kind: 'block_start', choice: 0, block: 2, of: { kind: 'tool_call', id: 't1', name: 'f' } },
    { kind: 'block_stop', choice: 0, block: 2 },
    { kind: 'usage', usage: { input: 10, output: 5, cachedInput: 4 } },
    { kind: 'finish', choice: 0, stop: { reason: 'tool_calls' } },
    { kind: 'end' },
  ]

  it('golden: what an Anthropic stream looks like to an OpenAI client', () => {
    const head = '"id":"m1","object":"chat.completion.chunk","created":5,"model":"alias"'
    const line = (delta: string, finish = 'null'): string =>
      `data: {${head},"choices":[{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${finish}}],"usage":null}\n\n`
    expect(encoded(events)).toBe(
      [
        ': ping\n\n',
        line('{"role":"assistant","content":"","reasoning_content":"hm"}'),
        line('{"content":"a"}'),
        line('{"tool_calls":[{"index":0,"id":"t1","type":"function","function":{"name":"f","arguments":""}}]}'),
        line('{"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]}'),
        line('{}', '"tool_calls"'),
        `data: {${head},"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,"prompt_tokens_details":{"cached_tokens":4,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0}}}\n\n`,
        'data: [DONE]\n\n',
      ].join(''),
    )
  })

  it('wire 4: without the wish there is no usage, neither null nor at the end', () => {
    expect(encoded(events, { ...CONTEXT, includeUsage: false })).not.toContain('usage')
  })

  it('citations of web pages are annotations with their place in the text, whole and streamed', () => {
    const cite = { type: 'web_search_result_location', url: 'https://x.test', title: 'X', encrypted_index: 'e' }
    const annotation = {
      type: 'url_citation',
      url_citation: { start_index: 3, end_index: 8, title: 'X', url: 'https://x.test' },
    }
    const cited: readonly StreamEvent[] = [
      { kind: 'start', id: 'm1', model: 'claude' },
      { kind: 'block_start', choice: 0, block: 0, of: { kind: 'text' } },
      { kind: 'text', choice: 0, block: 0, text: 'As ' },
      { kind: 'block_stop', choice: 0, block: 0 },
      { kind: 'block_start', choice: 0, block: 1, of: { kind: 'text' } },
      { kind: 'citation', choice: 0, block: 1, dialect: 'anthropic', value: cite },
      { kind: 'text', choice: 0, block: 1, text: 'known' },
      { kind: 'citation', choice: 0, block: 1, dialect: 'anthropic', value: { type: 'page_location' } },
      { kind: 'block_stop', choice: 0, block: 1 },
      { kind: 'finish', choice: 0, stop: { reason: 'end' } },
      { kind: 'end' },
    ]
    expect(encoded(cited)).toContain(`"annotations":[${JSON.stringify(annotation)}]`)
    expect(encoded(cited)).not.toContain('encrypted')
    const whole = accumulate(cited)
    if (whole.kind === 'failed') throw new Error('failed')
    expect(openaiChat.encodeAnswer(whole.answer, CONTEXT)).toMatchObject({
      choices: [{ message: { content: 'As known', annotations: [annotation] } }],
    })
  })

  it('wire 53: an error in the stream is an error, and nothing follows', () => {
    const wire = encoded([
      ...events.slice(0, 8),
      { kind: 'error', error: { kind: 'overloaded', status: 529, message: 'Overloaded' } },
      ...events.slice(8),
    ])
    expect(
      wire.endsWith(
        'data: {"error":{"message":"Overloaded","type":"overloaded_error","param":null,"code":"overloaded"}}\n\n',
      ),
    ).toBe(true)
  })
})

describe('errors for clients', () => {
  it.each([
    [400, 'invalid_request_error'],
    [401, 'authentication_error'],
    [402, 'insufficient_quota'],
    [403, 'permission_error'],
    [404, 'not_found_error'],
    [413, 'request_too_large'],
    [429, 'rate_limit_error'],
    [500, 'api_error'],
    [502, 'api_error'],
    [503, 'overloaded_error'],
    [504, 'timeout_error'],
  ])('wire 26, 54: %i is %s', (status, type) => {
    expect(openaiChat.encodeError({ status, kind: 'denied', message: 'no', param: 'model' })).toEqual({
      error: { message: 'no', type, param: 'model', code: 'denied' },
    })
  })
})
