/**
 * Dates as days since 1970-01-01, by the proleptic Gregorian calendar and without any clock or time zone.
 */

/** Days since 1970-01-01 of a `YYYY-MM-DD`, or undefined where the calendar has no such day. */
export function daysSinceEpoch(text: string): number | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)
  if (!match) return undefined
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined
  return daysBefore(year, month) + day - 1 - daysBefore(1970, 1)
}

/** The number of the month's days. */
export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
}

/** Days from 0000-01-01 to the first of the month. */
function daysBefore(year: number, month: number): number {
  const before = year - 1
  let days = 365 * year + Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400) + 1
  for (let each = 1; each < month; each++) days += daysInMonth(year, each)
  return days
}
