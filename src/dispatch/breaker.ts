/**
 * The circuit breaker of one target, as a pure state machine:
 *
 *     closed ── too many failures, or told to wait ──→ open ── cool-down over ──→ half-open
 *        ↑                                              ↑                            │
 *        └───────────────── the trial went well ────────┼────────────────────────────┤
 *                                                       └──── the trial failed ──────┘
 *
 * Closed counts outcomes in a rolling window of buckets; a target with too little traffic is not judged. Half-open
 * lets one trial through. A trial that fails doubles the cool-down, up to a bound.
 */
export type Breaker =
  | { readonly kind: 'closed'; readonly buckets: readonly Bucket[] }
  | { readonly kind: 'open'; readonly untilMs: number; readonly coolDownMs: number }
  | { readonly kind: 'half_open'; readonly coolDownMs: number; readonly trialSinceMs: number }

interface Bucket {
  /** The time, in whole bucket widths. */
  readonly slot: number
  readonly failures: number
  readonly total: number
}

export interface BreakerSettings {
  readonly windowMs: number
  /** Outcomes in the window below which nothing is concluded. */
  readonly minimumVolume: number
  /** Share of failures at which the circuit opens. */
  readonly failureRate: number
  readonly coolDownMs: number
  /** Longest cool-down, whether doubled or asked for. */
  readonly maxCoolDownMs: number
  /** A trial that is not heard of for so long is given up, and another let through. */
  readonly trialMs: number
}

export const breakerSettings: BreakerSettings = {
  windowMs: 30_000,
  minimumVolume: 5,
  failureRate: 0.5,
  coolDownMs: 10_000,
  maxCoolDownMs: 300_000,
  trialMs: 60_000,
}

export const closedBreaker: Breaker = { kind: 'closed', buckets: [] }

const bucketsPerWindow = 10

/** Whether a call may be made now. */
export function mayCall(breaker: Breaker, nowMs: number, settings: BreakerSettings): boolean {
  switch (breaker.kind) {
    case 'closed':
      return true
    case 'open':
      return breaker.untilMs <= nowMs
    case 'half_open':
      return settings.trialMs <= nowMs - breaker.trialSinceMs
  }
}

/** The breaker once a call is made: past its cool-down an open one becomes half-open, and the call its trial. */
export function onCall(breaker: Breaker, nowMs: number, settings: BreakerSettings): Breaker {
  if (breaker.kind === 'closed' || !mayCall(breaker, nowMs, settings)) return breaker
  return { kind: 'half_open', coolDownMs: breaker.coolDownMs, trialSinceMs: nowMs }
}

/** The breaker after a call that was served. */
export function onSuccess(breaker: Breaker, nowMs: number, settings: BreakerSettings): Breaker {
  if (breaker.kind !== 'closed') return closedBreaker
  return { kind: 'closed', buckets: count(breaker.buckets, 0, nowMs, settings) }
}

/** The breaker after a call that failed; `hintMs` is for how long the target asked to be left alone. */
export function onFailure(
  breaker: Breaker,
  hintMs: number | undefined,
  nowMs: number,
  settings: BreakerSettings,
): Breaker {
  const open = (coolDownMs: number): Breaker => {
    const bounded = Math.min(coolDownMs, settings.maxCoolDownMs)
    const waitMs = Math.min(Math.max(bounded, hintMs ?? 0), settings.maxCoolDownMs)
    return { kind: 'open', untilMs: nowMs + waitMs, coolDownMs: bounded }
  }
  switch (breaker.kind) {
    case 'closed': {
      // The target itself said when it can be asked again: neither sooner nor later.
      if (hintMs !== undefined && 0 < hintMs) {
        const untilMs = nowMs + Math.min(hintMs, settings.maxCoolDownMs)
        return { kind: 'open', untilMs, coolDownMs: settings.coolDownMs }
      }
      const buckets = count(breaker.buckets, 1, nowMs, settings)
      const total = buckets.reduce((sum, bucket) => sum + bucket.total, 0)
      const failures = buckets.reduce((sum, bucket) => sum + bucket.failures, 0)
      const isBad = settings.minimumVolume <= total && settings.failureRate <= failures / total
      return isBad ? open(settings.coolDownMs) : { kind: 'closed', buckets }
    }
    case 'half_open':
      return open(breaker.coolDownMs * 2)
    // A late failure of a call made before: it does not lengthen the wait, unless the target asks.
    case 'open':
      return { ...breaker, untilMs: Math.max(breaker.untilMs, nowMs + Math.min(hintMs ?? 0, settings.maxCoolDownMs)) }
  }
}

/** The breaker after a call that told nothing: cancelled, or refused for the caller's fault. A trial gives its place back. */
export function onNeutral(breaker: Breaker, nowMs: number): Breaker {
  return breaker.kind === 'half_open' ? { kind: 'open', untilMs: nowMs, coolDownMs: breaker.coolDownMs } : breaker
}

function count(
  buckets: readonly Bucket[],
  failures: 0 | 1,
  nowMs: number,
  settings: BreakerSettings,
): readonly Bucket[] {
  const slot = Math.floor((nowMs * bucketsPerWindow) / settings.windowMs)
  const recent = buckets.filter((bucket) => slot - bucketsPerWindow < bucket.slot && bucket.slot !== slot)
  const same = buckets.find((bucket) => bucket.slot === slot) ?? { slot, failures: 0, total: 0 }
  return [...recent, { slot, failures: same.failures + failures, total: same.total + 1 }]
}
