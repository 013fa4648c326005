/**
 * What restricts forbid, as regions: for each target where it is forbidden, as far as a route or a shadow could come
 * to it there. This is all that the catalogue's facts count for.
 */
import { falseRef, type Ref } from '../graph/diagram.ts'
import type { CandidateRef, Graph, GraphRule, RuleOf } from '../graph/graph.ts'
import type { Region, Regioning } from './meaning-algebra.ts'
import { candidatesOf } from './meaning-payload.ts'

export interface Reached {
  readonly allowed: Ref
  /** Which route is taken, by its leaf. */
  readonly taken: Ref
  readonly routes: readonly { readonly rule: RuleOf<'route'>; readonly leaf: number }[]
  readonly regioning: Regioning
}

export function forbiddenRegions(graph: Graph, live: readonly GraphRule[], reached: Reached): readonly Region[] {
  const { allowed, taken, routes, regioning } = reached
  const { either, within, map } = regioning
  const speaking = live.filter(
    (rule): rule is RuleOf<'route'> | RuleOf<'shadow'> => rule.kind === 'route' || rule.kind === 'shadow',
  )
  const reach = targetsByRule(graph, speaking)
  const byTarget = graph.targets.map((): number[] => [])
  for (const [index, { targets }] of graph.prohibitions.entries())
    for (const target of targets) byTarget[target]!.push(index)

  /** Where some rule that can come to the target is in force; one region for targets of the same rules. */
  const known = new Map<string, Ref>()
  const reachedAt = (target: number): Ref => {
    const rules = speaking.filter((rule) => reach.get(rule)!.has(target))
    const key = rules.map((rule) => graph.rules.indexOf(rule)).join()
    let region = known.get(key)
    if (region === undefined) {
      const leaves = new Set(routes.flatMap(({ rule, leaf }) => (rules.includes(rule) ? [leaf] : [])))
      const routed = map(taken, (leaf) => (leaves.has(leaf) ? 1 : 0))
      const shadowed = within(either(rules.flatMap((rule) => (rule.kind === 'shadow' ? [rule.when] : []))), allowed)
      const not = (ref: Ref): Ref => map(ref, (each) => 1 - each)
      region = not(within(not(routed), not(shadowed)))
      known.set(key, region)
    }
    return region
  }
  const forbidden = new Map<string, Ref>()
  const regions = graph.targets.map(({ id, provider }, target) => {
    const prohibitions = byTarget[target]!
    const key = prohibitions.join()
    let region = forbidden.get(key)
    if (region === undefined) {
      region = either(prohibitions.map((each) => graph.prohibitions[each]!.when))
      forbidden.set(key, region)
    }
    return { label: `forbidden ${id}`, provider, root: within(region, reachedAt(target)) }
  })
  // At an open provider even an entry that nothing forbids is told: without it the name would be any model's.
  const open = openProviders(speaking)
  const telling = new Set(
    regions.flatMap(({ provider, root }) => (open.has(provider) && root !== falseRef ? [provider] : [])),
  )
  return regions.filter(({ provider, root }) => root !== falseRef || telling.has(provider))
}

function openProviders(rules: readonly (RuleOf<'route'> | RuleOf<'shadow'>)[]): ReadonlySet<string> {
  return new Set(rules.flatMap(candidatesOf).flatMap((each) => (each.kind === 'open' ? [each.provider] : [])))
}

/** The targets that each rule can come to, whatever is requested. */
export function targetsByRule(
  graph: Graph,
  rules: readonly (RuleOf<'route'> | RuleOf<'shadow'>)[],
): ReadonlyMap<GraphRule, ReadonlySet<number>> {
  const requested = new Set(graph.requested.values())
  const targetsOf = (each: CandidateRef): Iterable<number> => {
    switch (each.kind) {
      case 'target':
        return [each.target]
      case 'requested':
        return requested
      case 'open':
        return graph.targets.flatMap(({ provider }, index) => (provider === each.provider ? [index] : []))
    }
  }
  return new Map(rules.map((rule) => [rule, new Set(candidatesOf(rule).flatMap((each) => [...targetsOf(each)]))]))
}
