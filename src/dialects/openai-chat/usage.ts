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
  const research = researchTokens(value)
  // Grok on Azure counts cached tokens beside the prompt: then there are more of them than prompt.
  const outside = cached !== undefined && (prompt ?? 0) < cached ? cached : 0
  const whole = prompt === undefined ? undefined : prompt + beside.input + outside + research.input
  const made = completion === undefined ? undefined : completion + beside.output + research.output
  return compact({
    input: whole,
    output: made,
    cachedInput: cached,
    // A part of its whole, also where a server says the same tokens twice, or more of them than there are.
    cacheWrite: atMost(written, whole === undefined ? undefined : whole - (cached ?? 0)),
    reasoning: atMost(reasoning, made),
    audioInput,
    audioOutput: finiteNumber(output['audio_tokens']),
    searches: finiteNumber(value['num_search_queries']),
    chargedNanoUsd: chargedNanoUsd(value),
    raw: { dialect: 'openai-chat' as const, value },
  })
}

function atMost(part: number | undefined, whole: number | undefined): number | undefined {
  return part === undefined || whole === undefined ? part : Math.min(part, whole)
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

/** Perplexity's research counts what it read and what it thought beside the prompt, the answer and the total. */
function researchTokens(usage: JsonObject): { readonly input: number; readonly output: number } {
  const cited = finiteNumber(usage['citation_tokens'])
  const isResearch = cited !== undefined || finiteNumber(usage['num_search_queries']) !== undefined
  return isResearch
    ? { input: cited ?? 0, output: finiteNumber(usage['reasoning_tokens']) ?? 0 }
    : { input: 0, output: 0 }
}

/**
 * The charge in nano-dollars: OpenRouter's `cost` in dollars, and what the operator's own account at the upstream pays
 * beside it; Perplexity's total; xAI's ticks, of which ten billion are a dollar.
 */
function chargedNanoUsd(usage: JsonObject): number | undefined {
  const { cost, cost_in_usd_ticks: ticks, cost_details: details } = usage
  if (typeof ticks === 'number') return nanoUsd(ticks / 1e10)
  if (isObject(cost)) return nanoUsd(finiteNumber(cost['total_cost']))
  if (typeof cost !== 'number') return undefined
  const upstream = usage['is_byok'] === true && isObject(details) ? details['upstream_inference_cost'] : undefined
  return nanoUsd(cost + (finiteNumber(upstream) ?? 0))
}

function nanoUsd(dollars: number | undefined): number | undefined {
  const nano = dollars === undefined ? Number.NaN : Math.round(dollars * 1e9)
  return Number.isSafeInteger(nano) && 0 <= nano ? nano : undefined
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
