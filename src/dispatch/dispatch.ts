/**
 * Carries out a route: for each step a target, tried and tried again as the rule says, then the next step. Every
 * judgement is a pure file's (which target, whether and when again, whose fault); this is the order they come in.
 *
 * Bounded: at most (1 + retries) attempts a step, within the deadline, and none after content has been given out.
 */
import type { Catalogue } from '../config/catalogue.ts'
import type { Provider, SetTimer } from '../providers/provider.ts'
import { type BreakerSettings, breakerSettings } from './breaker.ts'
import type { DispatchRequest, FailedOutcome, Outcome, TaskOutcome, TaskRequest } from './outcome.ts'
import type { Pick } from './pick.ts'
import { createTargets, type TargetSnapshot } from './targets.ts'
import { type WalkContext, walkRoute } from './walk.ts'

export interface Dispatcher {
  readonly run: (request: DispatchRequest) => Promise<Outcome>
  readonly runTask: (request: TaskRequest) => Promise<TaskOutcome | FailedOutcome>
  /** Whether calls to a provider may be made: not every circuit of its targets is open. */
  readonly healthy: (provider: string) => boolean
  /** Every target that was called so far. */
  readonly targets: () => readonly TargetSnapshot[]
  /** Cancels what is under way and closes all providers. */
  readonly close: () => Promise<void>
}

export interface DispatcherOptions {
  readonly providers: ReadonlyMap<string, Provider>
  readonly catalogue: Catalogue
  /** Milliseconds since the epoch; what is read of it are differences. */
  readonly now: () => number
  /** A number in [0, 1). */
  readonly random: () => number
  readonly setTimer: SetTimer
  /** How a step's target is picked, for who tries every one of them; by share and measure where absent. */
  readonly pick?: Pick
  readonly breaker?: Partial<BreakerSettings>
}

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { providers, catalogue, now } = options
  const targets = createTargets(catalogue, now, { ...breakerSettings, ...options.breaker })
  const underWay = new Set<AbortController>()
  let isClosed = false

  /** Keeps a request among those under way until it is over, which of a stream that was given out is later. */
  const track = async <R extends DispatchRequest | TaskRequest, O extends Outcome | TaskOutcome>(
    request: R,
    walk: (request: R, context: WalkContext) => Promise<O>,
  ): Promise<O> => {
    const controller = new AbortController()
    const onAbort = () => controller.abort()
    if (isClosed || request.signal.aborted) onAbort()
    request.signal.addEventListener('abort', onAbort)
    underWay.add(controller)
    const onOver = () => {
      request.signal.removeEventListener('abort', onAbort)
      underWay.delete(controller)
    }
    let isStreaming = false
    try {
      const outcome = await walk({ ...request, signal: controller.signal }, { ...options, targets, onOver })
      isStreaming = outcome.kind === 'stream'
      return outcome
    } finally {
      if (!isStreaming) onOver()
    }
  }

  return {
    run: (request) => track(request, (each, context) => walkRoute(each, context)),
    runTask: (request) => track(request, (each, context) => walkRoute(each, context)),
    healthy: (provider) => providers.has(provider) && targets.isHealthy(provider),
    targets: targets.snapshot,
    async close() {
      isClosed = true
      for (const controller of underWay) controller.abort()
      await Promise.all([...providers.values()].map((provider) => provider.close()))
    },
  }
}

/**
 * Fields of a route that a decision may hold and that are not carried out in this version: a policy that uses them
 * must be refused, since nothing may be a silent no-op.
 */
export const unenforcedRouteFields = ['hedge'] as const
