import { expect, test } from 'vitest'
import { createFlights, type Joined, type Lead, type Wait } from '../../src/cache/flights.ts'

function flights(maxWaiting = 2) {
  const timers = new Set<() => void>()
  const made = createFlights<string>({
    maxWaiting,
    maxWaitMs: 1000,
    setTimer: (_, run) => {
      timers.add(run)
      return () => void timers.delete(run)
    },
  })
  return { ...made, timers, late: () => [...timers].forEach((each) => void each()) }
}

function lead(joined: Joined<string>): Lead<string> {
  if (joined.kind !== 'lead') throw new Error(joined.kind)
  return joined
}

function wait(joined: Joined<string>): Wait<string> {
  if (joined.kind !== 'wait') throw new Error(joined.kind)
  return joined
}

test('one leads, the others get what it got, and the next leads anew', async () => {
  const { join, timers } = flights()
  const first = lead(join('a'))
  const waits = [wait(join('a')).result([]), wait(join('a')).result([])]
  expect(join('b').kind).toBe('lead')
  first.end('answer')
  expect(await Promise.all(waits)).toEqual(['answer', 'answer'])
  expect(timers.size).toBe(0)
  expect(join('a').kind).toBe('lead')
})

test('a flight that ends before its wait has begun is not missed', async () => {
  const { join } = flights()
  const first = lead(join('a'))
  const second = wait(join('a'))
  first.end('answer')
  expect(await second.result([])).toBe('answer')
})

test('what comes to nothing sends everybody on', async () => {
  const { join } = flights()
  const first = lead(join('a'))
  const waiting = wait(join('a')).result([])
  first.end()
  expect(await waiting).toBeUndefined()
})

test('no more wait than may, and who leaves makes place', async () => {
  const { join } = flights(1)
  const first = lead(join('a'))
  const abort = new AbortController()
  const waiting = wait(join('a')).result([abort.signal])
  expect(join('a').kind).toBe('alone')
  abort.abort()
  expect(await waiting).toBeUndefined()
  const next = wait(join('a')).result([])
  first.end('answer')
  expect(await next).toBe('answer')
})

test('who has left before the wait does not wait, and one that waits too long goes on', async () => {
  const { join, late } = flights()
  lead(join('a'))
  expect(await wait(join('a')).result([AbortSignal.abort()])).toBeUndefined()
  const waiting = wait(join('a')).result([])
  late()
  expect(await waiting).toBeUndefined()
})

test('an end that comes again ends no later flight', async () => {
  const { join, lead: leading } = flights()
  const first = lead(join('a'))
  first.end()
  const second = lead(join('a'))
  first.end('late')
  expect(leading('a')).toBeUndefined()
  const waiting = wait(join('a')).result([])
  second.end('answer')
  expect(await waiting).toBe('answer')
})
