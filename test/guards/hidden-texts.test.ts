/** No text of a body is passed over, whatever its dialect reads it to: each is guarded, or is found to be hidden. */
import { describe, expect, test } from 'vitest'
import { anthropic } from '../../src/dialects/anthropic/anthropic.ts'
import type { ClientDialect } from '../../src/dialects/dialect.ts'
import { gemini } from '../../src/dialects/gemini/gemini.ts'
import type { Json } from '../../src/dialects/neutral.ts'
import { openaiChat } from '../../src/dialects/openai-chat/openai-chat.ts'
import { openaiCompletions } from '../../src/dialects/openai-completions/openai-completions.ts'
import { openaiResponses } from '../../src/dialects/openai-responses/openai-responses.ts'
import { guardCall } from '../../src/guards/guard-call.ts'
import { hidesMatches } from '../../src/guards/hidden-texts.ts'
import { guardsOf } from './support.ts'

const bodies: readonly (readonly [string, ClientDialect, Json])[] = [
  [
    'chat',
    openaiChat,
    {
      model: 'm',
      messages: [
        { role: 'developer', content: 'x', name: 'x' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'x', odd: 'x' },
            { type: 'image_url', image_url: { url: 'https://x', detail: 'low' } },
            { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
            { type: 'file', file: { filename: 'x', file_data: 'data:application/pdf;base64,AAAA' } },
          ],
        },
        {
          role: 'assistant',
          content: 'x',
          refusal: 'x',
          reasoning_content: 'x',
          tool_calls: [
            { id: 'c', type: 'function', function: { name: 'f', arguments: '{"a":"x"}' } },
            { id: 'd', type: 'custom', custom: { name: 'f', input: 'x' } },
          ],
        },
        { role: 'tool', tool_call_id: 'c', content: [{ type: 'text', text: 'x' }] },
      ],
      tools: [
        { type: 'function', function: { name: 'f', description: 'x', parameters: { description: 'x' } } },
        {
          type: 'custom',
          custom: {
            name: 'g',
            description: 'x',
            format: { type: 'grammar', grammar: { syntax: 'lark', definition: 'x' } },
          },
        },
      ],
      functions: [{ name: 'h', description: 'x' }],
      prediction: { type: 'content', content: [{ type: 'text', text: 'x' }] },
      metadata: { a: 'x' },
      user: 'x',
      safety_identifier: 'x',
      prompt_cache_key: 'x',
      stop: ['x'],
      web_search_options: { user_location: { type: 'approximate', approximate: { city: 'x' } } },
      stream_options: { odd: 'x' },
      odd: { deep: ['x'] },
    },
  ],
  [
    'messages',
    anthropic,
    {
      model: 'm',
      max_tokens: 9,
      system: [{ type: 'text', text: 'x', odd: 'x' }],
      metadata: { user_id: 'x' },
      stop_sequences: ['x'],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'x', citations: [{ type: 'char_location', cited_text: 'x', document_title: 'x' }] },
            {
              type: 'document',
              title: 'x',
              context: 'x',
              source: { type: 'content', content: [{ type: 'text', text: 'x' }] },
            },
            { type: 'search_result', title: 'x', source: 'x', content: [{ type: 'text', text: 'x' }] },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'x', signature: 's' },
            { type: 'tool_use', id: 't', name: 'f', input: { a: ['x'] } },
            { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'x' } },
          ],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: [{ type: 'text', text: 'x' }] }] },
      ],
      tools: [{ name: 'f', description: 'x', input_schema: { type: 'object', description: 'x' }, odd: 'x' }],
      container: { id: 'c', skills: ['x'] },
      odd: 'x',
    },
  ],
  [
    'responses',
    openaiResponses,
    {
      model: 'm',
      instructions: 'x',
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'x' },
            { type: 'input_file', filename: 'x', file_data: 'data:application/pdf;base64,AAAA' },
          ],
        },
        {
          type: 'message',
          role: 'assistant',
          id: 'm',
          status: 'completed',
          content: [
            {
              type: 'output_text',
              text: 'x',
              annotations: [{ type: 'url_citation', title: 'x', url: 'https://x', start_index: 0, end_index: 1 }],
            },
          ],
        },
        {
          type: 'reasoning',
          id: 'r',
          summary: [{ type: 'summary_text', text: 'x' }],
          content: [{ type: 'reasoning_text', text: 'x' }],
        },
        { type: 'function_call', call_id: 'c', name: 'f', arguments: '{"a":"x"}' },
        { type: 'function_call_output', call_id: 'c', output: 'x' },
        { type: 'custom_tool_call', call_id: 'd', name: 'g', input: 'x' },
        { type: 'custom_tool_call_output', call_id: 'd', output: 'x' },
      ],
      prompt: { id: 'p', variables: { a: 'x' } },
      metadata: { a: 'x' },
      tools: [
        { type: 'function', name: 'f', description: 'x', parameters: { description: 'x' } },
        { type: 'mcp', server_label: 'l', server_description: 'x', headers: { a: 'x' } },
      ],
      text: { format: { type: 'json_schema', name: 'n', description: 'x', schema: { description: 'x' } } },
      user: 'x',
      odd: 'x',
    },
  ],
  ['completions', openaiCompletions, { model: 'm', prompt: 'x', suffix: 'x', stop: 'x', user: 'x', odd: 'x' }],
  [
    'gemini',
    gemini,
    {
      model: 'm',
      systemInstruction: { parts: [{ text: 'x' }] },
      contents: [
        {
          role: 'user',
          parts: [{ text: 'x' }, { fileData: { fileUri: 'https://x', mimeType: 'text/plain', displayName: 'x' } }],
        },
        {
          role: 'model',
          parts: [
            { text: 'x', thought: true },
            { functionCall: { name: 'f', args: { a: 'x' } } },
            { executableCode: { language: 'PYTHON', code: 'x' } },
          ],
        },
        { role: 'user', parts: [{ functionResponse: { name: 'f', response: { a: 'x' } } }] },
      ],
      tools: [
        { functionDeclarations: [{ name: 'f', description: 'x', parameters: { type: 'OBJECT', description: 'x' } }] },
      ],
      generationConfig: {
        stopSequences: ['x'],
        responseSchema: { description: 'x' },
        responseMimeType: 'application/json',
      },
      labels: { a: 'x' },
      cachedContent: 'x',
      odd: 'x',
    },
  ],
]

/** The body with one of its `x` made a secret, for each of them. */
function planted(body: Json): readonly (readonly [string, Json])[] {
  const found: [string, Json][] = []
  const walk = (value: Json, path: string, rebuild: (value: Json) => Json): void => {
    if (typeof value === 'string' && /(?<![a-z])x(?![a-z])/.test(value))
      found.push([path, rebuild(value.replace(/(?<![a-z])x(?![a-z])/, 'ann@example.com'))])
    else if (Array.isArray(value))
      value.forEach((each: Json, i) =>
        walk(each, `${path}[${i}]`, (next) => rebuild(value.map((old, j) => (i === j ? next : old)))),
      )
    else if (typeof value === 'object' && value !== null)
      for (const [key, each] of Object.entries(value))
        walk(each, `${path}.${key}`, (next) => rebuild({ ...value, [key]: next }))
  }
  walk(body, '', (value) => value)
  return found
}

describe.each(bodies)('%s', (_, dialect, body) => {
  test.each(planted(body))('%s', (__, with_) => {
    const decoded = dialect.decodeRequest(with_)
    if (!decoded.ok) throw new Error(decoded.message)
    const guarding = guardsOf([['redact', 'email']]).request!
    const outcome = guardCall(decoded.value, guarding)
    if (outcome.kind !== 'passed') throw new Error(outcome.kind)
    expect(JSON.stringify(outcome.call)).not.toContain('ann@')
    expect(outcome.isChanged || hidesMatches(with_, decoded.value, guarding)).toBe(true)
  })
})
