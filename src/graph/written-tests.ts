/** The tests of a policy as their author wrote them, by the variable whose classes they are. */
import type { ClassSet } from './class-set.ts'
import type { Expression, TestExpression } from './expression.ts'
import type { Graph } from './graph.ts'

export interface WrittenTest {
  readonly text: string
  /** The classes that it holds of. */
  readonly classes: ClassSet
}

/** Every test of each variable once, the shortest text for each set of classes; in a fixed order. */
export function writtenTests(
  graph: Pick<Graph, 'rules' | 'prohibitions'>,
): ReadonlyMap<number, readonly WrittenTest[]> {
  const byVariable = new Map<number, Map<string, WrittenTest>>()
  const add = ({ variable, classes, text }: TestExpression): void => {
    const own = byVariable.get(variable) ?? new Map<string, WrittenTest>()
    byVariable.set(variable, own)
    const key = classes.join()
    const known = own.get(key)
    if (known === undefined || isBefore(text, known.text)) own.set(key, { text, classes })
  }
  for (const { when } of [...graph.rules, ...graph.prohibitions]) for (const test of testsIn(when)) add(test)
  return new Map([...byVariable].map(([variable, own]) => [variable, [...own.values()].sort(byText)]))
}

function testsIn(expression: Expression): readonly TestExpression[] {
  switch (expression.kind) {
    case 'const':
      return []
    case 'not':
      return testsIn(expression.of)
    case 'and':
    case 'or':
      return expression.of.flatMap(testsIn)
    case 'test':
      return [expression]
  }
}

function isBefore(a: string, b: string): boolean {
  return a.length === b.length ? a < b : a.length < b.length
}

function byText(a: WrittenTest, b: WrittenTest): number {
  return isBefore(a.text, b.text) ? -1 : 1
}
