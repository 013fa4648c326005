/**
 * Numbers that clauses take: whole, in a range, or a duration that is not nothing. A value that its
 * clause cannot take is reported and stands as it is, so that checking goes on.
 */
import type { DurationLiteral, NumberLiteral, PercentLiteral } from '../syntax/ast-conditions.ts'
import type { Scope } from './scope.ts'

export interface Range {
  /** What takes the number, for messages: "`retry`". */
  readonly called: string
  readonly min: number
  readonly max?: number
}

/** A whole number of the range. */
export function wholeNumber(scope: Scope, literal: NumberLiteral, range: Range): number {
  if (!Number.isSafeInteger(literal.value)) {
    scope.report('P209', {
      message: `found \`${literal.text}\`, but ${range.called} takes a whole number`,
      span: literal.span,
    })
    return range.min
  }
  return realNumber(scope, literal, range)
}

/** A number of the range, both ends included. */
export function realNumber(scope: Scope, literal: NumberLiteral, { called, min, max }: Range): number {
  if (literal.value >= min && literal.value <= (max ?? Number.POSITIVE_INFINITY)) return literal.value
  const range = max === undefined ? `${min} or more` : `${min} to ${max}`
  scope.report('P209', { message: `found \`${literal.text}\`, but ${called} takes ${range}`, span: literal.span })
  return min
}

/** The longest wait that timers can keep, just under 25 days. */
const longestMs = 2 ** 31 - 1

export interface DurationRange {
  readonly called: string
  readonly mayBeZero?: boolean
  /** Whether a timer waits for it, which bounds it. */
  readonly timed?: boolean
}

/** Milliseconds. */
export function durationMs(
  scope: Scope,
  literal: DurationLiteral,
  { called, mayBeZero, timed }: DurationRange,
): number {
  if (literal.ms <= 0 && !mayBeZero) {
    scope.report('P209', {
      message: `found \`${literal.text}\`, but ${called} takes a duration above zero`,
      span: literal.span,
    })
  } else if (timed && literal.ms > longestMs) {
    scope.report('P209', {
      message: `found \`${literal.text}\`, but ${called} takes at most \`24d\``,
      span: literal.span,
    })
  }
  return literal.ms
}

/** A fraction above 0 and at most 1. */
export function shareOf(scope: Scope, literal: PercentLiteral, called: string): number {
  if (!(literal.fraction > 0 && literal.fraction <= 1)) {
    scope.report('P209', {
      message: `found \`${literal.text}\`, but ${called} is above 0% and at most 100%`,
      span: literal.span,
    })
  }
  return literal.fraction
}
