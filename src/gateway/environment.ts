/**
 * The outside world of a gateway: the clock, timers and chance, in one place, so that all else is given
 * them.
 */
import { randomUUID } from 'node:crypto'

export interface Environment {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Runs `run` after `ms`; the answer cancels it. */
  readonly setTimer: (ms: number, run: () => void) => () => void
  /** A number in [0, 1). */
  readonly random: () => number
  /** A fresh id for a request. */
  readonly requestId: () => string
}

export const realEnvironment: Environment = {
  now: Date.now,
  setTimer(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
  random: Math.random,
  requestId: randomUUID,
}

/** Resolves once everything that can go on without waiting for a timer or a socket has gone on. */
export function allElseDone(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve))
}
