import { expect, test } from 'vitest'
import { timeFactsIn } from '../../src/gateway/time-facts.ts'

test.each([
  ['UTC', '2026-03-01T00:00:00Z', { hour: 0, weekday: 'sun', date: '2026-03-01' }],
  ['Europe/Berlin', '2026-12-31T23:30:00Z', { hour: 0, weekday: 'fri', date: '2027-01-01' }],
  ['America/New_York', '2026-07-01T03:59:59Z', { hour: 23, weekday: 'tue', date: '2026-06-30' }],
  ['Asia/Kathmandu', '2026-01-01T18:15:00Z', { hour: 0, weekday: 'fri', date: '2026-01-02' }],
])('in %s, %s', (zone, at, facts) => {
  expect(timeFactsIn(zone)(Date.parse(at))).toEqual(facts)
})

test('what is kept for a minute is not kept longer', () => {
  const at = timeFactsIn('UTC')
  const start = Date.parse('2026-01-01T00:59:59Z')
  expect(at(start).hour).toBe(0)
  expect(at(start + 1000).hour).toBe(1)
})
