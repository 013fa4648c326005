/** Values of numbers, dates and addresses that show every combination of the classes of several variables. */
import { allAddresses, ordinaryAddress } from '../compile/ordinary-address.ts'
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

/** One address for each range between the starts of all. */
export function addressCandidates(classifiers: readonly IpClassifier[]): string[] {
  const starts = [...new Set([0n, ...classifiers.flatMap(startsOf)])].sort((a, b) => (a < b ? -1 : 1))
  return starts.map((first, index) => ordinaryAddress(first, starts[index + 1] ?? allAddresses))
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
