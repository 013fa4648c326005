/**
 * The meaning digest: equal for texts that decide alike, different where some request is decided differently in more
 * than names. It is SHA-256 over the regions of all that decisions say (see `meaning-regions.ts`), as reduced diagrams
 * in an order that only depends on what is asked, their classes joined where nothing tells them apart and told by
 * their contents. Such diagrams are canonical (Bryant, 1986): one function, one text.
 *
 * A policy whose regions outgrow their bounds has the digest of its rules as compiled, without names and places: then
 * an unchanged digest still proves an unchanged meaning, but a changed order of rules shows.
 */
import { createHash } from 'node:crypto'
import type { Attribute } from '../graph/attribute.ts'
import { isLeaf, Outgrown, type Ref } from '../graph/diagram.ts'
import type { Expression } from '../graph/expression.ts'
import type { Graph, GraphRule } from '../graph/graph.ts'
import { describeClasses } from './meaning-classes.ts'
import { childrenOf, joinClasses, runsOf } from './meaning-coarsen.ts'
import { type Levels, levelsOf } from './meaning-levels.ts'
import { attributesReadBy, candidatesOf, canonicalJson, sayingsOf } from './meaning-payload.ts'
import { type Regions, regionsOf } from './meaning-regions.ts'

/** SHA-256 in hexadecimal of what the graph's policy means. */
export function meaningOf(graph: Graph): string {
  const hash = createHash('sha256')
  for (const line of linesOf(graph)) hash.update(line).update('\n')
  return hash.digest('hex')
}

/** What the digest is of, line by line. */
export function linesOf(graph: Graph): Iterable<string> {
  const levels = levelsOf(graph)
  try {
    return canonicalLines(graph, levels, regionsOf(graph, levels))
  } catch (thrown) {
    if (thrown instanceof Outgrown) return [textAsCompiled(graph)]
    throw thrown
  }
}

function canonicalLines(graph: Graph, { space, levels }: Levels, { regions, leaves, live }: Regions): string[] {
  const { diagrams } = space
  const sorted = [...regions].sort((a, b) => (a.label < b.label ? -1 : a.label > b.label ? 1 : 0))
  const nodes = diagrams.reachable(sorted.map((each) => each.root))
  const joined = joinClasses(diagrams, nodes, (level) => levels[level]!.variable.size)
  const asked = [...joined.keys()].sort((a, b) => a - b)
  const placeOf = new Map(asked.map((level, place) => [level, place]))
  const numbers = new Map<number, ReadonlyMap<number, number>>()
  const lines: string[] = [
    'policyc meaning 1',
    ...contextOf(
      graph,
      live,
      asked.map((each) => levels[each]!.attribute),
    ),
  ]
  for (const level of asked) {
    const { variable, attribute, key } = levels[level]!
    const { text, numberOf } = describeClasses(variable, graph.attributes[attribute]!, joined.get(level)!)
    numbers.set(level, numberOf)
    lines.push(`variable ${key} ${text}`)
  }

  const names = new Map<Ref, string>()
  const nameOf = (ref: Ref): string => {
    if (isLeaf(ref)) return ~ref < 2 ? (~ref === 1 ? 'yes' : 'no') : leaves[~ref - 2]!
    const known = names.get(ref)
    if (known !== undefined) return known
    const level = diagrams.levelOf(ref)
    const children = childrenOf(runsOf(diagrams, ref), joined.get(level)!, numbers.get(level)!).map(
      ([each, classes]) => `${classes} -> ${nameOf(each)}`,
    )
    const name = `#${names.size}`
    names.set(ref, name)
    lines.push(`${name} ${placeOf.get(level)}: ${children.join('; ')}`)
    return name
  }
  for (const { label, root } of sorted) lines.push(`${label} = ${nameOf(root)}`)
  return lines
}

/** What else decisions depend on: how values are read, tables, what `requested` means, the zone of the clock. */
function contextOf(graph: Graph, live: readonly GraphRule[], asked: readonly number[]): string[] {
  const read = new Set([
    ...asked.map((each) => graph.attributes[each]!.id),
    ...live.flatMap((rule) => attributesReadBy(graph, rule)),
  ])
  const attributes = graph.attributes.filter((each) => read.has(each.id))
  const keys = attributes.flatMap((each) => {
    const table = graph.tables.find(({ name }) => name === each.column?.table)
    return table ? [graph.attributes[table.key]!] : []
  })
  const lines = [...new Set([...attributes, ...keys])].map((each) => textOfAttribute(graph, each)).sort()
  const says = live.flatMap((rule) => (rule.kind === 'route' || rule.kind === 'shadow' ? candidatesOf(rule) : []))
  if (says.some((each) => each.kind === 'requested')) {
    const names = [...graph.requested].map(([name, target]) => [name, graph.targets[target]!.id])
    lines.push(`requested ${JSON.stringify(names.sort(([a], [b]) => (a! < b! ? -1 : 1)))}`)
  }
  if ([...read].some((id) => id.startsWith('time.'))) lines.push(`zone ${graph.timeZone}`)
  return lines
}

function textOfAttribute(graph: Graph, attribute: Attribute): string {
  const { id, type, optional, fallback, min, max, column } = attribute
  const values = attribute.values && [...attribute.values].sort()
  const table = graph.tables.find(({ name }) => name === column?.table)
  const at = table?.columns.indexOf(column!.name) ?? -1
  const rows = table && [...table.rows].map(([key, row]) => [key, row[at] ?? null] as const)
  rows?.sort(([a], [b]) => (a < b ? -1 : 1))
  return `attribute ${canonicalJson({ id, type, optional, fallback, values, min, max, rows, key: column?.key })}`
}

/** Rules and variables as they were compiled, without what only people read. */
function textAsCompiled(graph: Graph): string {
  const { attributes, variables, rules, prohibitions, targets, requested, tables, timeZone } = graph
  const said = rules.map((rule) => [
    rule.kind,
    plain(rule.when),
    ...sayingsOf(graph, rule),
    ...(rule.kind === 'allow' || rule.kind === 'deny' ? [rule.because, rule.status] : []),
    ...(rule.kind === 'log' ? rule.capture : []),
  ])
  const forbidden = prohibitions.map(({ when, targets: of }) => [plain(when), of])
  const read = attributes.map((each) => textOfAttribute(graph, each))
  const keys = tables.map(({ name, key }) => [name, key])
  return JSON.stringify([read, variables, said, forbidden, targets, [...requested], keys, timeZone])
}

/** A condition without the text that its author wrote. */
function plain(expression: Expression): unknown {
  switch (expression.kind) {
    case 'const':
      return expression.value
    case 'not':
      return ['not', plain(expression.of)]
    case 'and':
    case 'or':
      return [expression.kind, ...expression.of.map(plain)]
    case 'test':
      return [expression.variable, expression.classes]
  }
}
