/** Values of numbers, dates and addresses that show every combination of the classes of several variables. */
import type { Attribute } from '../graph/attribute.ts'
import type { IpClassifier, NumberClassifier } from '../graph/variable.ts'

/** One value for each piece between and on the thresholds of all, ordinary ones where the piece has some. */
export function numberCandidates(attribute: Attribute, classifiers: readonly NumberClassifier[]): number[] {
  const bounds = [attribute.min, attribute.max].filter((each) => each !== undefined)
  const thresholds = [...new Set([...classifiers.flatMap((each) => each.thresholds), ...bounds])].sort((a, b) => a - b)
  const found: number[] = []
  for (let piece = 0; piece <= thresholds.length * 2; piece++) {
    const value = piece % 2 === 1 ? thresholds[(piece - 1) / 2]! : between(attribute, thresholds, piece / 2)
    if (value !== undefined && fits(attribute, value)) found.push(value)
  }
  return found
}

/** A value between the threshold before place `at` and the one at it. */
function between(attribute: Attribute, thresholds: readonly number[], at: number): number | undefined {
  const below = thresholds[at - 1] ?? Number.NEGATIVE_INFINITY
  const above = thresholds[at] ?? Number.POSITIVE_INFINITY
  const middle = below / 2 + above / 2
  const candidates = isWhole(attribute)
    ? [...(attribute.type === 'date' ? [ordinaryDay] : []), 0, 1, 100, Math.floor(below) + 1, Math.ceil(above) - 1]
    : [0, 0.5, 1, below + 1, above - 1, round(middle), middle, ...near(below, 1), ...near(above, -1)]
  return candidates.find((value) => Number.isFinite(value) && value > below && value < above && fits(attribute, value))
}

/** 2026-06-15, in days since 1970-01-01. */
const ordinaryDay = 20_619

/** Numbers at a relative distance from a finite one, and the largest of all. */
function near(value: number, side: 1 | -1): number[] {
  return [...[1e-3, 1e-9, 1e-15].map((each) => value + side * each * Math.abs(value)), side * Number.MAX_VALUE]
}

/** Few digits, where a short number is near enough. */
function round(value: number): number {
  return Number(value.toPrecision(4))
}

function fits(attribute: Attribute, value: number): boolean {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = attribute
  return value >= min && value <= max && (!isWhole(attribute) || Number.isSafeInteger(value))
}

function isWhole({ type }: Attribute): boolean {
  return type !== 'number' && type !== 'percent'
}

const mappedPrefix = 0xffffn << 32n
const allAddresses = 1n << 128n
/** Addresses that are kept for documentation (RFC 5737), and a private one. */
const ordinary = [0xcb007105n, 0xc6336405n, 0x0a000005n].map((each) => mappedPrefix | each)

/** One address for each range between the starts of all. */
export function addressCandidates(classifiers: readonly IpClassifier[]): string[] {
  const starts = [...new Set([0n, ...classifiers.flatMap(startsOf)])].sort((a, b) => (a < b ? -1 : 1))
  return starts.map((first, index) => {
    const end = starts[index + 1] ?? allAddresses
    const chosen = ordinary.find((each) => each >= first && each < end) ?? (first === 0n && end > 1n ? 1n : first)
    return addressText(chosen)
  })
}

function startsOf({ starts }: IpClassifier): bigint[] {
  const found: bigint[] = []
  for (let i = 0; i < starts.length; i += 4) {
    let address = 0n
    for (let word = 0; word < 4; word++) address = (address << 32n) | BigInt(starts[i + word]!)
    found.push(address)
  }
  return found
}

function addressText(address: bigint): string {
  if (address >> 32n === 0xffffn) return [24n, 16n, 8n, 0n].map((shift) => Number((address >> shift) & 0xffn)).join('.')
  return Array.from({ length: 8 }, (_, i) => ((address >> BigInt(112 - i * 16)) & 0xffffn).toString(16)).join(':')
}
