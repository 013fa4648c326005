/** Usage of this dialect to and from the neutral counts. `prompt_tokens` includes what was read from the cache. */
import { compact, finiteNumber, isObject } from '../json.ts'
import type { Json, JsonObject, Usage } from '../neutral.ts'

/** The counts that a usage object says, or undefined where it says none. */
export function decodeUsage(value: Json | undefined): Usage | undefined {
  if (!isObject(value)) return undefined
  const prompt = finiteNumber(value['prompt_tokens'])
  const completion = finiteNumber(value['completion_tokens'])
  const total = finiteNumber(value['total_tokens'])
  if (prompt === undefined && completion === undefined) return undefined
  const input = isObject(value['prompt_tokens_details']) ? value['prompt_tokens_details'] : {}
  const output = isObject(value['completion_tokens_details']) ? value['completion_tokens_details'] : {}
  const reasoning = finiteNumber(output['reasoning_tokens']) ?? finiteNumber(value['reasoning_tokens'])
  const audioInput = finiteNumber(input['audio_tokens'])
  const cached =
    finiteNumber(input['cached_tokens']) ??
    finiteNumber(value['cached_tokens']) ??
    finiteNumber(value['prompt_cache_hit_tokens']) ??
    finiteNumber(value['num_cached_tokens'])
  const written = finiteNumber(input['cache_write_tokens'])
  const beside = besideTokens(
    total === undefined ? 0 : total - (prompt ?? 0) - (completion ?? 0),
    reasoning,
    audioInput,
  )
  // Grok on Azure counts cached tokens beside the prompt: then there are more of them than prompt.
  const outside = cached !== undefined && (prompt ?? 0) < cached ? cached : 0
  const whole = prompt === undefined ? undefined : prompt + beside.input + outside
  return compact({
    input: whole,
    output: completion === undefined ? undefined : completion + beside.output,
    cachedInput: cached,
    // A part of its whole, also where a server says the same tokens twice.
    cacheWrite: written === undefined || whole === undefined ? written : Math.min(written, whole - (cached ?? 0)),
    reasoning,
    audioInput,
    audioOutput: finiteNumber(output['audio_tokens']),
    raw: { dialect: 'openai-chat' as const, value },
  })
}

/**
 * Where the tokens belong that only the total counts: xAI leaves reasoning out of the completion, Mistral audio out
 * of the prompt, and Gemini thoughts out of both without naming them.
 */
function besideTokens(
  rest: number,
  reasoning: number | undefined,
  audioInput: number | undefined,
): { readonly input: number; readonly output: number } {
  if (rest <= 0) return { input: 0, output: 0 }
  if (rest === audioInput) return { input: rest, output: 0 }
  return rest === reasoning || !reasoning ? { input: 0, output: rest } : { input: 0, output: 0 }
}

/** The usage object for a client; the provider's own where it spoke this dialect. */
export function encodeUsage(usage: Usage): JsonObject {
  if (usage.raw?.dialect === 'openai-chat') return usage.raw.value
  const prompt = usage.input ?? 0
  const completion = usage.output ?? 0
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: usage.cachedInput ?? 0, audio_tokens: usage.audioInput ?? 0 },
    completion_tokens_details: { reasoning_tokens: usage.reasoning ?? 0, audio_tokens: usage.audioOutput ?? 0 },
  }
}
