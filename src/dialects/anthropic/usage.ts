/**
 * Usage of this dialect to and from the neutral counts. `input_tokens` excludes what was read from the cache and
 * written to it; the neutral `input` includes both.
 */
import { compact, finiteNumber, isObject } from '../json.ts'
import type { Json, JsonObject, Usage } from '../neutral.ts'

/** The counts that a usage object says; a stream says some of them in the beginning and others at the end. */
export function decodeUsage(value: Json | undefined): Usage | undefined {
  if (!isObject(value)) return undefined
  const fresh = finiteNumber(value['input_tokens'])
  const read = finiteNumber(value['cache_read_input_tokens'])
  const written = finiteNumber(value['cache_creation_input_tokens'])
  const byTtl = isObject(value['cache_creation']) ? value['cache_creation'] : {}
  const tools = isObject(value['server_tool_use']) ? value['server_tool_use'] : {}
  const details = isObject(value['output_tokens_details']) ? value['output_tokens_details'] : {}
  return compact({
    input: fresh === undefined ? undefined : fresh + (read ?? 0) + (written ?? 0),
    output: finiteNumber(value['output_tokens']),
    cachedInput: read,
    cacheWrite: written,
    cacheWrite1h: finiteNumber(byTtl['ephemeral_1h_input_tokens']),
    reasoning: finiteNumber(details['thinking_tokens']),
    searches: finiteNumber(tools['web_search_requests']),
    raw: { dialect: 'anthropic' as const, value },
  })
}

/** The usage object for a client; the provider's own where it spoke this dialect. */
export function encodeUsage(usage: Usage): JsonObject {
  if (usage.raw?.dialect === 'anthropic') return usage.raw.value
  const read = usage.cachedInput ?? 0
  const written = usage.cacheWrite ?? 0
  return {
    input_tokens: Math.max(0, (usage.input ?? 0) - read - written),
    cache_creation_input_tokens: written,
    cache_read_input_tokens: read,
    output_tokens: usage.output ?? 0,
  }
}
