/**
 * What is known of every target while the gateway runs: its circuit, how fast it was, how busy it is. Decisions
 * are the pure files'; this keeps their state.
 */
import type { Catalogue, CatalogueEntry } from '../config/catalogue.ts'
import type { Call } from '../dialects/task.ts'
import {
  type Breaker,
  type BreakerSettings,
  closedBreaker,
  mayCall,
  onCall,
  onFailure,
  onNeutral,
  onSuccess,
} from './breaker.ts'
import { healthOf, hintOf } from './classify.ts'
import { costAt } from './fit.ts'
import { type Latency, latencyAt, observe } from './latency.ts'
import type { AttemptError } from './outcome.ts'
import type { Measure } from './pick.ts'

export interface Target {
  /** `provider/model`. */
  readonly id: string
  readonly provider: string
  /** The provider's own model id. */
  readonly model: string
  readonly entry: CatalogueEntry | undefined
}

export interface TargetSnapshot {
  readonly target: string
  readonly breaker: Breaker['kind']
  readonly inFlight: number
  readonly firstTokenMs?: number
}

/** Streams and whole answers are measured apart: the one until its first content, the other until it is there. */
type Mode = 'stream' | 'whole'

interface State {
  readonly provider: string
  breaker: Breaker
  /** The target serves, and its limits are used up until then. */
  restsUntilMs: number
  inFlight: number
  readonly latency: Record<Mode, Latency | undefined>
}

export interface Targets {
  readonly find: (id: string) => Target
  /** Whether the circuit and the target's own limits let a call through at that time. */
  readonly mayCall: (id: string, atMs: number) => boolean
  /** Whether a target is left alone for its own limits alone. */
  readonly isAtRest: (id: string, atMs: number) => boolean
  readonly measureOf: (id: string, call: Call, inputTokens: number) => Measure
  readonly begin: (id: string) => void
  /** The first content of a stream, or a whole answer, is there after `ms`. */
  readonly onAnswer: (id: string, mode: Mode, ms: number) => void
  /** The target's own limits leave nothing for so long, by what it said with an answer. */
  readonly rest: (id: string, ms: number | undefined) => void
  /** A call is over; `sparesTarget` where the fault was one key's of several. */
  readonly end: (id: string, result: CallResult) => void
  /** Whether some target of the provider may be called, or none was found wanting. */
  readonly isHealthy: (provider: string) => boolean
  readonly snapshot: () => readonly TargetSnapshot[]
}

export type CallResult =
  | { readonly kind: 'served' | 'neutral' }
  | { readonly kind: 'failed'; readonly error: AttemptError; readonly mode: Mode; readonly ms: number }

/** A client may name any model of an open provider: the states kept are bounded. */
const maxStates = 10_000
/** A failure counts as an answer this slow, so that what fails fast does not look fast. */
const failureMs = 10_000

export function createTargets(catalogue: Catalogue, now: () => number, settings: BreakerSettings): Targets {
  const states = new Map<string, State>()

  const stateOf = (id: string): State => {
    const known = states.get(id)
    if (known) return known
    if (maxStates <= states.size) evict(states)
    const { provider } = findTarget(catalogue, id)
    const state: State = {
      provider,
      breaker: closedBreaker,
      restsUntilMs: 0,
      inFlight: 0,
      latency: { stream: undefined, whole: undefined },
    }
    states.set(id, state)
    return state
  }

  return {
    find: (id) => findTarget(catalogue, id),
    mayCall(id, atMs) {
      const state = states.get(id)
      return state === undefined || (state.restsUntilMs <= atMs && mayCall(state.breaker, atMs, settings))
    },
    isAtRest(id, atMs) {
      const state = states.get(id)
      return state !== undefined && atMs < state.restsUntilMs && mayCall(state.breaker, atMs, settings)
    },
    measureOf(id, call, inputTokens) {
      const state = states.get(id)
      const latency = state?.latency[call.stream ? 'stream' : 'whole']
      const costNanoUsd = costAt(call, inputTokens, catalogue.byId.get(id))
      return {
        inFlight: state?.inFlight ?? 0,
        ...(latency ? { firstTokenMs: latencyAt(latency, now()) } : {}),
        ...(costNanoUsd === undefined ? {} : { costNanoUsd }),
      }
    },
    begin(id) {
      const state = stateOf(id)
      state.inFlight++
      state.breaker = onCall(state.breaker, now(), settings)
    },
    onAnswer(id, mode, ms) {
      const state = stateOf(id)
      state.latency[mode] = observe(state.latency[mode], ms, now())
      // The trial of a half-open circuit went well; the rest of the stream need not be waited for.
      if (state.breaker.kind === 'half_open') state.breaker = closedBreaker
    },
    rest(id, ms) {
      if (ms !== undefined) stateOf(id).restsUntilMs = now() + Math.min(ms, settings.maxCoolDownMs)
    },
    end(id, result) {
      const state = stateOf(id)
      state.inFlight = Math.max(0, state.inFlight - 1)
      const health = result.kind === 'failed' ? healthOf(result.error) : result.kind
      switch (health) {
        case 'served':
          state.breaker = onSuccess(state.breaker, now(), settings)
          break
        case 'neutral':
          state.breaker = onNeutral(state.breaker, now())
          break
        case 'failure':
        case 'throttled':
          if (result.kind !== 'failed') break
          state.breaker = onFailure(state.breaker, hintOf(result.error), now(), settings)
          state.latency[result.mode] = observe(state.latency[result.mode], Math.max(result.ms, failureMs), now())
      }
    },
    isHealthy(provider) {
      const own = [...states.values()].filter((state) => state.provider === provider)
      return own.length === 0 || own.some((state) => mayCall(state.breaker, now(), settings))
    },
    snapshot: () =>
      [...states].map(([target, { breaker, inFlight, latency }]) => ({
        target,
        breaker: breaker.kind,
        inFlight,
        ...(latency.stream ? { firstTokenMs: latencyAt(latency.stream, now()) } : {}),
      })),
  }
}

/** A target without an entry is a model of an open provider: the provider's name ends at the first slash. */
function findTarget(catalogue: Catalogue, id: string): Target {
  const entry = catalogue.byId.get(id)
  if (entry) return { id, provider: entry.provider, model: entry.model, entry }
  const slash = id.indexOf('/')
  return { id, provider: id.slice(0, slash), model: id.slice(slash + 1), entry: undefined }
}

/** Forgets the oldest target that nothing is under way to. */
function evict(states: Map<string, State>): void {
  for (const [id, state] of states) {
    if (0 < state.inFlight) continue
    states.delete(id)
    return
  }
}
