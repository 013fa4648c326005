/**
 * Compiling: a checked policy to its decision graph. Partition, order, diagrams for each slot, then everything
 * flat. Pure; knows nothing of files, YAML or HTTP.
 */

import { builtinAttributes } from '../check/attributes.ts'
import type { AmountValue, AnyRule, Candidate, CheckedPolicy, Cond, RouteStep } from '../check/policy.ts'
import type { Attribute } from '../graph/attribute.ts'
import { hasClass } from '../graph/class-set.ts'
import { createDiagrams } from '../graph/diagram.ts'
import type { Expression } from '../graph/expression.ts'
import { flatten } from '../graph/flat.ts'
import {
  type Amount,
  type BitmapIndex,
  type CandidateRef,
  type Cluster,
  type Graph,
  type GraphRule,
  type GraphStep,
  type Prohibition,
  type Slot,
  type SlotName,
  slotNames,
} from '../graph/graph.ts'
import { type BitmapCluster, type Building, clusterItems, type Growth, type Item, plainGrowth } from './cluster.ts'
import type { Space } from './condition-diagram.ts'
import { graphTablesOf } from './graph-tables.ts'
import type { Kept } from './kept.ts'
import { createLeaves, createUsedLeaves } from './leaves.ts'
import { orderVariables } from './order.ts'
import { createPartition } from './partition.ts'
import type { PartitionedAttribute } from './partitioned.ts'
import { emitProgram } from './program.ts'
import { prohibitionsOf, type TargetTable, targetsOf } from './targets.ts'

const requestModel = builtinAttributes.find((each) => each.id === 'request.model')!

export interface CompileOptions {
  /** Bounds of the ladder, where others than the usual are wanted: every rung gives the same answers. */
  readonly growth?: Partial<Growth>
  /** Turns the order of variables round; the answers do not depend on it. */
  readonly reverseOrder?: boolean
  /** Partitions of an earlier build. */
  readonly partitions?: Kept<PartitionedAttribute>
}

/** The decision graph of a policy. Deterministic: the same policy gives the same graph. */
export function compilePolicy(policy: CheckedPolicy, options: CompileOptions = {}): Graph {
  const table = targetsOf(policy)
  const prohibitionDrafts = policy.rules.flatMap((rule) =>
    rule.kind === 'restrict' ? prohibitionsOf(rule, table, requestModel) : [],
  )
  const conditions: Cond[] = [...policy.rules.map((rule) => rule.when), ...prohibitionDrafts.map((each) => each.when)]
  const partition = createPartition(conditions, policy.tables, policy.tableKeys, options.partitions)
  const { variables } = partition
  const attributes: Attribute[] = partition.attributes.map((each) => withFixed(each, policy.fixed))
  const attributeIndex = (attribute: Attribute): number => {
    const found = attributes.findIndex((each) => each.id === attribute.id)
    return found >= 0 ? found : attributes.push(withFixed(attribute, policy.fixed)) - 1
  }
  const whens = policy.rules.map((rule) => partition.lower(rule.when))
  const prohibitions = prohibitionDrafts.map((draft): Prohibition => ({ ...draft, when: partition.lower(draft.when) }))
  const asked = [...whens, ...prohibitions.map((each) => each.when)]
  const order = orderVariables(attributes, variables, asked, options.reverseOrder)
  const sizeOf = (variable: number): number => variables[variable]!.size
  const space: Space = { diagrams: createDiagrams(), levelOf: order.levelOf, sizeOf }
  const leaves = createLeaves()
  const building: Building = { space, leaves, growth: { ...plainGrowth, ...options.growth } }
  const used = createUsedLeaves(leaves)
  const code: number[] = []

  const itemsBySlot = itemsOf(policy.rules, whens, prohibitions)
  const slots = {} as Record<SlotName, Slot>
  for (const name of slotNames) {
    const items = itemsBySlot.get(name) ?? []
    const mode = name === 'route' || name === 'cache' ? 'first' : 'all'
    const clusters = clusterItems(building, mode, items)
    const roots = clusters.flatMap((each) => (each.kind === 'diagram' ? [each.root] : []))
    const places = flatten(space.diagrams, roots, code, {
      variableOf: (level) => order.variableAt[level]!,
      sizeOf,
      leafOf: mode === 'first' ? (leaf) => leaf : used.numberOf,
    })
    slots[name] = {
      clusters: clusters.map((cluster): Cluster => {
        switch (cluster.kind) {
          case 'diagram':
            return { kind: 'diagram', root: places.shift()!, items: cluster.items }
          case 'program': {
            const [item] = cluster.items as [number]
            const leaf = mode === 'first' ? item + 1 : used.numberOf(leaves.of([item]))
            return { kind: 'diagram', root: emitProgram(cluster.when, leaf, code, sizeOf), items: cluster.items }
          }
          case 'bitmap':
            return { kind: 'bitmap', index: indexOf(cluster, sizeOf), items: cluster.items }
        }
      }),
    }
  }
  const fileOf = seenFrom(policy.sources[0]?.path ?? '')
  const rules = policy.rules.map((rule, index) => graphRuleOf(rule, whens[index]!, table, attributeIndex, fileOf))
  const tables = graphTablesOf(policy, attributeIndex)
  return {
    attributes,
    variables,
    slots,
    code: new Int32Array(code),
    leaves: used.sets,
    rules,
    prohibitions,
    targets: table.targets,
    requested: table.requested,
    tables,
    timeZone: policy.timeZone,
  }
}

/** Paths as seen from the folder of the main file, so that a graph does not depend on where it was compiled. */
function seenFrom(main: string): (path: string) => string {
  const folder = main.slice(0, Math.max(main.lastIndexOf('/'), main.lastIndexOf('\\')) + 1)
  return (path) => (path.startsWith(folder) ? path.slice(folder.length) : path)
}

/** What the configuration says of the instance stands where facts leave it out. */
function withFixed(attribute: Attribute, fixed: ReadonlyMap<string, string>): Attribute {
  const value = fixed.get(attribute.id)
  return value === undefined ? attribute : { ...attribute, fallback: value }
}

function itemsOf(
  rules: readonly AnyRule[],
  whens: readonly Expression[],
  prohibitions: readonly Prohibition[],
): ReadonlyMap<SlotName, readonly Item[]> {
  const items = new Map<SlotName, Item[]>(slotNames.map((name) => [name, []]))
  for (const rule of rules) {
    if (rule.kind !== 'restrict') items.get(rule.kind)!.push({ item: rule.index, when: whens[rule.index]! })
  }
  for (const [item, { when }] of prohibitions.entries()) items.get('restrict')!.push({ item, when })
  return items
}

/** Bits of each class of each variable that some cube asks; a cube that does not ask a variable is in all its rows. */
function indexOf(cluster: BitmapCluster, sizeOf: (variable: number) => number): BitmapIndex {
  const variables = [...new Set(cluster.cubes.flatMap(({ cube }) => [...cube.keys()]))].sort((a, b) => a - b)
  const words = Math.ceil(cluster.cubes.length / 32)
  const offsets: number[] = []
  let length = 0
  for (const variable of variables) {
    offsets.push(length)
    length += sizeOf(variable) * words
  }
  const bits = new Int32Array(length)
  for (const [at, variable] of variables.entries()) {
    const size = sizeOf(variable)
    for (const [number, { cube }] of cluster.cubes.entries()) {
      const classes = cube.get(variable)
      const mask = 1 << (number & 31)
      for (let each = 0; each < size; each++) {
        if (!classes || hasClass(classes, each)) bits[offsets[at]! + each * words + (number >> 5)]! |= mask
      }
    }
  }
  return { variables, offsets, words, bits, cubes: cluster.cubes.map((each) => each.item) }
}

function graphRuleOf(
  rule: AnyRule,
  when: Expression,
  table: TargetTable,
  attributeIndex: (attribute: Attribute) => number,
  fileOf: (path: string) => string,
): GraphRule {
  const { line, column } = rule.nameSpan.source.positionAt(rule.nameSpan.start)
  const { name } = rule
  const place = { file: fileOf(rule.nameSpan.source.path), line, column }
  const candidate = (each: Candidate): CandidateRef => candidateRef(each, table)
  const amount = (each: AmountValue): Amount =>
    each.kind === 'constant'
      ? each
      : { kind: 'attribute', attribute: attributeIndex(each.attribute), times: each.times }
  switch (rule.kind) {
    case 'allow':
    case 'deny':
      // Without spreads, most rules being like this: they take longer than all the rest.
      if (rule.because === undefined && rule.status === undefined) return { name, when, place, kind: rule.kind }
      return {
        ...{ name, when, place, kind: rule.kind },
        ...(rule.because === undefined ? {} : { because: rule.because }),
        ...(rule.status === undefined ? {} : { status: rule.status }),
      }
    case 'restrict':
      return { name, when, place, kind: 'restrict', ...(rule.because === undefined ? {} : { because: rule.because }) }
    case 'route':
      return {
        ...{ name, when, place, kind: 'route' },
        ...{ steps: rule.steps.map((step) => stepOf(step, candidate)), timeouts: rule.timeouts },
        ...(rule.retry === undefined ? {} : { retry: rule.retry }),
        ...(rule.hedgeMs === undefined ? {} : { hedgeMs: rule.hedgeMs }),
        ...(rule.onLoss === undefined ? {} : { onLoss: rule.onLoss }),
      }
    case 'cache':
      return { name, when, place, kind: 'cache', value: rule.value }
    case 'limit':
      return { name, when, place, kind: 'limit', amount: amount(rule.amount), value: rule.value }
    case 'budget':
      return { name, when, place, kind: 'budget', amount: amount(rule.amount), value: rule.value }
    case 'guard':
      return { name, when, place, kind: 'guard', value: rule.value }
    case 'rewrite':
      for (const attribute of rule.reads) attributeIndex(attribute)
      return { name, when, place, kind: 'rewrite', set: rule.set }
    case 'shadow':
      return { name, when, place, kind: 'shadow', share: rule.share, candidate: candidate(rule.candidate) }
    case 'log':
      for (const attribute of rule.reads) attributeIndex(attribute)
      return { name, when, place, kind: 'log', capture: rule.capture, tags: rule.tags }
  }
}

function stepOf(step: RouteStep, candidate: (each: Candidate) => CandidateRef): GraphStep {
  switch (step.kind) {
    case 'target':
      return { kind: 'target', candidate: candidate(step.candidate) }
    case 'split':
      return {
        kind: 'split',
        arms: step.arms.map((arm) => ({ candidate: candidate(arm.candidate), share: arm.share })),
        ...(step.stickyBy === undefined ? {} : { stickyBy: step.stickyBy.id }),
      }
    case 'choice':
      return { kind: 'choice', by: step.by, candidates: step.candidates.map(candidate) }
  }
}

function candidateRef(candidate: Candidate, table: TargetTable): CandidateRef {
  switch (candidate.kind) {
    case 'requested':
      return { kind: 'requested' }
    case 'open':
      return { kind: 'open', provider: candidate.provider, target: table.indexOf.get(`${candidate.provider}/*`)! }
    case 'entry':
      return { kind: 'target', target: table.indexOf.get(candidate.target)! }
  }
}
