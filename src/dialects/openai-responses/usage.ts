/** Usage of this dialect to and from the neutral counts. `input_tokens` includes what was read from the cache. */
import { compact, finiteNumber, isObject } from '../json.ts'
import type { Json, JsonObject, Usage } from '../neutral.ts'

/** The counts that a usage object says, or undefined where it says none. */
export function decodeUsage(value: Json | undefined): Usage | undefined {
  if (!isObject(value)) return undefined
  const input = finiteNumber(value['input_tokens'])
  const output = finiteNumber(value['output_tokens'])
  if (input === undefined && output === undefined) return undefined
  const inputDetails = isObject(value['input_tokens_details']) ? value['input_tokens_details'] : {}
  const outputDetails = isObject(value['output_tokens_details']) ? value['output_tokens_details'] : {}
  const cachedInput = finiteNumber(inputDetails['cached_tokens'])
  const written = finiteNumber(inputDetails['cache_write_tokens'])
  return compact({
    input,
    output,
    cachedInput,
    // A part of its whole, also where a server says the same tokens twice.
    cacheWrite:
      written === undefined || input === undefined
        ? written
        : Math.max(0, Math.min(written, input - (cachedInput ?? 0))),
    reasoning: finiteNumber(outputDetails['reasoning_tokens']),
    audioInput: finiteNumber(inputDetails['audio_tokens']),
    audioOutput: finiteNumber(outputDetails['audio_tokens']),
    raw: { dialect: 'openai-responses' as const, value },
  })
}

/** The usage object for a client; the provider's own where it spoke this dialect. */
export function encodeUsage(usage: Usage): JsonObject {
  if (usage.raw?.dialect === 'openai-responses') return usage.raw.value
  const input = usage.input ?? 0
  const output = usage.output ?? 0
  return {
    input_tokens: input,
    input_tokens_details: {
      cached_tokens: usage.cachedInput ?? 0,
      ...(usage.cacheWrite !== undefined && { cache_write_tokens: usage.cacheWrite }),
    },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: usage.reasoning ?? 0 },
    total_tokens: input + output,
  }
}
