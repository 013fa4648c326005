/** Several limits on one request: all of them or none, and places that come back. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMemoryLimits } from '../../src/state/memory-limits.ts'
import type { LimitCharge, LimitHold } from '../../src/state/state.ts'

function limitsAt(maxKeys = 1000) {
  const clock = { ms: 1_000_000 }
  let ids = 0
  return { clock, limits: createMemoryLimits({ now: () => clock.ms, id: () => String(ids++), maxKeys }) }
}

const rate = (key: string, amount: number, cost = 1): LimitCharge => ({
  kind: 'rate',
  key,
  amount,
  perMs: 1000,
  burst: amount,
  cost,
})
const places = (key: string, amount: number): LimitCharge => ({ kind: 'concurrency', key, amount })

test('law: several limits are taken all together or not at all', async () => {
  const charge = fc.oneof(
    fc
      .record({
        key: fc.constantFrom('a', 'b'),
        amount: fc.integer({ min: 1, max: 5 }),
        cost: fc.integer({ min: 1, max: 6 }),
      })
      .map(({ key, amount, cost }) => rate(key + amount, amount, cost)),
    fc
      .record({ key: fc.constantFrom('p', 'q'), amount: fc.integer({ min: 1, max: 3 }) })
      .map(({ key, amount }) => places(key + amount, amount)),
  )
  const charges = fc.uniqueArray(charge, { minLength: 1, maxLength: 4, selector: (each) => each.key })
  await fc.assert(
    fc.asyncProperty(fc.array(charges, { maxLength: 15 }), async (requests) => {
      const { limits } = limitsAt()
      for (const each of requests) {
        const before = await limits.used(each)
        const taken = await limits.take(each)
        const after = await limits.used(each)
        if (taken.kind === 'refused') expect(after).toEqual(before)
        else for (const [index] of each.entries()) expect(after[index]).toBeGreaterThan(before[index]!)
      }
    }),
  )
})

test('law: no more calls are under way than there are places, and every place comes back once', async () => {
  const step = fc.oneof(
    fc.constant('enter' as const),
    fc.nat().map((which) => ({ which })),
  )
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 40 }), async (amount, steps) => {
      const { limits } = limitsAt()
      const open: LimitHold[] = []
      const over: LimitHold[] = []
      for (const each of steps) {
        if (each === 'enter') {
          const taken = await limits.take([places('p', amount)])
          expect(taken.kind).toBe(open.length < amount ? 'taken' : 'refused')
          if (taken.kind === 'taken') open.push(taken.hold)
        } else {
          const all = [...open, ...over]
          const hold = all[each.which % Math.max(1, all.length)]
          if (!hold) continue
          await limits.settle(hold, [0])
          const at = open.indexOf(hold)
          if (at >= 0) over.push(...open.splice(at, 1))
        }
        expect(await limits.used([places('p', amount)])).toEqual([open.length / amount])
      }
    }),
  )
})

test('the refusal that is told is the one to be waited for longest', async () => {
  const { limits } = limitsAt()
  await limits.take([rate('slow', 1), rate('fast', 10, 10)])
  expect(await limits.take([rate('fast', 10), rate('slow', 1), places('p', 0)])).toMatchObject({
    index: 1,
    waitMs: 1000,
  })
  const never = await limits.take([rate('slow', 1), rate('fast', 10, 11)])
  expect(never).toMatchObject({ kind: 'refused', index: 1 })
  expect(never).not.toHaveProperty('waitMs')
})

test('a map that is full of what counts takes no new key, and one that is idle makes room', async () => {
  const { clock, limits } = limitsAt(2)
  await limits.take([rate('a', 1)])
  await limits.take([rate('b', 1)])
  expect(await limits.take([rate('c', 1)])).toEqual({ kind: 'unavailable', why: 'full' })
  expect((await limits.take([rate('a', 1)])).kind).toBe('refused')
  clock.ms += 1000
  expect((await limits.take([rate('c', 1)])).kind).toBe('taken')
})
