/**
 * The requests that complete what a test gives, as far as carrying out a route can tell them apart: what a call asks
 * that the catalogue says some target cannot do, and whether it wants a stream.
 */
import type { Capability } from '../config/catalogue.ts'
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
  readonly chosen: Readonly<Record<string, boolean>>
  /** Whether it asks no more of a target than the facts themselves do. */
  readonly isPlain: boolean
}

/** What a request may ask, and the capability that it asks for. */
const asked: readonly (readonly [attribute: string, capability: Capability])[] = [
  ['has_tools', 'tools'],
  ['has_images', 'vision'],
  ['has_audio', 'audio'],
  ['has_schema', 'json_schema'],
  ['has_reasoning', 'reasoning'],
]

/** Every completion that is carried out in another way: those that are not differ in nothing a test can ask for. */
export function completionsOf(scenario: Scenario, fitnessOf: FitnessOf): readonly Completion[] {
  let met: readonly string[] = []
  for (;;) {
    const found = combine(scenario, choicesOf(scenario, met))
    const targets = new Set(found.flatMap(({ decision }) => candidatesOf(decision)))
    const fresh = [...targets].filter((each) => !met.includes(each))
    if (fresh.length === 0) return distinct(found, scenario, fitnessOf)
    // Another request may be decided in another way, and meet targets that others did not.
    met = [...met, ...fresh]
  }
}

function candidatesOf({ route }: Decision): readonly string[] {
  return route === null ? [] : route.steps.flatMap(targetsOf)
}

type Choices = ReadonlyMap<string, readonly boolean[]>

/** What makes a difference to the targets. */
function choicesOf({ facts, isGiven, faults, policy }: Scenario, targets: readonly string[]): Choices {
  const choices = new Map<string, readonly boolean[]>()
  const ofTargets = targetFaults(faults)
  // Only of a stream can something be after some chunks.
  const speaksOfStreams = ofTargets.some((each) => (each.afterChunks?.value ?? 0) > 0)
  if (!isGiven('request.stream') && tellsStreamsApart(ofTargets))
    choices.set('stream', speaksOfStreams ? [true] : [false, true])
  const entries = targets.map((each) => policy.config.catalogue.byId.get(each))
  for (const [attribute, capability] of asked) {
    const isLacking = entries.some((each) => each?.capabilities?.includes(capability) === false)
    const own = requestOf(facts)[attribute] === true
    // What the facts have comes first: of requests that are carried out alike, the first is kept.
    if (isLacking && !isGiven(`request.${attribute}`)) choices.set(attribute, [own, !own])
  }
  return choices
}

function combine({ facts, policy, admits }: Scenario, choices: Choices): readonly Completion[] {
  let chosen: Record<string, boolean>[] = [{}]
  for (const [name, values] of choices) {
    chosen = chosen.flatMap((each) => values.map((value) => ({ ...each, [name]: value })))
  }
  const completions = chosen.flatMap((each): Completion[] => {
    const completed = withRequest(facts, each)
    if (admits?.(completed) === false) return []
    const ids = Object.entries(each).map(([name, value]) => [`request.${name}`, value])
    const isPlain = Object.entries(each).every(
      ([name, value]) => name === 'stream' || value === (requestOf(facts)[name] === true),
    )
    return [{ facts: completed, decision: policy.decide(completed), chosen: Object.fromEntries(ids), isPlain }]
  })
  if (completions.some((each) => each.isPlain)) return completions
  return [{ facts, decision: policy.decide(facts), chosen: {}, isPlain: true }, ...completions]
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
