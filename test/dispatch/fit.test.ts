import { describe, expect, test } from 'vitest'
import type { CatalogueEntry } from '../../src/config/catalogue.ts'
import type { JsonObject } from '../../src/dialects/neutral.ts'
import { costAt, findUnfit, needsOf } from '../../src/dispatch/fit.ts'
import { latencyAt, observe } from '../../src/dispatch/latency.ts'
import { callOf } from './world.ts'

const entry = (rest: Partial<CatalogueEntry>): CatalogueEntry => ({
  id: 'a/x',
  provider: 'a',
  model: 'x',
  tags: [],
  ...rest,
})
const user = (...content: JsonObject[]): JsonObject => ({ messages: [{ role: 'user', content }] })
const tool = { type: 'function', function: { name: 'f', parameters: { type: 'object' } } }
const image = { type: 'image_url', image_url: { url: 'https://example.com/a.png' } }
const audio = { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }
const file = { type: 'file', file: { file_data: 'data:application/pdf;base64,AAAA', filename: 'a.pdf' } }
const schema = { type: 'json_schema', json_schema: { name: 's', schema: { type: 'object' } } }

describe('what a call needs', () => {
  test.each<[string, JsonObject, string | undefined]>([
    ['plain text', {}, undefined],
    ['tools', { tools: [tool] }, 'tools'],
    ['an image', user(image), 'messages'],
    ['audio', user(audio), 'messages'],
    ['a document', user(file), 'messages'],
    ['a schema', { response_format: schema }, 'response_format'],
    ['plain JSON', { response_format: { type: 'json_object' } }, undefined],
    ['reasoning', { reasoning_effort: 'high' }, 'reasoning'],
    ['no reasoning', { reasoning_effort: 'none' }, undefined],
  ])('%s', (_, body, field) => {
    const needs = needsOf(callOf(body), 10)
    expect(findUnfit(needs, 'a/x', entry({ capabilities: [] }))?.field).toBe(field)
    expect(findUnfit(needs, 'a/x', entry({}))).toBeUndefined()
    expect(findUnfit(needs, 'a/x', undefined)).toBeUndefined()
    const all = entry({ capabilities: ['tools', 'vision', 'audio', 'documents', 'json_schema', 'reasoning'] })
    expect(findUnfit(needs, 'a/x', all)).toBeUndefined()
  })

  test('a context that is too small, the answer included', () => {
    const small = entry({ context: 1_000 })
    expect(findUnfit(needsOf(callOf(), 1_000), 'a/x', small)).toBeUndefined()
    expect(findUnfit(needsOf(callOf(), 1_001), 'a/x', small)).toMatchObject({ field: 'messages', isEstimate: true })
    expect(findUnfit(needsOf(callOf({ max_tokens: 500 }), 501), 'a/x', small)).toBeDefined()
  })
})

test('cost of a call from its size', () => {
  const price = { input: 1_000_000_000, output: 2_000_000_000, request: 7 }
  expect(costAt(callOf({ max_tokens: 100 }), 50, entry({ price }))).toBe(50_000 + 200_000 + 7)
  expect(costAt(callOf(), 50, entry({ price }))).toBe(50_000 + 1_000_000 + 7)
  expect(costAt(callOf(), 50, entry({}))).toBeUndefined()
})

test('latency: a peak counts at once, and fades', () => {
  const first = observe(undefined, 100, 0)
  const peak = observe(first, 900, 1_000)
  expect(peak.valueMs).toBe(900)
  const later = observe(peak, 100, 2_000)
  expect(later.valueMs).toBeGreaterThan(800)
  expect(later.valueMs).toBeLessThan(900)
  expect(latencyAt(peak, 1_000)).toBe(900)
  expect(latencyAt(peak, 61_000)).toBeCloseTo(900 / Math.E)
})
