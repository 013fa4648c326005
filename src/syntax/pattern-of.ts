/** A string where a regular expression was wanted: what was meant by it. */
import type { RegexLiteral, StringLiteral } from './ast-conditions.ts'

/** A pattern in quotes, as the regular expression that was meant. */
export function patternOf({ value, span }: StringLiteral): RegexLiteral {
  const lines = value.replaceAll('\n', '\\n').replaceAll('\r', '\\r')
  return {
    kind: 'regex',
    pattern: lines.replace(/\\.|\//g, (each) => (each === '/' ? '\\/' : each)),
    ignoreCase: false,
    span,
  }
}
