/** Calendar windows by the clocks of a zone: summer time, month ends, leap days. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createCalendar, formatMoment } from '../../src/state/calendar.ts'

const hourMs = 3_600_000

test.each([
  ['UTC', 'day', '2026-11-24T15:00:00Z', '2026-11-24T00:00:00Z', '2026-11-25T00:00:00Z'],
  ['Europe/Berlin', 'day', '2026-11-23T23:30:00Z', '2026-11-23T23:00:00Z', '2026-11-24T23:00:00Z'],
  // Clocks go forward: a day of 23 hours; back: one of 25.
  ['Europe/Berlin', 'day', '2026-03-29T10:00:00Z', '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'],
  ['Europe/Berlin', 'day', '2026-10-25T10:00:00Z', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'],
  // The hour that comes twice is of one day both times.
  ['Europe/Berlin', 'day', '2026-10-25T00:30:00Z', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'],
  ['Europe/Berlin', 'day', '2026-10-25T01:30:00Z', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'],
  // A day without a midnight begins at one o'clock.
  ['Africa/Cairo', 'day', '2026-04-24T10:00:00Z', '2026-04-23T22:00:00Z', '2026-04-24T21:00:00Z'],
  // Half an hour of summer time, and an offset of three quarters.
  ['Australia/Lord_Howe', 'day', '2026-04-05T03:00:00Z', '2026-04-04T13:00:00Z', '2026-04-05T13:30:00Z'],
  ['Asia/Kathmandu', 'day', '2026-01-01T00:00:00Z', '2025-12-31T18:15:00Z', '2026-01-01T18:15:00Z'],
  // A day that an island left out, by moving over the date line.
  ['Pacific/Apia', 'day', '2011-12-30T09:59:59Z', '2011-12-29T10:00:00Z', '2011-12-30T10:00:00Z'],
  ['UTC', 'week', '2026-11-24T15:00:00Z', '2026-11-23T00:00:00Z', '2026-11-30T00:00:00Z'],
  ['UTC', 'week', '2026-11-29T23:59:59Z', '2026-11-23T00:00:00Z', '2026-11-30T00:00:00Z'],
  ['UTC', 'week', '2026-01-01T00:00:00Z', '2025-12-29T00:00:00Z', '2026-01-05T00:00:00Z'],
  ['America/New_York', 'week', '2026-03-08T12:00:00Z', '2026-03-02T05:00:00Z', '2026-03-09T04:00:00Z'],
  ['UTC', 'month', '2026-02-28T23:59:59Z', '2026-02-01T00:00:00Z', '2026-03-01T00:00:00Z'],
  ['UTC', 'month', '2028-02-29T12:00:00Z', '2028-02-01T00:00:00Z', '2028-03-01T00:00:00Z'],
  ['UTC', 'month', '2026-12-31T23:59:59Z', '2026-12-01T00:00:00Z', '2027-01-01T00:00:00Z'],
  ['Europe/Berlin', 'month', '2026-10-31T22:59:59Z', '2026-09-30T22:00:00Z', '2026-10-31T23:00:00Z'],
  ['Europe/Berlin', 'month', '2026-01-31T12:00:00Z', '2025-12-31T23:00:00Z', '2026-01-31T23:00:00Z'],
] as const)('in %s the %s of %s is %s to %s', (zone, kind, at, start, end) => {
  expect(createCalendar(zone)(kind, Date.parse(at))).toEqual({ startMs: Date.parse(start), endMs: Date.parse(end) })
})

test('a total has no end', () => {
  expect(createCalendar('UTC')('total', 1)).toEqual({ startMs: 0 })
})

test('law: windows meet without gap or overlap, and hold the time that they are of', () => {
  const zones = [
    'UTC',
    'Europe/Berlin',
    'America/Sao_Paulo',
    'Africa/Cairo',
    'Australia/Lord_Howe',
    'Pacific/Apia',
    'Asia/Tehran',
  ]
  const kinds = ['day', 'week', 'month'] as const
  const from = Date.parse('1990-01-01T00:00:00Z')
  const years = 45 * 365.25 * 24 * hourMs
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.constantFrom(...kinds),
      fc.integer({ min: from, max: from + years }),
      (zone, kind, atMs) => {
        const calendar = createCalendar(zone)
        const { startMs, endMs } = calendar(kind, atMs)
        expect(startMs <= atMs && atMs < endMs!).toBe(true)
        expect(createCalendar(zone)(kind, endMs! - 1)).toEqual({ startMs, endMs })
        expect(calendar(kind, endMs!).startMs).toBe(endMs)
      },
    ),
  )
})

test('a moment is told by the clocks of its zone', () => {
  expect(formatMoment(Date.parse('2026-12-01T00:00:00+01:00'), 'Europe/Berlin')).toBe('2026-12-01T00:00:00+01:00')
})
