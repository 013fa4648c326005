/** Values as a policy writes them, from the form that classes and decisions carry inside. */
import type { AttributeType } from './attribute.ts'

/** The date of a number of days since 1970-01-01. */
export function formatDate(days: number): string {
  return new Date(days * 86_400_000).toISOString().slice(0, 10)
}

/** Dollars in plain decimals, without trailing zeros: `1.25`. */
export function formatMoney(nanoUsd: number): string {
  const digits = String(Math.abs(nanoUsd)).padStart(10, '0')
  const decimals = digits.slice(-9).replace(/0+$/, '')
  return `${nanoUsd < 0 ? '-' : ''}${digits.slice(0, -9)}${decimals === '' ? '' : `.${decimals}`}`
}

/** The literal of a value of that type: `"core"`, `80%`, `$5`, `30s`, `"2026-12-24"`. */
export function literalText(type: AttributeType, value: string | number | boolean): string {
  if (typeof value !== 'number') return typeof value === 'string' ? JSON.stringify(value) : String(value)
  switch (type) {
    case 'percent':
      return `${Number((value * 100).toPrecision(15))}%`
    case 'money':
      return `$${formatMoney(value)}`
    case 'date':
      return `"${formatDate(value)}"`
    case 'duration':
      return withUnit(value, durationUnits)
    case 'size':
      return withUnit(value, sizeUnits)
    case 'string':
    case 'bool':
    case 'int':
    case 'number':
    case 'ip':
    case 'set':
      return String(value)
  }
}

const durationUnits = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const
const sizeUnits = [
  ['GB', 1e9],
  ['MB', 1e6],
  ['KB', 1000],
  ['B', 1],
] as const

/** In the largest unit that it is a whole number of. */
function withUnit(value: number, units: readonly (readonly [string, number])[]): string {
  const [unit, size] = (value === 0 ? undefined : units.find(([, each]) => value % each === 0)) ?? units.at(-1)!
  return `${value / size}${unit}`
}
