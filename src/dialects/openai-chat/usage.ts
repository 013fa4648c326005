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
  // xAI counts reasoning beside the completion: then the total is larger by just that.
  const isBeside = reasoning !== undefined && 0 < reasoning && total === (prompt ?? 0) + (completion ?? 0) + reasoning
  return compact({
    input: prompt,
    output: isBeside ? (completion ?? 0) + reasoning : completion,
    cachedInput:
      finiteNumber(input['cached_tokens']) ??
      finiteNumber(value['cached_tokens']) ??
      finiteNumber(value['prompt_cache_hit_tokens']) ??
      finiteNumber(value['num_cached_tokens']),
    cacheWrite: finiteNumber(input['cache_write_tokens']),
    reasoning,
    audioInput: finiteNumber(input['audio_tokens']),
    audioOutput: finiteNumber(output['audio_tokens']),
    raw: { dialect: 'openai-chat' as const, value },
  })
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
