/**
 * Deciding: a graph and the facts of one request to a `Decision`. Synchronous, pure and total: no clock, no
 * chance, no I/O, and no facts that it fails on.
 *
 * A decision is a function of which rules match and, here and there, of a value of the request (an amount that is
 * an attribute, the model that `requested` means). What depends on matching alone is made once and used again, so
 * that the usual request allocates its decision and nothing else.
 */
import type { Access, Decision, LogPlan } from '../graph/decision.ts'
import type { Graph, RuleOf, SlotName } from '../graph/graph.ts'
import { byLeaf } from './by-leaf.ts'
import { type Candidates, createCandidates } from './candidates.ts'
import type { Facts } from './facts.ts'
import { createMatcher, type Matcher } from './match.ts'
import { createParts, nothing } from './parts.ts'
import { createRoutes } from './routes.ts'

/** A graph made ready to decide; `decide` is synchronous and pure, and never throws. */
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
  const { collect } = matcher
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

  const isPlain = !(hasCache || hasLimit || hasBudget || hasGuard || hasRewrite || hasShadow || hasLog)
  const deniedBy = byLeaf(matcher, (_, leaf) => denied(parts.access(leaf), noLog))

  function decide(facts: Facts): Decision {
    matcher.begin(facts)
    let leaf = hasDeny ? collect.deny() : 0
    if (leaf === 0 && hasAllow) leaf = collect.allow()
    const access = parts.access(leaf)
    const log = hasLog ? parts.log(collect.log()) : noLog
    if (access.effect === 'deny') return hasLog ? denied(access, log) : deniedBy(leaf)
    if (isPlain) return plain(access, hasRoute ? routes.route(facts) : null)
    const cache = hasCache ? matcher.cache() : -1
    return Object.freeze({
      access,
      route: hasRoute ? routes.route(facts) : null,
      cache: cache < 0 ? null : (graph.rules[cache] as RuleOf<'cache'>).value,
      limits: hasLimit ? parts.limits(collect.limit()) : nothing,
      budgets: hasBudget ? parts.budgets(collect.budget()) : nothing,
      guards: hasGuard ? parts.guards(collect.guard()) : nothing,
      rewrites: hasRewrite ? parts.rewrites(collect.rewrite()) : nothing,
      shadows: hasShadow ? routes.shadows(facts) : nothing,
      log,
    })
  }

  /** The latest decision by route rule (0 where none matched): what is decided by access and route alone comes again. */
  const latest: (Decision | undefined)[] = [undefined, ...graph.rules.map(() => undefined)]

  function plain(access: Access, route: Decision['route']): Decision {
    const at = matcher.routed() + 1
    const known = latest[at]
    if (known !== undefined && known.access === access && known.route === route) return known
    const made = allowed(access, route)
    latest[at] = made
    return made
  }

  return { graph, decide, matcher, candidates }
}

function allowed(access: Access, route: Decision['route']): Decision {
  return Object.freeze({
    access,
    route,
    cache: null,
    limits: nothing,
    budgets: nothing,
    guards: nothing,
    rewrites: nothing,
    shadows: nothing,
    log: noLog,
  })
}

const noLog: LogPlan = Object.freeze({ rules: nothing, capture: nothing, tags: nothing })

/** A denied request has no other part but its log. */
function denied(access: Access, log: LogPlan): Decision {
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
