/**
 * The calendar windows of budgets: the day, week (from Monday) or month that a time lies in, by the clocks of one zone.
 * A day begins with its first moment, which is not midnight where clocks are put forward then.
 */
import { Temporal } from 'temporal-polyfill'
import type { Budget } from '../graph/decision.ts'

export type WindowKind = Budget['window']

/** From `startMs` up to, but not including, `endMs`; without an end it lasts for ever. */
export interface Window {
  readonly startMs: number
  readonly endMs?: number
}

export type Calendar = (kind: WindowKind, nowMs: number) => Window

const everything: Window = { startMs: 0 }

/** The windows of a zone (a name of the IANA database). */
export function createCalendar(timeZone: string): Calendar {
  // Zone arithmetic is slow, and its result the same until the window ends.
  const latest = new Map<WindowKind, Window>()
  return (kind, nowMs) => {
    if (kind === 'total') return everything
    const known = latest.get(kind)
    if (known && known.startMs <= nowMs && nowMs < known.endMs!) return known
    const window = windowAt(kind, nowMs, timeZone)
    latest.set(kind, window)
    return window
  }
}

function windowAt(kind: Exclude<WindowKind, 'total'>, nowMs: number, timeZone: string): Window {
  const day = Temporal.Instant.fromEpochMilliseconds(nowMs).toZonedDateTimeISO(timeZone).toPlainDate()
  const first = firstDay(kind, day)
  const after = first.add(kind === 'day' ? { days: 1 } : kind === 'week' ? { weeks: 1 } : { months: 1 })
  return {
    startMs: first.toZonedDateTime(timeZone).epochMilliseconds,
    endMs: after.toZonedDateTime(timeZone).epochMilliseconds,
  }
}

function firstDay(kind: Exclude<WindowKind, 'total'>, day: Temporal.PlainDate): Temporal.PlainDate {
  switch (kind) {
    case 'day':
      return day
    case 'week':
      return day.subtract({ days: day.dayOfWeek - 1 })
    case 'month':
      return day.with({ day: 1 })
  }
}

/** A moment as the zone writes it, such as `2026-12-01T00:00:00+01:00`. */
export function formatMoment(ms: number, timeZone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(ms).toString({ timeZone, fractionalSecondDigits: 0 })
}
