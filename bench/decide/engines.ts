/**
 * policyc itself, and what one writes without it: a list of closures, and the optimum by hand for this very shape
 * of rules.
 */

import type { Facts } from '../../src/decide/facts.ts'
import type { Decision } from '../../src/graph/decision.ts'
import { loadPolicy } from '../../src/prove/load-policy.ts'
import type { Answer, EngineSpec, Scope } from './engine.ts'
import type { Conditions, Request, Workload, WorkloadRule } from './workload.ts'

/** The whole of it: text to graph, and frozen decisions with the names of every rule that decided. */
export async function policycSpec(
  workload: Pick<Workload, 'config' | 'text'>,
  scope: Scope,
): Promise<EngineSpec<Facts, Decision>> {
  const policy = await loadPolicy({ config: workload.config, policy: workload.text }, { env: {} })
  return {
    name: scope === 'access' ? 'policyc, access alone' : 'policyc',
    scope,
    prepare: (request) => request,
    decide: policy.decide,
    read: ({ access, route }) => {
      const step = route?.steps[0]
      return { effect: access.effect, target: step?.kind === 'target' ? step.target : null }
    },
  }
}

const denied: Answer = { effect: 'deny', target: null }

/** One closure a rule, asked in order: what a home-made proxy does. */
export function closureSpec({ rules }: Workload): EngineSpec<Request, Answer> {
  const listOf = (...kinds: readonly WorkloadRule['kind'][]) =>
    rules.filter((rule) => kinds.includes(rule.kind)).map((rule) => ({ rule, matches: closureOf(rule) }))
  const access = listOf('allow', 'deny')
  const routes = listOf('route')
  return {
    name: 'closure list',
    scope: 'access and route',
    prepare: (request) => request,
    decide: (request) => {
      let isAllowed = false
      for (const { rule, matches } of access) {
        if (!matches(request)) continue
        if (rule.kind === 'deny') return denied
        isAllowed = true
      }
      if (!isAllowed) return denied
      for (const { rule, matches } of routes) if (matches(request)) return { effect: 'allow', target: rule.target }
      return { effect: 'allow', target: null }
    },
    read: (answer) => answer,
  }
}

function closureOf(rule: Conditions): (request: Request) => boolean {
  const { team, model, tier, region, minTokens } = rule
  const tests: ((request: Request) => boolean)[] = []
  if (team !== undefined) tests.push(({ caller }) => caller.team === team)
  if (model !== undefined) tests.push(({ request }) => request.model === model)
  if (tier !== undefined) tests.push(({ caller }) => caller.tier === tier)
  if (region !== undefined) tests.push(({ caller }) => caller.region === region)
  if (minTokens !== undefined) tests.push(({ request }) => request.input_tokens >= minTokens)
  return (request) => tests.every((test) => test(request))
}

/** A rule with every field there, so that all have one shape. */
interface Filed {
  readonly order: number
  readonly model: string | undefined
  readonly tier: string | undefined
  readonly region: string | undefined
  readonly minTokens: number
  readonly target: string
}

/** Rules in order, and the fewest tokens that any of them wants: most requests need not look at wide rules. */
interface Filing {
  fewestTokens: number
  readonly rules: Filed[]
}

/** Rules under their team; those without one under their tier, or under no tier. */
interface File {
  readonly byTeam: ReadonlyMap<string, Filing>
  readonly byTier: ReadonlyMap<string, Filing>
  readonly rest: Filing | undefined
}

/**
 * The best that a good engineer writes for this shape: a look-up by team, then that team's few rules in order, and
 * wide rules only for requests large enough for one. It finds the effect and the target and nothing else, and
 * stops at the first rule that settles them.
 */
export function handWrittenSpec({ rules }: Workload): EngineSpec<Request, Answer> {
  const denies = fileRules(rules, 'deny')
  const allows = fileRules(rules, 'allow')
  const routes = fileRules(rules, 'route')
  const decide = (request: Request): Answer => {
    if (hasAny(denies, request) || !hasAny(allows, request)) return denied
    const own = firstOf(routes.byTeam.get(request.caller.team), request)
    const wide = earlier(own, firstOf(routes.byTier.get(request.caller.tier), request))
    const first = earlier(wide, firstOf(routes.rest, request))
    return { effect: 'allow', target: first === undefined ? null : first.target }
  }
  return { name: 'by hand', scope: 'access and route', prepare: (request) => request, decide, read: (answer) => answer }
}

function fileRules(rules: readonly WorkloadRule[], kind: WorkloadRule['kind']): File {
  const byTeam = new Map<string, Filing>()
  const byTier = new Map<string, Filing>()
  const rest: Filing = { fewestTokens: Number.POSITIVE_INFINITY, rules: [] }
  for (const [order, rule] of rules.entries()) {
    if (rule.kind !== kind) continue
    const { team, model, tier, region, minTokens = 0, target } = rule
    const map = team === undefined ? byTier : byTeam
    const key = team ?? tier
    const known = key === undefined ? rest : map.get(key)
    const filing = known ?? { fewestTokens: Number.POSITIVE_INFINITY, rules: [] }
    if (key !== undefined && !known) map.set(key, filing)
    filing.fewestTokens = Math.min(filing.fewestTokens, minTokens)
    filing.rules.push({ order, model, tier, region, minTokens, target })
  }
  return { byTeam, byTier, rest: rest.rules.length > 0 ? rest : undefined }
}

function hasAny({ byTeam, byTier, rest }: File, request: Request): boolean {
  return (
    firstOf(rest, request) !== undefined ||
    firstOf(byTeam.get(request.caller.team), request) !== undefined ||
    firstOf(byTier.get(request.caller.tier), request) !== undefined
  )
}

/** Of a team's or a tier's rules the first that holds; the team itself was looked up. */
function firstOf(filing: Filing | undefined, { caller, request }: Request): Filed | undefined {
  if (filing === undefined || request.input_tokens < filing.fewestTokens) return undefined
  const { rules } = filing
  for (let i = 0; i < rules.length; i++) {
    const rule = rules[i]!
    if (
      request.input_tokens >= rule.minTokens &&
      (rule.model === undefined || rule.model === request.model) &&
      (rule.tier === undefined || rule.tier === caller.tier) &&
      (rule.region === undefined || rule.region === caller.region)
    ) {
      return rule
    }
  }
  return undefined
}

function earlier(a: Filed | undefined, b: Filed | undefined): Filed | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return a.order < b.order ? a : b
}
