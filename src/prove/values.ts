/** Values inside and outside: as classes know them, and as facts are written. */
import { createReader, type Facts, type FactValue } from '../decide/facts.ts'
import type { Attribute, AttributeType } from '../graph/attribute.ts'
import { formatDate, formatMoney } from '../graph/literal-text.ts'

/** The value as a program writes it in facts: money as a text in dollars, a date as `YYYY-MM-DD`. */
export function outerValue(type: AttributeType, value: FactValue): unknown {
  if (typeof value !== 'number') return value
  if (type === 'money') return value < 0 ? value / 1e9 : `$${formatMoney(value)}`
  return type === 'date' ? formatDate(value) : value
}

/** Facts that hold nothing but one value. */
export function placed(path: readonly string[], value: unknown): Readonly<Record<string, unknown>> {
  const [first, ...rest] = path as [string, ...string[]]
  return { [first]: rest.length === 0 ? value : placed(rest, value) }
}

/** Facts with a value at each path, in the order given. */
export function nested(
  values: Iterable<readonly [path: readonly string[], value: unknown]>,
): Readonly<Record<string, unknown>> {
  const root: Record<string, unknown> = {}
  for (const [path, value] of values) {
    let at = root
    for (const name of path.slice(0, -1)) at = (at[name] ??= {}) as Record<string, unknown>
    at[path[path.length - 1]!] = value
  }
  return root
}

/** The value inside of an attribute in facts. */
export function readerOf(attribute: Attribute): (facts: Facts) => FactValue {
  return createReader(attribute, [], [])
}
