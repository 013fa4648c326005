/**
 * Amounts as they are written in configuration and tables: money, durations, sizes, percents, dates.
 * Each is read from its decimal text, so that nothing passes through a binary fraction.
 */
import { isIP } from 'node:net'

/** Dollars (`$1.25`, `1.25`) as nano-dollars; undefined for anything else, and for more than nine decimals. */
export function parseMoneyNanoUsd(text: string): number | undefined {
  const match = /^\$?(\d[\d_]*)(?:\.(\d[\d_]*))?(?:[eE]([-+]?\d{1,3}))?$/.exec(text.trim())
  if (!match) return undefined
  return scaled(match[1]!, match[2] ?? '', 9 + Number(match[3] ?? 0))
}

/** A duration with a unit (`250ms`, `30s`, `5m`, `1h`, `7d`) as milliseconds. */
export function parseDurationMs(text: string): number | undefined {
  const match = /^(\d[\d_]*)(ms|s|m|h|d)$/.exec(text.trim())
  if (!match) return undefined
  return safe(Number(match[1]!.replaceAll('_', '')) * millisecondsPer[match[2] as keyof typeof millisecondsPer])
}

const millisecondsPer = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** A size (`10KB` is 10,000 bytes, `10KiB` is 10,240) or a bare count, as bytes. */
export function parseSizeBytes(text: string): number | undefined {
  const match = /^(\d[\d_]*)(B|[kK]B|MB|GB|KiB|MiB|GiB)?$/.exec(text.trim())
  if (!match) return undefined
  const unit = (match[2] ?? 'B').replace('kB', 'KB') as keyof typeof bytesPer
  return safe(Number(match[1]!.replaceAll('_', '')) * bytesPer[unit])
}

const bytesPer = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const

/** A percent (`80%`, `0.5%`) as a fraction. */
export function parsePercent(text: string): number | undefined {
  const match = /^(\d+)(?:\.(\d+))?%$/.exec(text.trim())
  if (!match) return undefined
  const fraction = match[2] ?? ''
  const digits = safe(Number(match[1] + fraction))
  return digits === undefined || fraction.length > 15 ? undefined : digits / 10 ** (fraction.length + 2)
}

/** A day (`2026-12-24`) that the calendar has. */
export function parseDate(text: string): string | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)
  if (!match) return undefined
  const day = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text) ? text : undefined
}

/** An IPv4 or IPv6 address. */
export function parseIp(text: string): string | undefined {
  return isIP(text) === 0 ? undefined : text
}

function scaled(whole: string, fraction: string, decimals: number): number | undefined {
  const digits = fraction.replaceAll('_', '').replace(/0+$/, '')
  const all = `${whole.replaceAll('_', '')}${digits}`
  const shift = decimals - digits.length
  // Within fifteen digits both factors and the product are exact integers.
  if (shift >= 0 && all.length + shift <= 15) return Number(all) * 10 ** shift
  if (all.length > 40 || shift > 40) return undefined
  if (shift >= 0) return safe(Number(BigInt(all) * 10n ** BigInt(shift)))
  const unit = 10n ** BigInt(-shift)
  return BigInt(all) % unit === 0n ? safe(Number(BigInt(all) / unit)) : undefined
}

function safe(value: number): number | undefined {
  return Number.isSafeInteger(value) ? value : undefined
}
