/**
 * Conditions over classes: what is left of a condition when every test of an attribute has become a set of
 * classes of a variable. Kept beside the diagrams, for explanations and for rules that outgrow them.
 */
import { type ClassSet, complement, countOf, hasClass } from './class-set.ts'

export type Expression =
  | { readonly kind: 'const'; readonly value: boolean }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Expression[] }
  | { readonly kind: 'not'; readonly of: Expression }
  | TestExpression

export interface TestExpression {
  readonly kind: 'test'
  readonly variable: number
  readonly classes: ClassSet
  /** The test as the author wrote it, for explanations. */
  readonly text: string
}

export const always: Expression = { kind: 'const', value: true }
export const never: Expression = { kind: 'const', value: false }

/** The negation of an expression, without double `not`s and without `not` before a constant. */
export function negate(expression: Expression): Expression {
  switch (expression.kind) {
    case 'const':
      return expression.value ? never : always
    case 'not':
      return expression.of
    case 'and':
    case 'or':
    case 'test':
      return { kind: 'not', of: expression }
  }
}

/** `and` or `or` of several, with constants folded away. */
export function combine(kind: 'and' | 'or', operands: readonly Expression[]): Expression {
  const absorbing = kind === 'or'
  const kept: Expression[] = []
  for (const each of operands) {
    if (each.kind === 'const') {
      if (each.value === absorbing) return each
    } else if (each.kind === kind) kept.push(...each.of)
    else kept.push(each)
  }
  if (kept.length === 0) return absorbing ? never : always
  return kept.length === 1 ? kept[0]! : { kind, of: kept }
}

/** A test, folded to a constant where the set is empty or everything. */
export function testOf(variable: number, classes: ClassSet, size: number, text: string): Expression {
  const count = countOf(classes)
  if (count === 0) return never
  return count === size ? always : { kind: 'test', variable, classes, text }
}

/** Whether an expression holds where each variable is in the class that `classOf` tells. */
export function holds(expression: Expression, classOf: (variable: number) => number): boolean {
  switch (expression.kind) {
    case 'const':
      return expression.value
    case 'and':
      return expression.of.every((each) => holds(each, classOf))
    case 'or':
      return expression.of.some((each) => holds(each, classOf))
    case 'not':
      return !holds(expression.of, classOf)
    case 'test':
      return hasClass(expression.classes, classOf(expression.variable))
  }
}

/**
 * The expression as a conjunction of tests, one set a variable, or undefined where it is no conjunction.
 * A variable that is tested twice has the intersection of both sets.
 */
export function asCube(
  expression: Expression,
  sizeOf: (variable: number) => number,
): Map<number, ClassSet> | undefined {
  const cube = new Map<number, ClassSet>()
  return addToCube(cube, expression, false, sizeOf) ? cube : undefined
}

function addToCube(
  cube: Map<number, ClassSet>,
  expression: Expression,
  negated: boolean,
  sizeOf: (variable: number) => number,
): boolean {
  switch (expression.kind) {
    case 'const':
      return expression.value !== negated
    case 'not':
      return addToCube(cube, expression.of, !negated, sizeOf)
    case 'and':
    case 'or':
      return (
        (expression.kind === 'and') !== negated && expression.of.every((each) => addToCube(cube, each, negated, sizeOf))
      )
    case 'test': {
      const size = sizeOf(expression.variable)
      const classes = negated ? complement(expression.classes, size) : expression.classes
      const before = cube.get(expression.variable)
      cube.set(expression.variable, before ? intersect(before, classes) : classes)
      return true
    }
  }
}

/** The classes that are in both sets. */
export function intersect(a: ClassSet, b: ClassSet): ClassSet {
  const ranges: number[] = []
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const start = Math.max(a[i]!, b[j]!)
    const end = Math.min(a[i + 1]!, b[j + 1]!)
    if (start < end) ranges.push(start, end)
    if (a[i + 1]! < b[j + 1]!) i += 2
    else j += 2
  }
  return ranges
}
