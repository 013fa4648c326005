/** Bedrock's dialect: what its API wants, what it says, and the laws of its streams. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anthropic } from '../../src/dialects/anthropic/anthropic.ts'
import { bedrock } from '../../src/dialects/bedrock/bedrock.ts'
import type { Answer, ChatCall, Json, JsonObject, StreamEvent } from '../../src/dialects/neutral.ts'
import { openaiChat } from '../../src/dialects/openai-chat/openai-chat.ts'
import { accumulate } from './accumulate.ts'
import { answer, commonCall, mutated, plainAnswer } from './arbitrary.ts'
import { eventFrame, frameOf, joinBytes, writeBedrockAnswer, writeBedrockStream } from './bedrock-wire.ts'
import { byteByByte, bytesOf, cutAt, feed } from './cut.ts'

const CLAUDE = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
const CONTEXT = { model: 'alias', id: 'made-up', created: 5, includeUsage: true }
const HI = [{ role: 'user', content: 'hi' }]
const tool = (name: string, rest: JsonObject = {}): JsonObject => ({
  type: 'function',
  function: { name, parameters: { type: 'object', properties: {} }, ...rest },
})

type Said = { readonly body: JsonObject; readonly losses: readonly string[] }

function encode(decoded: ReturnType<typeof openaiChat.decodeRequest>, model: string): Said {
  if (!decoded.ok) throw new Error(`${decoded.message} (${decoded.param})`)
  const { body, losses } = bedrock.encodeRequest(decoded.value, { model, defaultMaxTokens: 4096 })
  return { body, losses: losses.map(({ field }) => field) }
}

const fromOpenai = (fields: JsonObject, model = CLAUDE): Said =>
  encode(openaiChat.decodeRequest({ model: 'm', messages: HI, ...fields }), model)

const fromAnthropic = (fields: JsonObject, model = CLAUDE): Said =>
  encode(anthropic.decodeRequest({ model: 'm', max_tokens: 9, messages: HI, ...fields }), model)

describe('requests', () => {
  it('say a plain call in the words of the API, and neither model nor stream', () => {
    const said = fromOpenai({
      messages: [{ role: 'developer', content: 'be brief' }, ...HI],
      max_completion_tokens: 7,
      temperature: 0.4,
      top_p: 0.5,
      stop: 'END',
      stream: true,
      user: 'u-1',
      service_tier: 'priority',
    })
    expect(said).toEqual({
      losses: [],
      body: {
        messages: [{ role: 'user', content: [{ text: 'hi' }] }],
        system: [{ text: 'be brief' }],
        inferenceConfig: { maxTokens: 7, temperature: 0.4, topP: 0.5, stopSequences: ['END'] },
        serviceTier: { type: 'priority' },
      },
    })
  })

  it('put all results of a turn first into the next message of the user', () => {
    const call = (id: string, text: string) => ({
      id,
      type: 'function',
      function: { name: 'weather', arguments: text },
    })
    const { body, losses } = fromOpenai({
      tools: [tool('weather', { description: 'tells it', strict: true })],
      tool_choice: 'required',
      messages: [
        ...HI,
        { role: 'assistant', content: 'I look.', tool_calls: [call('a.1', '{"c":"x"}'), call('b', '')] },
        { role: 'tool', tool_call_id: 'a.1', content: 'sunny' },
        { role: 'tool', tool_call_id: 'b', content: '' },
        { role: 'user', content: 'and now?' },
      ],
    })
    expect(losses).toEqual([])
    expect(body['messages']).toEqual([
      { role: 'user', content: [{ text: 'hi' }] },
      {
        role: 'assistant',
        content: [
          { text: 'I look.' },
          { toolUse: { toolUseId: 'a_x2e_1', name: 'weather', input: { c: 'x' } } },
          { toolUse: { toolUseId: 'b', name: 'weather', input: {} } },
        ],
      },
      {
        role: 'user',
        content: [
          { toolResult: { toolUseId: 'a_x2e_1', content: [{ text: 'sunny' }] } },
          { toolResult: { toolUseId: 'b', content: [{ text: '(empty)' }] } },
          { text: 'and now?' },
        ],
      },
    ])
    expect(body['toolConfig']).toEqual({
      tools: [
        {
          toolSpec: {
            name: 'weather',
            description: 'tells it',
            inputSchema: { json: { type: 'object', properties: {} } },
            strict: true,
          },
        },
      ],
      toolChoice: { any: {} },
    })
  })

  it('shorten tool ids the same way every time, and keep them apart', () => {
    const ids = ['x'.repeat(80), `${'x'.repeat(79)}y`]
    const { body } = fromOpenai({
      messages: [
        ...HI,
        {
          role: 'assistant',
          content: null,
          tool_calls: ids.map((id) => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } })),
        },
        ...ids.map((id) => ({ role: 'tool', tool_call_id: id, content: 'r' })),
      ],
    })
    const [, calls, results] = body['messages'] as {
      content: { toolUse?: { toolUseId: string }; toolResult?: { toolUseId: string } }[]
    }[]
    const called = calls!.content.map(({ toolUse }) => toolUse!.toolUseId)
    expect(results!.content.map(({ toolResult }) => toolResult!.toolUseId)).toEqual(called)
    expect(new Set(called).size).toBe(2)
    for (const id of called) expect(id).toMatch(/^[A-Za-z0-9_-]{1,64}$/)
  })

  it('say images and documents as bytes in a format, under names of their own, with a text beside', () => {
    const pdf = { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' }
    const { body, losses } = fromAnthropic({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBO' } },
            { type: 'document', source: pdf, title: 'a/b.pdf' },
            { type: 'document', source: pdf, title: 'a/b.pdf' },
            { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'words' } },
          ],
        },
      ],
    })
    expect(losses).toEqual([])
    expect(body['messages']).toEqual([
      {
        role: 'user',
        content: [
          { image: { format: 'png', source: { bytes: 'iVBO' } } },
          { document: { format: 'pdf', name: 'a-b-pdf', source: { bytes: 'JVBERi0=' } } },
          { document: { format: 'pdf', name: 'a-b-pdf (2)', source: { bytes: 'JVBERi0=' } } },
          { document: { format: 'txt', name: 'document', source: { text: 'words' } } },
          { text: '(See the document.)' },
        ],
      },
    ])
  })

  it("let Anthropic's models cite documents and search results, and lose the latter to others", () => {
    const source = { type: 'text', media_type: 'text/plain', data: 'words' }
    const citations = { enabled: true }
    const found = {
      type: 'search_result',
      source: 'https://x/y',
      title: 'Y',
      content: [{ type: 'text', text: 'a' }],
      citations,
    }
    const messages = [
      {
        role: 'user',
        content: [
          { type: 'document', source, title: 'w', context: 'old', citations },
          found,
          { type: 'text', text: 'x' },
        ],
      },
    ]
    const document = { format: 'txt', name: 'w', source: { text: 'words' } }
    expect(fromAnthropic({ messages })).toMatchObject({
      losses: [],
      body: {
        messages: [
          {
            content: [
              { document: { ...document, context: 'old', citations } },
              { searchResult: { source: 'https://x/y', title: 'Y', content: [{ text: 'a' }], citations } },
              { text: 'x' },
            ],
          },
        ],
      },
    })
    const other = fromAnthropic({ messages }, 'us.amazon.nova-pro-v1:0')
    expect(other.losses).toEqual(['messages.content'])
    expect(other.body['messages']).toEqual([{ role: 'user', content: [{ document }, { text: 'x' }] }])
  })

  it.each([
    ['Übersicht 2026.pdf', 'Ubersicht 2026-pdf'],
    ['  a   b ', 'a b'],
    ['報告書', 'document'],
    ['x_[1] (2)', 'x_[1] (2)'],
  ])('name the document %j', (title, name) => {
    const source = { type: 'text', media_type: 'text/plain', data: 'words' }
    const { body } = fromAnthropic({ messages: [{ role: 'user', content: [{ type: 'document', source, title }] }] })
    expect(body['messages']).toMatchObject([{ content: [{ document: { name } }, {}] }])
  })

  it('make blocks of cache marks where the model takes them', () => {
    const cache_control = { type: 'ephemeral', ttl: '1h' }
    const fields = {
      system: [{ type: 'text', text: 's', cache_control }],
      tools: [{ name: 'f', input_schema: { type: 'object' }, cache_control }],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'a', cache_control },
            { type: 'text', text: ' ', cache_control },
          ],
        },
      ],
    }
    const point = { cachePoint: { type: 'default', ttl: '1h' } }
    const { body } = fromAnthropic(fields)
    expect(body['system']).toEqual([{ text: 's' }, point])
    expect((body['toolConfig'] as { tools: Json[] }).tools[1]).toEqual(point)
    expect(body['messages']).toEqual([{ role: 'user', content: [{ text: 'a' }, point] }])
    const nova = JSON.stringify(fromAnthropic(fields, 'us.amazon.nova-pro-v1:0').body)
    expect(nova.match(/"cachePoint":[^}]*\}/g)).toEqual(Array(2).fill('"cachePoint":{"type":"default"}'))
    const other = fromAnthropic(fields, 'us.meta.llama4-maverick-17b-instruct-v1:0')
    expect(JSON.stringify(other.body)).not.toContain('cachePoint')
    expect(other.losses).toEqual([])
  })

  it("give Anthropic's models their signed reasoning back, and others none", () => {
    const messages = [
      ...HI,
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'hm', signature: 'sig' },
          { type: 'redacted_thinking', data: 'Eu8E' },
          { type: 'thinking', thinking: 'unsigned', signature: '' },
          { type: 'text', text: 'yes ' },
        ],
      },
    ]
    expect((fromAnthropic({ messages }).body['messages'] as JsonObject[])[1]).toEqual({
      role: 'assistant',
      content: [
        { reasoningContent: { reasoningText: { text: 'hm', signature: 'sig' } } },
        { reasoningContent: { redactedContent: btoa('Eu8E') } },
        { text: 'yes' },
      ],
    })
    const nova = fromAnthropic({ messages }, 'us.amazon.nova-pro-v1:0').body['messages'] as JsonObject[]
    expect(nova[1]).toEqual({ role: 'assistant', content: [{ text: 'yes' }] })
  })

  it('mend what the API refuses: who begins, who follows whom, and calls without declarations', () => {
    const { body } = fromOpenai({
      messages: [
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 'a', content: 'r' },
        { role: 'user', content: 'x' },
        { role: 'user', content: '' },
        { role: 'user', content: 'y' },
      ],
    })
    expect((body['messages'] as JsonObject[]).map(({ role }) => role)).toEqual(['user', 'assistant', 'user'])
    expect(body['toolConfig']).toMatchObject({ tools: [{ toolSpec: { name: 'f' } }] })
    expect(fromOpenai({ messages: [{ role: 'system', content: 'only' }] }).body).toEqual({
      messages: [{ role: 'user', content: [{ text: 'only' }] }],
    })
  })

  it('tell an error of a tool by its status, or in words to the models that know none', () => {
    const messages = [
      ...HI,
      { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: {} }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: 'no', is_error: true }] },
    ]
    const resultOf = ({ body }: Said) => ((body['messages'] as JsonObject[])[2]!['content'] as Json[])[0]
    expect(resultOf(fromAnthropic({ messages }))).toEqual({
      toolResult: { toolUseId: 'a', content: [{ text: 'no' }], status: 'error' },
    })
    expect(resultOf(fromAnthropic({ messages }, 'us.meta.llama4-v1:0'))).toEqual({
      toolResult: { toolUseId: 'a', content: [{ text: 'Error' }, { text: 'no' }] },
    })
  })

  it('take the words that only this API has, whoever says them', () => {
    const own = {
      guardrailConfig: { guardrailIdentifier: 'g', guardrailVersion: '1' },
      performanceConfig: { latency: 'optimized' },
      requestMetadata: { a: 'b' },
    }
    expect(fromOpenai(own)).toMatchObject({ body: own, losses: [] })
    expect(fromAnthropic(own)).toMatchObject({ body: own, losses: [] })
    const guarded = { messages: [{ role: 'user', content: [{ type: 'guarded_text', text: 'look here' }] }] }
    expect(fromOpenai(guarded)).toMatchObject({
      body: { messages: [{ content: [{ guardContent: { text: { text: 'look here' } } }] }] },
      losses: [],
    })
  })

  it('say a schema as text', () => {
    const schema = { type: 'object', properties: {} }
    expect(
      fromOpenai({ response_format: { type: 'json_schema', json_schema: { name: 'x', schema } } }).body,
    ).toMatchObject({
      outputConfig: {
        textFormat: { type: 'json_schema', structure: { jsonSchema: { name: 'x', schema: JSON.stringify(schema) } } },
      },
    })
  })

  it.each<[string, JsonObject, string, JsonObject | undefined]>([
    ['a budget', { reasoning_effort: 'low' }, CLAUDE, { thinking: { type: 'enabled', budget_tokens: 4096 } }],
    [
      'an effort',
      { reasoning_effort: 'low' },
      'anthropic.claude-opus-4-6-v1:0',
      { thinking: { type: 'adaptive' }, output_config: { effort: 'low' } },
    ],
    [
      'Nova',
      { reasoning_effort: 'xhigh' },
      'us.amazon.nova-2-lite-v1:0',
      { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'high' } },
    ],
    [
      'Nova without',
      { reasoning_effort: 'none' },
      'us.amazon.nova-2-lite-v1:0',
      { reasoningConfig: { type: 'disabled' } },
    ],
    ['an open model', { reasoning_effort: 'minimal' }, 'openai.gpt-oss-120b-1:0', { reasoning_effort: 'low' }],
    ['Qwen', { reasoning_effort: 'medium' }, 'qwen.qwen3-32b-v1:0', { reasoning_config: 'medium' }],
    ['nothing asked', {}, 'us.amazon.nova-2-lite-v1:0', undefined],
  ])('ask for reasoning in the words of the family: %s', (_, fields, model, expected) => {
    const { body, losses } = fromOpenai(fields, model)
    expect(losses).toEqual([])
    expect(body['additionalModelRequestFields']).toEqual(expected)
  })

  it("ask Anthropic's models alone for the beta features of the configuration", () => {
    const decoded = openaiChat.decodeRequest({ model: 'm', messages: HI })
    if (!decoded.ok) throw new Error(decoded.message)
    const fieldsFor = (model: string, betas: readonly string[]) =>
      bedrock.encodeRequest(decoded.value, { model, defaultMaxTokens: 1, betas }).body['additionalModelRequestFields']
    expect(fieldsFor(CLAUDE, ['context-1m'])).toEqual({ anthropic_beta: ['context-1m'] })
    expect(fieldsFor(CLAUDE, [])).toBeUndefined()
    expect(fieldsFor('us.amazon.nova-pro-v1:0', ['context-1m'])).toBeUndefined()
  })

  it('leave room for the answer beside the reasoning', () => {
    expect(fromOpenai({ reasoning_effort: 'low' }).body['inferenceConfig']).toEqual({ maxTokens: 8192 })
  })

  it('ask for top-k in the words of the family', () => {
    const fieldsFor = (model: string) => fromAnthropic({ top_k: 9 }, model).body['additionalModelRequestFields']
    expect(fieldsFor(CLAUDE)).toEqual({ top_k: 9 })
    expect(fieldsFor('us.amazon.nova-micro-v1:0')).toEqual({ inferenceConfig: { topK: 9 } })
    expect(fromAnthropic({ top_k: 9 }, 'us.meta.llama4-v1:0')).toMatchObject({ losses: ['top_k'] })
  })

  it.each<[string, JsonObject, JsonObject | undefined]>([
    ['n', { n: 2 }, undefined],
    ['seed', { seed: 1 }, undefined],
    ['logprobs', { logprobs: true }, undefined],
    ['logit_bias', { logit_bias: { '5': 1 } }, undefined],
    ['frequency_penalty', { frequency_penalty: 1 }, undefined],
    ['presence_penalty', { presence_penalty: 1 }, undefined],
    ['temperature', { temperature: 1.5 }, { inferenceConfig: { temperature: 1 } }],
    ['temperature', { temperature: 0.5, reasoning_effort: 'low' }, undefined],
    ['stop', { stop: ['\n', 'a'] }, { inferenceConfig: { stopSequences: ['a'] } }],
    ['response_format', { response_format: { type: 'json_object' } }, undefined],
    ['service_tier', { service_tier: 'scale' }, undefined],
    ['parallel_tool_calls', { tools: [tool('a')], parallel_tool_calls: false }, undefined],
    ['tools.name', { tools: [tool('a'.repeat(65))] }, undefined],
    ['messages.name', { messages: [{ role: 'user', content: 'x', name: 'bob' }] }, undefined],
    ['messages.role', { messages: [...HI, { role: 'system', content: 'x' }] }, { system: [{ text: 'x' }] }],
    ['web_search_options', { web_search_options: {} }, undefined],
    [
      'additionalModelRequestFields',
      { additionalModelRequestFields: { tools: ['what no policy has seen'] } },
      undefined,
    ],
    ['promptVariables', { promptVariables: { a: { text: 'what no guard has seen' } } }, undefined],
    [
      'messages.content.image_url',
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://x/y.png' } }] }] },
      undefined,
    ],
    [
      'messages.content.input_audio',
      {
        messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'AA==', format: 'wav' } }] }],
      },
      undefined,
    ],
  ])('note what is lost: %s', (field, fields, expected) => {
    const { body, losses } = fromOpenai(fields)
    expect(losses).toEqual([field])
    if (expected !== undefined) expect(body).toMatchObject(expected)
  })

  it('leave the tools out where none is to be called, as long as none was', () => {
    expect(fromOpenai({ tools: [tool('a')], tool_choice: 'none' })).toMatchObject({ losses: [] })
    expect(fromOpenai({ tools: [tool('a')], tool_choice: 'none' }).body['toolConfig']).toBeUndefined()
    const called = [
      ...HI,
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'a', type: 'function', function: { name: 'a', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'a', content: 'r' },
    ]
    const after = fromOpenai({ tools: [tool('a')], tool_choice: 'none', messages: called })
    expect(after.losses).toEqual(['tool_choice'])
    expect(after.body['toolConfig']).toMatchObject({ tools: [{ toolSpec: { name: 'a' } }] })
  })
})

const BODY: JsonObject = {
  output: { message: { role: 'assistant', content: [{ text: 'hello' }] } },
  stopReason: 'end_turn',
  usage: { inputTokens: 5, outputTokens: 2, totalTokens: 7 },
  metrics: { latencyMs: 9 },
}

function decoded(fields: JsonObject): Answer {
  const said = bedrock.decodeAnswer({ ...BODY, ...fields })
  if ('kind' in said) throw new Error(said.message)
  return said
}

const contentOf = (...content: readonly Json[]) =>
  decoded({ output: { message: { role: 'assistant', content } } }).choices[0]!.content

describe('answers', () => {
  it.each([
    ['end_turn', 'end'],
    ['stop_sequence', 'stop_sequence'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['tool_use', 'tool_calls'],
    ['guardrail_intervened', 'content_filter'],
    ['content_filtered', 'content_filter'],
    ['something_new', 'unknown'],
  ])('stop with %s', (raw, reason) => {
    expect(decoded({ stopReason: raw }).choices[0]!.stop).toEqual({ reason, raw, dialect: 'bedrock' })
  })

  it('that are broken, or errors under a 200, are failures', () => {
    expect(bedrock.decodeAnswer({ ...BODY, stopReason: 'malformed_tool_use' })).toMatchObject({
      kind: 'malformed',
      code: 'malformed_tool_use',
    })
    expect(bedrock.decodeAnswer({ ...BODY, stopReason: 'malformed_model_output' })).toMatchObject({
      kind: 'malformed',
      status: 502,
    })
    const coral = { __type: 'com.amazon.coral.service#ThrottlingException', message: 'slow down' }
    expect(bedrock.decodeAnswer(coral)).toMatchObject({
      kind: 'rate_limit',
      status: 429,
      code: 'ThrottlingException',
      message: 'slow down',
    })
    expect(bedrock.decodeAnswer({ usage: {} })).toMatchObject({ kind: 'malformed' })
    expect(bedrock.decodeAnswer([])).toMatchObject({ kind: 'malformed' })
  })

  it('count what the cache held into the whole', () => {
    const usage = {
      inputTokens: 3,
      outputTokens: 121,
      cacheReadInputTokens: 1712,
      cacheWriteInputTokens: 236,
      cacheDetails: [
        { inputTokens: 200, ttl: '1h' },
        { inputTokens: 36, ttl: '5m' },
      ],
      totalTokens: 2072,
    }
    expect(decoded({ usage }).usage).toMatchObject({
      input: 1951,
      output: 121,
      cachedInput: 1712,
      cacheWrite: 236,
      cacheWrite1h: 200,
    })
    expect(decoded({ usage: {} }).usage).toBeUndefined()
    expect(decoded({ usage: { inputTokens: 1, outputTokens: 0, cacheReadInputTokenCount: 4 } }).usage).toMatchObject({
      input: 5,
      cachedInput: 4,
    })
  })

  it('hold what is beside the answer under the name of this API', () => {
    expect(decoded({ trace: { a: 1 }, serviceTier: { type: 'flex' } })).toMatchObject({
      serviceTier: 'flex',
      extensions: { dialect: 'bedrock', fields: { metrics: { latencyMs: 9 }, trace: { a: 1 } } },
    })
  })

  it('give citations to their text, or to the one before', () => {
    const own = { title: 'own' }
    const after = { title: 'after' }
    expect(
      contentOf(
        { citationsContent: { content: [{ text: 'a' }], citations: [own] } },
        { citationsContent: { citations: [after] } },
      ),
    ).toEqual([{ kind: 'text', text: 'a', citations: { dialect: 'bedrock', items: [own, after] } }])
    expect(contentOf({ citationsContent: { citations: [after] } })).toEqual([])
  })

  it.each<[JsonObject, JsonObject]>([
    [
      { documentChar: { documentIndex: 1, start: 2, end: 9 } },
      { type: 'char_location', document_index: 1, document_title: 'T', start_char_index: 2, end_char_index: 9 },
    ],
    [
      { documentPage: { documentIndex: 0, start: 1, end: 2 } },
      { type: 'page_location', document_index: 0, document_title: 'T', start_page_number: 1, end_page_number: 2 },
    ],
    [
      { documentChunk: { documentIndex: 0, start: 0, end: 1 } },
      {
        type: 'content_block_location',
        document_index: 0,
        document_title: 'T',
        start_block_index: 0,
        end_block_index: 1,
      },
    ],
    [
      { searchResultLocation: { searchResultIndex: 3, start: 0, end: 1 } },
      {
        type: 'search_result_location',
        source: 'https://x/y',
        title: 'T',
        search_result_index: 3,
        start_block_index: 0,
        end_block_index: 1,
      },
    ],
  ])("tell a citation at %j in Anthropic's words", (location, told) => {
    const citation = { title: 'T', source: 'https://x/y', location, sourceContent: [{ text: 'ab' }, { text: 'c' }] }
    const [block] = contentOf({ citationsContent: { content: [{ text: 'said' }], citations: [citation] } })
    const expected = { ...told, cited_text: 'abc' }
    expect(block).toEqual({ kind: 'text', text: 'said', citations: { dialect: 'anthropic', items: [expected] } })
    const events = read(START, delta(0, { citation }), delta(0, { text: 'said' }), end(0), STOP, METADATA)
    expect(events).toContainEqual({ kind: 'citation', choice: 0, block: 0, dialect: 'anthropic', value: expected })
  })

  it('tell the pages that are cited', () => {
    const citation = { location: { web: { url: 'https://ruby.org/x', domain: 'ruby.org' } } }
    const content = contentOf({ text: 'hello ' }, { text: 'there' }, { citationsContent: { citations: [citation] } })
    const told = openaiChat.encodeAnswer(
      { ...decoded({}), choices: [{ index: 0, content, stop: { reason: 'end' } }] },
      CONTEXT,
    )
    const url_citation = { url: 'https://ruby.org/x', title: 'ruby.org', start_index: 6, end_index: 11 }
    expect(told).toMatchObject({ choices: [{ message: { annotations: [{ type: 'url_citation', url_citation }] } }] })
  })

  it("keep the provider's own tools away from the client", () => {
    const use = { toolUse: { toolUseId: 'a', name: 'nova_grounding', input: {}, type: 'server_tool_use' } }
    const result = { toolResult: { toolUseId: 'a', content: [] } }
    expect(contentOf(use, result, { text: 'x' }).map(({ kind }) => kind)).toEqual(['opaque', 'opaque', 'text'])
  })

  it('read reasoning, signed, encrypted or plain', () => {
    expect(
      contentOf(
        { reasoningContent: { reasoningText: { text: 'hm', signature: 'sig' } } },
        { reasoningContent: { redactedContent: btoa('Eu8E') } },
        { reasoningContent: { redactedContent: btoa('\xff') } },
        { reasoningContent: { reasoningText: { text: 'open' } } },
      ),
    ).toEqual([
      { kind: 'reasoning', text: 'hm', signature: { dialect: 'anthropic', value: 'sig' } },
      { kind: 'reasoning', text: '', redacted: { dialect: 'anthropic', data: 'Eu8E' } },
      { kind: 'reasoning', text: '', redacted: { dialect: 'bedrock', data: btoa('\xff') } },
      { kind: 'reasoning', text: 'open' },
    ])
  })
})

describe('errors', () => {
  it.each<[number, string | undefined, string, string]>([
    [400, 'ValidationException:http://internal.amazon.com/x/', 'messages: bad', 'bad_request'],
    [400, 'ValidationException', 'Input is too long for requested model.', 'context_length'],
    [
      400,
      undefined,
      'The model returned the following errors: Input Tokens Exceeded: Number of input tokens exceeds maximum length.',
      'context_length',
    ],
    [400, 'ValidationException', 'The provided model identifier is invalid.', 'not_found'],
    [400, 'ValidationException', 'Invocation of model ID x with on-demand throughput isn’t supported.', 'not_found'],
    [400, 'ServiceQuotaExceededException', 'too much', 'quota'],
    [
      403,
      'UnrecognizedClientException:http://internal.amazon.com/',
      'The security token included in the request is invalid.',
      'auth',
    ],
    [403, 'InvalidSignatureException', 'does not match', 'auth'],
    [403, 'ExpiredTokenException', 'expired', 'auth'],
    [403, 'AccessDeniedException', "You don't have access to the model with the specified model ID.", 'permission'],
    [403, 'AccessDeniedException', 'Authentication failed: Please make sure your API Key is valid.', 'auth'],
    [404, 'ResourceNotFoundException', 'gone', 'not_found'],
    [408, 'ModelTimeoutException', 'slow', 'timeout'],
    [424, 'ModelErrorException', 'the model failed', 'server'],
    [429, 'ThrottlingException', 'Too many requests, please wait', 'rate_limit'],
    [429, 'ThrottlingException', 'Too many tokens per day, please wait before trying again.', 'quota'],
    [429, 'ModelNotReadyException', 'not ready', 'overloaded'],
    [500, 'InternalServerException', 'oh', 'server'],
    [503, 'ServiceUnavailableException', 'Bedrock is unable to process your request.', 'overloaded'],
  ])('%i %s %s is %s', (status, type, message, kind) => {
    const headers = (name: string) => (name === 'x-amzn-errortype' ? type : undefined)
    expect(bedrock.decodeError(status, headers, { message }, '')).toMatchObject({ status, kind, message })
  })

  it('that are no JSON are told by their status', () => {
    expect(bedrock.decodeError(502, () => undefined, undefined, '<html>')).toMatchObject({
      kind: 'server',
      status: 502,
    })
  })
})

const START = eventFrame('messageStart', { role: 'assistant' })
const delta = (contentBlockIndex: number, value: JsonObject) =>
  eventFrame('contentBlockDelta', { contentBlockIndex, delta: value })
const begin = (contentBlockIndex: number, start: JsonObject) =>
  eventFrame('contentBlockStart', { contentBlockIndex, start })
const end = (contentBlockIndex: number) => eventFrame('contentBlockStop', { contentBlockIndex })
const STOP = eventFrame('messageStop', { stopReason: 'end_turn' })
const METADATA = eventFrame('metadata', {
  usage: { inputTokens: 1, outputTokens: 2, totalTokens: 3 },
  metrics: { latencyMs: 1 },
})
const read = (...frames: readonly Uint8Array[]): readonly StreamEvent[] =>
  feed(bedrock.decodeStream(), [joinBytes(frames)])
const whole = (...frames: readonly Uint8Array[]): Answer => {
  const said = accumulate(read(...frames))
  if (said.kind === 'failed') throw new Error(said.error.message)
  return said.answer
}

describe('streams', () => {
  it('read on after the stop for the usage, and do without it', () => {
    expect(whole(START, delta(0, { text: 'a' }), end(0), STOP, METADATA).usage).toMatchObject({ input: 1, output: 2 })
    expect(read(START, delta(0, { text: 'a' }), end(0), STOP).at(-1)).toEqual({ kind: 'end' })
    expect(read(START, delta(0, { text: 'a' }), METADATA).at(-1)).toMatchObject({
      kind: 'error',
      error: { kind: 'malformed' },
    })
  })

  it('take a text that was never begun, and citations before it, after it or without it', () => {
    const cite = (title: string) => ({ citation: { title } })
    const { content } = whole(
      START,
      delta(0, cite('early')),
      delta(0, { text: 'a' }),
      end(0),
      delta(1, cite('after')),
      end(1),
      delta(2, { text: 'b' }),
      delta(2, cite('late')),
      end(2),
      STOP,
      METADATA,
    ).choices[0]!
    expect(content).toEqual([
      { kind: 'text', text: 'a', citations: { dialect: 'bedrock', items: [{ title: 'early' }, { title: 'after' }] } },
      { kind: 'text', text: 'b', citations: { dialect: 'bedrock', items: [{ title: 'late' }] } },
    ])
  })

  it('join encrypted reasoning that comes in pieces', () => {
    const reasoning = (value: JsonObject) => ({ reasoningContent: value })
    const { content } = whole(
      START,
      delta(0, reasoning({ text: 'hm' })),
      delta(0, reasoning({ signature: 'sig' })),
      end(0),
      delta(1, reasoning({ redactedContent: btoa('Eu8') })),
      delta(1, reasoning({ redactedContent: btoa('EX') })),
      end(1),
      STOP,
      METADATA,
    ).choices[0]!
    expect(content).toEqual([
      { kind: 'reasoning', text: 'hm', signature: { dialect: 'anthropic', value: 'sig' } },
      { kind: 'reasoning', text: '', redacted: { dialect: 'anthropic', data: 'Eu8EX' } },
    ])
  })

  it("keep the provider's own tools away from the client", () => {
    const use = { toolUse: { toolUseId: 'a', name: 'nova_grounding', type: 'server_tool_use' } }
    const events = read(
      START,
      begin(0, use),
      delta(0, { toolUse: { input: '{}' } }),
      end(0),
      begin(1, { toolResult: {} }),
      delta(1, { toolResult: [] }),
      end(1),
      STOP,
      METADATA,
    )
    expect(events.filter(({ kind }) => kind === 'arguments' || kind === 'opaque').map(({ kind }) => kind)).toEqual([
      'opaque',
      'opaque',
    ])
  })

  it.each<[string, Uint8Array, JsonObject]>([
    [
      'an exception',
      frameOf({ ':message-type': 'exception', ':exception-type': 'throttlingException' }, { message: 'slow' }),
      { kind: 'rate_limit', status: 429, message: 'slow' },
    ],
    [
      'an exception as an event',
      eventFrame('modelStreamErrorException', { message: 'broke' }),
      { kind: 'server', status: 424, message: 'broke' },
    ],
    [
      'a validation',
      frameOf(
        { ':message-type': 'exception', ':exception-type': 'validationException' },
        { message: 'Input is too long' },
      ),
      { kind: 'context_length', status: 400 },
    ],
    [
      'an error message',
      frameOf({ ':message-type': 'error', ':error-code': 'InternalFailure', ':error-message': 'oh' }, ''),
      { kind: 'server', status: 500, message: 'oh' },
    ],
    [
      'an unknown exception',
      frameOf({ ':message-type': 'exception', ':exception-type': 'newException' }, 'no JSON'),
      { kind: 'server', message: 'no JSON' },
    ],
    [
      'no JSON',
      frameOf({ ':message-type': 'event', ':event-type': 'contentBlockDelta' }, '{"a'),
      { kind: 'malformed' },
    ],
    ['a piece of no block', delta(4, { toolUse: { input: '{' } }), { kind: 'malformed' }],
    [
      'a broken call',
      eventFrame('messageStop', { stopReason: 'malformed_tool_use' }),
      { kind: 'malformed', code: 'malformed_tool_use' },
    ],
  ])('that hold %s end in an error', (_, frame, error) => {
    expect(read(START, delta(0, { text: 'a' }), frame, METADATA, STOP).at(-1)).toMatchObject({ kind: 'error', error })
  })

  it('say the usage of a broken answer before its error', () => {
    const events = read(START, eventFrame('messageStop', { stopReason: 'malformed_tool_use' }), METADATA)
    expect(events.map(({ kind }) => kind)).toEqual(['start', 'usage', 'error'])
  })

  it('tolerate events that are not known, and nothing follows the end', () => {
    expect(
      read(
        START,
        eventFrame('somethingNew', { a: 1 }),
        delta(0, { text: 'a' }),
        delta(0, { novel: {} }),
        STOP,
        METADATA,
        delta(1, { text: 'b' }),
      ).at(-1),
    ).toEqual({ kind: 'end' })
  })
})

/** What the API can say of an answer. */
const plain = (said: Answer): Json => plainAnswer(said, 'openai-chat')

describe('streams are neutral', () => {
  const size = fc.integer({ min: 1, max: 9 })

  it('cutting the bytes anywhere gives the same events', () => {
    fc.assert(
      fc.property(answer, size, fc.array(fc.nat(), { maxLength: 12 }), (said, each, places) => {
        const bytes = writeBedrockStream(said, each)
        const events = feed(bedrock.decodeStream(), [bytes])
        expect(feed(bedrock.decodeStream(), cutAt(bytes, places))).toEqual(events)
        expect(feed(bedrock.decodeStream(), byteByByte(bytes))).toEqual(events)
      }),
      { numRuns: 40 },
    )
  })

  it('the stream says what the whole answer says, to clients of every dialect', () => {
    fc.assert(
      fc.property(answer, size, (said, each) => {
        const told = bedrock.decodeAnswer(writeBedrockAnswer(said))
        if ('kind' in told) throw new Error(told.message)
        expect(plain(told)).toEqual(plain(said))
        const events = feed(bedrock.decodeStream(), [writeBedrockStream(said, each)])
        expect(events.some((event) => 'text' in event && /[\uD800-\uDBFF]$/.test(event.text))).toBe(false)
        for (const dialect of [openaiChat, anthropic]) {
          const encoder = dialect.encodeStream(CONTEXT)
          const across = accumulate(feed(dialect.decodeStream(), [bytesOf(events.map(encoder.event).join(''))]))
          if (across.kind === 'failed') throw new Error(across.error.message)
          expect(plainAnswer(across.answer, dialect.name)).toEqual(plainAnswer(said, dialect.name))
        }
      }),
    )
  })

  it('a stream that breaks off or has a bit turned is never a clean end of something else', () => {
    fc.assert(
      fc.property(answer, fc.nat(), fc.nat(7), fc.boolean(), (said, at, bit, isCut) => {
        const bytes = writeBedrockStream(said, 3)
        const place = at % bytes.length
        const broken = isCut
          ? bytes.subarray(0, place)
          : bytes.map((byte, i) => (i === place ? byte ^ (1 << bit) : byte))
        const last = feed(bedrock.decodeStream(), [broken]).at(-1)
        if (last?.kind !== 'end') expect(last).toMatchObject({ kind: 'error', error: { kind: 'malformed' } })
        // The stop was said: only the usage after it can be missing.
        else expect(isCut).toBe(true)
      }),
    )
  })
})

describe('nothing throws', () => {
  it('on any call for any model', () => {
    const model = fc.constantFrom(CLAUDE, 'us.amazon.nova-2-lite-v1:0', 'openai.gpt-oss-20b-1:0', 'x')
    fc.assert(
      fc.property(commonCall, model, (call: ChatCall, id) => {
        JSON.stringify(bedrock.encodeRequest(call, { model: id, defaultMaxTokens: 10 }))
      }),
    )
  })

  it('on answers and streams with one place replaced, and on any bytes', () => {
    fc.assert(
      fc.property(
        answer.chain((said) => mutated(writeBedrockAnswer(said))),
        (body) => {
          const said = bedrock.decodeAnswer(body)
          if (!('kind' in said)) for (const dialect of [openaiChat, anthropic]) dialect.encodeAnswer(said, CONTEXT)
        },
      ),
      { numRuns: 500 },
    )
    const payload = fc.constantFrom<JsonObject>(
      { contentBlockIndex: 0, delta: { text: 'a' } },
      { contentBlockIndex: 0, delta: { reasoningContent: { text: 'a', signature: 's', redactedContent: 'AA==' } } },
      { contentBlockIndex: 0, start: { toolUse: { name: 'f', toolUseId: 'a' } } },
      { contentBlockIndex: 0, delta: { toolUse: { input: '{}' } } },
      { stopReason: 'end_turn' },
      { usage: { inputTokens: 1 } },
    )
    const type = fc.constantFrom(
      'messageStart',
      'contentBlockStart',
      'contentBlockDelta',
      'contentBlockStop',
      'messageStop',
      'metadata',
    )
    const frame = fc
      .tuple(
        type,
        payload.chain((each) => mutated(each)),
      )
      .map(([name, body]) => frameOf({ ':message-type': 'event', ':event-type': name }, body))
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 6 }), (frames) => void accumulate(read(...frames))),
      { numRuns: 500 },
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void accumulate(feed(bedrock.decodeStream(), [bytes]))),
    )
  })
})
