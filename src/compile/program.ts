/**
 * A condition as a branching program: its tests in the order written, with short circuits, in the same code as
 * diagrams. Not ordered and not reduced, so a variable may be asked twice; linear in the text, always.
 */
import { complement } from '../graph/class-set.ts'
import type { Expression, TestExpression } from '../graph/expression.ts'

interface ProgramNode {
  readonly test: TestExpression
  readonly yes: Target
  readonly no: Target
}

/** A node, or the outcome. */
type Target = ProgramNode | boolean

/** Adds the program to `code`; its place. It ends in `~yesLeaf` or `~0`. */
export function emitProgram(
  expression: Expression,
  yesLeaf: number,
  code: number[],
  sizeOf: (variable: number) => number,
): number {
  const root = build(expression, true, false)
  if (typeof root === 'boolean') return root ? ~yesLeaf : ~0
  const order: ProgramNode[] = []
  const seen = new Set<ProgramNode>()
  // Depth first over an explicit stack: a condition may be long.
  const stack: { node: ProgramNode; done: boolean }[] = [{ node: root, done: false }]
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (at.done) {
      order.push(at.node)
      continue
    }
    if (seen.has(at.node)) continue
    seen.add(at.node)
    stack.push({ node: at.node, done: true })
    for (const next of [at.node.yes, at.node.no]) if (typeof next !== 'boolean') stack.push({ node: next, done: false })
  }
  order.reverse()
  const places = new Map<ProgramNode, number>()
  let place = code.length
  for (const node of order) {
    places.set(node, place)
    place += 2 + runsOf(node.test, sizeOf).length
  }
  const placeOf = (target: Target): number =>
    typeof target === 'boolean' ? (target ? ~yesLeaf : ~0) : places.get(target)!
  for (const node of order) {
    const runs = runsOf(node.test, sizeOf)
    code.push((node.test.variable << 1) | 1, runs.length / 2)
    for (let i = 0; i < runs.length; i += 2) code.push(runs[i]!)
    for (let i = 1; i < runs.length; i += 2) code.push(placeOf(runs[i] === 1 ? node.yes : node.no))
  }
  return places.get(root)!
}

function build(expression: Expression, yes: Target, no: Target): Target {
  switch (expression.kind) {
    case 'const':
      return expression.value ? yes : no
    case 'not':
      return build(expression.of, no, yes)
    case 'and':
      return expression.of.reduceRight<Target>((then, each) => build(each, then, no), yes)
    case 'or':
      return expression.of.reduceRight<Target>((otherwise, each) => build(each, yes, otherwise), no)
    case 'test':
      return { test: expression, yes, no }
  }
}

/** First class and truth of each run. */
function runsOf(test: TestExpression, sizeOf: (variable: number) => number): number[] {
  const runs: number[] = []
  const size = sizeOf(test.variable)
  const outside = complement(test.classes, size)
  for (let i = 0; i < test.classes.length; i += 2) runs.push(test.classes[i]!, 1)
  for (let i = 0; i < outside.length; i += 2) runs.push(outside[i]!, 0)
  const pairs = Array.from({ length: runs.length / 2 }, (_, i) => [runs[i * 2]!, runs[i * 2 + 1]!] as const)
  return pairs.sort((a, b) => a[0] - b[0]).flat()
}
