/** What a call says, and how long it is. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anthropic } from '../../src/dialects/anthropic/anthropic.ts'
import { countText, estimateInputTokens } from '../../src/dialects/estimate.ts'
import type { ChatCall, JsonObject } from '../../src/dialects/neutral.ts'
import { openaiChat } from '../../src/dialects/openai-chat/openai-chat.ts'
import { effortOfBudget, findBudgetTokens } from '../../src/dialects/reasoning-effort.ts'
import { factsOf, textOf } from '../../src/dialects/text.ts'

function call(fields: JsonObject, dialect = openaiChat): ChatCall {
  const decoded = dialect.decodeRequest({
    model: 'm',
    max_tokens: 10,
    messages: [{ role: 'user', content: 'hi' }],
    ...fields,
  })
  if (!decoded.ok) throw new Error(decoded.message)
  return decoded.value
}

describe('text', () => {
  it('is all that the caller sent, in order', () => {
    const messages = [
      { role: 'system', content: 's' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'u1' },
          { type: 'text', text: 'u2' },
        ],
      },
      {
        role: 'assistant',
        content: 'a',
        tool_calls: [{ id: 'x', type: 'function', function: { name: 'f', arguments: '{"q":1}' } }],
      },
      { role: 'tool', tool_call_id: 'x', content: 'r' },
    ]
    expect(textOf(call({ messages }))).toBe('s\nu1\nu2\na\n{"q":1}\nr')
  })

  it('includes the text of blocks that only one dialect knows, but not their bytes and ciphers', () => {
    const content = [
      {
        type: 'search_result',
        source: 'u',
        title: 't',
        content: [{ type: 'text', text: 'found' }],
        data: 'AAAA',
        encrypted_content: 'BBBB',
      },
    ]
    expect(textOf(call({ messages: [{ role: 'user', content }] }, anthropic))).toBe('u\nt\nfound')
  })
})

describe('facts', () => {
  it('of a plain call', () => {
    expect(factsOf(call({}))).toEqual({
      has_tools: false,
      has_images: false,
      has_audio: false,
      has_documents: false,
      has_schema: false,
      has_reasoning: false,
      messages: 1,
      max_tokens: 10,
      temperature: undefined,
      stream: false,
    })
  })

  it.each<[string, JsonObject, JsonObject]>([
    ['tools', { tools: [{ name: 'f', input_schema: {} }] }, { has_tools: true }],
    [
      'an image in a result',
      {
        messages: [
          {
            role: 'user',
            content: [
              {
                type: 'tool_result',
                tool_use_id: 'a',
                content: [{ type: 'image', source: { type: 'url', url: 'u' } }],
              },
            ],
          },
        ],
      },
      { has_images: true },
    ],
    [
      'a document',
      { messages: [{ role: 'user', content: [{ type: 'document', source: { type: 'url', url: 'u' } }] }] },
      { has_documents: true },
    ],
    ['thinking', { thinking: { type: 'enabled', budget_tokens: 1024 } }, { has_reasoning: true }],
    ['thinking off', { thinking: { type: 'disabled' } }, { has_reasoning: false }],
    ['a schema', { output_config: { format: { type: 'json_schema', schema: {} } } }, { has_schema: true }],
  ])('of a call with %s', (_, fields, facts) => {
    expect(factsOf(call(fields, anthropic))).toMatchObject(facts)
  })
})

describe('the estimate', () => {
  it.each<[string, string, number]>([
    ['English', 'The quick brown fox jumps over the lazy dog.', 10],
    ['German', 'Die Vorschlagsliste für Änderungen der Geschäftsordnung wurde angenommen.', 17],
    ['Russian', 'Быстрая коричневая лиса перепрыгивает через ленивую собаку.', 19],
    ['Japanese', '素早い茶色の狐は怠け者の犬を飛び越える。', 19],
    ['code', 'function add(a, b) {\n  return a + b;\n}\n', 15],
    ['digits', '3.14159265358979', 7],
  ])('of %s is near what o200k counts', (_, text, tokens) => {
    expect(countText(text)).toBeGreaterThan(tokens * 0.6)
    expect(countText(text)).toBeLessThan(tokens * 1.5)
  })

  it('is the same every time, never shrinks as text grows, and takes any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (a, b) => {
        expect(countText(a)).toBe(countText(a))
        expect(countText(`${a}\n${b}`)).toBeGreaterThanOrEqual(Math.floor(countText(a)))
        expect(countText(a)).toBeLessThanOrEqual(2 * a.length + 1)
      }),
    )
  })

  it('takes time linear in the text', () => {
    const started = performance.now()
    for (const piece of ['a', ' ', '😀', '.', '\n']) countText(piece.repeat(200_000))
    expect(performance.now() - started).toBeLessThan(5000)
  })

  it('counts tools, images and results', () => {
    const plain = estimateInputTokens(call({}))
    expect(
      estimateInputTokens(
        call({ tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }] }),
      ),
    ).toBeGreaterThan(plain)
    expect(
      estimateInputTokens(
        call({ messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'u' } }] }] }),
      ),
    ).toBeGreaterThan(plain + 500)
    expect(estimateInputTokens(call({ tools: [{ name: 'f', input_schema: {} }] }, anthropic))).toBeGreaterThan(
      plain + 300,
    )
  })
})

describe('efforts and budgets', () => {
  it.each(['low', 'medium', 'high'])('%s comes back', (effort) => {
    expect(effortOfBudget(findBudgetTokens(effort)!)).toBe(effort)
  })

  it('words that are not known have no budget', () => {
    expect(findBudgetTokens('none')).toBeUndefined()
  })
})
