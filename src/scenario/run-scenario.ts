/**
 * Carries out the plans of a policy for a test with faults: the real dispatch, against scripted providers, under a
 * virtual clock. Nothing is left to chance or to a measure: every arm of a split and every target of a choice is run,
 * and all of them must come to what the test expects.
 */
import type { Facts } from '../decide/facts.ts'
import { createDispatcher, type Dispatcher } from '../dispatch/dispatch.ts'
import type { Outcome } from '../dispatch/outcome.ts'
import { targetsOf } from '../dispatch/pick.ts'
import { tell } from '../gateway/failure.ts'
import { tellStreamError } from '../gateway/upstream-failure.ts'
import type { Decision, Route } from '../graph/decision.ts'
import type { Provider } from '../providers/provider.ts'
import { type Completion, completionsOf } from './completions.ts'
import { type Choose, explore } from './explore.ts'
import { createBehaviours, targetFaults } from './faults.ts'
import { createFitness, dispatchRequest } from './fitness.ts'
import type { ScenarioOutcome } from './outcome.ts'
import { pickEach } from './picks.ts'
import { findRefusal } from './refusal.ts'
import { callOf, inputTokensOf } from './request-facts.ts'
import type { Scenario } from './scenario.ts'
import { createScriptedProvider } from './scripted-provider.ts'
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts'

/** One request, carried out in one of the ways that it can be. */
export interface ScenarioRun extends Completion {
  readonly outcome: ScenarioOutcome
}

export type ScenarioResult =
  | { readonly kind: 'ran'; readonly runs: readonly ScenarioRun[] }
  /** There are more ways to carry it out than `mostRuns`: what all of them come to is not known. */
  | { readonly kind: 'outgrown' }

export const mostRuns = 500

/** Every way in which the requests that complete the facts can be carried out. */
export async function runScenario(scenario: Scenario, allElseDone: () => Promise<void>): Promise<ScenarioResult> {
  const { providers } = createStage(scenario, allElseDone, { choose: first, retriedOn: [] })
  const completions = completionsOf(scenario, createFitness({ catalogue: scenario.policy.config.catalogue, providers }))
  const runs: ScenarioRun[] = []
  for (const completion of completions) {
    const retriedOn = completion.decision.route?.retry?.on ?? []
    const run = async (choose: Choose): Promise<ScenarioRun> => {
      const outcome = await carryOut(scenario, completion, createStage(scenario, allElseDone, { choose, retriedOn }))
      return { ...completion, outcome }
    }
    // Requests that ask for more are looked at in one way: what they come to is an example, not a proof.
    if (!completion.isPlain) {
      runs.push(await run(first))
      continue
    }
    const explored = await explore(run, mostRuns - runs.length)
    if (explored.kind === 'outgrown') return explored
    runs.push(...explored.results)
  }
  return { kind: 'ran', runs }
}

const first: Choose = () => 0

/** What one run needs anew: time, providers, and the faults that they have. */
interface Stage {
  readonly clock: VirtualClock
  readonly providers: ReadonlyMap<string, Provider>
  readonly choose: Choose
  readonly behaviours: ReturnType<typeof createBehaviours>
  /** Targets that are throttled now, so that their circuits open. */
  readonly throttled: Set<string>
}

function createStage(
  { policy, faults }: Scenario,
  allElseDone: () => Promise<void>,
  { choose, retriedOn }: { readonly choose: Choose; readonly retriedOn: readonly string[] },
): Stage {
  const clock = createVirtualClock({ allElseDone })
  const behaviours = createBehaviours({ faults: targetFaults(faults), choose, retriedOn })
  const throttled = new Set<string>()
  const behaviourOf = (target: string) => (throttled.has(target) ? { kind: 'throttle' as const } : behaviours(target))
  const providers = [...policy.config.providers].map(
    ([name, config]) => [name, createScriptedProvider(config, { clock, behaviourOf })] as const,
  )
  return { clock, providers: new Map(providers), choose, behaviours, throttled }
}

async function carryOut(scenario: Scenario, completion: Completion, stage: Stage): Promise<ScenarioOutcome> {
  const { policy, isGiven } = scenario
  const { facts, decision } = completion
  const refusal = findRefusal(scenario, completion)
  const { route } = decision
  if (refusal || route === null) {
    return { kind: 'failed', ...(refusal ?? { status: 403, why: 'no route' }), trail: [], elapsedMs: 0 }
  }
  const { clock, providers, choose, behaviours } = stage
  const { catalogue } = policy.config
  const areTokensKnown = isGiven('request.input_tokens') && isGiven('request.max_tokens')
  const pick = pickEach({ choose, behaviourOf: behaviours, catalogue, areTokensKnown })
  const { now, setTimer } = clock
  const dispatcher = createDispatcher({ providers, catalogue, now, setTimer, random: () => 0.5, pick })
  await openCircuits(dispatcher, { facts, decision, route }, stage)
  const startMs = now()
  const request = dispatchRequest(callOf(facts, decision.rewrites), route, inputTokensOf(facts))
  return clock.drive(dispatcher.run(request).then((outcome) => conclude(outcome, () => now() - startMs, startMs)))
}

/** Opens the circuits of the targets whose provider the facts call unhealthy, as a provider that throttles does. */
async function openCircuits(
  dispatcher: Dispatcher,
  { facts, decision, route }: { readonly facts: Facts; readonly decision: Decision; readonly route: Route },
  { clock, throttled }: Stage,
): Promise<void> {
  const states = facts['provider'] as Readonly<Record<string, { readonly healthy?: unknown }>> | undefined
  const targets = [...new Set(route.steps.flatMap(targetsOf))]
  const unhealthy = targets.filter((each) => states?.[each.slice(0, each.indexOf('/'))]?.healthy === false)
  const call = { ...callOf({}, decision.rewrites), stream: false }
  for (const target of unhealthy) {
    throttled.add(target)
    const alone: Route = { rule: route.rule, steps: [{ kind: 'target', target }], timeouts: {} }
    await clock.drive(dispatcher.run(dispatchRequest(call, alone, 0)))
    throttled.delete(target)
  }
}

/** What the client gets to know: a stream is served only once it has come to its end. */
async function conclude(outcome: Outcome, elapsed: () => number, startMs: number): Promise<ScenarioOutcome> {
  const trail = outcome.attempts.map((each) => ({ ...each, startedAtMs: each.startedAtMs - startMs }))
  switch (outcome.kind) {
    case 'whole':
      return { kind: 'served', target: outcome.target, trail, elapsedMs: elapsed() }
    case 'stream': {
      for await (const { events } of outcome.frames) {
        const last = events.at(-1)
        if (last?.kind !== 'error') continue
        const { status, message } = tellStreamError(last.error)
        return { kind: 'failed', status, why: `${outcome.target} broke off: ${message}`, trail, elapsedMs: elapsed() }
      }
      return { kind: 'served', target: outcome.target, trail, elapsedMs: elapsed() }
    }
    case 'failed': {
      const { status, message } = tell({ kind: 'upstream', failure: outcome.failure }).error
      return { kind: 'failed', status, why: message, trail, elapsedMs: elapsed() }
    }
  }
}
