/** Quantities as facts may write them: numbers in the base unit, or text with a unit. Exact, or undefined. */

const durations: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const sizes: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1000,
  MB: 1_000_000,
  GB: 1_000_000_000,
  KiB: 1024,
  MiB: 1_048_576,
  GiB: 1_073_741_824,
}

/** Milliseconds from a whole number of them or from `30s`. */
export function parseDuration(value: unknown): number | undefined {
  return parseUnits(value, durations)
}

/** Bytes from a whole number of them or from `10KB`. */
export function parseSize(value: unknown): number | undefined {
  return parseUnits(value, sizes)
}

function parseUnits(value: unknown, units: Readonly<Record<string, number>>): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined
  if (typeof value !== 'string') return undefined
  const match = /^(\d+)([A-Za-z]+)$/.exec(value)
  const unit = match && Object.hasOwn(units, match[2]!) ? units[match[2]!] : undefined
  if (unit === undefined) return undefined
  const total = Number(match![1]) * unit
  return Number.isSafeInteger(total) ? total : undefined
}

/** Nano-dollars from a number of dollars or from `$1.25`; at most nine decimals. */
export function parseMoney(value: unknown): number | undefined {
  if (typeof value === 'number') {
    const nano = Math.round(value * 1e9)
    return Number.isSafeInteger(nano) ? nano : undefined
  }
  if (typeof value !== 'string') return undefined
  const match = /^\$(\d+)(?:\.(\d{1,9}))?$/.exec(value)
  if (!match) return undefined
  const nano = Number(match[1]) * 1e9 + Number((match[2] ?? '').padEnd(9, '0'))
  return Number.isSafeInteger(nano) ? nano : undefined
}

/** Days since 1970-01-01 from a real date `YYYY-MM-DD`. */
export function parseDate(value: unknown): number | undefined {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return undefined
  const ms = Date.parse(`${value}T00:00:00Z`)
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== value ? undefined : ms / 86_400_000
}
