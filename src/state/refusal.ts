/** Which of several refusals is told: the one that is to be waited for longest, so that its wait is true for all. */
import type { Reservation } from './state.ts'

/** Milliseconds, 0 where the charge can be taken now; `unknown` until somebody leaves; `never` by waiting. */
export type Wait = number | 'unknown' | 'never'

/** Undefined where nothing has to be waited for. */
export function findLongest(waits: readonly Wait[]): { readonly index: number; readonly waitMs?: number } | undefined {
  let index = -1
  for (const [each, wait] of waits.entries()) {
    if (wait !== 0 && (index < 0 || rank(wait) > rank(waits[index]!))) index = each
  }
  const wait = waits[index]
  if (wait === undefined) return undefined
  return typeof wait === 'number' ? { index, waitMs: wait } : { index }
}

function rank(wait: Wait): number {
  if (wait === 'never') return Number.POSITIVE_INFINITY
  return wait === 'unknown' ? 0.5 : wait
}

/** The account among those without enough money that begins anew last. */
export function refusedBy(
  short: readonly { readonly index: number; readonly endMs?: number | undefined }[],
): Extract<Reservation, { kind: 'refused' }> | undefined {
  const [last] = short.toSorted((a, b) => (b.endMs ?? Number.POSITIVE_INFINITY) - (a.endMs ?? Number.POSITIVE_INFINITY))
  if (last === undefined) return undefined
  return { kind: 'refused', index: last.index, ...(last.endMs === undefined ? {} : { resetsAtMs: last.endMs }) }
}
