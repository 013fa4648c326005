/**
 * Usage of this API → the neutral counts.
 *
 * It counts twice: `billed_units` is what is paid for, `tokens` what the model saw, instructions of Cohere's own
 * included. The neutral counts are those that are paid for. `cached_tokens` is a part of `tokens` and makes nothing
 * cheaper, so that it is no part of the billed count and stays in `raw`.
 */
import { compact, finiteNumber, isObject } from '../json.ts'
import type { Json, Usage } from '../neutral.ts'

/** The counts that a usage object says, or undefined where it says none. */
export function decodeUsage(value: Json | undefined): Usage | undefined {
  if (!isObject(value)) return undefined
  const billed = isObject(value['billed_units']) ? value['billed_units'] : {}
  const seen = isObject(value['tokens']) ? value['tokens'] : {}
  const input = finiteNumber(billed['input_tokens']) ?? finiteNumber(seen['input_tokens'])
  const output = finiteNumber(billed['output_tokens']) ?? finiteNumber(seen['output_tokens'])
  if (input === undefined && output === undefined) return undefined
  const reasoning = finiteNumber(seen['reasoning_tokens'])
  return compact({
    input,
    output,
    // Never more than its whole, where the two ways of counting differ.
    reasoning: reasoning === undefined || output === undefined ? reasoning : Math.min(reasoning, output),
    raw: { dialect: 'cohere' as const, value },
  })
}
