/** Budgets that replicas share, in front of a real server. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SharedStore } from '../../src/state/shared-store.ts'
import type { BudgetAccount } from '../../src/state/state.ts'
import { startValkey } from '../valkey.ts'
import { openReplica, openStore, pass, type Replica, sharedValkey, virtualClock } from './shared.ts'

const valkey = sharedValkey()
let keys = 0
const fresh = (capNanoUsd: number, window: BudgetAccount['window'] = 'day'): BudgetAccount => ({
  key: `b${keys++}`,
  window,
  capNanoUsd,
})

interface Open {
  readonly id: string
  readonly replica: number
  readonly accounts: readonly number[]
  readonly amount: number
}

const step = fc.oneof(
  {
    weight: 5,
    // Several at once, so that they meet within one replica and between them.
    arbitrary: fc.record({
      reserve: fc.array(
        fc.record({
          replica: fc.nat(2),
          accounts: fc.subarray([0, 1], { minLength: 1 }),
          amount: fc.integer({ min: 0, max: 40 }),
        }),
        { minLength: 1, maxLength: 5 },
      ),
    }),
  },
  { weight: 5, arbitrary: fc.record({ settle: fc.nat(), cost: fc.nat(60), times: fc.integer({ min: 1, max: 2 }) }) },
  { weight: 2, arbitrary: fc.record({ wait: fc.constantFrom(1000, 3000) }) },
  { weight: 1, arbitrary: fc.record({ crash: fc.nat(2) }) },
)

test('law: budgets are conserved over replicas: nothing passes the cap, is lost or counted twice, crashes and all', async () => {
  const store = await openStore(valkey().url)
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      const clock = virtualClock(Date.parse('2026-06-17T12:00:00Z'))
      const caps = [300, 500]
      const accounts = caps.map((cap) => fresh(cap))
      const start = (): { replica: Replica; stop: () => void } => {
        let isDead = false
        const setTimer = (ms: number, run: () => void) => clock.setTimer(ms, () => isDead || run())
        const stop = () => {
          isDead = true
        }
        return { replica: openReplica(store, { ...clock, setTimer }), stop }
      }
      const replicas = [start(), start(), start()]
      let open: Open[] = []
      /** Booked by replicas that live, and in all; what dies with a replica is at most what it had not told. */
      const told = caps.map(() => [0, 0, 0])
      const booked = [0, 0]
      const over = [0, 0]
      const lost = [0, 0]
      let ids = 0
      const reservedOn = (index: number) =>
        open.filter((each) => each.accounts.includes(index)).reduce((sum, each) => sum + each.amount, 0)
      const check = () => {
        for (const [index, cap] of caps.entries())
          expect(booked[index]! + reservedOn(index)).toBeLessThanOrEqual(cap + over[index]! + lost[index]!)
      }
      for (const each of steps) {
        if ('reserve' in each) {
          const asked = each.reserve.map(({ replica, accounts: on, amount }) => ({
            id: `${replica}-${ids++}`,
            replica,
            accounts: on,
            amount,
          }))
          const answers = await Promise.all(
            asked.map(({ id, replica, accounts: on, amount }) =>
              replicas[replica]!.replica.budgets.reserve(
                id,
                on.map((index) => accounts[index]!),
                amount,
              ),
            ),
          )
          open.push(...asked.filter((_, index) => answers[index]!.kind === 'reserved'))
        } else if ('settle' in each) {
          const one = open[each.settle % Math.max(1, open.length)]
          if (!one) continue
          open = open.filter((other) => other !== one)
          for (let time = 0; time < each.times; time++)
            await replicas[one.replica]!.replica.budgets.settle(one.id, each.cost)
          for (const index of one.accounts) {
            booked[index]! += each.cost
            told[index]![one.replica]! += each.cost
            over[index]! += Math.max(0, each.cost - one.amount)
          }
        } else if ('wait' in each) {
          for (let ms = 0; ms < each.wait; ms += 1000) await pass(clock, 1000, store)
          for (const own of told) own.fill(0)
        } else {
          // What it had reserved dies with it, and what it had spent since it last told.
          replicas[each.crash]!.stop()
          for (const [index, own] of told.entries()) {
            lost[index]! += own[each.crash]!
            own[each.crash] = 0
          }
          open = open.filter((other) => other.replica !== each.crash)
          replicas[each.crash] = start()
        }
        check()
      }
      for (const one of open) {
        await replicas[one.replica]!.replica.budgets.settle(one.id, one.amount)
        for (const index of one.accounts) booked[index]! += one.amount
      }
      for (let ms = 0; ms < 3000; ms += 1000) await pass(clock, 1000, store)
      const used = await openReplica(store, clock).budgets.used(accounts)
      for (const [index, all] of used.entries()) {
        expect(all).toBeLessThanOrEqual(booked[index]!)
        expect(all).toBeGreaterThanOrEqual(booked[index]! - lost[index]!)
      }
    }),
    { numRuns: 40 },
  )
})

describe('leases', () => {
  test('the usual attempt asks nobody', async () => {
    const store = await openStore(valkey().url)
    const { budgets, runs } = openReplica(store, virtualClock())
    const own = [fresh(1_000_000_000), fresh(500_000_000)]
    for (let each = 0; each < 1000; each++) {
      const id = `usual-${each}`
      expect((await budgets.reserve(id, own, 1000)).kind).toBe('reserved')
      await budgets.settle(id, 1000)
    }
    // Two accounts, each of which asks once for every sixty-four attempts.
    expect(runs()).toBeLessThan(40)
    expect(await budgets.used(own)).toEqual([1_000_000, 1_000_000])
  })

  test('many at once on an account that is new ask in turn, and what one gets serves the others', async () => {
    const store = await openStore(valkey().url)
    const { budgets, runs } = openReplica(store, virtualClock())
    const own = [fresh(1_000_000)]
    const answers = await Promise.all(Array.from({ length: 50 }, (_, each) => budgets.reserve(`new-${each}`, own, 100)))
    expect(answers.every((each) => each.kind === 'reserved')).toBe(true)
    expect(runs()).toBeLessThan(5)
  })

  test('a lease that is being asked about is not drawn on meanwhile: the answer may take it back', async () => {
    const store = await openStore(valkey().url)
    const clock = virtualClock()
    let onAnswered: () => void = () => undefined
    let gate: Promise<void> = Promise.resolve()
    const slow: SharedStore = {
      ...store,
      async run(...args) {
        const answer = await store.run(...args)
        onAnswered()
        await gate
        return answer
      },
    }
    const [first, second] = [openReplica(slow, clock), openReplica(store, clock)]
    const own = [fresh(100)]
    await first.budgets.reserve('a', own, 10)
    let open: () => void = () => undefined
    gate = new Promise((resolve) => {
      open = resolve
    })
    const answered = new Promise<void>((resolve) => {
      onAnswered = resolve
    })
    const big = first.budgets.reserve('big', own, 91)
    await answered
    // The store has answered that there is not so much, and that the lease is what was reserved: ten.
    const small = first.budgets.reserve('small', own, 5)
    const rest = second.budgets.reserve('rest', own, 90)
    expect((await rest).kind).toBe('reserved')
    open()
    expect([(await big).kind, (await small).kind]).toEqual(['refused', 'refused'])
  })

  test('money that lies idle at one replica serves another within two seconds, to the last cent', async () => {
    const store = await openStore(valkey().url)
    const clock = virtualClock()
    const [idle, busy] = [openReplica(store, clock), openReplica(store, clock)]
    const own = [fresh(10_000)]
    await idle.budgets.reserve('one', own, 100)
    await idle.budgets.settle('one', 100)
    let bought = 0
    const buy = async () => {
      while ((await busy.budgets.reserve(`buy-${bought}`, own, 100)).kind === 'reserved') {
        await busy.budgets.settle(`buy-${bought}`, 100)
        bought++
      }
    }
    await buy()
    // At most a sixteenth was out of reach.
    expect(bought).toBeGreaterThanOrEqual(Math.floor((99 * 15) / 16))
    await pass(clock, 1000, store)
    await pass(clock, 1000, store)
    await buy()
    expect(bought).toBe(99)
    await pass(clock, 1000, store)
    expect(await idle.budgets.used(own)).toEqual([10_000])
  })

  test('what a replica that dies had on lease is free again, and what it had told stays spent', async () => {
    const store = await openStore(valkey().url)
    const clock = virtualClock()
    const dead = openReplica(store, { ...clock, setTimer: () => () => undefined })
    const other = openReplica(store, clock)
    const own = [fresh(1000)]
    await dead.budgets.reserve('spent', own, 400)
    await dead.budgets.settle('spent', 400)
    await dead.budgets.reserve('tells', own, 500)
    clock.advance(14_999)
    expect((await other.budgets.reserve('early', own, 600)).kind).toBe('refused')
    clock.advance(1)
    expect((await other.budgets.reserve('later', own, 600)).kind).toBe('reserved')
    expect((await other.budgets.reserve('more', own, 1)).kind).toBe('refused')
  })

  test('a replica whose lease has run out asks before it spends again', async () => {
    const store = await openStore(valkey().url)
    const clock = virtualClock()
    const stopped = openReplica(store, { ...clock, setTimer: () => () => undefined })
    const other = openReplica(store, clock)
    const own = [fresh(1000)]
    await stopped.budgets.reserve('a', own, 10)
    await stopped.budgets.settle('a', 10)
    clock.advance(15_000)
    expect((await other.budgets.reserve('all', own, 1000)).kind).toBe('reserved')
    expect((await stopped.budgets.reserve('b', own, 10)).kind).toBe('refused')
  })

  test('are given back when a replica is closed, and what it spent is told', async () => {
    const store = await openStore(valkey().url)
    const clock = virtualClock()
    const own = [fresh(1000)]
    const first = openReplica(store, clock)
    await first.budgets.reserve('a', own, 10)
    await first.budgets.settle('a', 15)
    await first.close()
    const second = openReplica(store, clock)
    expect(await second.budgets.reserve('b', own, 985)).toEqual({ kind: 'reserved', used: [1000] })
  })

  test('a window begins anew at its end, and what is under way stays with the old one', async () => {
    const store = await openStore(valkey().url)
    const clock = virtualClock(Date.parse('2026-06-17T23:59:59.999Z'))
    const { budgets } = openReplica(store, clock)
    const own = [fresh(100)]
    expect((await budgets.reserve('a', own, 100)).kind).toBe('reserved')
    expect(await budgets.reserve('b', own, 1)).toEqual({
      kind: 'refused',
      index: 0,
      resetsAtMs: Date.parse('2026-06-18T00:00:00Z'),
    })
    clock.advance(1)
    expect(await budgets.reserve('c', own, 30)).toEqual({ kind: 'reserved', used: [30] })
    await budgets.settle('a', 100)
    expect(await budgets.used(own)).toEqual([30])
  })

  test('a spender of yesterday is kept in the sum, under no name', async () => {
    const store = await openStore(valkey().url)
    const clock = virtualClock()
    const own = [fresh(1000, 'total')]
    for (let day = 0; day < 3; day++) {
      const replica = openReplica(store, clock)
      await replica.budgets.reserve(`day-${day}`, own, 100)
      await replica.budgets.settle(`day-${day}`, 100)
      await replica.close()
      clock.advance(2 * 86_400_000)
    }
    const last = openReplica(store, clock)
    expect(await last.budgets.used(own)).toEqual([300])
    expect(await last.budgets.used(own)).toEqual([300])
  })
})

describe('without a server', () => {
  test('an attempt is refused, or made, as the configuration says', async () => {
    const store = await openStore('redis://127.0.0.1:1')
    const own = [fresh(100)]
    const denying = openReplica(store, virtualClock(), 'deny').budgets
    expect(await denying.reserve('a', own, 10)).toEqual({ kind: 'unavailable', why: 'outage' })
    const allowing = openReplica(store, virtualClock(), 'allow').budgets
    expect((await allowing.reserve('a', own, 10)).kind).toBe('reserved')
  })

  test('a lease still serves, and what was spent meanwhile is told when the server is there again', async () => {
    const server = await startValkey()
    const store = await openStore(server.url)
    const clock = virtualClock()
    const { budgets } = openReplica(store, clock, 'deny')
    const own = [fresh(100_000)]
    await budgets.reserve('a', own, 100)
    await server.kill()
    expect((await budgets.reserve('b', own, 100)).kind).toBe('reserved')
    await budgets.settle('b', 100)
    clock.advance(10_000)
    expect((await budgets.reserve('c', own, 100)).kind).toBe('unavailable')
    expect(await budgets.used(own)).toEqual([200])
  })
})
