/**
 * Attributes: what conditions read. The compiler types conditions by them, the bundle carries those that
 * a policy uses, and deciding reads facts by them.
 */

/**
 * - `string`; with `values`, an enum;
 * - `int`, `number`, `percent` (a fraction), `size` (bytes), `duration` (ms), `money` (nano-dollars): numbers;
 * - `date`: days since 1970-01-01 inside, `YYYY-MM-DD` outside;
 * - `ip`: an IPv4 or IPv6 address; `set`: a set of strings.
 */
export type AttributeType =
  | 'string'
  | 'bool'
  | 'int'
  | 'number'
  | 'percent'
  | 'size'
  | 'duration'
  | 'money'
  | 'date'
  | 'ip'
  | 'set'

/** When an attribute is known: all of one phase before any of the next. */
export type Phase = 'caller' | 'request' | 'meters' | 'target'

/**
 * Who answers for the value: keys and claims (identity), the operator's own data, what the request asks for
 * (true by construction), or what a caller may write at will (claimed).
 */
export type Trust = 'identity' | 'operator' | 'request' | 'claimed'

export interface Attribute {
  /** As written in a policy, normalised: `caller.team`, `request.header["x-team"]`, `budget.team_month.used`. */
  readonly id: string
  /** Where it stands in nested facts: `['request', 'header', 'x-team']`. */
  readonly path: readonly string[]
  readonly type: AttributeType
  /** Optional attributes may be missing; a required one that is left out has the zero of its type, or `fallback`. */
  readonly optional: boolean
  readonly fallback?: string | number | boolean | readonly string[]
  /** The closed list of an enum. */
  readonly values?: readonly string[]
  /** Least and greatest value of a number, where its meaning bounds it. */
  readonly min?: number
  readonly max?: number
  readonly phase: Phase
  readonly trust: Trust
  /** A column of a table: the value is that of the row which the key attribute picks. */
  readonly column?: { readonly table: string; readonly name: string; readonly key: string }
  readonly documentation: string
}

/** Whether an empty text counts as none: an empty header or claim says nothing. */
export function isMissingWhenEmpty({ path }: Attribute): boolean {
  return path[1] === 'header' || path[1] === 'claims'
}
