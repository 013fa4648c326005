/**
 * The `time.*` facts: hour, weekday and date in the zone that the configuration names.
 *
 * Formatting by zone is slow, and its result is the same for a whole minute, so it is kept for that long.
 */

export interface TimeFacts {
  readonly hour: number
  /** `mon` … `sun`. */
  readonly weekday: string
  /** `YYYY-MM-DD`. */
  readonly date: string
}

/** A function from the time to the facts, for one zone. */
export function timeFactsIn(timeZone: string): (nowMs: number) => TimeFacts {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'iso8601',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    weekday: 'short',
  })
  let minute = Number.NaN
  let facts: TimeFacts = { hour: 0, weekday: 'thu', date: '1970-01-01' }
  return (nowMs) => {
    const now = Math.floor(nowMs / 60_000)
    if (now !== minute) {
      const parts: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {}
      for (const { type, value } of format.formatToParts(nowMs)) parts[type] = value
      minute = now
      facts = {
        hour: Number(parts.hour),
        weekday: parts.weekday!.toLowerCase(),
        date: `${parts.year!.padStart(4, '0')}-${parts.month}-${parts.day}`,
      }
    }
    return facts
  }
}
