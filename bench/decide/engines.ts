/**
 * The engines beside each other: policyc, a list of closures, and the optimum that one would write by hand for
 * this very shape of rules (a Map by team, then by the few rules of that team). Each answers `allow|deny` and the
 * route's target.
 */
import { loadPolicy } from '../../src/compile/load.ts'
import { type Request, ruleHolds, type Workload, type WorkloadRule } from './workload.ts'

export interface Answer {
  readonly effect: 'allow' | 'deny'
  readonly target: string | null
}

export interface Engine {
  readonly name: string
  readonly buildMs: number
  readonly decide: (request: Request) => unknown
  /** The answer in common form, for the check before timing. */
  readonly answer: (request: Request) => Answer
}

export async function policycEngine(workload: Workload): Promise<Engine> {
  const start = performance.now()
  const policy = await loadPolicy({ config: workload.config, policy: workload.text }, { env: {} })
  const buildMs = performance.now() - start
  return {
    name: 'policyc',
    buildMs,
    decide: (request) => policy.decide(request as never),
    answer: (request) => {
      const { access, route } = policy.decide(request as never)
      const step = route?.steps[0]
      return { effect: access.effect, target: step?.kind === 'target' ? step.target : null }
    },
  }
}

/** One closure a rule, asked in order: what a home-made proxy does. */
export function closureEngine({ rules }: Workload): Engine {
  const start = performance.now()
  const closures = rules.map((rule) => ({ rule, holds: closureOf(rule) }))
  const access = closures.filter(({ rule }) => rule.kind !== 'route')
  const routes = closures.filter(({ rule }) => rule.kind === 'route')
  const decide = (request: Request): Answer => {
    let allowed = false
    for (const { rule, holds } of access) {
      if (!holds(request)) continue
      if (rule.kind === 'deny') return { effect: 'deny', target: null }
      allowed = true
    }
    if (!allowed) return { effect: 'deny', target: null }
    for (const { rule, holds } of routes) if (holds(request)) return { effect: 'allow', target: rule.target }
    return { effect: 'allow', target: null }
  }
  return { name: 'closure list', buildMs: performance.now() - start, decide, answer: decide }
}

function closureOf(rule: WorkloadRule): (request: Request) => boolean {
  const tests: ((request: Request) => boolean)[] = []
  if (rule.team !== undefined) tests.push(({ caller }) => caller.team === rule.team)
  if (rule.model !== undefined) tests.push(({ request }) => request.model === rule.model)
  if (rule.tier !== undefined) tests.push(({ caller }) => caller.tier === rule.tier)
  if (rule.region !== undefined) tests.push(({ caller }) => caller.region === rule.region)
  if (rule.minTokens !== undefined) tests.push(({ request }) => request.input_tokens >= rule.minTokens!)
  return (request) => tests.every((test) => test(request))
}

/** By hand: rules filed under their team, the team-less ones beside them, each list already in order. */
export function handWrittenEngine({ rules }: Workload): Engine {
  const start = performance.now()
  const file = (own: readonly WorkloadRule[]): { byTeam: Map<string, WorkloadRule[]>; rest: WorkloadRule[] } => {
    const byTeam = new Map<string, WorkloadRule[]>()
    const rest: WorkloadRule[] = []
    for (const rule of own) {
      if (rule.team === undefined) rest.push(rule)
      else if (byTeam.has(rule.team)) byTeam.get(rule.team)!.push(rule)
      else byTeam.set(rule.team, [rule])
    }
    return { byTeam, rest }
  }
  const order = new Map(rules.map((rule, index) => [rule, index]))
  const denies = file(rules.filter((rule) => rule.kind === 'deny'))
  const allows = file(rules.filter((rule) => rule.kind === 'allow'))
  const routes = file(rules.filter((rule) => rule.kind === 'route'))
  const matches = (own: readonly WorkloadRule[] | undefined, request: Request): WorkloadRule | undefined => {
    if (own) for (let i = 0; i < own.length; i++) if (ruleHolds(own[i]!, request)) return own[i]
    return undefined
  }
  const decide = (request: Request): Answer => {
    const { team } = request.caller
    if (matches(denies.byTeam.get(team), request) ?? matches(denies.rest, request))
      return { effect: 'deny', target: null }
    if (!(matches(allows.rest, request) ?? matches(allows.byTeam.get(team), request)))
      return { effect: 'deny', target: null }
    const own = matches(routes.byTeam.get(team), request)
    const other = matches(routes.rest, request)
    const first = own && other ? (order.get(own)! < order.get(other)! ? own : other) : (own ?? other)
    return { effect: 'allow', target: first?.target ?? null }
  }
  return { name: 'by hand', buildMs: performance.now() - start, decide, answer: decide }
}
