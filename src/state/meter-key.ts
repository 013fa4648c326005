/** Keys of counters: a digest of the rule and of the values that its `by` names, so that no caller's name is stored. */
import { createHash } from 'node:crypto'
import type { MeterKey } from './state.ts'

/** What tells one counter from another; a part that is missing is null, which no text equals. */
export interface MeterParts {
  readonly rule: string
  /** What about the rule makes counters incomparable: unit and period, or the kind of window. */
  readonly measure: string
  /** Attribute ids and the request's values of them. */
  readonly by: readonly (readonly [attribute: string, value: MeterValue])[]
}

export type MeterValue = string | number | boolean | readonly string[] | null

/** A change of the amount keeps the key and what was counted; a change of `by` or of the measure counts anew. */
export function meterKey({ rule, measure, by }: MeterParts): MeterKey {
  const parts = by.map(([attribute, value]) => [attribute, Array.isArray(value) ? [...value].sort() : value])
  return createHash('sha256')
    .update(JSON.stringify([rule, measure, parts]))
    .digest('base64url')
    .slice(0, 27)
}
