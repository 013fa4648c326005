/**
 * A literal of the wrong type as it should have been written, where that is clear from the literal, and how
 * values of each type are written, where it is not.
 */
import { suggest } from '../diagnostics/suggest.ts'
import type { Attribute } from '../graph/attribute.ts'
import type { Literal, TargetRef } from '../syntax/ast-conditions.ts'
import { daysSinceEpoch } from './calendar.ts'
import { formatDecimal, parseDecimal } from './decimal.ts'

/** How values of the type are written, where the literal itself gives no hint. */
export function writtenAs(attribute: Attribute): string | undefined {
  switch (attribute.type) {
    case 'string':
    case 'set':
      return attribute.values
        ? `one of ${attribute.values.map((each) => `\`"${each}"\``).join(', ')}`
        : 'strings stand in double quotes'
    case 'bool':
      return 'write `true` or `false`'
    case 'int':
      return 'whole numbers are written as `8000` or `8k`'
    case 'number':
      return 'numbers are written as `0.7`'
    case 'percent':
      return 'percentages are written as `80%`'
    case 'size':
      return 'sizes are written as `10KB` or `10KiB`'
    case 'duration':
      return 'durations are written as `250ms`, `30s`, `5m`, `1h` or `7d`'
    case 'money':
      return 'money is written as `$5` or `$0.25`'
    case 'date':
      return 'dates are written as `"YYYY-MM-DD"`'
    case 'ip':
      return 'addresses are written as `"10.1.2.3"`, blocks as `"10.0.0.0/8"`'
  }
}

/** The literal as it should have been written, where that is clear. */
export function mendLiteral(literal: Literal | TargetRef, attribute: Attribute): string | undefined {
  const text = textOf(literal)
  switch (attribute.type) {
    case 'string':
    case 'set': {
      if (!attribute.values) return JSON.stringify(text)
      const value = attribute.values.find((each) => each === text.toLowerCase()) ?? suggest(text, attribute.values)
      return value === undefined ? undefined : JSON.stringify(value)
    }
    case 'bool':
      return /^(true|false)$/i.test(text) ? text.toLowerCase() : undefined
    case 'int':
      return literal.kind === 'string' && /^\d+$/.test(text) ? text : undefined
    case 'number':
      if (literal.kind === 'percent') return formatDecimal(parseDecimal(text.slice(0, -1)), -2)
      return literal.kind === 'string' && /^\d+(\.\d+)?$/.test(text) ? text : undefined
    case 'percent':
      if (literal.kind === 'number') return percentOf(literal.text, literal.value)
      return literal.kind === 'string' && /^\d+(\.\d+)?%$/.test(text) ? text : undefined
    case 'money':
      return (literal.kind === 'number' || literal.kind === 'string') && /^\$?\d+(\.\d{1,9})?$/.test(text)
        ? `$${text.replace('$', '')}`
        : undefined
    case 'duration':
      return literal.kind === 'string' && /^\d+(ms|s|m|h|d)$/.test(text) ? text : undefined
    case 'size':
      return literal.kind === 'string' && /^\d+([KMG]i?B)?$/.test(text) ? text : undefined
    case 'date':
      return daysSinceEpoch(text) === undefined ? undefined : JSON.stringify(text)
    case 'ip':
      return undefined
  }
}

function textOf(literal: Literal | TargetRef): string {
  switch (literal.kind) {
    case 'string':
      return literal.value
    case 'bool':
      return String(literal.value)
    case 'target':
      return `${literal.provider}/${literal.model}`
    default:
      return literal.text
  }
}

/** `0.8` is meant as 80 %, `80` too. */
function percentOf(text: string, value: number): string | undefined {
  if (!/^[\d_]*(\.\d+)?$/.test(text)) return undefined
  const decimal = parseDecimal(text)
  return `${formatDecimal(decimal, value < 1 && text.includes('.') ? 2 : 0)}%`
}
