/** Usage as the servers of OpenAI's chat API count it: what is a part of what, and what stands beside it. */
import { describe, expect, it } from 'vitest'
import { isObject } from '../../src/dialects/json.ts'
import type { JsonObject, Usage } from '../../src/dialects/neutral.ts'
import { decodeUsage } from '../../src/dialects/openai-chat/usage.ts'
import { eventsOf, hasRecordings, type Recording, readRecordings } from './recordings.ts'

const counts = (value: JsonObject): Omit<Usage, 'raw'> => {
  const { raw: _, ...said } = decodeUsage(value) ?? {}
  return said
}

describe('what a server counts', () => {
  it.each<[string, JsonObject, Omit<Usage, 'raw'>]>([
    [
      'OpenAI: parts of their wholes',
      {
        prompt_tokens: 100,
        completion_tokens: 50,
        total_tokens: 150,
        prompt_tokens_details: { cached_tokens: 60, audio_tokens: 5 },
        completion_tokens_details: { reasoning_tokens: 30, audio_tokens: 7 },
      },
      { input: 100, output: 50, cachedInput: 60, audioInput: 5, reasoning: 30, audioOutput: 7 },
    ],
    [
      'DeepSeek: hits and misses of the cache are the prompt',
      { prompt_tokens: 100, completion_tokens: 5, prompt_cache_hit_tokens: 64, prompt_cache_miss_tokens: 36 },
      { input: 100, output: 5, cachedInput: 64 },
    ],
    [
      'xAI: reasoning stands beside the completion',
      {
        prompt_tokens: 401,
        completion_tokens: 44,
        total_tokens: 630,
        completion_tokens_details: { reasoning_tokens: 185 },
        cost_in_usd_ticks: 3_530_500,
      },
      { input: 401, output: 229, reasoning: 185, chargedNanoUsd: 353_050 },
    ],
    [
      'Mistral: audio stands beside the prompt',
      {
        prompt_tokens: 10,
        completion_tokens: 5,
        total_tokens: 115,
        prompt_tokens_details: { audio_tokens: 100 },
      },
      { input: 110, output: 5, audioInput: 100 },
    ],
    [
      'older Mistral: cached',
      { prompt_tokens: 9, completion_tokens: 1, num_cached_tokens: 4 },
      { input: 9, output: 1, cachedInput: 4 },
    ],
    [
      'Together: cached',
      { prompt_tokens: 9, completion_tokens: 1, cached_tokens: 4 },
      { input: 9, output: 1, cachedInput: 4 },
    ],
    [
      'Perplexity: a request has a charge',
      { prompt_tokens: 8, completion_tokens: 15, cost: { request_cost: 0.005, total_cost: 0.00502 } },
      { input: 8, output: 15, chargedNanoUsd: 5_020_000 },
    ],
    [
      'Perplexity: research reads and thinks beside prompt and answer',
      {
        prompt_tokens: 33,
        completion_tokens: 7163,
        total_tokens: 7196,
        citation_tokens: 20_016,
        num_search_queries: 18,
        reasoning_tokens: 193_808,
      },
      { input: 20_049, output: 200_971, reasoning: 193_808, searches: 18 },
    ],
    [
      'OpenRouter: the charge',
      {
        prompt_tokens: 1,
        completion_tokens: 1,
        cost: 3.6e-6,
        is_byok: false,
        cost_details: { upstream_inference_cost: 3.6e-6 },
      },
      { input: 1, output: 1, chargedNanoUsd: 3600 },
    ],
    [
      "OpenRouter: what the operator's own account pays is added",
      {
        prompt_tokens: 1,
        completion_tokens: 1,
        cost: 0.01,
        is_byok: true,
        cost_details: { upstream_inference_cost: 0.2 },
      },
      { input: 1, output: 1, chargedNanoUsd: 210_000_000 },
    ],
    [
      'a charge that is no number, and one below nothing',
      { prompt_tokens: 1, completion_tokens: 1, cost: { total_cost: '1' } },
      { input: 1, output: 1 },
    ],
    ['a charge below nothing', { prompt_tokens: 1, completion_tokens: 1, cost: -1 }, { input: 1, output: 1 }],
    [
      'null for what is not counted',
      { prompt_tokens: 3, completion_tokens: 0, prompt_tokens_details: null },
      { input: 3, output: 0 },
    ],
  ])('%s', (_, value, said) => {
    expect(counts(value)).toEqual(said)
  })

  it('nothing said is nothing, and zero is zero', () => {
    expect(decodeUsage({})).toBeUndefined()
    expect(decodeUsage(null)).toBeUndefined()
    expect(counts({ prompt_tokens: 0, completion_tokens: 0 })).toEqual({ input: 0, output: 0 })
  })
})

/** The last usage that a recording says. */
function usageIn({ response }: Recording): JsonObject | undefined {
  const bodies = response.format === 'sse' ? eventsOf(response.body_text ?? '') : [response.body]
  const said = bodies.flatMap((body) => (isObject(body) && isObject(body['usage']) ? [body['usage']] : []))
  return said.at(-1)
}

const names = ['azure', 'openrouter', 'mistral', 'groq', 'deepseek', 'xai', 'together', 'perplexity', 'ollama', 'vllm']

describe.skipIf(!hasRecordings)('what was recorded', () => {
  it.each(names)('%s: wholes make the total, and parts fit into them', (name) => {
    let compared = 0
    for (const recording of readRecordings(name)) {
      const value = recording.operation === 'chat' ? usageIn(recording) : undefined
      if (value === undefined || typeof value['total_tokens'] !== 'number') continue
      const { input = 0, output = 0, cachedInput = 0, audioInput = 0, reasoning = 0, chargedNanoUsd } = counts(value)
      const prompt = Number(value['prompt_tokens'])
      // Grok on Azure counts what it cached beside the total too.
      const beside = cachedInput > prompt ? cachedInput : 0
      expect(input + output, recording.id).toBe(value['total_tokens'] + beside)
      expect(cachedInput + audioInput, recording.id).toBeLessThanOrEqual(input)
      expect(reasoning, recording.id).toBeLessThanOrEqual(output)
      const isCharged = 'cost' in value || 'cost_in_usd_ticks' in value
      expect(chargedNanoUsd !== undefined, recording.id).toBe(isCharged)
      compared++
    }
    expect(compared).toBeGreaterThan(0)
  })
})
