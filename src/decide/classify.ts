/** Classify: from a value to the class of a variable. One look-up or one search, whatever the number of rules. */
import { parseAddress } from '../graph/address.ts'
import { runDfa, toRunnable } from '../graph/dfa.ts'
import { type PatternTest, type Variable, viewModel } from '../graph/variable.ts'
import type { FactValue } from './facts.ts'
import { flatCopy } from './flat.ts'

export type Classify = (value: FactValue) => number

/** The classifier of a variable, made ready to run. A missing value must only be given where there can be one. */
export function createClassifier(variable: Variable): Classify {
  const missing = variable.missing ?? 0
  const { classifier } = variable
  switch (classifier.kind) {
    case 'bool': {
      const [no, yes] = classifier.classes
      return (value) => (value === undefined ? missing : value === true ? yes : no)
    }
    case 'string': {
      const constants = new Map(flatCopy(classifier.constants))
      const { other } = classifier
      if (!classifier.automaton) {
        const rest = other ?? missing
        return (value) => (value === undefined ? missing : (constants.get(value as string) ?? rest))
      }
      const dfa = toRunnable(classifier.automaton)
      if (constants.size === 0) return (value) => (value === undefined ? missing : runDfa(dfa, value as string))
      return (value) =>
        value === undefined ? missing : (constants.get(value as string) ?? runDfa(dfa, value as string))
    }
    case 'number': {
      const thresholds = Float64Array.from(classifier.thresholds)
      const classes = Int32Array.from(classifier.classes)
      const pieceOf = createPieces(thresholds)
      return (value) => (value === undefined ? missing : classes[pieceOf(value as number)]!)
    }
    case 'ip': {
      const starts = Uint32Array.from(classifier.starts)
      const classes = Int32Array.from(classifier.classes)
      const words = new Uint32Array(4)
      return (value) => {
        if (typeof value !== 'string' || !parseAddress(value, words)) return missing
        return classes[rangeOf(starts, words)]!
      }
    }
    case 'present':
      return (value) => (value === undefined ? 0 : 1)
    case 'element': {
      const { element } = classifier
      return (value) => (Array.isArray(value) && value.includes(element) ? 1 : 0)
    }
    case 'pattern': {
      const holds = createTest(classifier.test)
      const { view } = classifier
      if (view) return (value) => (typeof value === 'string' && holds(viewModel(view, value)) ? 1 : 0)
      return (value) => (typeof value === 'string' && holds(value) ? 1 : 0)
    }
  }
}

const bucketCount = 256

/**
 * The piece of a number: piece `2i` lies below threshold `i`, piece `2i + 1` is the threshold. The range of the
 * thresholds is cut into buckets of one width that know which thresholds are in them, so that hardly anything is left
 * to search.
 */
function createPieces(thresholds: Float64Array): (value: number) => number {
  const count = thresholds.length
  const least = thresholds[0] ?? 0
  const most = thresholds[count - 1] ?? 0
  const scale = (bucketCount - 1) / (most - least)
  // Bucket numbers only grow with the value, so those of lower buckets are lower, rounding or not.
  const firsts = new Int32Array(bucketCount + 1).fill(count)
  const isEven = Number.isFinite(scale) && scale > 0
  if (isEven) {
    for (let i = count - 1; i >= 0; i--) firsts[Math.floor((thresholds[i]! - least) * scale)] = i
    for (let each = bucketCount - 1; each >= 0; each--) firsts[each] = Math.min(firsts[each]!, firsts[each + 1]!)
  }
  return (value) => {
    if (!(value > least)) return value === least && count > 0 ? 1 : 0
    if (value > most) return count * 2
    const bucket = isEven ? Math.floor((value - least) * scale) : 0
    let low = isEven ? firsts[bucket]! : 0
    let high = isEven ? firsts[bucket + 1]! : count
    while (low < high) {
      const middle = (low + high) >> 1
      if (thresholds[middle]! < value) low = middle + 1
      else high = middle
    }
    return low * 2 + (thresholds[low] === value ? 1 : 0)
  }
}

/** The last range that starts at or before the address. */
function rangeOf(starts: Uint32Array, words: Uint32Array): number {
  let low = 0
  let high = starts.length / 4 - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (isAtMost(starts, middle * 4, words)) low = middle
    else high = middle - 1
  }
  return low
}

function isAtMost(starts: Uint32Array, at: number, words: Uint32Array): boolean {
  for (let i = 0; i < 4; i++) {
    const start = starts[at + i]!
    const word = words[i]!
    if (start !== word) return start < word
  }
  return true
}

function createTest(test: PatternTest): (value: string) => boolean {
  switch (test.kind) {
    case 'prefix':
      return (value) => value.startsWith(test.text)
    case 'suffix':
      return (value) => value.endsWith(test.text)
    case 'contains':
      return (value) => value.includes(test.text)
    case 'one_of': {
      const values = new Set(test.values)
      return (value) => values.has(value)
    }
    case 'automaton': {
      const dfa = toRunnable(test.automaton)
      return (value) => runDfa(dfa, value) === 1
    }
  }
}
