/**
 * The requests that complete what a test gives, as far as carrying out a route can tell them apart: what a call asks
 * of its target (tools, images, …), how long it is, and whether it wants a stream. A test speaks of all of them.
 */
import type { Facts } from '../decide/facts.ts'
import { targetsOf } from '../dispatch/pick.ts'
import type { Decision } from '../graph/decision.ts'
import { targetFaults, tellsStreamsApart } from './faults.ts'
import { dispatchRequest, type FitnessOf } from './fitness.ts'
import { callOf, inputTokensOf, requestOf, withRequest } from './request-facts.ts'
import type { Scenario } from './scenario.ts'

export interface Completion {
  readonly facts: Facts
  readonly decision: Decision
  /** The `request.…` attributes that were not given and have been chosen, by id. */
  readonly chosen: Readonly<Record<string, boolean | number>>
  /** Whether it asks no more of a target than the facts themselves do. */
  readonly isPlain: boolean
}

const flags = ['has_tools', 'has_images', 'has_audio', 'has_schema', 'has_reasoning'] as const

/** Every completion that is carried out in another way: those that are not differ in nothing a test can ask for. */
export function completionsOf(scenario: Scenario, fitnessOf: FitnessOf): readonly Completion[] {
  let asked: readonly string[] = []
  for (;;) {
    const found = combine(scenario, choicesOf(scenario, asked, fitnessOf))
    const targets = new Set(found.flatMap(({ decision }) => candidatesOf(decision)))
    const fresh = [...targets].filter((each) => !asked.includes(each))
    if (fresh.length === 0) return distinct(found, scenario, fitnessOf)
    // Another request may be decided in another way, and meet targets that others did not.
    asked = [...asked, ...fresh]
  }
}

function candidatesOf({ route }: Decision): readonly string[] {
  return route === null ? [] : route.steps.flatMap(targetsOf)
}

type Choices = ReadonlyMap<string, readonly (boolean | number)[]>

/** What makes a difference to the targets, and the values to try: one on either side of what each of them takes. */
function choicesOf(scenario: Scenario, targets: readonly string[], fitnessOf: FitnessOf): Choices {
  const { facts, isGiven, faults, policy } = scenario
  const choices = new Map<string, readonly (boolean | number)[]>()
  const ofTargets = targetFaults(faults)
  // Only of a stream can something be after some chunks.
  const speaksOfStreams = ofTargets.some((each) => (each.afterChunks?.value ?? 0) > 0)
  if (!isGiven('request.stream') && tellsStreamsApart(ofTargets))
    choices.set('stream', speaksOfStreams ? [true] : [false, true])
  for (const flag of flags) {
    const isAsked = !isGiven(`request.${flag}`) && targets.some((each) => lacks(each, flag, fitnessOf))
    const own = requestOf(facts)[flag] === true
    // What the facts have comes first: of requests that are carried out alike, the first is kept.
    if (isAsked) choices.set(flag, [own, !own])
  }
  if (isGiven('request.input_tokens')) return choices
  const contexts = targets.flatMap((each) => policy.config.catalogue.byId.get(each)?.context ?? [])
  if (contexts.length > 0) {
    const ends = [...new Set(contexts)].sort((a, b) => a - b).map((each) => each + 1)
    choices.set('input_tokens', [...new Set([inputTokensOf(facts), 1, ...ends])])
  }
  return choices
}

/** Whether a target cannot take a call for this alone. */
function lacks(target: string, flag: string, fitnessOf: FitnessOf): boolean {
  const route = { rule: '', steps: [], timeouts: {} }
  return fitnessOf(target, dispatchRequest(callOf({ request: { [flag]: true } }, []), route, 0)) === 'unfit'
}

function combine({ facts, policy, admits }: Scenario, choices: Choices): readonly Completion[] {
  let chosen: Record<string, boolean | number>[] = [{}]
  for (const [name, values] of choices) {
    chosen = chosen.flatMap((each) => values.map((value) => ({ ...each, [name]: value })))
  }
  const completions = chosen.flatMap((each): Completion[] => {
    const completed = withRequest(facts, each)
    if (admits?.(completed) === false) return []
    const ids = Object.entries(each).map(([name, value]) => [`request.${name}`, value])
    const isPlain = Object.entries(each).every(([name, value]) => name === 'stream' || value === plainOf(facts, name))
    return [{ facts: completed, decision: policy.decide(completed), chosen: Object.fromEntries(ids), isPlain }]
  })
  if (completions.some((each) => each.isPlain)) return completions
  return [{ facts, decision: policy.decide(facts), chosen: {}, isPlain: true }, ...completions]
}

function plainOf(facts: Facts, name: string): unknown {
  return name === 'input_tokens' ? inputTokensOf(facts) : requestOf(facts)[name] === true
}

/** One of those that are alike: of one decision, and fit for the same targets. */
function distinct(found: readonly Completion[], { faults }: Scenario, fitnessOf: FitnessOf): readonly Completion[] {
  const seen = new Set<string>()
  return found.filter(({ facts, decision }) => {
    const { route } = decision
    const request = route && dispatchRequest(callOf(facts, decision.rewrites), route, inputTokensOf(facts))
    const fitness = request === null ? [] : candidatesOf(decision).map((each) => fitnessOf(each, request))
    const key = JSON.stringify([decision, fitness, faults.length > 0 && requestOf(facts)['stream'] === true])
    const isNew = !seen.has(key)
    seen.add(key)
    return isNew
  })
}
