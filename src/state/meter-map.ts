/**
 * A bounded map of counters. Only what says nothing any more is dropped (a rate without debt, a window that is over):
 * dropping anything else would forgive what was used. So a map that is full of what counts takes no new keys.
 */
import type { MeterKey } from './state.ts'

export interface MeterMap<V> {
  readonly get: (key: MeterKey) => V | undefined
  readonly set: (key: MeterKey, value: V) => void
  /** Whether so many new keys have a place. */
  readonly hasRoom: (count: number, nowMs: number) => boolean
  readonly size: () => number
}

/** Entries looked at for each new key, so that what is idle goes at the pace at which new keys come. */
const swept = 4
/** Entries looked at where the map is full. */
const sweptWhenFull = 64

export function createMeterMap<V>(max: number, isIdle: (value: V, nowMs: number) => boolean): MeterMap<V> {
  const entries = new Map<MeterKey, V>()

  /** Looks at the entries that were looked at longest ago; those that count go to the end. */
  function sweep(count: number, nowMs: number): void {
    let left = Math.min(count, entries.size)
    for (const [key, value] of entries) {
      if (left-- <= 0) return
      entries.delete(key)
      if (!isIdle(value, nowMs)) entries.set(key, value)
    }
  }

  return {
    get: (key) => entries.get(key),
    set: (key, value) => void entries.set(key, value),
    hasRoom(count, nowMs) {
      sweep(count * swept, nowMs)
      if (entries.size + count > max) sweep(sweptWhenFull, nowMs)
      return entries.size + count <= max
    },
    size: () => entries.size,
  }
}
