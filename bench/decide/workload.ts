/**
 * The workload of `bench/decide`: one generated policy, as text, as plain data for the rivals, and requests for it.
 *
 * Half of the rules decide access and half are first-match routes. Nine in ten name a team; all have one or two
 * more conditions (model, tier, tokens, region). There are as many teams as a quarter of the rules, at least four.
 */
export interface WorkloadRule {
  readonly name: string
  readonly kind: 'allow' | 'deny' | 'route'
  readonly team?: string
  readonly model?: string
  readonly tier?: string
  readonly region?: string
  readonly minTokens?: number
  readonly target: string
}

export interface Request {
  readonly caller: { readonly kind: 'key'; readonly team: string; readonly tier: string; readonly region: string }
  readonly request: { readonly model: string; readonly input_tokens: number }
}

export interface Workload {
  readonly rules: readonly WorkloadRule[]
  readonly text: string
  readonly config: object
  readonly requests: readonly Request[]
}

const models = Array.from({ length: 40 }, (_, i) => `model-${i}`)
const tiers = ['free', 'pro', 'enterprise']
const regions = ['eu', 'us', 'ap', 'ch', 'uk']
const targets = Array.from({ length: 12 }, (_, i) => `sandbox/target-${i}`)

/** A deterministic source of numbers in [0, 1): mulberry32. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

export function createWorkload(count: number, seed = 1, requestCount = 4096): Workload {
  const random = createRandom(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
  const teams = Array.from({ length: Math.max(4, Math.ceil(count / 4)) }, (_, i) => `team-${i}`)
  const rules = Array.from({ length: count }, (_, index): WorkloadRule => {
    const isRoute = index % 2 === 1
    const last = index >= count - 2
    if (last) return { name: `rule_${index}`, kind: isRoute ? 'route' : 'allow', target: pick(targets) }
    const conditions = new Set<string>()
    while (conditions.size < 1 + Math.floor(random() * 2))
      conditions.add(pick(['model', 'tier', 'region', 'minTokens']))
    return {
      name: `rule_${index}`,
      kind: isRoute ? 'route' : 'deny',
      target: pick(targets),
      ...(random() < 0.9
        ? { team: pick(teams) }
        : { tier: pick(tiers), minTokens: 100_000 + Math.floor(random() * 50) * 1000 }),
      ...(conditions.has('model') ? { model: pick(models) } : {}),
      ...(conditions.has('tier') ? { tier: pick(tiers) } : {}),
      ...(conditions.has('region') ? { region: pick(regions) } : {}),
      ...(conditions.has('minTokens') ? { minTokens: Math.floor(random() * 20) * 1000 } : {}),
    }
  })
  const requests = Array.from(
    { length: requestCount },
    (): Request => ({
      caller: { kind: 'key', team: pick(teams), tier: pick(tiers), region: pick(regions) },
      request: { model: pick(models), input_tokens: Math.floor(random() * 25_000) },
    }),
  )
  return { rules, text: rules.map(ruleText).join('\n'), config: configOf(), requests }
}

export function configOf(): object {
  return {
    providers: { sandbox: { type: 'simulator' } },
    models: Object.fromEntries(targets.map((target) => [target, {}])),
  }
}

function ruleText(rule: WorkloadRule): string {
  const conditions = [
    rule.team === undefined ? [] : [`caller.team == "${rule.team}"`],
    rule.model === undefined ? [] : [`request.model == "${rule.model}"`],
    rule.tier === undefined ? [] : [`caller.tier == "${rule.tier}"`],
    rule.region === undefined ? [] : [`caller.region == "${rule.region}"`],
    rule.minTokens === undefined ? [] : [`request.input_tokens >= ${rule.minTokens}`],
  ].flat()
  const when = conditions.length > 0 ? ` when ${conditions.join(' and ')}` : ''
  return `${rule.kind} ${rule.name}${when}${rule.kind === 'route' ? ` { to ${rule.target} }` : ''}`
}

/** Whether a rule's conditions hold of a request: the meaning that every engine must give. */
export function ruleHolds(rule: WorkloadRule, { caller, request }: Request): boolean {
  return (
    (rule.team === undefined || caller.team === rule.team) &&
    (rule.model === undefined || request.model === rule.model) &&
    (rule.tier === undefined || caller.tier === rule.tier) &&
    (rule.region === undefined || caller.region === rule.region) &&
    (rule.minTokens === undefined || request.input_tokens >= rule.minTokens)
  )
}
