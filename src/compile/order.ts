/**
 * The order of variables in every diagram: phases first, so that what comes early is asked early, and within
 * a phase the most selective first (Frenetic's heuristic): a variable that most rules narrow to a few of many
 * classes splits the rules apart at once. Deterministic.
 */
import type { Attribute, Phase } from '../graph/attribute.ts'
import { countOf } from '../graph/class-set.ts'
import type { Expression } from '../graph/expression.ts'
import type { Variable } from '../graph/variable.ts'

const phases: readonly Phase[] = ['caller', 'request', 'meters', 'target']

export interface Order {
  /** The place of each variable in the order. */
  readonly levelOf: readonly number[]
  /** The variable at each level. */
  readonly variableAt: readonly number[]
}

export function orderVariables(
  attributes: readonly Attribute[],
  variables: readonly Variable[],
  conditions: Iterable<Expression>,
  reverse = false,
): Order {
  const scores = variables.map(() => 0)
  const add = (expression: Expression): void => {
    switch (expression.kind) {
      case 'const':
        return
      case 'and':
      case 'or':
        expression.of.forEach(add)
        return
      case 'not':
        add(expression.of)
        return
      case 'test': {
        const share = countOf(expression.classes) / variables[expression.variable]!.size
        scores[expression.variable]! += 1 - Math.min(share, 1 - share)
        return
      }
    }
  }
  for (const each of conditions) add(each)
  const phaseOf = (variable: number): number => phases.indexOf(attributes[variables[variable]!.attribute]!.phase)
  const variableAt = variables
    .map((_, index) => index)
    .sort(
      (a, b) => phaseOf(a) - phaseOf(b) || scores[b]! - scores[a]! || variables[a]!.size - variables[b]!.size || a - b,
    )
  if (reverse) variableAt.reverse()
  const levelOf: number[] = []
  for (const [level, variable] of variableAt.entries()) levelOf[variable] = level
  return { levelOf, variableAt }
}
