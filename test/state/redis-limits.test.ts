/** Limits that replicas share, in front of a real server. */
import fc from 'fast-check'
import { Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import { createMemoryLimits } from '../../src/state/memory-limits.ts'
import type { LimitCharge, LimitHold } from '../../src/state/state.ts'
import { openReplica, openStore, pass, sharedValkey, virtualClock } from './shared.ts'

const valkey = sharedValkey()
let keys = 0
const fresh = () => `k${keys++}`

const rate = (key: string, amount: number, cost = 1, burst = amount): LimitCharge => ({
  kind: 'rate',
  key,
  amount,
  perMs: 1000,
  burst,
  cost,
})
const places = (key: string, amount: number): LimitCharge => ({ kind: 'concurrency', key, amount })

test('law: limits that are shared answer as those in memory do', async () => {
  const store = await openStore(valkey().url)
  const charge = fc.oneof(
    fc.record({ rate: fc.nat(1), cost: fc.integer({ min: 0, max: 6 }) }),
    fc.record({ places: fc.nat(1) }),
  )
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ take: fc.array(charge, { minLength: 1, maxLength: 3 }) }) },
    {
      weight: 4,
      arbitrary: fc.record({ settle: fc.nat(), costs: fc.array(fc.nat(9), { minLength: 3, maxLength: 3 }) }),
    },
    { weight: 2, arbitrary: fc.record({ wait: fc.integer({ min: 0, max: 700 }) }) },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const clock = virtualClock()
      const names = [fresh(), fresh(), fresh(), fresh()] as const
      const chargeOf = (each: { rate: number; cost: number } | { places: number }): LimitCharge =>
        'rate' in each
          ? rate(names[each.rate as 0 | 1], 5 + each.rate, each.cost, 6 - each.rate)
          : places(names[(2 + each.places) as 2 | 3], 1 + each.places)
      const shared = openReplica(store, clock).limits
      let ids = 0
      const own = createMemoryLimits({ now: clock.now, id: () => String(ids++), maxKeys: 100 })
      const open: (readonly [LimitHold, LimitHold])[] = []
      for (const each of steps) {
        if ('wait' in each) clock.advance(each.wait)
        else if ('settle' in each) {
          const holds = open[each.settle % Math.max(1, open.length)]
          if (!holds) continue
          await shared.settle(holds[0], each.costs)
          await own.settle(holds[1], each.costs)
        } else {
          const charges = [...new Map(each.take.map(chargeOf).map((one) => [one.key, one])).values()]
          const [a, b] = [await shared.take(charges), await own.take(charges)]
          const told = ({ hold: _, ...rest }: { readonly hold?: LimitHold }) => rest
          expect(told(a as { hold?: LimitHold })).toEqual(told(b as { hold?: LimitHold }))
          if (a.kind === 'taken' && b.kind === 'taken') open.push([a.hold, b.hold])
          expect(await shared.used(charges)).toEqual(await own.used(charges))
        }
      }
    }),
    { numRuns: 40 },
  )
})

test('replicas together let through what one would', async () => {
  const store = await openStore(valkey().url)
  const clock = virtualClock()
  const replicas = [1, 2, 3].map(() => openReplica(store, clock).limits)
  const [requests, calls] = [fresh(), fresh()]
  const asked = Array.from({ length: 60 }, (_, index) =>
    replicas[index % 3]!.take([rate(requests, 20), places(calls, 50)]),
  )
  const taken = (await Promise.all(asked)).filter((each) => each.kind === 'taken')
  expect(taken).toHaveLength(20)
  expect(await replicas[0]!.used([places(calls, 50)])).toEqual([20 / 50])
})

describe('places of a process that dies', () => {
  test('are free again once their lease has run out, and not before', async () => {
    const store = await openStore(valkey().url)
    const key = fresh()
    const clock = virtualClock()
    // Its timers are on a clock that never runs: it is dead.
    const dead = openReplica(store, { ...clock, setTimer: () => () => undefined })
    const other = openReplica(store, clock)
    expect((await dead.limits.take([places(key, 1)])).kind).toBe('taken')
    clock.advance(29_999)
    expect((await other.limits.take([places(key, 1)])).kind).toBe('refused')
    clock.advance(1)
    expect((await other.limits.take([places(key, 1)])).kind).toBe('taken')
  })

  test('are kept for one that lives, however long its call takes', async () => {
    const store = await openStore(valkey().url)
    const key = fresh()
    const clock = virtualClock()
    const alive = openReplica(store, clock)
    const taken = await alive.limits.take([places(key, 1)])
    for (let each = 0; each < 12; each++) await pass(clock, 10_000, store)
    expect((await alive.limits.take([places(key, 1)])).kind).toBe('refused')
    if (taken.kind === 'taken') await alive.limits.settle(taken.hold, [0])
    expect((await alive.limits.take([places(key, 1)])).kind).toBe('taken')
  })
})

test('scripts that the server has forgotten are sent again', async () => {
  const store = await openStore(valkey().url)
  const { limits } = openReplica(store, virtualClock())
  const key = fresh()
  expect((await limits.take([rate(key, 2)])).kind).toBe('taken')
  const redis = new Redis(valkey().url)
  await redis.script('FLUSH')
  await redis.quit()
  expect((await limits.take([rate(key, 2)])).kind).toBe('taken')
  expect((await limits.take([rate(key, 2)])).kind).toBe('refused')
})

test('without a server: an error, or no limits, as the configuration says', async () => {
  const store = await openStore('redis://127.0.0.1:1')
  const clock = virtualClock()
  const limit = [rate(fresh(), 1), places(fresh(), 1)]
  expect(await openReplica(store, clock, 'deny').limits.take(limit)).toEqual({ kind: 'unavailable', why: 'outage' })
  const allowing = openReplica(store, clock, 'allow').limits
  for (let each = 0; each < 3; each++) {
    const taken = await allowing.take(limit)
    expect(taken).toMatchObject({ kind: 'taken', standings: [{ remaining: 1 }, { remaining: 1 }] })
    if (taken.kind === 'taken') await allowing.settle(taken.hold, [1, 1])
  }
  expect(await allowing.used(limit)).toEqual([0, 0])
})
