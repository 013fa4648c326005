/** Anthropic's dialect by the numbers of the wire rules. */
import { describe, expect, it } from 'vitest'
import { anthropic } from '../../src/dialects/anthropic/anthropic.ts'
import { fitToolId } from '../../src/dialects/anthropic/tool-id.ts'
import type { AnswerContext, EncodeOptions } from '../../src/dialects/dialect.ts'
import type { Answer, ChatCall, Json, JsonObject, StreamEvent } from '../../src/dialects/neutral.ts'
import { openaiChat } from '../../src/dialects/openai-chat/openai-chat.ts'
import { accumulate } from './accumulate.ts'
import { bytesOf, feed } from './cut.ts'

const OPTIONS: EncodeOptions = { model: 'claude-sonnet-4-5', defaultMaxTokens: 4096 }
const CONTEXT: AnswerContext = {
  model: 'alias',
  id: 'made-up',
  created: 5,
  includeUsage: true,
  estimatedInputTokens: 42,
}
const HI = [{ role: 'user', content: 'hi' }]
const WEATHER = { type: 'function', function: { name: 'weather', parameters: { type: 'object', properties: {} } } }

function decode(fields: JsonObject): ChatCall {
  const decoded = anthropic.decodeRequest({ model: 'm', max_tokens: 100, messages: HI, ...fields })
  if (!decoded.ok) throw new Error(`${decoded.message} (${decoded.param})`)
  return decoded.value
}

/** The body for Anthropic of what an OpenAI client says. */
function fromOpenai(
  fields: JsonObject,
  options: Partial<EncodeOptions> = {},
): { body: JsonObject; losses: readonly string[] } {
  const decoded = openaiChat.decodeRequest({ model: 'gpt', messages: HI, ...fields })
  if (!decoded.ok) throw new Error(`${decoded.message} (${decoded.param})`)
  const { body, losses } = anthropic.encodeRequest(decoded.value, { ...OPTIONS, ...options })
  return { body, losses: losses.map(({ field }) => field) }
}

const messagesOf = (messages: Json): Json => fromOpenai({ messages }).body['messages']!
const toolCall = (id: string, name = 'weather', args = '{}'): JsonObject => ({
  id,
  type: 'function',
  function: { name, arguments: args },
})

function stream(...events: readonly (JsonObject | string)[]): readonly StreamEvent[] {
  const wire = events.map((event) =>
    typeof event === 'string' ? event : `event: ${String(event['type'])}\ndata: ${JSON.stringify(event)}\n\n`,
  )
  return feed(anthropic.decodeStream(), [bytesOf(wire.join(''))])
}

function encoded(events: readonly StreamEvent[]): string {
  const encoder = anthropic.encodeStream(CONTEXT)
  return events.map(encoder.event).join('')
}

const START = {
  type: 'message_start',
  message: {
    id: 'm1',
    type: 'message',
    role: 'assistant',
    model: 'claude',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 10, cache_read_input_tokens: 4, cache_creation_input_tokens: 2, output_tokens: 1 },
  },
}
const begin = (index: number, content_block: JsonObject): JsonObject => ({
  type: 'content_block_start',
  index,
  content_block,
})
const delta = (index: number, value: JsonObject): JsonObject => ({ type: 'content_block_delta', index, delta: value })
const end = (index: number): JsonObject => ({ type: 'content_block_stop', index })
const FINISH = {
  type: 'message_delta',
  delta: { stop_reason: 'end_turn', stop_sequence: null },
  usage: { output_tokens: 7 },
}
const STOP = { type: 'message_stop' }

describe('what is refused, and where', () => {
  it.each<[string, JsonObject, string]>([
    ['no model', { model: null }, 'model'],
    ['no limit', { max_tokens: null }, 'max_tokens'],
    ['a limit of zero', { max_tokens: 0 }, 'max_tokens'],
    ['no messages', { messages: null }, 'messages'],
    ['empty messages', { messages: [] }, 'messages'],
    ['an unknown role', { messages: [{ role: 'tool', content: 'x' }] }, 'messages[0].role'],
    ['no content', { messages: [{ role: 'user' }] }, 'messages[0].content'],
    ['a block without a type', { messages: [{ role: 'user', content: [{}] }] }, 'messages[0].content[0].type'],
    [
      'a block type that is a slip',
      { messages: [{ role: 'user', content: [{ type: 'texts', text: 'x' }] }] },
      'messages[0].content[0].type',
    ],
    ['text without text', { messages: [{ role: 'user', content: [{ type: 'text' }] }] }, 'messages[0].content[0].text'],
    [
      'a call without an input',
      { messages: [{ role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f' }] }] },
      'messages[0].content[0].input',
    ],
    [
      'an image without a source',
      { messages: [{ role: 'user', content: [{ type: 'image' }] }] },
      'messages[0].content[0].source.type',
    ],
    ['a tool without a schema', { tools: [{ name: 'f' }] }, 'tools[0].input_schema'],
    ['a tool without a name', { tools: [{ input_schema: {} }] }, 'tools[0].name'],
    ['an unknown tool choice', { tool_choice: { type: 'required' } }, 'tool_choice.type'],
    ['thinking without a budget', { thinking: { type: 'enabled' } }, 'thinking.budget_tokens'],
    ['a system of a wrong type', { system: 7 }, 'system'],
    ['a stop of a wrong type', { stop_sequences: 'x' }, 'stop_sequences'],
    ['a format that is no schema', { output_config: { format: { type: 'json' } } }, 'output_config.format.type'],
  ])('%s', (_, fields, param) => {
    const decoded = anthropic.decodeRequest({ model: 'm', max_tokens: 100, messages: HI, ...fields })
    expect(decoded).toEqual({ ok: false, param, message: expect.stringContaining(`\`${param}`) })
  })
})

describe('requests of OpenAI clients: messages', () => {
  it('wire 38: the limit is demanded, and is the default where the client gives none', () => {
    expect(fromOpenai({}).body['max_tokens']).toBe(4096)
    expect(fromOpenai({ max_tokens: 9 }).body['max_tokens']).toBe(9)
  })

  it('wire 39: system and developer messages are hoisted in order; one in mid-conversation is a loss', () => {
    const messages = [{ role: 'system', content: 'a' }, { role: 'developer', content: 'b' }, ...HI]
    expect(fromOpenai({ messages })).toEqual({
      body: {
        model: OPTIONS.model,
        max_tokens: 4096,
        system: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
        messages: HI,
      },
      losses: [],
    })
    const late = fromOpenai({ messages: [{ role: 'system', content: 'a' }, ...HI, { role: 'system', content: 'c' }] })
    expect(late.losses).toEqual(['messages.role'])
    expect(late.body['system']).toEqual([
      { type: 'text', text: 'a' },
      { type: 'text', text: 'c' },
    ])
  })

  it('wire 39: where there is only a system, the user says it', () => {
    expect(fromOpenai({ messages: [{ role: 'system', content: 'a' }] }).body).not.toHaveProperty('system')
    expect(messagesOf([{ role: 'system', content: 'a' }])).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'a' }] },
    ])
  })

  it('wire 40: tool results come first and together', () => {
    const messages = [
      ...HI,
      { role: 'assistant', content: 'let me see', tool_calls: [toolCall('a'), toolCall('b')] },
      { role: 'tool', tool_call_id: 'a', content: '1' },
      { role: 'user', content: 'quick' },
      { role: 'tool', tool_call_id: 'b', content: '2' },
      { role: 'user', content: 'please' },
    ]
    expect(messagesOf(messages)).toEqual([
      ...HI,
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'let me see' },
          { type: 'tool_use', id: 'a', name: 'weather', input: {} },
          { type: 'tool_use', id: 'b', name: 'weather', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'a', content: '1' },
          { type: 'tool_result', tool_use_id: 'b', content: '2' },
          { type: 'text', text: 'quick' },
          { type: 'text', text: 'please' },
        ],
      },
    ])
  })

  it('wire 40: neighbours of one role are one message, and the user begins', () => {
    expect(messagesOf([...HI, ...HI])).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'hi' },
          { type: 'text', text: 'hi' },
        ],
      },
    ])
    expect(messagesOf([{ role: 'assistant', content: 'hello' }, ...HI])).toEqual([
      { role: 'user', content: '(The assistant begins.)' },
      { role: 'assistant', content: 'hello' },
      ...HI,
    ])
  })

  it('wire 41: ids are made fit one to one, the same in call and result', () => {
    expect(
      messagesOf([
        ...HI,
        { role: 'assistant', content: null, tool_calls: [toolCall('functions.f:0')] },
        { role: 'tool', tool_call_id: 'functions.f:0', content: '1' },
      ]),
    ).toMatchObject([
      {},
      { content: [{ id: 'functions_x2e_f_x3a_0' }] },
      { content: [{ tool_use_id: 'functions_x2e_f_x3a_0' }] },
    ])
    const ids = ['a', 'a.b', 'a:b', 'a_x2e_b', 'a_b', 'a_x', '_x_', '', 'é', '😀', 'a__x2e_b', '_x2e_', '.']
    expect(new Set(ids.map(fitToolId)).size).toBe(ids.length)
    for (const id of ids) expect(fitToolId(id)).toMatch(/^[a-zA-Z0-9_-]+$/)
    expect(fitToolId('toolu_01A-b')).toBe('toolu_01A-b')
  })

  it('wire 43: a history with calls gets its tools declared, and may not use them', () => {
    const { body } = fromOpenai({
      messages: [
        ...HI,
        { role: 'assistant', content: null, tool_calls: [toolCall('a')] },
        { role: 'tool', tool_call_id: 'a', content: '1' },
      ],
    })
    expect(body['tools']).toEqual([{ name: 'weather', input_schema: { type: 'object', properties: {} } }])
    expect(body['tool_choice']).toEqual({ type: 'none' })
  })

  it('wire 44: a function without parameters gets an empty object', () => {
    const tools = [
      { type: 'function', function: { name: 'f' } },
      { type: 'function', function: { name: 'g', parameters: { properties: {} } } },
    ]
    expect(fromOpenai({ tools }).body['tools']).toEqual([
      { name: 'f', input_schema: { type: 'object', properties: {} } },
      { name: 'g', input_schema: { type: 'object', properties: {} } },
    ])
  })

  it('wire 45: no white space ends a prefill', () => {
    expect(messagesOf([...HI, { role: 'assistant', content: 'The answer is \n' }])).toEqual([
      ...HI,
      { role: 'assistant', content: 'The answer is' },
    ])
  })

  it('wire 46: empty texts are left out, their neighbours stay, and empty messages go', () => {
    expect(
      messagesOf([
        ...HI,
        { role: 'assistant', content: '', tool_calls: [toolCall('a')] },
        { role: 'tool', tool_call_id: 'a', content: '' },
        { role: 'user', content: ' ' },
      ]),
    ).toEqual([
      ...HI,
      { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'weather', input: {} }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a' }] },
    ])
  })

  it('wire 47: data URLs are split, other URLs stay, PDFs are documents', () => {
    const parts = [
      { type: 'image_url', image_url: { url: 'data:image/jpg;base64,AAAA', detail: 'high' } },
      { type: 'image_url', image_url: { url: 'https://x.test/a.png' } },
      { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' } },
      { type: 'file', file: { filename: 'a.txt', file_data: 'data:text/plain;base64,aGk=' } },
    ]
    const { body, losses } = fromOpenai({ messages: [{ role: 'user', content: parts }] })
    expect(losses).toEqual([])
    expect(body['messages']).toEqual([
      {
        role: 'user',
        content: [
          { type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data: 'AAAA' } },
          { type: 'image', source: { type: 'url', url: 'https://x.test/a.png' } },
          {
            type: 'document',
            source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' },
            title: 'a.pdf',
          },
          { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'hi' }, title: 'a.txt' },
        ],
      },
    ])
  })

  it('wire 9: arguments that are no object are a loss, and kept as text where losses are allowed', () => {
    const messages = [
      ...HI,
      { role: 'assistant', content: null, tool_calls: [toolCall('a', 'weather', '{"city": "Ber')] },
    ]
    const { body, losses } = fromOpenai({ messages, tools: [WEATHER] })
    expect(losses).toEqual(['messages.tool_calls.function.arguments'])
    expect(body['messages']).toMatchObject([{}, { content: [{ input: { arguments: '{"city": "Ber' } }] }])
  })

  it('wire 64: text comes before calls', () => {
    expect(messagesOf([...HI, { role: 'assistant', tool_calls: [toolCall('a')], content: 'x' }])).toMatchObject([
      {},
      { content: [{ type: 'text' }, { type: 'tool_use' }] },
    ])
  })

  it('cache_control on parts, as OpenRouter has it, is a cache mark', () => {
    const content = [{ type: 'text', text: 'x', cache_control: { type: 'ephemeral' } }]
    expect(messagesOf([{ role: 'user', content }])).toEqual([{ role: 'user', content }])
  })
})

describe('requests of OpenAI clients: parameters', () => {
  const tools = [WEATHER]

  it.each<[JsonObject, Json]>([
    [{ tool_choice: 'auto' }, { type: 'auto' }],
    [{ tool_choice: 'none' }, { type: 'none' }],
    [{ tool_choice: 'required' }, { type: 'any' }],
    [{ tool_choice: { type: 'function', function: { name: 'weather' } } }, { type: 'tool', name: 'weather' }],
    [{ parallel_tool_calls: false }, { type: 'auto', disable_parallel_tool_use: true }],
    [
      { parallel_tool_calls: false, tool_choice: 'required' },
      { type: 'any', disable_parallel_tool_use: true },
    ],
    [{ parallel_tool_calls: false, tool_choice: 'none' }, { type: 'none' }],
  ])('wire 19 and 20: %j', (fields, choice) => {
    expect(fromOpenai({ tools, ...fields })).toMatchObject({ body: { tool_choice: choice }, losses: [] })
  })

  it('wire 58: a JSON schema is an output format; free JSON is a loss', () => {
    const schema = { type: 'object', properties: {}, additionalProperties: false }
    expect(
      fromOpenai({ response_format: { type: 'json_schema', json_schema: { name: 'x', schema, strict: true } } }),
    ).toMatchObject({
      body: { output_config: { format: { type: 'json_schema', schema } } },
      losses: [],
    })
    expect(fromOpenai({ response_format: { type: 'json_object' } }).losses).toEqual(['response_format'])
    expect(fromOpenai({ response_format: { type: 'text' } }).losses).toEqual([])
  })

  it.each<[string, string, JsonObject, JsonObject | undefined, string | undefined, number]>([
    [
      'a budget by the table',
      'claude-sonnet-4-5',
      { reasoning_effort: 'medium' },
      { type: 'enabled', budget_tokens: 8192 },
      undefined,
      8192 + 4096,
    ],
    [
      'a budget below the limit',
      'claude-3-7-sonnet',
      { reasoning_effort: 'high', max_tokens: 5000 },
      { type: 'enabled', budget_tokens: 4999 },
      undefined,
      5000,
    ],
    ['none', 'claude-sonnet-4-5', { reasoning_effort: 'none' }, undefined, undefined, 4096],
    [
      'an effort for newer models',
      'claude-opus-4-7',
      { reasoning_effort: 'xhigh' },
      { type: 'adaptive' },
      'xhigh',
      4096,
    ],
    ['an effort that 4.6 knows', 'claude-opus-4-6', { reasoning_effort: 'xhigh' }, { type: 'adaptive' }, 'high', 4096],
    ['an effort for minimal', 'claude-sonnet-5', { reasoning_effort: 'minimal' }, { type: 'adaptive' }, 'low', 4096],
    ['none for newer models', 'claude-sonnet-5', { reasoning_effort: 'none' }, { type: 'disabled' }, undefined, 4096],
  ])('wire 22, 55: %s', (_, model, fields, thinking, effort, maxTokens) => {
    const { body, losses } = fromOpenai(fields, { model })
    expect(losses).toEqual([])
    expect(body['thinking']).toEqual(thinking)
    expect(body['max_tokens']).toBe(maxTokens)
    expect(body['output_config']).toEqual(effort === undefined ? undefined : { effort })
  })

  it('wire 55: what excludes thinking is named', () => {
    expect(fromOpenai({ reasoning_effort: 'low', max_tokens: 500 }).losses).toEqual(['reasoning_effort'])
    expect(fromOpenai({ reasoning_effort: 'low', tools, tool_choice: 'required' }).losses).toEqual(['reasoning_effort'])
    expect(fromOpenai({ reasoning_effort: 'low', temperature: 0.2 }).losses).toEqual(['temperature'])
    expect(fromOpenai({ reasoning_effort: 'low', temperature: 1 }).losses).toEqual([])
  })

  it('wire 56: in a tool loop that another provider began, thinking is off', () => {
    const messages = [
      ...HI,
      { role: 'assistant', content: null, reasoning_content: 'hm', tool_calls: [toolCall('a')] },
      { role: 'tool', tool_call_id: 'a', content: '1' },
    ]
    const { body, losses } = fromOpenai({ messages, tools, reasoning_effort: 'low' })
    expect(losses).toEqual([])
    expect(body).not.toHaveProperty('thinking')
    expect(JSON.stringify(body)).not.toContain('hm')
  })

  it('wire 32: the user is metadata, an address is not forwarded, and safety_identifier is preferred', () => {
    expect(fromOpenai({ user: 'u1' }).body['metadata']).toEqual({ user_id: 'u1' })
    expect(fromOpenai({ user: 'a@b.test' })).toMatchObject({ body: { model: OPTIONS.model }, losses: [] })
    expect(fromOpenai({ user: 'a@b.test' }).body).not.toHaveProperty('metadata')
    expect(fromOpenai({ user: 'u1', safety_identifier: 's1' }).body['metadata']).toEqual({ user_id: 's1' })
  })

  it.each<[string, JsonObject, readonly string[]]>([
    ['wire 11: n', { n: 2 }, ['n']],
    ['wire 12: log-probabilities', { logprobs: true, top_logprobs: 2 }, ['logprobs']],
    ['wire 13: a seed', { seed: 1 }, ['seed']],
    ['wire 14: a logit bias', { logit_bias: { '5': 1 } }, ['logit_bias']],
    [
      'wire 14: penalties',
      { frequency_penalty: 0.5, presence_penalty: 0.5 },
      ['frequency_penalty', 'presence_penalty'],
    ],
    ['wire 15: a temperature above 1', { temperature: 1.5 }, ['temperature']],
    ['wire 16: a stop of white space', { stop: ['\n', 'x'] }, ['stop']],
    [
      'wire 31: low detail',
      {
        messages: [
          { role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://x.test', detail: 'low' } }] },
        ],
      },
      ['messages.content.image_url.detail'],
    ],
    ['wire 33: audio', { modalities: ['text', 'audio'], audio: { voice: 'a' } }, ['modalities', 'audio']],
    ['wire 33: web search', { web_search_options: {} }, ['web_search_options']],
    ['wire 33: a tier that changes the price', { service_tier: 'flex' }, ['service_tier']],
    [
      'audio input',
      { messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'A', format: 'wav' } }] }] },
      ['messages.content.input_audio'],
    ],
    [
      'file ids',
      { messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'f' } }] }] },
      ['messages.content.file.file_id'],
    ],
    [
      'images of other types',
      {
        messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/bmp;base64,AA' } }] }],
      },
      ['messages.content.image_url'],
    ],
    ['names of participants', { messages: [{ role: 'user', name: 'bob', content: 'x' }] }, ['messages.name']],
    ['custom tools', { tools: [{ type: 'custom', custom: { name: 'c' } }] }, ['tools']],
    [
      'other parts',
      {
        messages: [
          {
            role: 'user',
            content: [
              { type: 'video_url', video_url: { url: 'u' } },
              { type: 'text', text: 'x' },
            ],
          },
        ],
      },
      ['messages.content'],
    ],
    ['fields that are not known', { verbosity: 'low', future: 1 }, ['verbosity', 'future']],
    [
      'nothing: hints',
      {
        store: true,
        metadata: { a: 'b' },
        prompt_cache_key: 'k',
        prediction: { type: 'content', content: 'x' },
        verbosity: 'medium',
        modalities: ['text'],
        n: 1,
        frequency_penalty: 0,
        logit_bias: {},
        service_tier: 'auto',
      },
      [],
    ],
  ])('loses %s', (_, fields, losses) => {
    expect(fromOpenai(fields).losses).toEqual(losses)
  })

  it('wire 112: key order is the same whatever order the client wrote', () => {
    const one = fromOpenai({ temperature: 1, tools, top_p: 0.5, user: 'u' }).body
    const other = fromOpenai({ user: 'u', top_p: 0.5, tools, temperature: 1 }).body
    expect(JSON.stringify(one)).toBe(JSON.stringify(other))
  })
})

describe('its own clients', () => {
  it('wire 59, 61, 62: all comes back, with marks, signatures, server tools and unknown fields', () => {
    const body = {
      max_tokens: 5000,
      system: [{ type: 'text', text: 's', cache_control: { type: 'ephemeral', ttl: '1h' } }],
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'q', cache_control: { type: 'ephemeral' } }] },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: '', signature: 'sig' },
            { type: 'redacted_thinking', data: 'xx' },
            { type: 'server_tool_use', id: 's1', name: 'web_search', input: { query: 'x' } },
            {
              type: 'web_search_tool_result',
              tool_use_id: 's1',
              content: [{ type: 'web_search_result', encrypted_content: 'e' }],
            },
            { type: 'text', text: ' ', citations: [{ type: 'web_search_result_location', encrypted_index: 'i' }] },
            { type: 'tool_use', id: 't1', name: 'f', input: { a: 1 }, caller: { type: 'direct' } },
          ],
        },
        {
          role: 'user',
          content: [
            {
              type: 'tool_result',
              tool_use_id: 't1',
              is_error: true,
              content: [{ type: 'search_result', title: 'r' }],
            },
          ],
        },
        { role: 'system', content: [{ type: 'tool_addition', tool: { type: 'tool_reference', name: 'g' } }] },
      ],
      tools: [
        { name: 'f', input_schema: { type: 'object' }, strict: true, defer_loading: true },
        { type: 'web_search_20250305', name: 'web_search', max_uses: 1 },
      ],
      tool_choice: { type: 'auto', disable_parallel_tool_use: false },
      thinking: { type: 'adaptive', display: 'summarized' },
      output_config: { effort: 'max', task_budget: { type: 'tokens', total: 9 } },
      metadata: { user_id: 'u', other: 1 },
      container: 'c1',
      inference_geo: 'eu',
      future: { a: 1 },
    }
    expect(anthropic.encodeRequest(decode(body), { ...OPTIONS, model: 'm' })).toEqual({
      body: { model: 'm', ...body },
      losses: [],
    })
  })

  it('wire 55: a budget that a lowered limit leaves no room for is lowered', () => {
    const call = decode({ max_tokens: 8000, thinking: { type: 'enabled', budget_tokens: 6000 } })
    expect(anthropic.encodeRequest({ ...call, maxTokens: 3000 }, OPTIONS).body['thinking']).toEqual({
      type: 'enabled',
      budget_tokens: 2999,
    })
    expect(anthropic.encodeRequest({ ...call, maxTokens: 900 }, OPTIONS).losses).toHaveLength(1)
  })

  it.each<[string, JsonObject, JsonObject]>([
    ['claude-opus-4-8', { type: 'enabled', budget_tokens: 2000 }, { type: 'adaptive' }],
    ['claude-opus-4-8', { type: 'adaptive', display: 'omitted' }, { type: 'adaptive', display: 'omitted' }],
    ['claude-haiku-4-5', { type: 'adaptive', display: 'omitted' }, { type: 'enabled', budget_tokens: 8192 }],
    ['claude-haiku-4-5', { type: 'disabled' }, { type: 'disabled' }],
  ])('wire 55: sent on to %s, thinking %j is said in words that it knows', (model, thinking, told) => {
    const call = decode({ max_tokens: 20_000, thinking })
    expect(anthropic.encodeRequest(call, { ...OPTIONS, model }).body['thinking']).toEqual(told)
    expect(anthropic.encodeRequest(call, { ...OPTIONS, model: 'm' }).body['thinking']).toEqual(thinking)
  })

  it('wire 108: thinking without a signature may not be forwarded, and is left out', () => {
    const call = decode({
      messages: [
        ...HI,
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: '' },
            { type: 'text', text: 'a' },
          ],
        },
      ],
    })
    expect(anthropic.isForwardable(call)).toBe(false)
    expect(anthropic.isForwardable(decode({}))).toBe(true)
    expect(JSON.stringify(anthropic.encodeRequest(call, OPTIONS).body)).not.toContain('thinking')
  })
})

describe('answers', () => {
  function answer(fields: JsonObject): Answer {
    const decoded = anthropic.decodeAnswer({
      id: 'm1',
      type: 'message',
      role: 'assistant',
      model: 'claude',
      content: [],
      stop_reason: 'end_turn',
      stop_sequence: null,
      ...fields,
    })
    if ('kind' in decoded) throw new Error(decoded.message)
    return decoded
  }

  it.each([
    ['end_turn', 'end', 'stop'],
    ['stop_sequence', 'stop_sequence', 'stop'],
    ['max_tokens', 'length', 'length'],
    ['model_context_window_exceeded', 'length', 'length'],
    ['tool_use', 'tool_calls', 'tool_calls'],
    ['refusal', 'refusal', 'content_filter'],
    ['pause_turn', 'pause', 'stop'],
    ['something_new', 'unknown', 'stop'],
  ])('wire 48: %s', (raw, reason, finish) => {
    const whole = answer({ stop_reason: raw })
    expect(whole.choices[0]!.stop).toMatchObject({ reason, raw })
    expect(openaiChat.encodeAnswer(whole, CONTEXT)).toMatchObject({ choices: [{ finish_reason: finish }] })
    expect(anthropic.encodeAnswer(whole, CONTEXT)).toMatchObject({ stop_reason: raw })
  })

  it('wire 49 and 50: cache reads and writes are parts of the input, and come out again', () => {
    const usage = {
      input_tokens: 10,
      cache_read_input_tokens: 4,
      cache_creation_input_tokens: 2,
      cache_creation: { ephemeral_5m_input_tokens: 1, ephemeral_1h_input_tokens: 1 },
      output_tokens: 5,
    }
    const whole = answer({ usage })
    expect(whole.usage).toMatchObject({ input: 16, cachedInput: 4, cacheWrite: 2, cacheWrite1h: 1, output: 5 })
    expect(openaiChat.encodeAnswer(whole, CONTEXT)).toMatchObject({
      usage: { prompt_tokens: 16, completion_tokens: 5, total_tokens: 21, prompt_tokens_details: { cached_tokens: 4 } },
    })
    expect(anthropic.encodeAnswer(whole, CONTEXT)['usage']).toEqual(usage)
    expect(
      anthropic.encodeAnswer({ ...whole, usage: { input: 16, cachedInput: 4, cacheWrite: 2, output: 5 } }, CONTEXT)[
        'usage'
      ],
    ).toEqual({ input_tokens: 10, cache_read_input_tokens: 4, cache_creation_input_tokens: 2, output_tokens: 5 })
  })

  it('facts 39 and 40: empty content, empty thinking with a signature', () => {
    expect(answer({}).choices[0]!.content).toEqual([])
    const whole = answer({ content: [{ type: 'thinking', thinking: '', signature: 's' }] })
    expect(anthropic.encodeAnswer(whole, CONTEXT)['content']).toEqual([
      { type: 'thinking', thinking: '', signature: 's' },
    ])
  })

  it('wire 108: reasoning of another provider is shown with an empty signature, never with a made-up one', () => {
    const decoded = openaiChat.decodeAnswer({
      id: 'c',
      model: 'm',
      choices: [{ message: { content: 'a', reasoning_content: 'hm' }, finish_reason: 'stop' }],
    })
    if ('kind' in decoded) throw new Error(decoded.message)
    expect(anthropic.encodeAnswer(decoded, CONTEXT)['content']).toEqual([
      { type: 'thinking', thinking: 'hm', signature: '' },
      { type: 'text', text: 'a' },
    ])
  })

  it.each<[string, Json, string]>([
    [
      'an error in place of the answer',
      { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
      'overloaded',
    ],
    ['no content', { id: 'x' }, 'malformed'],
    ['a block without a type', { content: [{}] }, 'malformed'],
    ['no object', 7, 'malformed'],
  ])('under a 200: %s', (_, body, kind) => {
    expect(anthropic.decodeAnswer(body)).toMatchObject({ kind })
  })
})

describe('streams of Anthropic', () => {
  it('wire 51 and 57: blocks, signatures, calls, and pings anywhere', () => {
    const said = accumulate(
      stream(
        { type: 'ping' },
        START,
        begin(0, { type: 'thinking', thinking: '', signature: '' }),
        { type: 'ping' },
        delta(0, { type: 'thinking_delta', thinking: 'hm' }),
        delta(0, { type: 'signature_delta', signature: 'si' }),
        delta(0, { type: 'signature_delta', signature: 'g' }),
        end(0),
        begin(1, { type: 'text', text: '' }),
        delta(1, { type: 'text_delta', text: 'a' }),
        delta(1, { type: 'citations_delta', citation: { type: 'x' } }),
        end(1),
        begin(2, { type: 'tool_use', id: 't', name: 'f', input: {}, caller: { type: 'direct' } }),
        delta(2, { type: 'input_json_delta', partial_json: '' }),
        end(2),
        FINISH,
        STOP,
      ),
    )
    expect(said).toMatchObject({
      answer: {
        id: 'm1',
        choices: [
          {
            content: [
              { kind: 'reasoning', text: 'hm', signature: { value: 'sig' } },
              { kind: 'text', text: 'a', citations: { items: [{ type: 'x' }] } },
              {
                kind: 'tool_call',
                id: 't',
                name: 'f',
                arguments: '',
                extensions: { fields: { caller: { type: 'direct' } } },
              },
            ],
          },
        ],
      },
    })
  })

  it('wire 52: usage is cumulative, and what was left out is not zero', () => {
    const used = (...pieces: readonly JsonObject[]): Json => {
      const said = accumulate(stream(START, ...pieces, STOP))
      if (said.kind === 'failed') throw new Error(said.error.message)
      const { raw: _raw, ...counts } = said.answer.usage!
      return counts as Json
    }
    expect(used(FINISH)).toEqual({ input: 16, cachedInput: 4, cacheWrite: 2, output: 7 })
    expect(used({ ...FINISH, usage: { input_tokens: 20, output_tokens: 7 } })).toEqual({
      input: 26,
      cachedInput: 4,
      cacheWrite: 2,
      output: 7,
    })
    expect(used({ ...FINISH, usage: { input_tokens: 20, cache_read_input_tokens: null, output_tokens: 0 } })).toEqual({
      input: 26,
      cachedInput: 4,
      cacheWrite: 2,
      output: 0,
    })
  })

  it('wire 53: an error event after content is an error, and the end of it', () => {
    const events = stream(
      START,
      begin(0, { type: 'text', text: '' }),
      delta(0, { type: 'text_delta', text: 'a' }),
      { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
      STOP,
    )
    expect(events.at(-1)).toEqual({
      kind: 'error',
      error: { kind: 'overloaded', status: 529, message: 'Overloaded', code: 'overloaded_error' },
    })
  })

  it('types that are not known are tolerated, and kept for the same dialect', () => {
    const events = stream(
      START,
      { type: 'something_new' },
      begin(0, { type: 'new_block', a: 1 }),
      delta(0, { type: 'new_delta', b: 2 }),
      end(0),
      begin(1, { type: 'text', text: '' }),
      delta(1, { type: 'new_delta', c: 3 }),
      end(1),
      FINISH,
      STOP,
    )
    const again = feed(anthropic.decodeStream(), [bytesOf(encoded(events))])
    expect(again).toContainEqual({
      kind: 'block_start',
      choice: 0,
      block: 0,
      of: { kind: 'opaque', dialect: 'anthropic', value: { type: 'new_block', a: 1 } },
    })
    expect(again).toContainEqual({
      kind: 'opaque',
      choice: 0,
      block: 0,
      dialect: 'anthropic',
      value: { type: 'new_delta', b: 2 },
    })
    expect(again).toContainEqual({
      kind: 'opaque',
      choice: 0,
      block: 1,
      dialect: 'anthropic',
      value: { type: 'new_delta', c: 3 },
    })
  })

  it('wire 62: server tools stream through the neutral form', () => {
    const events = stream(
      START,
      begin(0, { type: 'server_tool_use', id: 's', name: 'web_search', input: {} }),
      delta(0, { type: 'input_json_delta', partial_json: '{"query":' }),
      delta(0, { type: 'input_json_delta', partial_json: '"x"}' }),
      end(0),
      FINISH,
      STOP,
    )
    const again = accumulate(feed(anthropic.decodeStream(), [bytesOf(encoded(events))]))
    expect(again).toMatchObject({
      answer: { choices: [{ content: [{ kind: 'opaque', value: { name: 'web_search', input: { query: 'x' } } }] }] },
    })
  })

  it.each<[string, readonly (JsonObject | string)[]]>([
    ['nothing', []],
    ['only a start', [START]],
    ['a finish, but no message_stop', [START, FINISH]],
    ['half an event', [START, 'data: {"type":']],
    ['no JSON', [START, 'data: <html>\n\n']],
    ['a delta of no block', [START, delta(0, { type: 'input_json_delta', partial_json: '{' }), STOP]],
  ])('a stream of %s is malformed', (_, events) => {
    expect(stream(...events).at(-1)).toMatchObject({ kind: 'error', error: { kind: 'malformed' } })
  })

  it('the refusal details of message_delta come back', () => {
    const events = stream(
      START,
      {
        ...FINISH,
        delta: { stop_reason: 'refusal', stop_sequence: null, stop_details: { type: 'refusal', category: 'cyber' } },
      },
      STOP,
    )
    expect(encoded(events)).toContain('"stop_details":{"type":"refusal","category":"cyber"}')
  })
})

describe('streams for Anthropic clients', () => {
  it('golden, wire 108: what an OpenAI stream looks like to an Anthropic client', () => {
    const chunk = (delta: JsonObject, finish: string | null = null): string =>
      `data: ${JSON.stringify({ id: 'c1', model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
    const wire = [
      chunk({ role: 'assistant', content: 'a' }),
      chunk({ tool_calls: [{ index: 0, id: 't0', function: { name: 'f', arguments: '{"x"' } }] }),
      chunk({ tool_calls: [{ index: 1, id: 't1', function: { name: 'g', arguments: '{' } }] }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: ':1}' } }] }),
      chunk({ tool_calls: [{ index: 1, function: { arguments: '}' } }] }),
      chunk({}, 'tool_calls'),
      'data: {"choices":[],"usage":{"prompt_tokens":12,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":2}}}\n\n',
      'data: [DONE]\n\n',
    ]
    const event = (value: JsonObject): string => `event: ${String(value['type'])}\ndata: ${JSON.stringify(value)}\n\n`
    expect(encoded(feed(openaiChat.decodeStream(), [bytesOf(wire.join(''))]))).toBe(
      [
        event({
          type: 'message_start',
          message: {
            id: 'c1',
            type: 'message',
            role: 'assistant',
            model: 'alias',
            content: [],
            stop_reason: null,
            stop_sequence: null,
            usage: { input_tokens: 42, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 0 },
          },
        }),
        event(begin(0, { type: 'text', text: '' })),
        event(delta(0, { type: 'text_delta', text: 'a' })),
        event(end(0)),
        event(begin(1, { type: 'tool_use', id: 't0', name: 'f', input: {} })),
        event(delta(1, { type: 'input_json_delta', partial_json: '{"x"' })),
        event(delta(1, { type: 'input_json_delta', partial_json: ':1}' })),
        event(end(1)),
        event(begin(2, { type: 'tool_use', id: 't1', name: 'g', input: {} })),
        event(delta(2, { type: 'input_json_delta', partial_json: '{' })),
        event(delta(2, { type: 'input_json_delta', partial_json: '}' })),
        event(end(2)),
        event({
          type: 'message_delta',
          delta: { stop_reason: 'tool_use', stop_sequence: null },
          usage: { input_tokens: 10, cache_creation_input_tokens: 0, cache_read_input_tokens: 2, output_tokens: 5 },
        }),
        event(STOP),
      ].join(''),
    )
  })

  it('a ping before the message is a comment, and an event after it', () => {
    expect(encoded([{ kind: 'ping' }, { kind: 'start', id: 'x', model: 'm' }, { kind: 'ping' }])).toMatch(
      /^: ping\n\nevent: message_start\n.*\n\nevent: ping\ndata: \{"type":"ping"\}\n\n$/,
    )
  })

  it('wire 53, 5: a failure is an error event', () => {
    const encoder = anthropic.encodeStream(CONTEXT)
    encoder.event({ kind: 'start', id: 'x', model: 'm' })
    expect(encoder.fail({ status: 502, kind: 'upstream_failed', message: 'gone' })).toBe(
      'event: error\ndata: {"type":"error","error":{"type":"api_error","message":"gone"}}\n\n',
    )
    expect(encoder.event({ kind: 'end' })).toBe('')
  })
})

describe('errors for clients', () => {
  it('name the request where its id is known', () => {
    expect(anthropic.encodeError({ status: 500, kind: 'x', message: 'no', requestId: 'r1' })).toHaveProperty(
      'request_id',
      'r1',
    )
  })

  it.each([
    [400, 'invalid_request_error'],
    [401, 'authentication_error'],
    [402, 'billing_error'],
    [403, 'permission_error'],
    [404, 'not_found_error'],
    [413, 'request_too_large'],
    [429, 'rate_limit_error'],
    [500, 'api_error'],
    [502, 'api_error'],
    [504, 'timeout_error'],
    [529, 'overloaded_error'],
  ])('wire 54: %i is %s', (status, type) => {
    expect(anthropic.encodeError({ status, kind: 'denied', message: 'no' })).toEqual({
      type: 'error',
      error: { type, message: 'no' },
    })
  })
})
