/** A clock that stands still until nothing else is left to do, and then jumps to the next timer. */
import type { SetTimer } from '../providers/provider.ts'

export interface VirtualClock {
  readonly now: () => number
  readonly setTimer: SetTimer
  /** Runs what is due within `ms`, in order. */
  readonly advance: (ms: number) => void
  /** How many timers wait. */
  readonly pending: () => number
  /** Lets time run, timer by timer, whenever nothing else is to be done, until the promise is settled. */
  readonly drive: <T>(promise: Promise<T>) => Promise<T>
}

export interface VirtualClockOptions {
  /** Resolves once all that needs no timer has gone on. */
  readonly allElseDone: () => Promise<void>
  /** How often that is waited for before time goes on: more than once (left out) where sockets take part. */
  readonly turns?: number
  readonly startMs?: number
}

export function createVirtualClock({ allElseDone, turns = 1, startMs = 1_000_000 }: VirtualClockOptions): VirtualClock {
  let nowMs = startMs
  let next = 0
  const timers = new Map<number, { readonly atMs: number; readonly run: () => void }>()
  const earliest = () => [...timers].toSorted(([a, x], [b, y]) => x.atMs - y.atMs || a - b)[0]

  const advance = (ms: number): void => {
    const untilMs = nowMs + ms
    for (let due = earliest(); due && due[1].atMs <= untilMs; due = earliest()) {
      nowMs = Math.max(nowMs, due[1].atMs)
      timers.delete(due[0])
      due[1].run()
    }
    nowMs = untilMs
  }
  return {
    now: () => nowMs,
    setTimer(ms, run) {
      const id = next++
      timers.set(id, { atMs: nowMs + ms, run })
      return () => timers.delete(id)
    },
    advance,
    pending: () => timers.size,
    async drive(promise) {
      let isSettled = false
      const settle = () => {
        isSettled = true
      }
      promise.then(settle, settle)
      while (!isSettled) {
        for (let turn = 0; turn < turns && !isSettled; turn++) await allElseDone()
        const due = earliest()
        if (!isSettled && due) advance(due[1].atMs - nowMs)
      }
      return promise
    },
  }
}
