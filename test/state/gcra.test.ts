/** Rates: the bound on every window of time, and waits that are true. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMemoryLimits } from '../../src/state/memory-limits.ts'
import type { LimitHold, RateCharge } from '../../src/state/state.ts'

function limitsAt(startMs = 1_000_000) {
  const clock = { ms: startMs }
  let ids = 0
  return { clock, limits: createMemoryLimits({ now: () => clock.ms, id: () => String(ids++), maxKeys: 1000 }) }
}

const rate = (rest: Partial<RateCharge> = {}): RateCharge => {
  const each = { kind: 'rate' as const, key: 'k', amount: 60, perMs: 60_000, cost: 1, ...rest }
  return { burst: each.amount, ...each }
}

const rates = fc
  .record({ amount: fc.integer({ min: 1, max: 50 }), perMs: fc.integer({ min: 1, max: 5000 }) })
  .chain((each) => fc.integer({ min: 1, max: 60 }).map((burst) => ({ ...each, burst })))

interface Passed {
  readonly atMs: number
  /** What it came to: at first what was reserved. */
  cost: number
}

/** Fails where some span of time let through more than the limit allows. */
function checkWindows(passed: readonly Passed[], { amount, perMs, burst }: RateCharge): void {
  for (let from = 0; from < passed.length; from++) {
    let units = 0
    for (let to = from; to < passed.length; to++) {
      units += passed[to]!.cost
      const ms = passed[to]!.atMs - passed[from]!.atMs
      expect(units * perMs).toBeLessThanOrEqual(burst * perMs + amount * ms)
    }
  }
}

test('law: no window of time lets through more than the burst and what the rate gives, refunds and all', async () => {
  // Fractions of the burst, and of the time in which it comes back: where the edges are.
  const part = fc.constantFrom(0, 0.25, 0.5, 0.75, 1)
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('take' as const), part }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('settle' as const), which: fc.nat(), part }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), part }) },
  )
  const given = fc.record({
    amount: fc.integer({ min: 1, max: 50 }),
    perMs: fc.integer({ min: 1, max: 50 }),
    burst: fc.integer({ min: 1, max: 8 }),
  })
  await fc.assert(
    fc.asyncProperty(given, fc.array(step, { maxLength: 40 }), async (of, steps) => {
      const { clock, limits } = limitsAt()
      const passed: Passed[] = []
      const open: { readonly hold: LimitHold; readonly of: Passed }[] = []
      for (const each of steps) {
        if (each.kind === 'wait') clock.ms += Math.ceil((each.part * of.burst * of.perMs) / of.amount)
        if (each.kind === 'take') {
          const cost = Math.ceil(each.part * of.burst)
          const taken = await limits.take([rate({ ...of, cost })])
          if (taken.kind !== 'taken') continue
          const one = { atMs: clock.ms, cost }
          passed.push(one)
          open.push({ hold: taken.hold, of: one })
        }
        if (each.kind === 'settle' && open.length > 0) {
          const [{ hold, of: one }] = open.splice(each.which % open.length, 1) as [(typeof open)[number]]
          one.cost = Math.floor(one.cost * each.part)
          await limits.settle(hold, [one.cost])
        }
      }
      checkWindows(passed, rate(of))
    }),
    { numRuns: 1000 },
  )
})

test('law: after the wait that is told the same charge is taken, and a millisecond before it is not', async () => {
  await fc.assert(
    fc.asyncProperty(rates, fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 20 }), async (given, costs) => {
      const { clock, limits } = limitsAt()
      for (const cost of costs) {
        const one = rate({ ...given, cost })
        const taken = await limits.take([one])
        if (taken.kind !== 'refused') continue
        if (taken.waitMs === undefined) {
          expect(cost).toBeGreaterThan(given.burst)
          continue
        }
        clock.ms += taken.waitMs - 1
        expect((await limits.take([one])).kind).toBe('refused')
        clock.ms += 1
        expect((await limits.take([one])).kind).toBe('taken')
      }
    }),
  )
})

test('all of the amount may come at once, then one each time that the rate gives one', async () => {
  const { clock, limits } = limitsAt()
  const one = rate({ amount: 3, perMs: 60_000 })
  for (const remaining of [2, 1, 0]) expect(await limits.take([one])).toMatchObject({ standings: [{ remaining }] })
  expect(await limits.take([one])).toEqual({
    kind: 'refused',
    index: 0,
    waitMs: 20_000,
    standings: [{ remaining: 0, resetMs: 60_000 }],
  })
  clock.ms += 20_000
  expect((await limits.take([one])).kind).toBe('taken')
  expect((await limits.take([one])).kind).toBe('refused')
})

test('a burst holds back what the rate alone would let through at once', async () => {
  const { clock, limits } = limitsAt()
  const one = rate({ amount: 60, perMs: 60_000, burst: 2 })
  const kinds = async () => (await limits.take([one])).kind
  expect([await kinds(), await kinds(), await kinds()]).toEqual(['taken', 'taken', 'refused'])
  clock.ms += 1000
  expect([await kinds(), await kinds()]).toEqual(['taken', 'refused'])
})

test('a charge that is larger than the burst is refused without a wait, and leaves what is there', async () => {
  const { limits } = limitsAt()
  const big = await limits.take([rate({ amount: 10, cost: 11 })])
  expect(big).toEqual({ kind: 'refused', index: 0, standings: [{ remaining: 10, resetMs: 0 }] })
  expect((await limits.take([rate({ amount: 10, cost: 10 })])).kind).toBe('taken')
})

test('a limit of nothing refuses everything', async () => {
  const { limits } = limitsAt()
  expect(await limits.take([rate({ amount: 0, burst: 0 })])).not.toHaveProperty('waitMs')
  expect(await limits.used([rate({ amount: 0, burst: 0 })])).toEqual([1])
})

test('what was estimated too high comes back, what was estimated too low is charged', async () => {
  const { limits } = limitsAt()
  const tokens = (cost: number) => rate({ amount: 1000, cost })
  const taken = await limits.take([tokens(800)])
  if (taken.kind !== 'taken') throw new Error(taken.kind)
  expect(await limits.used([tokens(0)])).toEqual([0.8])
  await limits.settle(taken.hold, [100])
  expect(await limits.used([tokens(0)])).toEqual([0.1])
  await limits.settle(taken.hold, [0])
  expect(await limits.used([tokens(0)])).toEqual([0.1])
  const low = await limits.take([tokens(100)])
  if (low.kind !== 'taken') throw new Error(low.kind)
  await limits.settle(low.hold, [1400])
  expect(await limits.used([tokens(0)])).toEqual([1.5])
})

test('a refund gives back nothing that has leaked away already: others have used it since', async () => {
  const { clock, limits } = limitsAt()
  const tokens = rate({ amount: 100, perMs: 100_000, cost: 100 })
  const slow = await limits.take([tokens])
  clock.ms += 100_000
  expect((await limits.take([tokens])).kind).toBe('taken')
  if (slow.kind !== 'taken') throw new Error(slow.kind)
  await limits.settle(slow.hold, [0])
  expect((await limits.take([rate({ ...tokens, cost: 1 })])).kind).toBe('refused')
})

test('nor does one that counts on what another refund has given back already', async () => {
  const { clock, limits } = limitsAt()
  const tokens = rate({ amount: 100, perMs: 100_000, burst: 200, cost: 100 })
  const [first, second] = [await limits.take([tokens]), await limits.take([tokens])]
  if (first.kind !== 'taken' || second.kind !== 'taken') throw new Error('refused')
  await limits.settle(first.hold, [0])
  clock.ms += 100_000
  expect((await limits.take([{ ...tokens, cost: 200 }])).kind).toBe('taken')
  await limits.settle(second.hold, [0])
  expect((await limits.take([{ ...tokens, cost: 1 }])).kind).toBe('refused')
})

test('a clock that is set back gives nothing', async () => {
  const { clock, limits } = limitsAt()
  const all = rate({ amount: 10, cost: 10 })
  await limits.take([all])
  clock.ms -= 500_000
  expect((await limits.take([rate({ amount: 10 })])).kind).toBe('refused')
  clock.ms += 500_000
  expect((await limits.take([rate({ amount: 10 })])).kind).toBe('refused')
})
