/**
 * The second workload: every slot of a decision. Access, restrict, route, cache, limits, budgets, guards, rewrites,
 * shadows and logs in equal parts, nine in ten by team; a team has some eighteen rules.
 */
import type { Decision } from '../../src/graph/decision.ts'
import {
  type Conditions,
  configOf,
  createConditions,
  createRandom,
  createRequests,
  createTeams,
  holds,
  pick,
  type Request,
  targets,
  whenText,
} from './workload.ts'

const kinds = ['deny', 'restrict', 'route', 'cache', 'limit', 'budget', 'guard', 'rewrite', 'shadow', 'log'] as const
type SlotKind = (typeof kinds)[number] | 'allow'

interface SlotRule extends Conditions {
  readonly name: string
  readonly kind: SlotKind
  readonly target: string
}

export interface SlotsWorkload {
  readonly rules: readonly SlotRule[]
  readonly text: string
  readonly config: object
  readonly requests: readonly Request[]
}

export function createSlotsWorkload(count: number, seed = 2, requestCount = 4096): SlotsWorkload {
  const random = createRandom(seed)
  const teams = createTeams(Math.max(4, Math.ceil(count / 20)))
  const rules = Array.from({ length: count }, (_, index): SlotRule => {
    const base = { name: `rule_${index}`, target: pick(random, targets) }
    if (index === 0) return { ...base, kind: 'allow' }
    if (index === count - 1) return { ...base, kind: 'route' }
    return { ...base, kind: kinds[index % kinds.length]!, ...createConditions(random, teams) }
  })
  return {
    rules,
    text: rules.map((rule) => `${rule.kind} ${rule.name}${whenText(rule)}${bodyOf(rule)}`).join('\n'),
    config: configOf(),
    requests: createRequests(random, teams, requestCount),
  }
}

function bodyOf({ kind, name, target }: SlotRule): string {
  switch (kind) {
    case 'allow':
    case 'deny':
      return ''
    case 'restrict':
      return ` to target.id != "${target}"`
    case 'route':
      return ` { to ${target} else ${targets[0]} }`
    case 'cache':
      return ' { ttl 1h scope caller.team }'
    case 'limit':
      return ' { 60 requests per 1m by caller.team }'
    case 'budget':
      return ' { $500 per month by caller.team }'
    case 'guard':
      return ' { redact email in request }'
    case 'rewrite':
      return ` { header "x-${name.replace('_', '-')}" = "on" }`
    case 'shadow':
      return ` { 5% to ${target} }`
    case 'log':
      return ' { capture headers }'
  }
}

/** What a decision says, in a form that the plain meaning of the rules can be put in too. */
export function outlineOf(decision: Decision): string {
  const { access, route, cache, limits, budgets, guards, rewrites, shadows, log } = decision
  const rulesOf = (list: readonly { readonly rule: string }[]): string => list.map((each) => each.rule).join()
  const steps = route?.steps.map((step) => (step.kind === 'target' ? step.target : step.kind)).join()
  return [
    `${access.effect} ${access.rules.join()}`,
    `route ${route?.rule} ${steps}`,
    `cache ${cache?.rule}`,
    ...[limits, budgets, guards, rewrites, shadows].map(rulesOf),
    `log ${log.rules.join()}`,
  ].join('; ')
}

/** The outline by the plain meaning of the rules, asked one by one. */
export function plainOutline({ rules }: SlotsWorkload, request: Request): string {
  const held = rules.filter((rule) => holds(rule, request))
  const of = (kind: SlotKind): readonly SlotRule[] => held.filter((rule) => rule.kind === kind)
  const names = (list: readonly SlotRule[]): string => list.map((rule) => rule.name).join()
  const isDenied = of('deny').length > 0
  const log = `log ${names(of('log'))}`
  if (isDenied)
    return [`deny ${names(of('deny'))}`, 'route undefined undefined', 'cache undefined', ',,,,', log]
      .flatMap((each) => (each === ',,,,' ? ['', '', '', '', ''] : [each]))
      .join('; ')
  const forbidden = new Set(of('restrict').map((rule) => rule.target))
  const route = of('route')[0]!
  const steps = [route.target, targets[0]!].filter((target) => !forbidden.has(target)).join()
  const shadows = of('shadow').filter((rule) => !forbidden.has(rule.target))
  return [
    `allow ${names(of('allow'))}`,
    `route ${route.name} ${steps}`,
    `cache ${of('cache')[0]?.name}`,
    ...(['limit', 'budget', 'guard', 'rewrite'] as const).map((kind) => names(of(kind))),
    names(shadows),
    log,
  ].join('; ')
}
