/**
 * Whether a value read from JSON is the graph that it claims to be: every shape, every index, every order that
 * deciding relies on. A digest says that nothing was changed by accident; this says that nothing can go wrong even
 * where somebody meant harm and made the digest anew. Says where and what is wrong, or undefined.
 */
import type { Attribute } from './attribute.ts'
import { isSlot, readCode } from './bundle-code.ts'
import type { PlainGraph } from './bundle-graph.ts'
import { isProhibition, isRule, type RuleContext } from './bundle-rules.ts'
import { ascending, type Check, indexBelow, isText, list, pairs, record } from './bundle-shape.ts'
import { isAttributes, isTables, isVariable } from './bundle-variables.ts'
import { type SlotName, slotNames } from './graph.ts'

export function checkGraph(value: unknown): string | undefined {
  const problem = outline(value)
  if (problem !== undefined) return problem
  const graph = value as PlainGraph
  return (
    at('attributes', isAttributes, graph.attributes) ??
    at('variables', list(isVariable(graph.attributes)), graph.variables) ??
    at('tables', isTables(graph.attributes), graph.tables) ??
    rulesProblem(graph) ??
    slotsProblem(graph)
  )
}

function at(name: string, check: Check, value: unknown): string | undefined {
  const problem = check(value)
  return problem === undefined ? undefined : `.${name}${problem}`
}

/** Enough that the parts can be counted; each is looked into later. */
const isSomeList: Check = (value) => (Array.isArray(value) ? undefined : ' is not a list')
const isString: Check = (value) => (typeof value === 'string' ? undefined : ' is not a text')

const outline = record({
  attributes: isSomeList,
  variables: isSomeList,
  slots: record(Object.fromEntries(slotNames.map((name) => [name, record({ clusters: isSomeList })]))),
  code: isString,
  leaves: isSomeList,
  rules: isSomeList,
  prohibitions: isSomeList,
  targets: list(record({ id: isText, provider: isText })),
  requested: isSomeList,
  tables: isSomeList,
  timeZone: isText,
})

function rulesProblem(graph: PlainGraph): string | undefined {
  const { attributes, rules, targets } = graph
  const context: RuleContext = {
    sizes: graph.variables.map((each) => each.size),
    attributes: attributes.length,
    attributeIds: new Set(attributes.map((each: Attribute) => each.id)),
    targets: targets.length,
  }
  return (
    at('rules', list(isRule(context)), rules) ??
    at('prohibitions', list(isProhibition(context, (each) => rules[each]?.kind === 'restrict')), graph.prohibitions) ??
    at('requested', pairs(indexBelow(targets.length)), graph.requested)
  )
}

function slotsProblem(graph: PlainGraph): string | undefined {
  const { rules, prohibitions, leaves } = graph
  const items = Math.max(rules.length, prohibitions.length)
  const isItem = (slot: SlotName, item: number): boolean =>
    slot === 'restrict' ? item < prohibitions.length : rules[item]?.kind === slot
  const sizes = graph.variables.map((each) => each.size)
  const code = readCode(graph.code, sizes)
  if (typeof code === 'string') return `.code${code}`
  const wrongLeaf = at('leaves', list(ascending(items), 1), leaves)
  if (wrongLeaf !== undefined) return wrongLeaf
  if (leaves[0]!.length > 0) return '.leaves[0] is not empty'
  const context = { code, sizes, leaves, isItem, items }
  for (const name of slotNames) {
    const problem = at(`slots.${name}`, isSlot(name, context), graph.slots[name])
    if (problem !== undefined) return problem
  }
  return undefined
}
