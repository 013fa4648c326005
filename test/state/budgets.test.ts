/** Budgets in memory: what is reserved and settled, and when a window begins anew. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createCalendar } from '../../src/state/calendar.ts'
import { createMemoryBudgets } from '../../src/state/memory-budgets.ts'
import type { BudgetAccount } from '../../src/state/state.ts'

function budgetsAt(start: string, timeZone = 'UTC', maxKeys = 1000) {
  const clock = { ms: Date.parse(start) }
  const budgets = createMemoryBudgets({ now: () => clock.ms, calendar: createCalendar(timeZone), maxKeys })
  return { clock, budgets }
}

const account = (key: string, capNanoUsd: number, window: BudgetAccount['window'] = 'day'): BudgetAccount => ({
  key,
  window,
  capNanoUsd,
})

const steps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('reserve' as const),
        accounts: fc.subarray([0, 1, 2], { minLength: 1 }),
        amount: fc.nat(60),
      }),
    },
    // An attempt that finished, failed, was broken off: whatever it came to is booked, some more than once.
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('settle' as const),
        which: fc.nat(),
        cost: fc.oneof(fc.constant(0), fc.nat(80)),
        times: fc.integer({ min: 1, max: 3 }),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'tomorrow' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'crash' as const }) },
  ),
  { maxLength: 60 },
)

interface Open {
  readonly id: string
  readonly accounts: readonly number[]
  readonly amount: number
  readonly day: number
}

test('law: budgets are conserved: reserved and settled never pass the cap, nothing is lost or counted twice', async () => {
  const caps = [100, 150, 200]
  const accounts = caps.map((cap, index) => account(`a${index}`, cap))
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      let { clock, budgets } = budgetsAt('2026-06-01T12:00:00Z')
      let open: Open[] = []
      const settled: Open[] = []
      let spent = [0, 0, 0]
      /** What attempts cost more than was reserved for them. */
      let over = [0, 0, 0]
      let day = 0
      let ids = 0
      const usedBy = (index: number) =>
        spent[index]! +
        open
          .filter((each) => each.day === day && each.accounts.includes(index))
          .reduce((sum, each) => sum + each.amount, 0)
      for (const step of all) {
        switch (step.kind) {
          case 'reserve': {
            const id = String(ids++)
            const fits = step.accounts.every((index) => usedBy(index) + step.amount <= caps[index]!)
            const answer = await budgets.reserve(
              id,
              step.accounts.map((index) => accounts[index]!),
              step.amount,
            )
            expect(answer.kind).toBe(fits ? 'reserved' : 'refused')
            if (fits) open.push({ id, accounts: step.accounts, amount: step.amount, day })
            break
          }
          case 'settle': {
            const each = [...open, ...settled][step.which % Math.max(1, open.length + settled.length)]
            if (!each) break
            for (let time = 0; time < step.times; time++) await budgets.settle(each.id, step.cost)
            if (!open.includes(each)) break
            open = open.filter((other) => other !== each)
            settled.push(each)
            if (each.day !== day) break
            for (const index of each.accounts) {
              spent[index]! += step.cost
              over[index]! += Math.max(0, step.cost - each.amount)
            }
            break
          }
          case 'tomorrow':
            clock.ms += 86_400_000
            day++
            spent = [0, 0, 0]
            over = [0, 0, 0]
            break
          // A process that dies takes its counts along; what the next one is told of it is nothing.
          case 'crash': {
            const ms = clock.ms
            ;({ clock, budgets } = budgetsAt(new Date(ms).toISOString()))
            open = []
            spent = [0, 0, 0]
            over = [0, 0, 0]
          }
        }
        const used = await budgets.used(accounts)
        expect(used).toEqual([0, 1, 2].map(usedBy))
        for (const [index, each] of used.entries()) expect(each).toBeLessThanOrEqual(caps[index]! + over[index]!)
      }
    }),
  )
})

test('a second reservation of one attempt takes nothing more', async () => {
  const { budgets } = budgetsAt('2026-06-01T12:00:00Z')
  const own = [account('a', 100)]
  expect(await budgets.reserve('x', own, 60)).toEqual({ kind: 'reserved', used: [60] })
  expect(await budgets.reserve('x', own, 60)).toEqual({ kind: 'reserved', used: [60] })
  expect((await budgets.reserve('y', own, 60)).kind).toBe('refused')
})

test('the refusal names the budget that begins anew last, and one that never does before all', async () => {
  const { budgets } = budgetsAt('2026-06-17T12:00:00Z')
  const refused = (accounts: readonly BudgetAccount[]) => budgets.reserve('x', accounts, 1)
  expect(await refused([account('d', 0), account('m', 0, 'month'), account('w', 0, 'week')])).toEqual({
    kind: 'refused',
    index: 1,
    resetsAtMs: Date.parse('2026-07-01T00:00:00Z'),
  })
  expect(await refused([account('d', 0), account('t', 0, 'total')])).toEqual({ kind: 'refused', index: 1 })
})

test('a window begins anew at its end and not a millisecond before; what is under way stays with the old one', async () => {
  const { clock, budgets } = budgetsAt('2026-06-01T23:59:59.998Z')
  const own = [account('a', 100)]
  expect((await budgets.reserve('x', own, 100)).kind).toBe('reserved')
  clock.ms += 1
  expect((await budgets.reserve('y', own, 1)).kind).toBe('refused')
  clock.ms += 1
  expect(await budgets.reserve('y', own, 30)).toEqual({ kind: 'reserved', used: [30] })
  await budgets.settle('x', 100)
  expect(await budgets.used(own)).toEqual([30])
})

test('what is in a window that counts is never dropped for room', async () => {
  const { clock, budgets } = budgetsAt('2026-06-01T12:00:00Z', 'UTC', 2)
  await budgets.reserve('x', [account('a', 10)], 5)
  await budgets.reserve('y', [account('b', 10)], 5)
  expect(await budgets.reserve('z', [account('c', 10)], 5)).toEqual({ kind: 'unavailable', why: 'full' })
  expect(await budgets.used([account('a', 10), account('b', 10)])).toEqual([5, 5])
  clock.ms += 86_400_000
  expect((await budgets.reserve('z', [account('c', 10)], 5)).kind).toBe('reserved')
})
