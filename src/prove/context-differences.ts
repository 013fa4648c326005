/**
 * What else two graphs may differ in than their rules: which target a requested name means, and what rows of tables
 * hold that decisions copy. Each difference is a condition on the value that is looked up.
 */
import { attributesReadBy, candidatesOf } from '../compile/meaning-payload.ts'
import type { Attribute } from '../graph/attribute.ts'
import { type Expression, testOf } from '../graph/expression.ts'
import type { Graph } from '../graph/graph.ts'
import type { Variable } from '../graph/variable.ts'
import type { Part } from './part.ts'
import { requestModel } from './reach.ts'

export interface ContextDifferences {
  readonly part: Part
  readonly changes: readonly { readonly label: string; readonly when: Expression }[]
  /** Conditions that tell values apart for which the same words decide differently: a name, a row of a table. */
  readonly told: readonly Expression[]
}

/** Values of one column that are told apart, beyond which they are not. */
const mostValues = 64

export function contextDifferences(before: Graph, after: Graph): ContextDifferences {
  const attributes: Attribute[] = []
  const variables: Variable[] = []
  const changes: { label: string; when: Expression }[] = []
  const told: Expression[] = []
  /** For each group of values the condition that the attribute has one of them. */
  const add = (attribute: Attribute, groups: readonly (readonly string[])[]): readonly Expression[] => {
    const variable = variables.length
    const size = groups.length + 1
    variables.push({
      attribute: attributes.push(attribute) - 1,
      size,
      ...(attribute.optional ? { missing: 0 } : {}),
      classifier: {
        kind: 'string',
        constants: groups.flatMap((group, index) => group.map((value) => [value, index + 1] as const)),
        other: 0,
      },
      samples: [undefined, ...groups.map((group) => group[0])],
    })
    return groups.map((_, index) => testOf(variable, [index + 1, index + 2], size, ''))
  }
  if (asksForModel(before) || asksForModel(after)) {
    const names = differentNames(before, after)
    const isAsked = asksForName(before) && asksForName(after) && names.length > 0
    if (isAsked) for (const when of add(requestModel, [names])) changes.push({ label: 'route names', when })
    const named = namesOfTargets(before, after)
    if (named.length > 0) told.push(...add(requestModel, named))
    // Which names mean anything at all.
    for (const { requested } of [before, after]) told.push(...add(requestModel, [[...requested.keys()]]))
    told.push(...add(requestModel, [['', ...openPrefixes(before, after)]]))
  }
  for (const { id, key, values } of differentCells(before, after))
    if (values.length > 0) for (const when of add(key, [values])) changes.push({ label: `table ${id}`, when })
  for (const { key, groups } of copiedValues(before, after))
    if (groups.length > 0 && groups.length <= mostValues) told.push(...add(key, groups))
  return { part: { attributes, variables }, changes, told }
}

/** `provider/` alone names no model of a provider whose models are open. */
function openPrefixes(before: Graph, after: Graph): readonly string[] {
  const providers = [...before.targets, ...after.targets].flatMap(({ id, provider }) =>
    id === `${provider}/*` ? [`${provider}/`] : [],
  )
  return [...new Set(providers)]
}

/** For each target that either side names outright, the names by which a request can ask for it. */
function namesOfTargets(before: Graph, after: Graph): readonly (readonly string[])[] {
  const groups = new Map<string, Set<string>>()
  for (const graph of [before, after]) {
    for (const rule of graph.rules) {
      if (rule.kind !== 'route' && rule.kind !== 'shadow') continue
      for (const each of candidatesOf(rule))
        if (each.kind === 'target') groups.set(graph.targets[each.target]!.id, new Set())
    }
  }
  for (const { requested, targets } of [before, after])
    for (const [name, target] of requested) groups.get(targets[target]!.id)?.add(name)
  for (const [id, names] of groups) names.add(id).add(id.slice(id.indexOf('/') + 1))
  // A name may mean one target here and another there: it belongs to the first.
  const taken = new Set<string>()
  return [...groups.values()].map((names) => [...names].filter((name) => !taken.has(name) && taken.add(name)))
}

/** Keys of tables by what the row holds in a column that one side copies. */
function* copiedValues(
  before: Graph,
  after: Graph,
): Iterable<{ readonly key: Attribute; readonly groups: readonly (readonly string[])[] }> {
  for (const graph of [before, after]) {
    const copied = new Set(graph.rules.flatMap((rule) => attributesReadBy(graph, rule)))
    for (const { id, column } of graph.attributes) {
      if (!column || !copied.has(id)) continue
      const cells = cellsOf(graph, column)
      if (!cells) continue
      const groups = new Map<string, string[]>()
      for (const [name, value] of cells.cells) {
        const text = JSON.stringify(value) ?? ''
        groups.set(text, [...(groups.get(text) ?? []), name])
      }
      yield { key: cells.key, groups: [...groups.values()] }
    }
  }
}

function asksForName({ rules }: Graph): boolean {
  return rules.some(
    (rule) =>
      (rule.kind === 'route' || rule.kind === 'shadow') && candidatesOf(rule).some((each) => each.kind === 'requested'),
  )
}

/** Whether the model that a request names decides about targets. */
function asksForModel({ rules }: Graph): boolean {
  return rules.some(
    (rule) =>
      (rule.kind === 'route' || rule.kind === 'shadow') && candidatesOf(rule).some((each) => each.kind !== 'target'),
  )
}

/** Names that mean a target on one side, and none or another on the other. */
function differentNames(before: Graph, after: Graph): readonly string[] {
  const meaning = ({ requested, targets }: Graph, name: string): string | undefined => {
    const target = requested.get(name)
    return target === undefined ? undefined : targets[target]!.id
  }
  const names = new Set([...before.requested.keys(), ...after.requested.keys()])
  return [...names].filter((name) => meaning(before, name) !== meaning(after, name))
}

/** Keys whose rows hold different values in a column that both sides copy into decisions. */
function* differentCells(
  before: Graph,
  after: Graph,
): Iterable<{ readonly id: string; readonly key: Attribute; readonly values: readonly string[] }> {
  const copied = (graph: Graph): readonly string[] => graph.rules.flatMap((rule) => attributesReadBy(graph, rule))
  const both = new Set(copied(before).filter((id) => copied(after).includes(id)))
  for (const attribute of before.attributes) {
    const { column } = attribute
    if (!column || !both.has(attribute.id)) continue
    const [a, b] = [before, after].map((graph) => cellsOf(graph, column))
    if (!a || !b) continue
    const keys = new Set([...a.cells.keys(), ...b.cells.keys()])
    const values = [...keys].filter((key) => JSON.stringify(a.cells.get(key)) !== JSON.stringify(b.cells.get(key)))
    yield { id: attribute.id, key: a.key, values }
  }
}

function cellsOf(graph: Graph, { table, name }: NonNullable<Attribute['column']>) {
  const found = graph.tables.find((each) => each.name === table)
  if (!found) return undefined
  const at = found.columns.indexOf(name)
  return {
    key: graph.attributes[found.key]!,
    cells: new Map([...found.rows].map(([key, row]) => [key, row[at]] as const)),
  }
}
