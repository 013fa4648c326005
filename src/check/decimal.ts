/**
 * Exact arithmetic on decimals as they are written: 33.3% and 66.7% are 100 %, whatever doubles say.
 */

export interface Decimal {
  readonly digits: bigint
  /** The value is `digits / 10^scale`. */
  readonly scale: number
}

/** A decimal such as `33.3` or `1_000`, without sign or exponent; zero for any other text. */
export function parseDecimal(text: string): Decimal {
  const match = /^(\d*)(?:\.(\d*))?$/.exec(text.replaceAll('_', ''))
  if (!match) return { digits: 0n, scale: 0 }
  const fraction = match[2] ?? ''
  return { digits: BigInt(`0${match[1] ?? ''}${fraction}`), scale: fraction.length }
}

/** The exact sum. */
export function sumDecimals(values: readonly Decimal[]): Decimal {
  const scale = Math.max(0, ...values.map((each) => each.scale))
  let digits = 0n
  for (const each of values) digits += each.digits * 10n ** BigInt(scale - each.scale)
  return { digits, scale }
}

/** Whether the value is that integer. */
export function isInteger(value: Decimal, integer: number): boolean {
  return value.digits === BigInt(integer) * 10n ** BigInt(value.scale)
}

/** The value times `10^places`, as text without needless zeros. */
export function formatDecimal(value: Decimal, places = 0): string {
  const scale = value.scale - places
  if (scale <= 0) return String(value.digits * 10n ** BigInt(-scale))
  const padded = String(value.digits).padStart(scale + 1, '0')
  const whole = padded.slice(0, -scale)
  const fraction = padded.slice(-scale).replace(/0+$/, '')
  return fraction === '' ? whole : `${whole}.${fraction}`
}
