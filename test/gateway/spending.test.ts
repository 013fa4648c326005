/** What the attempts of calls are paid from: conserved, whatever order calls and attempts end in. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AttemptRecord } from '../../src/dispatch/outcome.ts'
import { createSpending } from '../../src/gateway/spending.ts'
import { createCalendar } from '../../src/state/calendar.ts'
import { createMemoryBudgets } from '../../src/state/memory-budgets.ts'
import { catalogueOf } from '../dispatch/world.ts'

/** A nano-dollar a token, and ten. */
const catalogue = catalogueOf([
  { id: 'up/cheap', price: { input: 1_000_000, output: 1_000_000 } },
  { id: 'up/dear', price: { input: 10_000_000, output: 10_000_000 } },
])
const accounts = [
  { key: 'team', window: 'day', capNanoUsd: 400 },
  { key: 'all', window: 'total', capNanoUsd: 1000 },
] as const
const budgets = accounts.map(({ key, window, capNanoUsd }) => ({
  rule: key,
  window,
  amountNanoUsd: capNanoUsd,
  by: [],
  at: [],
}))

const attempt = fc.record({
  target: fc.constantFrom('up/cheap', 'up/dear'),
  // A failed attempt may say what it used, and may not.
  used: fc.option(fc.nat(30), { nil: undefined }),
})
const call = fc.record({
  expected: fc.integer({ min: 1, max: 20 }),
  attempts: fc.array(attempt, { minLength: 1, maxLength: 4 }),
  end: fc.constantFrom('served', 'failed', 'broken off', 'bug'),
})

test('law: budgets are conserved under any interleaving of calls that are served, fail, are broken off or meet a bug', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 6 }), fc.scheduler(), async (calls, scheduler) => {
      const memory = createMemoryBudgets({ now: () => 0, calendar: createCalendar('UTC'), maxKeys: 10 })
      let ids = 0
      let booked = 0
      let over = 0
      const check = async () => {
        for (const [index, used] of (await memory.used(accounts)).entries())
          expect(used).toBeLessThanOrEqual(accounts[index]!.capNanoUsd + over)
      }
      const carryOut = async ({ expected, attempts, end }: (typeof calls)[number]) => {
        const spending = createSpending({
          budgets,
          accounts,
          state: memory,
          catalogue,
          model: 'm',
          timeZone: 'UTC',
          expected: { input: expected, output: 0 },
          id: () => String(ids++),
        })
        const records: AttemptRecord[] = []
        const costs: number[] = []
        const priceOf = (target: string) => (target === 'up/cheap' ? 1 : 10)
        for (const { target, used } of attempts) {
          await scheduler.schedule(Promise.resolve())
          if ((await spending.permit(target, records)) !== undefined) {
            records.push({ target, startedAtMs: 0, durationMs: 0, result: 'skipped' })
            continue
          }
          await check()
          await scheduler.schedule(Promise.resolve())
          costs.push((used ?? 0) * priceOf(target))
          over += Math.max(0, (used ?? 0) - expected) * priceOf(target)
          const usage = used === undefined ? {} : { usage: { input: used, output: 0 } }
          records.push({ target, startedAtMs: 0, durationMs: 0, result: 'failed', ...usage })
        }
        await scheduler.schedule(Promise.resolve())
        // Of a call that ends with an attempt more is known then: what was sent before it was broken off, or nothing.
        const last = records.at(-1)!
        const endsWithAttempt = last.result !== 'skipped'
        if (endsWithAttempt && end === 'bug') costs[costs.length - 1] = expected * priceOf(last.target)
        if (endsWithAttempt && end === 'broken off') costs[costs.length - 1] = priceOf(last.target)
        booked += costs.reduce((sum, each) => sum + each, 0)
        await spending.settle(end === 'bug' ? undefined : costs)
        await spending.settle(costs.map(() => 1_000_000))
        await check()
      }
      await scheduler.waitFor(Promise.all(calls.map(carryOut)))
      expect(await memory.used(accounts)).toEqual([booked, booked])
    }),
  )
})
