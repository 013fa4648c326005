/** A wait that an abort ends at once. */
import type { SetTimer } from './provider.ts'

/** Resolves after `ms` (never where it is infinite); rejects when `signal` is aborted. */
export function pause(ms: number, signal: AbortSignal, setTimer: SetTimer): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new Error('aborted'))
    const cancel = ms === Number.POSITIVE_INFINITY ? undefined : setTimer(ms, () => settle(resolve))
    const onAbort = () => settle(() => reject(new Error('aborted')))
    const settle = (then: () => void) => {
      cancel?.()
      signal.removeEventListener('abort', onAbort)
      then()
    }
    signal.addEventListener('abort', onAbort)
  })
}
