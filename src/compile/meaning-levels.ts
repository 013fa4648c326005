/**
 * Where the regions of a policy's meaning are built: variables in an order that only depends on what they ask, so that
 * what else a policy mentions moves nothing.
 */
import { createDiagrams } from '../graph/diagram.ts'
import { combine, type Expression } from '../graph/expression.ts'
import type { Graph } from '../graph/graph.ts'
import type { PatternTest, Variable } from '../graph/variable.ts'
import { buildAutomaton } from './automaton.ts'
import type { Space } from './condition-diagram.ts'
import { stringMapOf } from './meaning-automaton.ts'
import { patternOf } from './satisfies.ts'

export interface Level {
  readonly attribute: number
  readonly variable: Variable
  /** What the variable asks; variables that ask the same are one level. */
  readonly key: string
}

export interface Levels {
  readonly space: Space
  readonly levels: readonly Level[]
  /** The condition in terms of the levels. */
  readonly lower: (expression: Expression) => Expression
}

export function levelsOf(graph: Graph): Levels {
  const { attributes } = graph
  // An element is in a set only if there is a set: where sets may be missing, asking for one asks for both.
  const presences = new Map<number, number>()
  const variables: Variable[] = [...graph.variables]
  for (const [index, { attribute, classifier }] of graph.variables.entries())
    if (classifier.kind === 'present') presences.set(attribute, index)
  for (const { attribute, classifier } of graph.variables) {
    if (classifier.kind !== 'element' || !attributes[attribute]!.optional || presences.has(attribute)) continue
    const presence: Variable = { attribute, size: 2, classifier: { kind: 'present' }, samples: [undefined, undefined] }
    presences.set(attribute, variables.push(presence) - 1)
  }
  const keys = variables.map((each) => `${attributes[each.attribute]!.id} ${askedBy(each)}`)
  const order = [...new Set(keys)].sort()
  const placeOf = new Map(order.map((key, level) => [key, level]))
  const levelOf = keys.map((key) => placeOf.get(key)!)
  const byKey = new Map(keys.map((key, index) => [key, variables[index]!]))
  const levels = order.map((key): Level => {
    const variable = byKey.get(key)!
    return { attribute: variable.attribute, variable, key }
  })

  const lower = (expression: Expression): Expression => {
    switch (expression.kind) {
      case 'const':
        return expression
      case 'not':
        return { kind: 'not', of: lower(expression.of) }
      case 'and':
      case 'or':
        return combine(expression.kind, expression.of.map(lower))
      case 'test': {
        const { attribute, classifier } = variables[expression.variable]!
        const presence = classifier.kind === 'element' ? presences.get(attribute) : undefined
        if (presence === undefined) return expression
        const isThere: Expression = { kind: 'test', variable: presence, classes: [1, 2], text: '' }
        // A test may ask for either class of an element; only its being there asks for the set.
        return expression.classes[0] === 1
          ? { kind: 'and', of: [isThere, expression] }
          : { kind: 'not', of: { kind: 'and', of: [isThere, { ...expression, classes: [1, 2] }] } }
      }
    }
  }
  return {
    space: { diagrams: createDiagrams(), levelOf, sizeOf: (variable) => variables[variable]!.size },
    levels,
    lower,
  }
}

/** What a variable asks beside its attribute: the value as a whole first, then parts of it. */
function askedBy({ classifier }: Variable): string {
  switch (classifier.kind) {
    case 'string':
    case 'bool':
    case 'number':
    case 'ip':
      return '0'
    case 'present':
      return '1'
    case 'element':
      return `2 ${JSON.stringify(classifier.element)}`
    case 'pattern': {
      const { view } = classifier
      return `3 ${JSON.stringify(view ? [view.provider, view.part] : [])} ${textOfTest(classifier.test)}`
    }
  }
}

/** The strings that pass a test, in the canonical form of string maps where an automaton can be had. */
function textOfTest(test: PatternTest): string {
  const same = (label: number): number => label
  switch (test.kind) {
    case 'one_of':
      return JSON.stringify(
        stringMapOf({ kind: 'string', constants: test.values.map((each) => [each, 1]), other: 0 }, 0, same),
      )
    case 'automaton':
      return JSON.stringify(stringMapOf({ kind: 'string', constants: [], automaton: test.automaton }, 0, same))
    case 'prefix':
    case 'suffix':
    case 'contains': {
      const built = buildAutomaton([patternOf(test)])
      if (!built) return JSON.stringify(test)
      const labels = built.dfa.labels.map((label) => built.labels[label]!.length)
      return JSON.stringify(
        stringMapOf({ kind: 'string', constants: [], automaton: { ...built.dfa, labels } }, 0, same),
      )
    }
  }
}
