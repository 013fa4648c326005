/**
 * policyc itself, and what one writes without it: a list of closures, and the optimum by hand for this very shape
 * of rules.
 */
import { loadPolicy } from '../../src/compile/load.ts'
import type { Facts } from '../../src/decide/facts.ts'
import type { Decision } from '../../src/graph/decision.ts'
import type { Answer, EngineSpec, Scope } from './engine.ts'
import { type Conditions, holds, type Request, type Workload, type WorkloadRule } from './workload.ts'

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

/** A rule and its place among all. */
interface Filed {
  readonly rule: WorkloadRule
  readonly order: number
}

/** Rules under their team, those without one under their tier, those without either in a list of their own. */
interface File {
  readonly byTeam: ReadonlyMap<string, readonly Filed[]>
  readonly byTier: ReadonlyMap<string, readonly Filed[]>
  readonly rest: readonly Filed[]
}

/**
 * The best that a good engineer writes for this shape: a look-up by team, then that team's few rules in order. It
 * finds the effect and the target and nothing else, and stops at the first rule that settles them.
 */
export function handWrittenSpec({ rules }: Workload): EngineSpec<Request, Answer> {
  const filed = rules.map((rule, order): Filed => ({ rule, order }))
  const fileOf = (kind: WorkloadRule['kind']): File => fileRules(filed.filter(({ rule }) => rule.kind === kind))
  const denies = fileOf('deny')
  const allows = fileOf('allow')
  const routes = fileOf('route')
  const hasAny = ({ byTeam, byTier, rest }: File, request: Request): boolean =>
    firstOf(rest, request) !== undefined ||
    firstOf(byTeam.get(request.caller.team), request) !== undefined ||
    firstOf(byTier.get(request.caller.tier), request) !== undefined
  const decide = (request: Request): Answer => {
    if (hasAny(denies, request) || !hasAny(allows, request)) return denied
    const own = firstOf(routes.byTeam.get(request.caller.team), request)
    const wide = earlier(own, firstOf(routes.byTier.get(request.caller.tier), request))
    const first = earlier(wide, firstOf(routes.rest, request))
    return { effect: 'allow', target: first === undefined ? null : first.rule.target }
  }
  return { name: 'by hand', scope: 'access and route', prepare: (request) => request, decide, read: (answer) => answer }
}

function fileRules(all: readonly Filed[]): File {
  const groupBy = (keyOf: (rule: WorkloadRule) => string | undefined): Map<string, Filed[]> => {
    const groups = new Map<string, Filed[]>()
    for (const each of all) {
      const key = keyOf(each.rule)
      if (key === undefined) continue
      const group = groups.get(key)
      if (group) group.push(each)
      else groups.set(key, [each])
    }
    return groups
  }
  return {
    byTeam: groupBy(({ team }) => team),
    byTier: groupBy(({ team, tier }) => (team === undefined ? tier : undefined)),
    rest: all.filter(({ rule }) => rule.team === undefined && rule.tier === undefined),
  }
}

function firstOf(list: readonly Filed[] | undefined, request: Request): Filed | undefined {
  if (list === undefined) return undefined
  for (let i = 0; i < list.length; i++) if (holds(list[i]!.rule, request)) return list[i]
  return undefined
}

function earlier(a: Filed | undefined, b: Filed | undefined): Filed | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return a.order < b.order ? a : b
}
