/**
 * Numbers and everything that begins like one: counts, durations, sizes, money, percentages.
 *
 * Values are computed from the decimal text in integers, so that no limit and no price goes through binary
 * floating point. What is malformed comes back as an error text; what is of another language as a mended text.
 */
import type { Span } from '../diagnostics/source.ts'
import type { Literal } from './ast-conditions.ts'

/** A numeral read from the text: the literal, and what is to be said about how it was written. */
export type Numeral =
  | { readonly kind: 'literal'; readonly literal: Literal; readonly mended?: string; readonly end: number }
  | { readonly kind: 'status_class'; readonly end: number }
  | { readonly kind: 'bad'; readonly message: string; readonly help: string; readonly end: number }

const shape = /(-?)(\$?)((?:\d[\d_]*)?(?:\.\d[\d_]*)?)([A-Za-z_]\w*|\.(?![.\w]))?(\$(?![\d.])|[ \t]*%)?/y
const unitWord = /[ \t]+(ms|s|m|h|d|[A-Za-z]{3,12})\b/y
const longest = 60

const durationUnits: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const sizeUnits: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
}
const countUnits: Readonly<Record<string, number>> = { k: 1000, M: 1_000_000 }

/** How other languages write a unit. */
const habitUnits: Readonly<Record<string, string>> = {
  ...{ msec: 'ms', msecs: 'ms', millis: 'ms', millisecond: 'ms', milliseconds: 'ms' },
  ...{ sec: 's', secs: 's', second: 's', seconds: 's', min: 'm', mins: 'm', minute: 'm', minutes: 'm' },
  ...{ hr: 'h', hrs: 'h', hour: 'h', hours: 'h', day: 'd', days: 'd' },
  ...{ kb: 'KB', mb: 'MB', gb: 'GB', kB: 'KB', kib: 'KiB', mib: 'MiB', gib: 'GiB', Kb: 'KB', Mb: 'MB', Gb: 'GB' },
  ...{ b: 'B', byte: 'B', bytes: 'B', K: 'k', S: 's', H: 'h', D: 'd', MS: 'ms' },
}

/** The unit that a word such as `minutes` means, if it is one for durations. */
export function durationUnitOf(word: string): string | undefined {
  const unit = habitUnits[word] ?? word
  return Object.hasOwn(durationUnits, unit) ? unit : undefined
}

/** Reads the numeral at `at`, where a digit, `$`, `-` or `.` before a digit stands. */
export function readNumeral(text: string, at: number, spanTo: (end: number) => Span): Numeral {
  shape.lastIndex = at
  const [all = '', minus = '', dollar = '', written = '', suffix = '', after = ''] = shape.exec(text) ?? []
  let end = at + Math.max(1, all.length)
  const number = written.startsWith('.') ? `0${written}` : written
  const bad = (message: string, help: string): Numeral => ({ kind: 'bad', message, help, end })
  if (all.length > longest) return bad('this number is too long', `write it in at most ${longest} characters`)
  if (!/\d/.test(written))
    return bad(`found \`${all}\` where a number was wanted`, 'write the digits directly after it')
  if (/__|_$|_\./.test(written)) return bad(`the underscores of \`${all}\` do not part digits`, 'write `1_000`')
  if (/^[45]xx$/i.test(number + suffix) && minus + dollar + after === '') {
    return /xx$/.test(suffix)
      ? { kind: 'status_class', end }
      : bad(`found \`${all}\``, `write \`${all.toLowerCase()}\``)
  }
  let unit = suffix
  let mendedUnit = Object.hasOwn(habitUnits, suffix) ? habitUnits[suffix]! : suffix
  if (suffix === '' && after === '' && dollar === '') {
    unitWord.lastIndex = end
    const word = unitWord.exec(text)
    const meant = word && durationUnitOf(word[1]!)
    if (word && meant) {
      end += word[0].length
      unit = word[0]
      mendedUnit = meant
    }
  }
  const sign = after.trim()
  const money = dollar === '$' || sign === '$'
  const canonical = `${minus}${money ? '$' : ''}${number}${mendedUnit}${sign === '%' ? '%' : ''}`
  const span = spanTo(end)
  const source = text.slice(at, end)
  if (sign === '%' && (unit !== '' || money)) return bad(`\`${all}\` mixes two units`, 'write one unit')
  const made = makeLiteral({ minus, number, unit: mendedUnit, money, percent: sign === '%', canonical, span })
  if (typeof made === 'string') return bad(made.split('\n')[0]!, made.split('\n')[1] ?? '')
  return canonical === source
    ? { kind: 'literal', literal: made, end }
    : { kind: 'literal', literal: made, mended: canonical, end }
}

interface Parts {
  readonly minus: string
  readonly number: string
  readonly unit: string
  readonly money: boolean
  readonly percent: boolean
  readonly canonical: string
  readonly span: Span
}

/** The literal, or message and help parted by a line feed. */
function makeLiteral({ minus, number, unit, money, percent, canonical, span }: Parts): Literal | string {
  const text = canonical
  if (minus !== '' && (money || percent || (unit !== '' && !Object.hasOwn(countUnits, unit)))) {
    return `\`${text}\` is negative\nonly plain numbers may be`
  }
  const times = Object.hasOwn(countUnits, unit) ? countUnits[unit]! : unit === '' ? 1 : undefined
  if (money) {
    if (times === undefined) return `\`${unit}\` is not a unit of money\nwrite \`$500\`, \`$2k\` or \`$0.25\``
    const nanoUsd = exactInteger(number, 1e9 * times)
    if (nanoUsd === 'fraction')
      return `\`${text}\` has more than nine decimals\nmoney is kept in billionths of a dollar`
    if (nanoUsd === 'large') return `\`${text}\` is more than can be kept exactly\nwrite at most \`$9_007_199\``
    return { kind: 'money', nanoUsd, text, span }
  }
  if (percent) return { kind: 'percent', fraction: decimal(number, 1, 2), text, span }
  if (times !== undefined) return makeNumber(minus, number, times, text, span)
  if (Object.hasOwn(durationUnits, unit)) {
    const ms = exactInteger(number, durationUnits[unit]!)
    if (ms === 'fraction') return `\`${text}\` is not a whole number of milliseconds\nwrite it with a smaller unit`
    if (ms === 'large') return `\`${text}\` is too long a time\nwrite a shorter one`
    return { kind: 'duration', ms, text, span }
  }
  if (Object.hasOwn(sizeUnits, unit)) {
    const bytes = exactInteger(number, sizeUnits[unit]!)
    if (bytes === 'fraction') return `\`${text}\` is not a whole number of bytes\nwrite it with a smaller unit`
    if (bytes === 'large') return `\`${text}\` is too large\nwrite a smaller size`
    return { kind: 'size', bytes, text, span }
  }
  if (unit === '.') return `\`${text}\` ends in a point\nwrite \`${number}\` or \`${number}.0\``
  const help =
    unit === 'w'
      ? `a week is \`${number === '1' ? '7' : `${number} times 7`}d\``
      : 'units are `ms s m h d`, `B KB MB GB KiB MiB GiB`, `k M` and `%`'
  return `\`${unit}\` is not a unit\n${/^[eE]\d|^[xX]/.test(unit) ? 'write the number out in decimal digits' : help}`
}

function makeNumber(minus: string, number: string, times: number, text: string, span: Span): Literal | string {
  const exact = exactInteger(number, times)
  if (exact === 'large')
    return `\`${text}\` is more than can be kept exactly\nwrite at most \`${Number.MAX_SAFE_INTEGER}\``
  const value = exact === 'fraction' ? decimal(number, times, 0) : exact
  return { kind: 'number', value: minus && value !== 0 ? -value : value, integer: exact !== 'fraction', text, span }
}

/** `number` times an integer, exactly, where the product is an integer that a double keeps exactly. */
function exactInteger(number: string, times: number): number | 'fraction' | 'large' {
  const { digits, scale } = digitsOf(number)
  const product = digits * BigInt(times)
  const unit = 10n ** BigInt(scale)
  if (product / unit > BigInt(Number.MAX_SAFE_INTEGER)) return 'large'
  return product % unit === 0n ? Number(product / unit) : 'fraction'
}

/** The double nearest to `number` times an integer, shifted right by `shift` decimal places. */
function decimal(number: string, times: number, shift: number): number {
  const { digits, scale } = digitsOf(number)
  return Number(`${digits * BigInt(times)}e-${scale + shift}`)
}

function digitsOf(number: string): { digits: bigint; scale: number } {
  const [whole = '', fraction = ''] = number.replaceAll('_', '').split('.')
  return { digits: BigInt(whole + fraction), scale: fraction.length }
}
