/** Limits that replicas share: one script a request, and one when it is over. Exact, whatever the number of replicas. */
import { standingOf, usedOf, waitFor } from './gcra.ts'
import { renewScript, settleScript, takeScript } from './limit-scripts.ts'
import { findLongest, type Wait } from './refusal.ts'
import type { SharedStore } from './shared-store.ts'
import type { HeldCharge, LimitCharge, LimitHold, Limits, Mark, Standing, Take } from './state.ts'

export interface RedisLimitsOptions {
  readonly store: SharedStore
  readonly id: () => string
  readonly setTimer: (ms: number, run: () => void) => () => void
  /** What a request meets while the store is out of reach: an error, or no limits. */
  readonly onOutage: 'deny' | 'allow'
  /** The time in place of the store's own. */
  readonly clock?: (() => number) | undefined
  /** How long a place is kept for a process that is not heard of. */
  readonly leaseMs?: number
}

const defaultLeaseMs = 30_000
/** Places renewed by one script. */
const renewedAtOnce = 200

type Cell = Mark

export function createRedisLimits(options: RedisLimitsOptions): Limits & { readonly close: () => void } {
  const { store, id, setTimer, onOutage, leaseMs = defaultLeaseMs } = options
  const time = () => options.clock?.() ?? -1
  const open = new Set<string>()
  /** Keys of the places that each hold has. */
  const places = new Map<string, readonly string[]>()
  let stopTimer: (() => void) | undefined

  async function run(charges: readonly LimitCharge[], holdId: string): Promise<{ taken: boolean; cells: Cell[] }> {
    const numbers = charges.flatMap((each) =>
      each.kind === 'rate' ? [each.amount, each.perMs, each.burst, each.cost] : [each.amount, 0, 0, 0],
    )
    const answer = (await store.run(takeScript, charges.map(keyOf), [time(), holdId, leaseMs, ...numbers])) as number[]
    const cells = charges.map((_, index): Cell => {
      const [debt, atMs, refunded] = answer.slice(2 + 3 * index) as [number, number, number]
      return { debt, atMs, refunded }
    })
    return { taken: answer[0] === 1, cells }
  }

  async function take(charges: readonly LimitCharge[]): Promise<Take> {
    const holdId = id()
    let ran: Awaited<ReturnType<typeof run>>
    try {
      ran = await run(charges, holdId)
    } catch {
      if (onOutage === 'deny') return { kind: 'unavailable', why: 'outage' }
      const untouched = charges.map((each) => standingAt(each, { debt: 0, atMs: 0, refunded: 0 }))
      return { kind: 'taken', hold: { id: holdId, charges: [] }, standings: untouched }
    }
    const { taken, cells } = ran
    const standings = charges.map((each, index) => standingAt(each, cells[index]!))
    if (!taken) {
      const refusal = findLongest(charges.map((each, index) => waitAt(each, cells[index]!)))
      return { kind: 'refused', ...(refusal ?? { index: 0, waitMs: 1 }), standings }
    }
    open.add(holdId)
    const own = charges.filter((each) => each.kind === 'concurrency').map(keyOf)
    if (own.length > 0) places.set(holdId, own)
    renewLater()
    return {
      kind: 'taken',
      hold: { id: holdId, charges: charges.map((charge, index) => ({ charge, mark: cells[index]! })) },
      standings,
    }
  }

  async function settle(hold: LimitHold, costs: readonly number[]): Promise<void> {
    if (!open.delete(hold.id)) return
    places.delete(hold.id)
    const changed = hold.charges
      .map((held, index) => ({ held, surplus: surplusOf(held, costs[index] ?? 0) }))
      .filter(({ held, surplus }) => held.charge.kind === 'concurrency' || surplus !== 0)
    if (changed.length === 0) return
    const numbers = changed.flatMap(({ held: { charge, mark }, surplus }) =>
      charge.kind === 'rate'
        ? [charge.amount, charge.perMs, surplus, mark.atMs, mark.debt, mark.refunded]
        : [0, 0, 0, 0, 0, 0],
    )
    const keys = changed.map(({ held }) => keyOf(held.charge))
    // In an outage what was reserved stands, and places come back when their leases run out.
    await store.run(settleScript, keys, [time(), hold.id, ...numbers]).catch(() => undefined)
  }

  /** While there are places, says three times in the life of a lease that they are still in use. */
  function renewLater(): void {
    if (stopTimer !== undefined || places.size === 0) return
    stopTimer = setTimer(leaseMs / 3, () => {
      stopTimer = undefined
      void renew().then(renewLater)
    })
  }

  async function renew(): Promise<void> {
    const all = [...places].flatMap(([holdId, keys]) => keys.map((key) => [key, holdId] as const))
    for (let from = 0; from < all.length; from += renewedAtOnce) {
      const some = all.slice(from, from + renewedAtOnce)
      const args = [time(), leaseMs, ...some.map(([, holdId]) => holdId)]
      // In an outage there is nobody to tell; the next time may do.
      await store
        .run(
          renewScript,
          some.map(([key]) => key),
          args,
        )
        .catch(() => undefined)
    }
  }

  return {
    take,
    settle,
    async used(charges) {
      if (charges.length === 0) return []
      const { cells } = await run(charges, '').catch(() => ({ cells: [] as Cell[] }))
      return charges.map((each, index) => usedAt(each, cells[index] ?? { debt: 0, atMs: 0, refunded: 0 }))
    },
    close: () => stopTimer?.(),
  }
}

function keyOf({ kind, key }: LimitCharge): string {
  return `{policyc}:${kind === 'rate' ? 'r' : 'c'}:${key}`
}

function surplusOf({ charge }: HeldCharge, cost: number): number {
  return charge.kind === 'rate' ? charge.cost - cost : 0
}

function waitAt(each: LimitCharge, cell: Cell): Wait {
  if (each.kind === 'concurrency') return cell.debt < each.amount ? 0 : 'unknown'
  return waitFor(cell, each, each.cost) ?? 'never'
}

/** Of places `debt` is how many are in use. */
function standingAt(each: LimitCharge, cell: Cell): Standing {
  if (each.kind === 'rate') return standingOf(cell, each)
  return { remaining: Math.max(0, each.amount - cell.debt), resetMs: 0 }
}

function usedAt(each: LimitCharge, cell: Cell): number {
  if (each.kind === 'rate') return usedOf(cell, each)
  return each.amount > 0 ? cell.debt / each.amount : 1
}
