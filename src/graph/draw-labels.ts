/** The words of a drawing: what a node asks, what an edge answers, which rules a leaf holds. */
import { type ClassSet, hasClass } from './class-set.ts'
import type { BitmapIndex, Graph, SlotName } from './graph.ts'
import { type DescribedVariable, textOfClasses } from './text-of-classes.ts'
import type { Variable } from './variable.ts'
import type { WrittenTest } from './written-tests.ts'

export interface Labels {
  readonly ofQuestion: (variable: number) => string
  readonly ofAnswer: (variable: number, classes: ClassSet) => string
  readonly ofLeaf: (slot: SlotName, leaf: number) => string
  readonly ofIndex: (cluster: { readonly index: BitmapIndex }, conditions: number) => string
}

/** Names that are listed before the rest is counted. */
const namesMax = 6

export function labelsOf(graph: Graph, tests: ReadonlyMap<number, readonly WrittenTest[]>): Labels {
  const describe = (index: number): DescribedVariable => {
    const variable = graph.variables[index]!
    return { variable, attribute: graph.attributes[variable.attribute]!, tests: tests.get(index) ?? [] }
  }
  const ofQuestion = (index: number): string => {
    const described = describe(index)
    return isYesOrNo(described.variable) ? textOfClasses(described, [1, 2]) : described.attribute.id
  }
  return {
    ofQuestion,
    ofAnswer: (index, classes) => answerOf(describe(index), classes),
    ofLeaf: (slot, leaf) => rulesOf(graph, slot, leaf),
    ofIndex({ index }, conditions) {
      const asked = [...new Set(index.variables.map((each) => describe(each).attribute.id))]
      return `an index of ${conditions} conditions on ${listed(asked)}`
    },
  }
}

/** Variables whose question is a condition by itself. */
function isYesOrNo({ classifier }: Variable): boolean {
  switch (classifier.kind) {
    case 'present':
    case 'element':
    case 'pattern':
      return true
    case 'bool':
    case 'number':
    case 'string':
    case 'ip':
      return false
  }
}

function answerOf(described: DescribedVariable, classes: ClassSet): string {
  const { variable, attribute } = described
  if (isYesOrNo(variable)) return hasClass(classes, 1) ? 'yes' : 'no'
  const { classifier, missing } = variable
  // The other answers are beside it: what is none of them needs no list of them.
  const isOther =
    classifier.kind === 'string' &&
    classifier.other !== undefined &&
    classifier.constants.length > 0 &&
    attribute.values === undefined &&
    hasClass(classes, classifier.other)
  if (isOther) return missing === undefined || !hasClass(classes, missing) ? 'other' : 'other or missing'
  return textOfClasses(described, classes)
    .replaceAll(`not has ${attribute.id}`, 'missing')
    .replaceAll(`has ${attribute.id}`, 'present')
    .replaceAll(`${attribute.id} == false`, 'no')
    .replaceAll(`${attribute.id} `, '')
    .replace(new RegExp(`^${escapeRegex(attribute.id)}( or missing)?$`), 'yes$1')
}

function escapeRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

/** The rules that a leaf holds; of restricts, what they forbid. */
function rulesOf({ leaves, rules, prohibitions, targets }: Graph, slot: SlotName, leaf: number): string {
  if (slot === 'route' || slot === 'cache') return leaf === 0 ? 'none' : rules[leaf - 1]!.name
  const items = leaves[leaf]!
  if (items.length === 0) return 'none'
  if (slot !== 'restrict') return listed(items.map((each) => rules[each]!.name))
  const byRule = new Map<number, string[]>()
  for (const item of items) {
    const { rule, targets: forbidden } = prohibitions[item]!
    byRule.set(rule, [...(byRule.get(rule) ?? []), ...forbidden.map((each) => targets[each]!.id)])
  }
  const lines = [...byRule].map(
    ([rule, forbidden]) => `${rules[rule]!.name} forbids\n${listed([...new Set(forbidden)])}`,
  )
  return lines.slice(0, namesMax).join('\n') + (lines.length > namesMax ? `\n… ${lines.length - namesMax} more` : '')
}

function listed(names: readonly string[]): string {
  const more = names.length - namesMax
  return [...names.slice(0, namesMax), ...(more > 0 ? [`… ${more} more`] : [])].join(', ')
}
