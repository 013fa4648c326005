/**
 * The clocks of one attempt. Whichever runs out first, or the caller's own abort, ends the attempt by aborting its
 * signal; why it ended is kept, since all that the call itself shows is a broken connection.
 */
import type { SetTimer } from '../providers/provider.ts'
import type { AttemptError } from './outcome.ts'

export type Clock = Extract<AttemptError, { kind: 'timeout' }>['clock']

export type Ending = { readonly kind: 'cancelled' } | Extract<AttemptError, { kind: 'timeout' }>

export interface Clocks {
  readonly signal: AbortSignal
  /** Starts a clock, or starts it anew. */
  readonly start: (clock: Clock, ms: number) => void
  readonly stop: (clock: Clock) => void
  /** Why we ended the attempt; undefined where we did not. */
  readonly ending: () => Ending | undefined
  /** Stops everything; `abort` breaks what is still under way. */
  readonly release: (how: 'keep' | 'abort') => void
}

const meanings: Readonly<Record<Clock, string>> = {
  connect: 'no connection',
  first_token: 'no content',
  idle: 'no further content',
  timeout: 'no complete answer',
  deadline: 'no answer of any target',
}

export function startClocks(caller: AbortSignal, setTimer: SetTimer): Clocks {
  const controller = new AbortController()
  const running = new Map<Clock, () => void>()
  let ending: Ending | undefined

  const stopAll = () => {
    for (const cancel of running.values()) cancel()
    running.clear()
    caller.removeEventListener('abort', onCallerAbort)
  }
  const end = (how: Ending) => {
    if (ending) return
    ending = how
    stopAll()
    controller.abort()
  }
  const onCallerAbort = () => end({ kind: 'cancelled' })
  if (caller.aborted) onCallerAbort()
  else caller.addEventListener('abort', onCallerAbort)

  return {
    signal: controller.signal,
    start(clock, ms) {
      running.get(clock)?.()
      if (ending) return
      const message = `${meanings[clock]} within ${Math.round(ms)} ms`
      running.set(
        clock,
        setTimer(Math.max(0, ms), () => end({ kind: 'timeout', clock, message })),
      )
    },
    stop(clock) {
      running.get(clock)?.()
      running.delete(clock)
    },
    ending: () => ending,
    release(how) {
      stopAll()
      if (how === 'abort') controller.abort()
    },
  }
}
