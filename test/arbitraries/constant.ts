/** Values near a constant: what a condition on it tells apart, or might wrongly not tell apart. */
import { globs, patterns, type Word } from './vocabulary.ts'

/** Facts worth trying against one constant of a policy: itself, its neighbours, and what is nearly it. */
export function near(word: Word, constant: string): readonly unknown[] {
  switch (word.type) {
    case 'string':
    case 'set':
      return nearText(constant)
    case 'ip':
      return nearBlock(constant)
    case 'date':
      return nearDate(constant)
    case 'bool':
      return [true, false]
    case 'int':
      return [-1, 0, 1].map((each) => wholeNumber(constant) + each)
    case 'number':
      return [-1, -1e-9, 0, 1e-9, 1].map((each) => wholeNumber(constant) + each)
    case 'percent':
      return nearPercent(constant)
    case 'size':
      return [...[-1, 0, 1].map((each) => units(constant) + each), constant]
    case 'duration':
      return [...[-1, 0, 1].map((each) => units(constant) + each), constant]
    case 'money':
      return nearMoney(constant)
  }
}

function nearText(text: string): readonly string[] {
  const glob = globs.find((each) => each.glob === text)
  if (glob) return glob.near
  const pattern = patterns.find((each) => each.pattern === text)
  if (pattern) return pattern.near
  const swapped = text === text.toLowerCase() ? text.toUpperCase() : text.toLowerCase()
  return [text, text, text, text.slice(0, -1), `${text}x`, `x${text}`, text.slice(1), swapped, '', `${text}${text}`]
}

/** First and last address of a block, the ones just outside of it, and the same in IPv6 notation. */
function nearBlock(block: string): readonly string[] {
  const [base = '', length] = block.split('/')
  if (base.includes(':'))
    return [base, `${base.replace(/::?$/, '')}::1`.replace(/^::::/, '::'), '::', '2001:db8:ffff::1', '2001:db9::']
  const first = base.split('.').reduce((value, part) => value * 256 + Number(part), 0)
  const last = first + 2 ** (32 - Number(length ?? 32)) - 1
  const dotted = [first, first + 1, last, first - 1, last + 1]
    .filter((each) => each >= 0 && each < 2 ** 32)
    .map((each) => [24, 16, 8, 0].map((shift) => Math.floor(each / 2 ** shift) % 256).join('.'))
  return [...dotted, `::ffff:${dotted[0]}`, '10.9.0.1']
}

function nearDate(day: string): readonly string[] {
  const at = Date.parse(`${day}T00:00:00Z`)
  return [-1, 0, 1].map((each) => new Date(at + each * 86_400_000).toISOString().slice(0, 10))
}

function wholeNumber(literal: string): number {
  const scale = literal.endsWith('k') ? 1_000 : literal.endsWith('M') ? 1_000_000 : 1
  return Number(literal.replace(/[_kM]/g, '')) * scale
}

function nearPercent(literal: string): readonly number[] {
  const fraction = Number(`${literal.slice(0, -1)}e-2`)
  return [fraction, fraction, fraction - 0.001, fraction + 0.001, fraction - Number.EPSILON / 4].map((each) =>
    Math.max(0, each),
  )
}

const unitSizes: Readonly<Record<string, number>> = {
  ...{ ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 },
  ...{ B: 1, KB: 1_000, KiB: 1_024, MB: 1_000_000 },
}

function units(literal: string): number {
  const [, digits = '0', unit = ''] = /^([\d_]+)([A-Za-z]+)$/.exec(literal) ?? []
  return Number(digits.replaceAll('_', '')) * (unitSizes[unit] ?? 1)
}

/** Dollars as numbers and as text, one nano-dollar below, at and above. */
function nearMoney(literal: string): readonly unknown[] {
  const dollars = literal.slice(1).replaceAll('_', '')
  const nanoUsd = Math.round(Number(dollars) * 1e9)
  const texts = [-1, 0, 1]
    .map((each) => Math.max(0, nanoUsd + each))
    .map((each) => `$${Math.floor(each / 1e9)}.${String(each % 1e9).padStart(9, '0')}`)
  return [Number(dollars), `$${dollars}`, ...texts, (nanoUsd - 1) / 1e9, (nanoUsd + 1) / 1e9]
}
