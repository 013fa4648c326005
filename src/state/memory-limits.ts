/** Limits of one process, in memory. Every operation runs to its end without waiting, so that none sees half of another. */
import { type Cell, charge, correct, emptyAtMs, emptyCell, leak, standingOf, usedOf, waitFor } from './gcra.ts'
import { createMeterMap } from './meter-map.ts'
import { findLongest, type Wait } from './refusal.ts'
import type { LimitCharge, LimitHold, Limits, MeterKey, RateCharge, Standing, Take } from './state.ts'

export interface MemoryLimitsOptions {
  readonly now: () => number
  /** A fresh id. */
  readonly id: () => string
  readonly maxKeys: number
}

interface Rate {
  readonly cell: Cell
  readonly emptyAtMs: number
}

export function createMemoryLimits({ now, id, maxKeys }: MemoryLimitsOptions): Limits {
  const rates = createMeterMap<Rate>(maxKeys, (each, nowMs) => each.emptyAtMs <= nowMs)
  /** Places in use; bounded by the calls under way. */
  const places = new Map<MeterKey, number>()
  const open = new Set<string>()

  const cellAt = (each: RateCharge, nowMs: number) => leak(rates.get(each.key)?.cell ?? emptyCell, each, nowMs)
  const placesAt = (key: MeterKey) => places.get(key) ?? 0
  const keep = (each: RateCharge, cell: Cell) => rates.set(each.key, { cell, emptyAtMs: emptyAtMs(cell, each) })

  function waitOf(each: LimitCharge, nowMs: number): Wait {
    if (each.kind === 'concurrency') return placesAt(each.key) < each.amount ? 0 : 'unknown'
    return waitFor(cellAt(each, nowMs), each, each.cost) ?? 'never'
  }

  function standing(each: LimitCharge, nowMs: number): Standing {
    if (each.kind === 'rate') return standingOf(cellAt(each, nowMs), each)
    return { remaining: Math.max(0, each.amount - placesAt(each.key)), resetMs: 0 }
  }

  function takeNow(charges: readonly LimitCharge[]): Take {
    const nowMs = now()
    const refusal = findLongest(charges.map((each) => waitOf(each, nowMs)))
    if (refusal) return { kind: 'refused', ...refusal, standings: charges.map((each) => standing(each, nowMs)) }
    const fresh = charges.filter((each) => each.kind === 'rate' && rates.get(each.key) === undefined)
    if (fresh.length > 0 && !rates.hasRoom(fresh.length, nowMs)) return { kind: 'unavailable', why: 'full' }
    const held = charges.map((each) => {
      if (each.kind === 'concurrency') {
        places.set(each.key, placesAt(each.key) + 1)
        return { charge: each, mark: emptyCell }
      }
      const cell = charge(cellAt(each, nowMs), each, each.cost)
      keep(each, cell)
      return { charge: each, mark: cell }
    })
    const hold: LimitHold = { id: id(), charges: held }
    open.add(hold.id)
    return { kind: 'taken', hold, standings: charges.map((each) => standing(each, nowMs)) }
  }

  function leave(key: MeterKey): void {
    const left = placesAt(key) - 1
    if (left > 0) places.set(key, left)
    else places.delete(key)
  }

  return {
    take: async (charges) => takeNow(charges),
    async settle(hold, costs) {
      if (!open.delete(hold.id)) return
      const nowMs = now()
      for (const [index, { charge: each, mark }] of hold.charges.entries()) {
        if (each.kind === 'concurrency') leave(each.key)
        else if (costs[index] !== each.cost)
          keep(each, correct(cellAt(each, nowMs), each, each.cost - (costs[index] ?? 0), mark))
      }
    },
    async used(charges) {
      const nowMs = now()
      return charges.map((each) => {
        if (each.kind === 'rate') return usedOf(cellAt(each, nowMs), each)
        return each.amount > 0 ? placesAt(each.key) / each.amount : 1
      })
    },
  }
}
