/**
 * Deciding: a graph and the facts of one request to a `Decision`. Synchronous, pure and total: no clock, no
 * chance, no I/O, and no facts that it fails on.
 *
 * A decision is a function of which rules match and, here and there, of a value of the request (an amount that is
 * an attribute, the model that `requested` means). What depends on matching alone is made once and used again,
 * whole decisions too, so that the usual request allocates nothing.
 */
import type { Access, Decision, LogPlan } from '../graph/decision.ts'
import type { Graph, RuleOf, SlotName } from '../graph/graph.ts'
import { type Candidates, createCandidates } from './candidates.ts'
import type { Facts } from './facts.ts'
import { createMatcher, type Matcher } from './match.ts'
import { createMemo } from './memo.ts'
import { createParts, nothing } from './parts.ts'
import { createRoutes } from './routes.ts'

export interface Decider {
  readonly graph: Graph
  readonly decide: (facts: Facts) => Decision
  readonly matcher: Matcher
  readonly candidates: Candidates
}

/** A graph made ready to decide. Not to be shared between threads; within one it may be called from anywhere. */
export function createDecider(graph: Graph): Decider {
  const matcher = createMatcher(graph)
  const candidates = createCandidates(graph)
  const parts = createParts(graph, matcher)
  const routes = createRoutes(graph, matcher, candidates)
  const memo = createMemo<Decision>()
  const has = (slot: SlotName): boolean => graph.slots[slot].clusters.length > 0
  const hasDeny = has('deny')
  const hasAllow = has('allow')
  const hasRoute = has('route')
  const hasCache = has('cache')
  const hasLimit = has('limit')
  const hasBudget = has('budget')
  const hasGuard = has('guard')
  const hasRewrite = has('rewrite')
  const hasShadow = has('shadow')
  const hasLog = has('log')

  function decide(facts: Facts): Decision {
    matcher.begin(facts)
    memo.begin(matcher.epoch())
    let leaf = hasDeny ? matcher.leafOf('deny') : 0
    if (leaf === 0 && hasAllow) leaf = matcher.leafOf('allow')
    memo.key(leaf)
    const access = parts.access(leaf)
    const log = hasLog ? parts.log(memo.key(matcher.leafOf('log')), memo) : noLog
    if (access.effect === 'deny') return memo.found() ?? memo.keep(deniedDecision(access, log))
    const route = hasRoute ? routes.route(facts, memo) : null
    const cache = hasCache ? memo.key(matcher.first('cache')) : -1
    const limits = hasLimit ? parts.limits(memo.key(matcher.leafOf('limit')), memo) : nothing
    const budgets = hasBudget ? parts.budgets(memo.key(matcher.leafOf('budget')), memo) : nothing
    const guards = hasGuard ? parts.guards(memo.key(matcher.leafOf('guard'))) : nothing
    const rewrites = hasRewrite ? parts.rewrites(memo.key(matcher.leafOf('rewrite')), memo) : nothing
    const shadows = hasShadow ? routes.shadows(facts, memo) : nothing
    const known = memo.found()
    if (known) return known
    return memo.keep(
      Object.freeze({
        access,
        route,
        cache: cache < 0 ? null : (graph.rules[cache] as RuleOf<'cache'>).value,
        limits,
        budgets,
        guards,
        rewrites,
        shadows,
        log,
      }),
    )
  }

  return { graph, decide, matcher, candidates }
}

const noLog: LogPlan = Object.freeze({ rules: nothing, capture: nothing, tags: nothing })

/** A denied request has no other part but its log. */
function deniedDecision(access: Access, log: LogPlan): Decision {
  return Object.freeze({
    access,
    route: null,
    cache: null,
    limits: nothing,
    budgets: nothing,
    guards: nothing,
    rewrites: nothing,
    shadows: nothing,
    log,
  })
}
