/**
 * The workload of `bench/decide`: generated policies, as text, as plain data for the rivals, and requests for them.
 *
 * Nine rules in ten name a team and have one or two more conditions (model, tier, region, tokens). One in ten is
 * wide: it names no team but a tier and 100,000 tokens or more, which one request in some sixty has.
 */
export interface Conditions {
  readonly team?: string
  readonly model?: string
  readonly tier?: string
  readonly region?: string
  readonly minTokens?: number
}

export interface WorkloadRule extends Conditions {
  readonly name: string
  readonly kind: 'allow' | 'deny' | 'route'
  /** Of a route. */
  readonly target: string
}

/** Type and not interface, so that it is a record of facts too. */
export type Request = {
  readonly caller: { readonly kind: 'key'; readonly team: string; readonly tier: string; readonly region: string }
  readonly request: { readonly model: string; readonly input_tokens: number }
}

export interface Workload {
  readonly rules: readonly WorkloadRule[]
  readonly text: string
  readonly config: object
  readonly requests: readonly Request[]
}

export const models = Array.from({ length: 40 }, (_, i) => `model-${i}`)
export const tiers = ['free', 'pro', 'enterprise']
export const regions = ['eu', 'us', 'ap', 'ch', 'uk']
export const targets = Array.from({ length: 12 }, (_, i) => `sandbox/target-${i}`)

export type Random = () => number

/** A deterministic source of numbers in [0, 1): mulberry32. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

export function pick<T>(random: Random, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)]!
}

export function createTeams(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `team-${i}`)
}

/** The conditions of one rule: nine in ten name a team. */
export function createConditions(random: Random, teams: readonly string[]): Conditions {
  if (random() >= 0.9) {
    const wide = { tier: pick(random, tiers), minTokens: 100_000 + Math.floor(random() * 50) * 1000 }
    return random() < 0.5 ? wide : { ...wide, region: pick(random, regions) }
  }
  const chosen = new Set<string>()
  const wanted = 1 + Math.floor(random() * 2)
  while (chosen.size < wanted) chosen.add(pick(random, ['model', 'tier', 'region', 'minTokens']))
  return {
    team: pick(random, teams),
    ...(chosen.has('model') ? { model: pick(random, models) } : {}),
    ...(chosen.has('tier') ? { tier: pick(random, tiers) } : {}),
    ...(chosen.has('region') ? { region: pick(random, regions) } : {}),
    ...(chosen.has('minTokens') ? { minTokens: Math.floor(random() * 20) * 1000 } : {}),
  }
}

export function createRequests(random: Random, teams: readonly string[], count: number): readonly Request[] {
  const requests = Array.from(
    { length: count },
    (): Request => ({
      caller: { kind: 'key', team: pick(random, teams), tier: pick(random, tiers), region: pick(random, regions) },
      request: {
        model: pick(random, models),
        input_tokens: Math.floor(random() * (random() < 1 / 32 ? 200_000 : 25_000)),
      },
    }),
  )
  return reread(requests)
}

/**
 * As read from JSON, which is where rules and requests come from: else rules and requests would share their
 * strings, and engines that keep the rules' strings would compare addresses where others compare letters.
 */
export function reread<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T
}

/**
 * Access and first-match routes in equal parts, the last two for everyone. There are as many teams as a quarter of
 * the rules, at least four.
 */
export function createWorkload(count: number, seed = 1, requestCount = 4096): Workload {
  const random = createRandom(seed)
  const teams = createTeams(Math.max(4, Math.ceil(count / 4)))
  const rules = Array.from({ length: count }, (_, index): WorkloadRule => {
    const isRoute = index % 2 === 1
    const base = { name: `rule_${index}`, target: pick(random, targets) }
    if (index >= count - 2) return { ...base, kind: isRoute ? 'route' : 'allow' }
    return { ...base, kind: isRoute ? 'route' : 'deny', ...createConditions(random, teams) }
  })
  return {
    rules: reread(rules),
    text: rules.map(ruleText).join('\n'),
    config: configOf(),
    requests: createRequests(random, teams, requestCount),
  }
}

/** The same requests, and of the rules those that decide access: what an engine without routes can be asked. */
export function accessAlone(workload: Workload): Workload {
  const rules = workload.rules.filter((rule) => rule.kind !== 'route')
  return { ...workload, rules, text: rules.map(ruleText).join('\n') }
}

export function configOf(): object {
  return {
    providers: { sandbox: { type: 'simulator' } },
    models: Object.fromEntries(targets.map((target) => [target, { price: { input: '$1', output: '$2' } }])),
  }
}

export function whenText({ team, model, tier, region, minTokens }: Conditions): string {
  const conditions = [
    team === undefined ? [] : [`caller.team == "${team}"`],
    model === undefined ? [] : [`request.model == "${model}"`],
    tier === undefined ? [] : [`caller.tier == "${tier}"`],
    region === undefined ? [] : [`caller.region == "${region}"`],
    minTokens === undefined ? [] : [`request.input_tokens >= ${minTokens}`],
  ].flat()
  return conditions.length > 0 ? ` when ${conditions.join(' and ')}` : ''
}

function ruleText(rule: WorkloadRule): string {
  return `${rule.kind} ${rule.name}${whenText(rule)}${rule.kind === 'route' ? ` { to ${rule.target} }` : ''}`
}

/** Whether a rule's conditions hold of a request: the meaning that every engine must give. */
export function holds(rule: Conditions, { caller, request }: Request): boolean {
  return (
    (rule.team === undefined || caller.team === rule.team) &&
    (rule.model === undefined || request.model === rule.model) &&
    (rule.tier === undefined || caller.tier === rule.tier) &&
    (rule.region === undefined || caller.region === rule.region) &&
    (rule.minTokens === undefined || request.input_tokens >= rule.minTokens)
  )
}
