/**
 * Usage of this dialect to and from the neutral counts. `promptTokenCount` includes what was read from the cache, but
 * not what tools of Google's own put into the prompt; `candidatesTokenCount` leaves out thoughts. Both are charged.
 */
import { compact, finiteNumber, isArray, isObject } from '../json.ts'
import type { Json, JsonObject, Usage } from '../neutral.ts'

/** The counts that a `usageMetadata` says, or undefined where it says none. */
export function decodeUsage(value: Json | undefined): Usage | undefined {
  if (!isObject(value)) return undefined
  const prompt = finiteNumber(value['promptTokenCount'])
  const total = finiteNumber(value['totalTokenCount'])
  if (prompt === undefined && total === undefined) return undefined
  const candidates = finiteNumber(value['candidatesTokenCount'])
  const thoughts = finiteNumber(value['thoughtsTokenCount'])
  const input = (prompt ?? 0) + (finiteNumber(value['toolUsePromptTokenCount']) ?? 0)
  // A count of zero is left out; the total tells it from one that was not made.
  const rest = total === undefined ? undefined : Math.max(0, total - input)
  const isSaid = candidates !== undefined || thoughts !== undefined
  return compact({
    input,
    output: isSaid ? (candidates ?? 0) + (thoughts ?? 0) : rest,
    cachedInput: finiteNumber(value['cachedContentTokenCount']),
    reasoning: thoughts,
    audioInput: audioIn(value['promptTokensDetails']),
    audioOutput: audioIn(value['candidatesTokensDetails']),
    raw: { dialect: 'gemini' as const, value },
  })
}

function audioIn(details: Json | undefined): number | undefined {
  const own = isArray(details) ? details.find((each) => isObject(each) && each['modality'] === 'AUDIO') : undefined
  return isObject(own) ? finiteNumber(own['tokenCount']) : undefined
}

/** The `usageMetadata` for a client; the provider's own where it spoke this dialect. */
export function encodeUsage(usage: Usage): JsonObject {
  if (usage.raw?.dialect === 'gemini') return usage.raw.value
  const { input = 0, output = 0, reasoning, cachedInput } = usage
  return compact({
    promptTokenCount: input,
    cachedContentTokenCount: cachedInput || undefined,
    candidatesTokenCount: Math.max(0, output - (reasoning ?? 0)),
    thoughtsTokenCount: reasoning || undefined,
    totalTokenCount: input + output,
  })
}
