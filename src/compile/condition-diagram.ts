/** The diagrams of expressions. */
import {
  conjunction,
  type Diagrams,
  disjunction,
  falseRef,
  type LeafOperation,
  leafRef,
  type Ref,
  trueRef,
} from '../graph/diagram.ts'
import type { Expression, TestExpression } from '../graph/expression.ts'

/** Where diagrams are built: their space, the order of variables, and how many classes each has. */
export interface Space {
  readonly diagrams: Diagrams
  readonly levelOf: readonly number[]
  readonly sizeOf: (variable: number) => number
}

/**
 * The diagram that has leaf `yes` where the expression holds, and else leaf 0. Throws `Outgrown` where any step makes
 * more than `bound` runs.
 */
export function leafDiagramOf(space: Space, expression: Expression, yes: number, bound: number): Ref {
  const cube = expression.kind === 'and' || expression.kind === 'test' ? asTests(space, expression) : undefined
  if (!cube) return space.diagrams.mapLeaves(diagramOf(space, expression, bound), (leaf) => (leaf === 1 ? yes : 0))
  // Tests of different variables, the last in the order first: each has the one before below it.
  return cube.reduce((below, test) => testDiagram(space, test, below), leafRef(yes))
}

/** The tests of a conjunction that asks each variable once, from the last in the order to the first. */
function asTests({ levelOf }: Space, expression: Expression): readonly TestExpression[] | undefined {
  const operands = expression.kind === 'and' ? expression.of : [expression]
  const tests = operands.filter((each) => each.kind === 'test')
  if (tests.length < operands.length) return undefined
  tests.sort((a, b) => levelOf[b.variable]! - levelOf[a.variable]!)
  const isTwice = tests.some((each, index) => each.variable === tests[index + 1]?.variable)
  return isTwice ? undefined : tests
}

function testDiagram({ diagrams, levelOf, sizeOf }: Space, { variable, classes }: TestExpression, below: Ref): Ref {
  const runs: number[] = []
  let at = 0
  for (let i = 0; i < classes.length; i += 2) {
    if (classes[i]! > at) runs.push(at, falseRef)
    runs.push(classes[i]!, below)
    at = classes[i + 1]!
  }
  if (at < sizeOf(variable)) runs.push(at, falseRef)
  return diagrams.make(levelOf[variable]!, runs)
}

/** The truth-valued diagram of an expression. Throws `Outgrown` where any step makes more than `bound` runs. */
export function diagramOf(space: Space, expression: Expression, bound = Number.POSITIVE_INFINITY): Ref {
  const { diagrams } = space
  switch (expression.kind) {
    case 'const':
      return expression.value ? trueRef : falseRef
    case 'not':
      return diagrams.mapLeaves(diagramOf(space, expression.of, bound), (leaf) => 1 - leaf)
    case 'and':
      return fold(space, conjunction, expression.of, bound)
    case 'or':
      return fold(space, disjunction, expression.of, bound)
    case 'test':
      return testDiagram(space, expression, trueRef)
  }
}

function fold(space: Space, operation: LeafOperation, operands: readonly Expression[], bound: number): Ref {
  if (operands.length === 1) return diagramOf(space, operands[0]!, bound)
  const half = operands.length >> 1
  const left = fold(space, operation, operands.slice(0, half), bound)
  const right = fold(space, operation, operands.slice(half), bound)
  return space.diagrams.apply(operation, left, right, bound)
}
