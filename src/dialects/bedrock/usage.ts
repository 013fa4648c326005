/**
 * Usage of this API → the neutral counts. `inputTokens` excludes what was read from the cache and written to it; the
 * neutral `input` includes both.
 */
import { compact, finiteNumber, isArray, isObject } from '../json.ts'
import type { Json, Usage } from '../neutral.ts'

/** The counts that a usage object says, or undefined where it says none. */
export function decodeUsage(value: Json | undefined): Usage | undefined {
  if (!isObject(value)) return undefined
  const fresh = finiteNumber(value['inputTokens'])
  const output = finiteNumber(value['outputTokens'])
  if (fresh === undefined && output === undefined) return undefined
  const read = finiteNumber(value['cacheReadInputTokens']) ?? finiteNumber(value['cacheReadInputTokenCount'])
  const written = finiteNumber(value['cacheWriteInputTokens']) ?? finiteNumber(value['cacheWriteInputTokenCount'])
  return compact({
    input: fresh === undefined ? undefined : fresh + (read ?? 0) + (written ?? 0),
    output,
    cachedInput: read,
    cacheWrite: written,
    cacheWrite1h: isArray(value['cacheDetails']) ? writtenForAnHour(value['cacheDetails']) : undefined,
    raw: { dialect: 'bedrock' as const, value },
  })
}

function writtenForAnHour(details: readonly Json[]): number {
  return details.reduce<number>(
    (sum, each) => (isObject(each) && each['ttl'] === '1h' ? sum + (finiteNumber(each['inputTokens']) ?? 0) : sum),
    0,
  )
}
