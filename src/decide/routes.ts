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
import { frozen, nothing } from './parts.ts'

/** Most routes that are kept. */
const memoBound = 1 << 14

export interface Routes {
  readonly route: (facts: Facts) => Route | null
  readonly shadows: (facts: Facts) => readonly Shadow[]
}

export function createRoutes(graph: Graph, matcher: Matcher, candidates: Candidates): Routes {
  const { collect } = matcher
  const plain: (Route | undefined)[] = graph.rules.map(() => undefined)
  /** By rule, then by prohibitions and requested target. */
  const memo: (Map<number, Route> | undefined)[] = []
  let size = 0
  let epoch = matcher.epoch()
  const hasRestrict = graph.slots.restrict.clusters.length > 0
  const asks = graph.rules.map((rule) => {
    return rule.kind === 'route' ? asksOf(rule.steps.flatMap(refsOf)) : 'nothing'
  })
  const forbiddenBy = byLeaf(
    matcher,
    (items): ReadonlySet<number> => new Set(items.flatMap((each) => graph.prohibitions[each]!.targets)),
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
    if (epoch !== matcher.epoch() || size > memoBound) {
      memo.length = 0
      size = 0
      epoch = matcher.epoch()
    }
    const own = (memo[index] ??= new Map())
    const key = leaf * (graph.targets.length + 1) + target + 1
    let value = own.get(key)
    if (!value) {
      value = make(index, leaf, model)
      own.set(key, value)
      size++
    }
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
    const leaf = collect.shadow()
    if (leaf === 0) return nothing
    const restrict = hasRestrict ? collect.restrict() : 0
    const forbidden = forbiddenBy(restrict)
    const model = requestedModel(facts)
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
