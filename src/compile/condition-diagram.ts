/** The truth-valued diagram of an expression. */
import {
  conjunction,
  type Diagrams,
  disjunction,
  falseRef,
  type LeafOperation,
  type Ref,
  trueRef,
} from '../graph/diagram.ts'
import type { Expression } from '../graph/expression.ts'

/** Where diagrams are built: their space, the order of variables, and how many classes each has. */
export interface Space {
  readonly diagrams: Diagrams
  readonly levelOf: readonly number[]
  readonly sizeOf: (variable: number) => number
}

/** Throws `Outgrown` where any step makes more than `bound` runs. */
export function diagramOf(space: Space, expression: Expression, bound = Number.POSITIVE_INFINITY): Ref {
  const { diagrams, levelOf } = space
  switch (expression.kind) {
    case 'const':
      return expression.value ? trueRef : falseRef
    case 'not':
      return diagrams.mapLeaves(diagramOf(space, expression.of, bound), (leaf) => 1 - leaf)
    case 'and':
      return fold(space, conjunction, expression.of, bound)
    case 'or':
      return fold(space, disjunction, expression.of, bound)
    case 'test': {
      const runs: number[] = []
      let at = 0
      for (let i = 0; i < expression.classes.length; i += 2) {
        if (expression.classes[i]! > at) runs.push(at, falseRef)
        runs.push(expression.classes[i]!, trueRef)
        at = expression.classes[i + 1]!
      }
      if (at < space.sizeOf(expression.variable)) runs.push(at, falseRef)
      return diagrams.make(levelOf[expression.variable]!, runs)
    }
  }
}

function fold(space: Space, operation: LeafOperation, operands: readonly Expression[], bound: number): Ref {
  if (operands.length === 1) return diagramOf(space, operands[0]!, bound)
  const half = operands.length >> 1
  const left = fold(space, operation, operands.slice(0, half), bound)
  const right = fold(space, operation, operands.slice(half), bound)
  return space.diagrams.apply(operation, left, right, bound)
}
