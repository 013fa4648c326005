/**
 * Values: what one raw fact counts as, given the type of its attribute.
 *
 * Money is in nano-dollars, durations in milliseconds, sizes in bytes, percents are fractions; dates and
 * addresses stay the texts they are. `undefined` is the missing value.
 */
import type { AttributeType } from '../graph/attribute.ts'
import { parseAddress } from './address.ts'

export type Value = string | number | boolean | readonly string[]

const durationUnits: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const sizeUnits: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1_000,
  MB: 1_000_000,
  GB: 1_000_000_000,
  KiB: 1_024,
  MiB: 1_048_576,
  GiB: 1_073_741_824,
}

/** A value of the wrong type counts as left out. */
export function valueOfType(type: AttributeType, raw: unknown): Value | undefined {
  switch (type) {
    case 'string':
      return typeof raw === 'string' ? raw : undefined
    case 'bool':
      return typeof raw === 'boolean' ? raw : undefined
    case 'int':
      return Number.isSafeInteger(raw) ? Number(raw) : undefined
    case 'number':
    case 'percent':
      return finite(raw)
    case 'size':
      return wholeUnits(raw, sizeUnits)
    case 'duration':
      return wholeUnits(raw, durationUnits)
    case 'money':
      return money(raw)
    case 'date':
      return typeof raw === 'string' && isDate(raw) ? raw : undefined
    case 'ip':
      return typeof raw === 'string' && parseAddress(raw) !== undefined ? raw : undefined
    case 'set':
      return Array.isArray(raw) && raw.every((each) => typeof each === 'string') ? raw : undefined
  }
}

function finite(raw: unknown): number | undefined {
  return typeof raw === 'number' && Number.isFinite(raw) ? raw : undefined
}

/** A whole number of the smallest unit, or a whole number with a unit as a text: `"30s"`, `"10KB"`. */
function wholeUnits(raw: unknown, units: Readonly<Record<string, number>>): number | undefined {
  if (typeof raw === 'number') return Number.isSafeInteger(raw) ? raw : undefined
  if (typeof raw !== 'string') return undefined
  const written = /^(\d+)([A-Za-z]+)$/.exec(raw)
  if (!written || !Object.hasOwn(units, written[2]!)) return undefined
  return safe(BigInt(written[1]!) * BigInt(units[written[2]!]!))
}

/** A number of dollars, or a text such as `"$1.25"` with at most nine decimals: exact to the nano-dollar. */
function money(raw: unknown): number | undefined {
  if (typeof raw === 'number') {
    const nanoUsd = Math.round(raw * 1e9)
    return Number.isSafeInteger(nanoUsd) ? nanoUsd : undefined
  }
  if (typeof raw !== 'string') return undefined
  const written = /^\$(\d+)(?:\.(\d{1,9}))?$/.exec(raw)
  return written ? safe(BigInt(written[1]! + (written[2] ?? '').padEnd(9, '0'))) : undefined
}

/** A whole number that a double keeps exactly. */
function safe(value: bigint): number | undefined {
  return Number.isSafeInteger(Number(value)) ? Number(value) : undefined
}

/** A day that exists, as `YYYY-MM-DD`. */
export function isDate(text: string): boolean {
  const written = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)
  if (!written) return false
  const [year, month, day] = [Number(written[1]), Number(written[2]), Number(written[3])]
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
  return month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1]!
}

/** A value as the text that rewrites and logs carry: numbers in decimal, money in dollars, sets joined by commas. */
export function textOf(value: Value, type?: AttributeType): string {
  if (typeof value === 'string') return value
  if (type === 'money') {
    const [whole, decimals] = (Number(value) / 1e9).toFixed(9).split('.') as [string, string]
    const shown = decimals.replace(/0+$/, '')
    return shown === '' ? whole : `${whole}.${shown}`
  }
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return value.join(',')
}
