/**
 * The classes of ordered attributes: numbers, dates and addresses fall into pieces between thresholds, and
 * neighbouring pieces that no test tells apart are one class.
 */
import type { Attribute } from '../graph/attribute.ts'
import type { ClassSet } from '../graph/class-set.ts'
import { allAddresses, ordinaryAddress } from './ordinary-address.ts'
import type { DraftVariable, PartitionedAttribute } from './partitioned.ts'
import { blocksOf, type ScalarTest } from './satisfies.ts'

/** Piece `2i` is the open interval below threshold `i`, piece `2i + 1` the threshold itself; the last is above all. */
type Pieces = readonly (readonly [number, number])[]

export function partitionNumbers(
  attribute: Attribute,
  tests: readonly ScalarTest[],
  optional: boolean,
): PartitionedAttribute {
  const thresholds = [...new Set(tests.flatMap(thresholdsOf))].sort((a, b) => a - b)
  const place = new Map(thresholds.map((value, index) => [value, index * 2 + 1]))
  const last = thresholds.length * 2
  const pieces: Pieces[] = tests.map((test) => piecesOf(test, place, last))
  const samples = Array.from({ length: last + 1 }, (_, piece) => sampleOf(attribute, thresholds, piece))
  const joined = joinPieces(pieces, samples, optional)
  const variable: DraftVariable = {
    size: joined.samples.length,
    ...(optional ? { missing: 0 } : {}),
    classifier: { kind: 'number', thresholds, classes: joined.classOf },
    samples: joined.samples,
  }
  return { variables: [variable], where: pieces.map((own) => [{ variable: 0, classes: joined.where(own) }]) }
}

function thresholdsOf(test: ScalarTest): number[] {
  switch (test.kind) {
    case 'below':
    case 'at_most':
    case 'above':
    case 'at_least':
      return [test.value]
    case 'equals':
      return [Number(test.value)]
    case 'one_of':
      return test.values.map(Number)
    default:
      return []
  }
}

/** The pieces that satisfy a test, as ranges with both ends included. */
function piecesOf(test: ScalarTest, place: ReadonlyMap<number, number>, last: number): Pieces {
  switch (test.kind) {
    case 'present':
      return [[0, last]]
    case 'below':
      return [[0, place.get(test.value)! - 1]]
    case 'at_most':
      return [[0, place.get(test.value)!]]
    case 'above':
      return [[place.get(test.value)! + 1, last]]
    case 'at_least':
      return [[place.get(test.value)!, last]]
    case 'equals':
    case 'one_of':
      return thresholdsOf(test).map((value) => [place.get(value)!, place.get(value)!])
    default:
      return []
  }
}

/** A value of the piece, or undefined where the attribute can have none there. */
function sampleOf(attribute: Attribute, thresholds: readonly number[], piece: number): number | undefined {
  const integral = attribute.type !== 'number' && attribute.type !== 'percent'
  const min = attribute.min ?? Number.NEGATIVE_INFINITY
  const max = attribute.max ?? Number.POSITIVE_INFINITY
  if (piece % 2 === 1) {
    const value = thresholds[(piece - 1) / 2]!
    return value >= min && value <= max && (!integral || Number.isInteger(value)) ? value : undefined
  }
  const below = thresholds[piece / 2 - 1] ?? Number.NEGATIVE_INFINITY
  const above = thresholds[piece / 2] ?? Number.POSITIVE_INFINITY
  const inside = (value: number): boolean => value > below && value < above && value >= min && value <= max
  const candidates = integral
    ? [0, 1, Math.floor(below) + 1, Math.ceil(above) - 1, min, max]
    : [
        0,
        below + 1,
        above - 1,
        (below + above) / 2,
        below / 2 + above / 2,
        min,
        max,
        nextAfter(below),
        Number.MAX_VALUE,
        -Number.MAX_VALUE,
      ]
  return candidates.find((value) => Number.isFinite(value) && inside(value))
}

/** The next double above a finite one, zero included. */
function nextAfter(value: number): number {
  if (!Number.isFinite(value)) return value
  if (value === 0) return Number.MIN_VALUE
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  view.setBigInt64(0, view.getBigInt64(0) + (value > 0 ? 1n : -1n))
  return view.getFloat64(0)
}

interface OrderedClasses {
  /** The class of each piece; a piece without values has that of a neighbour. */
  readonly classOf: number[]
  readonly samples: (number | undefined)[]
  readonly where: (own: Pieces) => ClassSet
}

/** Joins neighbouring pieces that no test tells apart; class 0 is the missing value where there can be one. */
function joinPieces(
  pieces: readonly Pieces[],
  samples: readonly (number | undefined)[],
  optional: boolean,
): OrderedClasses {
  const toggles = new Uint8Array(samples.length + 1)
  for (const own of pieces) {
    for (const [from, to] of own) {
      toggles[from] = 1
      toggles[to + 1] = 1
    }
  }
  const joined: (number | undefined)[] = optional ? [undefined] : []
  const classOf: number[] = []
  /** How many pieces with values, hence classes at most, come before each piece. */
  const feasible: number[] = []
  let current = -1
  let changed = true
  for (const [piece, sample] of samples.entries()) {
    if (toggles[piece] === 1) changed = true
    if (sample !== undefined) {
      if (changed || current < 0) {
        current = joined.length
        joined.push(sample)
        changed = false
      }
      feasible.push(piece)
    }
    classOf.push(Math.max(current, 0))
  }
  if (joined.length === 0) joined.push(undefined)
  const where = (own: Pieces): ClassSet => {
    const ranges: number[] = []
    for (const [from, to] of [...own].sort((a, b) => a[0] - b[0])) {
      const first = feasible[firstAtLeast(feasible, from)]
      const last = feasible[firstAtLeast(feasible, to + 1) - 1]
      if (first === undefined || last === undefined || first > last) continue
      const start = classOf[first]!
      const end = classOf[last]! + 1
      const before = ranges[ranges.length - 1]
      if (before !== undefined && before >= start) ranges[ranges.length - 1] = Math.max(before, end)
      else ranges.push(start, end)
    }
    return ranges
  }
  return { classOf, samples: joined, where }
}

/** The first index whose value is at least `least`, in an ascending list. */
function firstAtLeast(ascending: readonly number[], least: number): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (ascending[middle]! < least) low = middle + 1
    else high = middle
  }
  return low
}

export function partitionAddresses(tests: readonly ScalarTest[], optional: boolean): PartitionedAttribute {
  const cuts = new Set([0n])
  for (const test of tests) {
    for (const { first, last } of blocksOf(test)) {
      cuts.add(first)
      if (last + 1n < allAddresses) cuts.add(last + 1n)
    }
  }
  const starts = [...cuts].sort((a, b) => (a < b ? -1 : 1))
  const at = new Map(starts.map((value, index) => [value, index]))
  const pieces: Pieces[] = tests.map((test) => {
    if (test.kind === 'present') return [[0, starts.length - 1]]
    return blocksOf(test).map(({ first, last }) => [at.get(first)!, (at.get(last + 1n) ?? starts.length) - 1] as const)
  })
  const samples = starts.map((_, index) => index)
  const joined = joinPieces(pieces, samples, optional)
  const variable: DraftVariable = {
    size: joined.samples.length,
    ...(optional ? { missing: 0 } : {}),
    classifier: { kind: 'ip', starts: starts.flatMap(wordsOfAddress), classes: joined.classOf },
    samples: joined.samples.map((each) =>
      each === undefined ? undefined : ordinaryAddress(starts[each]!, starts[each + 1] ?? allAddresses),
    ),
  }
  return { variables: [variable], where: pieces.map((own) => [{ variable: 0, classes: joined.where(own) }]) }
}

/** An address as four words of 32 bits, highest first. */
function wordsOfAddress(address: bigint): number[] {
  return [96n, 64n, 32n, 0n].map((shift) => Number((address >> shift) & 0xffffffffn))
}
