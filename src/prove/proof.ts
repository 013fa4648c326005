/**
 * A proof under way: one policy, its universe, and what checks ask of both. A check reads this and reports; nothing
 * here knows which checks there are.
 */
import { atomsOf } from '../check/atoms.ts'
import type { Assertion, CheckedPolicy, Cond, PolicyTest, Rule, Test } from '../check/policy.ts'
import { createPartition } from '../compile/partition.ts'
import { targetsOf } from '../compile/targets.ts'
import type { CatalogueEntry } from '../config/catalogue.ts'
import type { GatewayConfig } from '../config/config.ts'
import type { Facts } from '../decide/facts.ts'
import type { Decision } from '../graph/decision.ts'
import { type Ref, trueRef } from '../graph/diagram.ts'
import type { Expression } from '../graph/expression.ts'
import type { CandidateRef, Graph, GraphRule } from '../graph/graph.ts'
import { interpret } from '../reference/interpret.ts'
import type { ReferencePolicy } from '../reference/policy.ts'
import { type ClaimConditions, claimConditionsOf, claimsOf } from './claim-conditions.ts'
import { type Reached, reachOf } from './reach.ts'
import { referenceOf } from './reference.ts'
import { regionOf } from './region-of.ts'
import type { Regions } from './regions.ts'
import { scopeRowsOf } from './scope-rows.ts'
import { createSubject, type Subject } from './subject.ts'
import { createUniverse, isInRegion, type Universe } from './universe.ts'
import { createWitnesses } from './witness.ts'
import { withFixed, worldOf } from './world.ts'

/** What is proved about: the checked policy and its graph, and the configuration where there is one. */
export interface Provable {
  readonly checked: CheckedPolicy
  readonly graph: Graph
  readonly config?: GatewayConfig
}

export interface Proof extends Subject {
  readonly policy: CheckedPolicy
  readonly config?: GatewayConfig
  readonly universe: Universe
  readonly regions: Regions
  /** The requests that there can be, by the configuration and by every assumption. */
  readonly possible: Ref
  /** Where a condition holds that is not of a rule: of an assertion, an assumption, a claim, a test. */
  readonly holds: (condition: Cond) => Ref
  /** What is left of a claim's condition at a target. */
  readonly atTarget: ClaimConditions['at']
  /** Groups of targets that a candidate comes to, and where. */
  readonly reach: (candidate: CandidateRef) => readonly ReachedRegion[]
  /** An ordinary request of the region, or undefined where it has none. */
  readonly witness: (region: Ref) => Facts | undefined
  readonly isEmpty: (region: Ref) => boolean
  /** Whether a request is in the region. */
  readonly contains: (region: Ref, facts: Facts) => boolean
  /** The decision by the reference interpreter. */
  readonly replay: (facts: Facts) => Decision
  readonly reference: () => ReferencePolicy
  readonly entry: (target: number) => CatalogueEntry | undefined
  /** The rule of the graph that a checked rule became. */
  readonly ruleOf: (rule: Rule) => GraphRule
}

export interface ReachedRegion extends Omit<Reached, 'when'> {
  readonly when: Ref
}

const graphPart = 0
const lawsPart = 1
const namesPart = 2
const worldPart = 3

/** `asked` are conditions beside those of the policy. Throws `Outgrown` where the attributes of the policy outgrow their bounds together. */
export function openProof({ checked, graph, config }: Provable, asked: readonly Cond[] = []): Proof {
  const table = targetsOf(checked)
  const conditions = claimConditionsOf(claimsOf(checked), table)
  const keyed = graph.variables.map((each) => graph.attributes[each.attribute]!.id)
  const laws = createPartition(
    [...lawConditions(checked, conditions.all, keyed), ...asked],
    checked.tables,
    checked.tableKeys,
  )
  const lawAttributes = laws.attributes.map((each) => withFixed(each, checked.fixed))
  const forbiddenBy = table.targets.map((_, target) =>
    graph.prohibitions.flatMap(({ targets }, index) => (targets.includes(target) ? [index] : [])).join(),
  )
  const entry = (target: number): CatalogueEntry | undefined => checked.catalogue.byId.get(graph.targets[target]!.id)
  const abilities = graph.rules.some(({ kind }) => kind === 'guard') ? abilitiesOf(entry) : () => ''
  const reach = reachOf(graph, (target) => `${forbiddenBy[target]} ${abilities(target)} ${conditions.likeness(target)}`)
  const read = new Set([
    ...graph.variables.map((each) => graph.attributes[each.attribute]!.id),
    ...lawAttributes.map((each) => each.id),
  ])
  const world = worldOf(checked, config, read)
  const universe = createUniverse(
    [
      { attributes: graph.attributes, variables: graph.variables },
      { attributes: lawAttributes, variables: laws.variables },
      reach.part,
      world.part,
    ],
    [...graph.rules, ...graph.prohibitions].map(({ when }) => ({ part: graphPart, when })),
  )
  const { regions } = universe
  const subject = createSubject(universe, graphPart, graph)
  const lowered = new WeakMap<Cond, Expression>()
  const atom = (condition: Cond): Ref => {
    let expression = lowered.get(condition)
    if (!expression) lowered.set(condition, (expression = laws.lower(condition)))
    return universe.region(lawsPart, expression)
  }
  const holds = (condition: Cond): Ref => regionOf(condition, { regions, atom, access: subject })
  const possible = regions.and(
    universe.natural,
    ...world.facts.map((each) => universe.region(worldPart, each)),
    ...checked.assumptions.map((each) => regions.or([regions.not(holds(each.when)), holds(each.then)])),
    trueRef,
  )
  const witnesses = createWitnesses(universe, possible)
  let reference: ReferencePolicy | undefined
  const referred = (): ReferencePolicy => (reference ??= referenceOf(checked))
  return {
    ...subject,
    policy: checked,
    ...(config === undefined ? {} : { config }),
    universe,
    regions,
    possible,
    holds,
    atTarget: conditions.at,
    reach: (candidate) => reach.of(candidate).map((each) => ({ ...each, when: universe.region(namesPart, each.when) })),
    witness: witnesses.find,
    isEmpty: witnesses.isEmpty,
    contains: (region, facts) => isInRegion(universe, region, facts),
    replay: (facts) => interpret(referred(), facts),
    reference: referred,
    entry,
    ruleOf: (rule) => graph.rules[rule.index]!,
  }
}

/** What guards need to know of a target: which endpoints it serves that have no text. */
function abilitiesOf(entry: (target: number) => CatalogueEntry | undefined): (target: number) => string {
  return (target) => textless.filter((each) => entry(target)?.capabilities?.includes(each)).join()
}

/** Capabilities of which the request or the answer has no text. */
const textless = ['speech', 'images', 'transcription'] as const

/** Conditions that no rule has: of assertions, assumptions and tests, and of rows that the scope of a cache tells of. */
function lawConditions(policy: CheckedPolicy, claims: readonly Cond[], read: readonly string[]): Cond[] {
  const { assertions, assumptions, tests, rules } = policy
  const columns = tests.flatMap((test) => givenColumns(test))
  const rows = rules.flatMap((rule) => (rule.kind === 'cache' ? scopeRowsOf(policy, rule).flat() : []))
  return [
    ...assertions.map((each: Assertion) => each.when),
    ...assumptions.flatMap((each) => [each.when, each.then]),
    ...claims,
    ...columns,
    // Which row it is matters only where something depends on it.
    ...rows.filter((each) => atomsOf(each).some(({ attribute }) => read.includes(attribute.id))),
  ].filter((each) => atomsOf(each).length > 0)
}

/** Given values of a table's columns as conditions: they are a matter of the key. */
export function givenColumns({ given }: PolicyTest): Cond[] {
  return given.flatMap(({ attribute, value, span }): Cond[] => {
    if (!attribute.column) return []
    const atom = (test: Test): Cond => ({ kind: 'atom', attribute, test, span })
    if (value === undefined) return [{ kind: 'not', of: atom({ kind: 'present' }), span }]
    if (typeof value === 'object') return value.map((each) => atom({ kind: 'element', value: each }))
    return [atom({ kind: 'equals', value })]
  })
}
