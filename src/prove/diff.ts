/**
 * The difference of two policies: the regions of requests that they decide differently, each with a condition, a
 * witness, and both decisions. Names of rules are not what is decided. Two policies are put into one universe, and
 * whatever one says somewhere and the other does not is a region (see `compile/meaning-regions.ts`), so that equal
 * meanings have no difference in any notation.
 */
import type { CheckedPolicy, Cond } from '../check/policy.ts'
import { regionsOf } from '../compile/meaning-regions.ts'
import { targetsByRule } from '../compile/meaning-targets.ts'
import { createPartition } from '../compile/partition.ts'
import type { Facts } from '../decide/facts.ts'
import type { Decision } from '../graph/decision.ts'
import { falseRef, type LeafOperation, Outgrown, type Ref, trueRef } from '../graph/diagram.ts'
import type { Expression } from '../graph/expression.ts'
import type { Graph } from '../graph/graph.ts'
import { changesBetween, type DecisionPart } from './changes.ts'
import { contextDifferences } from './context-differences.ts'
import { partsByLeaf, refined } from './decision-classes.ts'
import type { PatternTexts } from './describe-classes.ts'
import { describeRegion } from './describe-region.ts'
import type { Part } from './part.ts'
import { patternTexts } from './pattern-texts.ts'
import { regionOf } from './region-of.ts'
import { createSubject } from './subject.ts'
import { createUniverse, isInRegion, type Universe } from './universe.ts'
import { createWitnesses, type Witnesses } from './witness.ts'

/** One of the two policies. */
export interface Side {
  readonly graph: Graph
  readonly decide: (facts: Facts) => Decision
}

export interface Region {
  /** A condition of the language. */
  readonly condition: string
  /** False where the region is only part of what the condition says. */
  readonly isExact: boolean
  readonly witness: Facts
  readonly before: Decision
  readonly after: Decision
  readonly changes: readonly DecisionPart[]
  /** Whether a request is in the region. */
  readonly contains: (facts: Facts) => boolean
}

export interface Diff {
  readonly equal: boolean
  /** Denied requests that become allowed first, then the other way round, then the rest. */
  readonly regions: readonly Region[]
}

/** A condition that narrows the difference, checked against `policy`; access is the side's after. */
export interface Where {
  readonly condition: Cond
  readonly policy: CheckedPolicy
}

const contextPart = 2
const wherePart = 3

/** Sets of things that changed, beyond which regions are only told apart by the part of the decision. */
const mostSets = 512

/** Throws `Outgrown` where the comparison outgrows its bounds. */
export function diffPolicies(before: Side, after: Side, where?: Where): Diff {
  const context = contextDifferences(before.graph, after.graph)
  const narrowing = where && createPartition([where.condition], where.policy.tables, where.policy.tableKeys)
  const universe = createUniverse(
    [partOf(before.graph), partOf(after.graph), context.part, ...(narrowing ? [narrowing] : [])],
    [before.graph, after.graph].flatMap((graph, part) => graph.rules.map(({ when }) => ({ part, when }))),
  )
  const { regions } = universe
  const limit =
    where && narrowing
      ? regionOf(where.condition, {
          regions,
          atom: (each) => universe.region(wherePart, narrowing.lower(each)),
          access: createSubject(universe, 1, after.graph),
        })
      : trueRef
  const witnesses = createWitnesses(universe, regions.and(universe.conceivable, limit))
  const changed = changesOf(universe, before.graph, after.graph, context.changes)
  const patterns = patternTexts(universe, [before.graph, after.graph])
  const told = toldApart(universe, [before.graph, after.graph], context.told)
  const comparing: Comparing = { before, after, universe, patterns, witnesses, told }
  const found = group(universe, changed).flatMap((region) => describeDifference(comparing, regions.and(region, limit)))
  const sorted = found
    .map((each, index) => ({ each, index }))
    .sort((a, b) => rankOf(a.each) - rankOf(b.each) || a.index - b.index)
    .map(({ each }) => each)
  return { equal: sorted.length === 0, regions: sorted }
}

function partOf({ attributes, variables }: Graph): Part {
  return { attributes, variables }
}

/** Where one thing is said by one side alone, or differently by both. */
interface Change {
  readonly label: string
  /** Leaf 0 is no change; others tell what is said before and after. */
  readonly root: Ref
}

/** The label under which effects of access are told. */
const accessLabel = 'allowed'

function changesOf(
  universe: Universe,
  before: Graph,
  after: Graph,
  context: readonly { readonly label: string; readonly when: Expression }[],
): readonly Change[] {
  const { regions } = universe
  const texts = new Map<string, number>()
  const numberOf = (text: string): number => {
    const known = texts.get(text) ?? texts.size + 1
    texts.set(text, known)
    return known
  }
  const [a, b] = [before, after].map((graph, part) => {
    const levels = { space: universe.space, levels: [], lower: (each: Expression) => universe.lower(part, each) }
    const { regions: own, leaves } = regionsOf(graph, levels)
    // A leaf from 2 on means a text of this side; numbers are shared by both sides.
    return new Map(
      own.map(({ label, root }) => [
        label,
        regions.map(root, (leaf) => (leaf < 2 ? leaf : numberOf(leaves[leaf - 2]!) + 1)),
      ]),
    )
  }) as [Map<string, Ref>, Map<string, Ref>]
  const pairs = new Map<string, number>()
  const tell: LeafOperation = {
    leaves: (x, y) => {
      if (x === y) return 0
      const key = `${x},${y}`
      const known = pairs.get(key) ?? pairs.size + 1
      pairs.set(key, known)
      return known
    },
    shortcut: (x, y) => (x === y ? falseRef : undefined),
  }
  const labels = [...new Set([...a.keys(), ...b.keys()])].sort()
  const said = labels.flatMap((label): Change[] => {
    const root = regions.apply(tell, a.get(label) ?? falseRef, b.get(label) ?? falseRef)
    return root === falseRef ? [] : [{ label, root }]
  })
  const allowed = regions.or([a.get(accessLabel) ?? falseRef, b.get(accessLabel) ?? falseRef])
  const contextual = context.flatMap(({ label, when }): Change[] => {
    const root = regions.and(universe.region(contextPart, when), allowed)
    return root === falseRef ? [] : [{ label, root }]
  })
  return [...said, ...contextual]
}

/** Regions in which the same things change; where access does, nothing else is told apart. */
function group(universe: Universe, changes: readonly Change[]): readonly Ref[] {
  const { regions } = universe
  const access = changes.find((each) => each.label === accessLabel)
  const stays = access ? regions.map(access.root, (leaf) => (leaf === 0 ? 1 : 0)) : trueRef
  const others = changes
    .filter((each) => each !== access)
    .map(({ root, label }) => ({ label, root: regions.within(root, stays) }))
    .filter(({ root }) => root !== falseRef)
  return [...(access ? partsByLeaf(regions, access.root) : []), ...told(universe, others)]
}

function told(universe: Universe, changes: readonly Change[]): readonly Ref[] {
  const { regions } = universe
  const sets = new Map<string, number>()
  const members: (readonly string[])[] = [[]]
  const setOf = (list: readonly string[]): number => {
    if (list.length === 0) return 0
    const key = list.join('|')
    const known = sets.get(key)
    if (known !== undefined) return known
    sets.set(key, members.length)
    members.push(list)
    if (members.length > mostSets) throw new Outgrown()
    return members.length - 1
  }
  const union: LeafOperation = {
    leaves: (x, y) => setOf([...new Set([...members[x]!, ...members[y]!])].sort()),
    shortcut: (x, y) => (y === falseRef || x === y ? x : x === falseRef ? y : undefined),
  }
  const fold = (refs: readonly Ref[]): Ref => {
    if (refs.length <= 1) return refs[0] ?? falseRef
    const half = refs.length >> 1
    return regions.apply(union, fold(refs.slice(0, half)), fold(refs.slice(half)))
  }
  let all: Ref
  try {
    all = fold(
      changes.map(({ root }, index) => regions.map(root, (leaf) => (leaf === 0 ? 0 : setOf([`${index}:${leaf}`])))),
    )
  } catch (thrown) {
    if (!(thrown instanceof Outgrown)) throw thrown
    sets.clear()
    members.length = 1
    all = fold(
      changes.map(({ root, label }) => regions.map(root, (leaf) => (leaf === 0 ? 0 : setOf([label.split(' ')[0]!])))),
    )
  }
  return partsByLeaf(regions, all)
}

/** What decides which of a rule's candidates are left, and what a name or a row stands for. */
function toldApart(universe: Universe, graphs: readonly Graph[], told: readonly Expression[]): readonly Ref[] {
  const found = told.map((each) => universe.region(contextPart, each))
  for (const [part, graph] of graphs.entries()) {
    // Without restricts the words of a route tell its targets already.
    if (graph.prohibitions.length === 0) continue
    const subject = createSubject(universe, part, graph)
    const reached = targetsByRule(graph, subject.rulesOf('route', 'shadow'))
    const targets = new Set([...reached.values()].flatMap((each) => [...each]))
    found.push(subject.first('route'), ...[...targets].map(subject.forbidden))
  }
  return [...new Set(found)]
}

interface Comparing {
  readonly before: Side
  readonly after: Side
  readonly universe: Universe
  readonly patterns: PatternTexts
  readonly witnesses: Witnesses
  /** What is told apart where the same words may come to different targets or amounts. */
  readonly told: readonly Ref[]
}

/** The part of the region in which decisions really differ: different words may come to the same targets. */
function describeDifference(comparing: Comparing, region: Ref): readonly Region[] {
  const { universe, patterns, witnesses, told } = comparing
  const parts = partsOf(universe, region, told)
  const differing = parts.flatMap((part) => {
    const witness = witnesses.find(part)
    const shown = witness && showing(comparing, witness)
    return shown && shown.changes.length > 0 ? [{ part, shown }] : []
  })
  const [first] = differing
  if (!first) return []
  const whole = universe.regions.or(differing.map((each) => each.part))
  // The most ordinary witness of all, where it shows a change.
  const witness = witnesses.find(whole)!
  const best = showing(comparing, witness)
  const shown = best.changes.length > 0 ? best : first.shown
  const contains = (facts: Facts): boolean => isInRegion(universe, whole, facts)
  return [{ ...describeRegion({ universe, patterns }, whole), ...shown, contains }]
}

function partsOf({ regions }: Universe, region: Ref, told: readonly Ref[]): readonly Ref[] {
  try {
    return refined(regions, region, told)
  } catch (thrown) {
    if (thrown instanceof Outgrown) return [region]
    throw thrown
  }
}

function showing({ before, after }: Comparing, witness: Facts): Omit<Region, 'condition' | 'isExact' | 'contains'> {
  const decisions = { before: before.decide(witness), after: after.decide(witness) }
  return { witness, ...decisions, changes: changesBetween(decisions.before, decisions.after) }
}

function rankOf({ before, after }: Region): number {
  if (before.access.effect === after.access.effect) return 2
  return after.access.effect === 'allow' ? 0 : 1
}
