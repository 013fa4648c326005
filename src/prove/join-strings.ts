/**
 * Values of a string attribute that show every combination of the classes of several variables: their constants, and
 * a word for each combination of labels that the automata of all can end in together.
 */
import { otherThan } from '../compile/partition-strings.ts'
import { wordsOf } from '../compile/words.ts'
import { type Dfa, symbolOf } from '../graph/dfa.ts'
import { Outgrown } from '../graph/diagram.ts'
import type { StringClassifier } from '../graph/variable.ts'

/** Most states × symbols of the automata of two parts run together. */
const productBound = 1 << 20

/** Constants first, then words that are none of them; `excluded` are strings that the attribute cannot have. */
export function stringCandidates(classifiers: readonly StringClassifier[], excluded: readonly string[]): string[] {
  const constants = [...new Set(classifiers.flatMap((each) => each.constants.map(([value]) => value)))].filter(
    (each) => !excluded.includes(each),
  )
  const automata = classifiers.flatMap((each) => (each.automaton ? [each.automaton] : []))
  const taken = [...constants, ...excluded]
  if (automata.length === 0) return [...constants, otherThan(new Set(taken))]
  const { dfa, labelCount } = automata.slice(1).reduce(product, renumbered(automata[0]!))
  const words = wordsOf(dfa, labelCount, taken).filter((each) => each !== undefined)
  return [...constants, ...words]
}

interface Labelled {
  readonly dfa: Dfa
  readonly labelCount: number
}

/** The automaton with its labels numbered from 0. */
function renumbered(dfa: Dfa): Labelled {
  const numbers = new Map<number, number>()
  const labels = dfa.labels.map((label) => {
    const number = numbers.get(label) ?? numbers.size
    numbers.set(label, number)
    return number
  })
  return { dfa: { ...dfa, labels }, labelCount: numbers.size }
}

/** Both automata run together: a label for each pair of labels that occurs. */
function product({ dfa: left }: Labelled, right: Dfa): Labelled {
  const rangeStarts = [...new Set([...left.rangeStarts, ...right.rangeStarts])].sort((a, b) => a - b)
  const pairs = new Map<string, number>()
  const symbolPairs: (readonly [number, number])[] = []
  const rangeSymbols = rangeStarts.map((code) => {
    const a = symbolOf(left.rangeStarts, left.rangeSymbols, code)
    const b = symbolOf(right.rangeStarts, right.rangeSymbols, code)
    return numberOf(pairs, `${a},${b}`, () => symbolPairs.push([a, b]))
  })
  const states = new Map<string, number>()
  const queue: (readonly [number, number])[] = []
  const stateOf = (a: number, b: number): number => numberOf(states, `${a},${b}`, () => queue.push([a, b]))
  stateOf(left.start, right.start)
  const table: number[] = []
  const labels: number[] = []
  const labelNumbers = new Map<string, number>()
  for (let at = 0; at < queue.length; at++) {
    const [a, b] = queue[at]!
    labels.push(numberOf(labelNumbers, `${left.labels[a]},${right.labels[b]}`, () => undefined))
    for (const [x, y] of symbolPairs)
      table.push(stateOf(left.table[a * left.symbols + x]!, right.table[b * right.symbols + y]!))
    if (table.length > productBound) throw new Outgrown()
  }
  const dfa: Dfa = { start: 0, symbols: symbolPairs.length, rangeStarts, rangeSymbols, table, labels }
  return { dfa, labelCount: labelNumbers.size }
}

/** The number of a key; a new key gets the next one, and `added` is called. */
function numberOf(numbers: Map<string, number>, key: string, added: () => void): number {
  const known = numbers.get(key)
  if (known !== undefined) return known
  numbers.set(key, numbers.size)
  added()
  return numbers.size - 1
}
