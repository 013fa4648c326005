/**
 * The route of a decision and its shadows: the candidates of the rule that matched, less what restricts forbid.
 * Made once for each rule, set of prohibitions and requested target.
 */
import type { Route, Shadow } from '../graph/decision.ts'
import type { CandidateRef, Graph, RuleOf } from '../graph/graph.ts'
import { byLeaf } from './by-leaf.ts'
import type { Candidates } from './candidates.ts'
import type { Facts } from './facts.ts'
import { requestedModel } from './facts.ts'
import type { Matcher } from './match.ts'
import { createPairMemo } from './pair-memo.ts'
import { frozen, nothing } from './parts.ts'

export interface Routes {
  readonly route: (facts: Facts) => Route | null
  readonly shadows: (facts: Facts) => readonly Shadow[]
}

export function createRoutes(graph: Graph, matcher: Matcher, candidates: Candidates): Routes {
  const { collect } = matcher
  const plain: (Route | undefined)[] = graph.rules.map(() => undefined)
  /** By rule, then by prohibitions and requested target. */
  const routesMade = createPairMemo<Route>(matcher)
  /** By the shadow rules that match, then by prohibitions. */
  const shadowsMade = createPairMemo<readonly Shadow[]>(matcher)
  const hasRestrict = graph.slots.restrict.clusters.length > 0
  const asks = graph.rules.map((rule) => {
    return rule.kind === 'route' ? asksOf(rule.steps.flatMap(refsOf)) : 'nothing'
  })
  const forbiddenBy = byLeaf(
    matcher,
    (items): ReadonlySet<number> => new Set(items.flatMap((each) => graph.prohibitions[each]!.targets)),
  )

  /** Whether what these shadows go to depends on the request. */
  const shadowsAsk = byLeaf(matcher, (items): boolean =>
    items.some((each) => asksOf([(graph.rules[each] as RuleOf<'shadow'>).candidate]) !== 'nothing'),
  )

  function route(facts: Facts): Route | null {
    const index = matcher.route()
    if (index < 0) return null
    const leaf = hasRestrict ? collect.restrict() : 0
    const ask = asks[index]!
    if (ask === 'nothing') return leaf === 0 ? unrestricted(index) : kept(index, leaf, -1, '')
    const model = requestedModel(facts)
    return ask === 'requested' ? kept(index, leaf, graph.requested.get(model) ?? -1, model) : make(index, leaf, model)
  }

  function unrestricted(index: number): Route {
    return (plain[index] ??= make(index, 0, ''))
  }

  /** The route that was made for the same rule, prohibitions and requested target, or made now. */
  function kept(index: number, leaf: number, target: number, model: string): Route {
    const key = leaf * (graph.targets.length + 1) + target + 1
    const known = routesMade.get(index, key)
    if (known) return known
    const value = make(index, leaf, model)
    routesMade.set(index, key, value)
    return value
  }

  function make(index: number, leaf: number, model: string): Route {
    const rule = graph.rules[index] as RuleOf<'route'>
    const forbidden = forbiddenBy(leaf)
    return Object.freeze({
      rule: rule.name,
      steps: candidates.steps(rule.steps, model, (target) => forbidden.has(target)),
      timeouts: rule.timeouts,
      ...(rule.retry === undefined ? {} : { retry: rule.retry }),
      ...(rule.hedgeMs === undefined ? {} : { hedgeMs: rule.hedgeMs }),
      ...(rule.onLoss === undefined ? {} : { onLoss: rule.onLoss }),
    })
  }

  function shadows(facts: Facts): readonly Shadow[] {
    let leaf: number
    let restrict: number
    let epoch: number
    // Both leaves must be of one numbering.
    do {
      epoch = matcher.epoch()
      leaf = collect.shadow()
      if (leaf === 0) return nothing
      restrict = hasRestrict ? collect.restrict() : 0
    } while (epoch !== matcher.epoch())
    if (shadowsAsk(leaf)) return makeShadows(leaf, restrict, requestedModel(facts))
    const known = shadowsMade.get(leaf, restrict)
    if (known) return known
    const value = makeShadows(leaf, restrict, '')
    shadowsMade.set(leaf, restrict, value)
    return value
  }

  function makeShadows(leaf: number, restrict: number, model: string): readonly Shadow[] {
    const forbidden = forbiddenBy(restrict)
    const found: Shadow[] = []
    for (const index of matcher.itemsOf(leaf)) {
      const { name, share, candidate } = graph.rules[index] as RuleOf<'shadow'>
      const concrete = candidates.resolve(candidate, model)
      if (concrete && !forbidden.has(concrete.target)) {
        found.push(Object.freeze({ rule: name, share, target: concrete.id }))
      }
    }
    return frozen(found)
  }

  return { route, shadows }
}

/** What candidates ask of a request: nothing, which entry it means, or the very name of its model. */
function asksOf(refs: readonly CandidateRef[]): 'nothing' | 'requested' | 'model' {
  if (refs.some((each) => each.kind === 'open')) return 'model'
  return refs.some((each) => each.kind === 'requested') ? 'requested' : 'nothing'
}

/** The candidates of a step, in order. */
export function refsOf(step: RuleOf<'route'>['steps'][number]): readonly CandidateRef[] {
  switch (step.kind) {
    case 'target':
      return [step.candidate]
    case 'split':
      return step.arms.map((arm) => arm.candidate)
    case 'choice':
      return step.candidates
  }
}
