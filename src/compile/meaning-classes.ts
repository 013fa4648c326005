/**
 * Classes of a variable, told by what is in them and numbered by that, so that neither the numbers of the compiler
 * nor constants and thresholds that make no difference count.
 */
import type { Attribute } from '../graph/attribute.ts'
import type { NumberClassifier, Variable } from '../graph/variable.ts'
import { stringMapOf } from './meaning-automaton.ts'

export interface DescribedClasses {
  /** Equal for variables that divide the values of their attribute in the same way. */
  readonly text: string
  /** The canonical number of each joined class; those that no value is in have none. */
  readonly numberOf: ReadonlyMap<number, number>
}

/** `joined` tells for each class of the variable the class that it has become. */
export function describeClasses(variable: Variable, attribute: Attribute, joined: ArrayLike<number>): DescribedClasses {
  const numbers = new Map<number, number>()
  const numberOf = (each: number): number => {
    const known = numbers.get(joined[each]!)
    if (known !== undefined) return known
    numbers.set(joined[each]!, numbers.size)
    return numbers.size - 1
  }
  const missing = variable.missing === undefined ? [] : ['missing', numberOf(variable.missing)]
  const text = JSON.stringify([...missing, ...valuesOf(variable, attribute, joined, numberOf)])
  return { text, numberOf: numbers }
}

function valuesOf(
  { classifier, missing }: Variable,
  attribute: Attribute,
  joined: ArrayLike<number>,
  numberOf: (each: number) => number,
): readonly unknown[] {
  switch (classifier.kind) {
    case 'bool':
      return classifier.classes.map(numberOf)
    case 'present':
    case 'element':
    case 'pattern':
      return [numberOf(0), numberOf(1)]
    case 'number':
      return changesOf(piecesOf(classifier, attribute), numberOf)
    case 'ip': {
      const { starts, classes } = classifier
      const pieces = classes.map((own, at) => [starts.slice(at * 4, at * 4 + 4).join('.'), own] as const)
      return changesOf(pieces, numberOf)
    }
    case 'string': {
      const { values } = attribute
      if (values) {
        const classOf = new Map(classifier.constants)
        return [...values].sort().map((each) => [each, numberOf(classOf.get(each) ?? classifier.other ?? 0)])
      }
      // Labels are joined classes; the map hands them back for their numbers.
      const map = stringMapOf(classifier, missing ?? 0, (each) => joined[each]!)
      const representative = new Map(Array.from(joined, (own, each) => [own, each]))
      const numbered = (label: number): number => numberOf(representative.get(label)!)
      if (map.kind === 'list')
        return ['other', numbered(map.other), ...map.constants.map(([text, own]) => [text, numbered(own)])]
      const states = map.states.map(({ label, runs }) => [numbered(label), runs])
      return ['states', states, ...map.constants.map(([text, own]) => [text, numbered(own)])]
    }
  }
}

/** Where the class changes, each change with what begins there; the first begins at the least value. */
function changesOf(pieces: readonly (readonly [unknown, number])[], numberOf: (each: number) => number): unknown[] {
  const changes: unknown[] = []
  let last = -1
  for (const [begin, own] of pieces) {
    const number = numberOf(own)
    if (number === last) continue
    changes.push(last < 0 ? [number] : [begin, number])
    last = number
  }
  return changes
}

/**
 * The pieces between thresholds that hold values of the attribute, ascending. Of whole numbers a piece begins at its
 * least one, so that `> 7` and `>= 8` are one; else it begins at a threshold or just above it.
 */
function piecesOf({ thresholds, classes }: NumberClassifier, attribute: Attribute): (readonly [unknown, number])[] {
  const isWhole = attribute.type !== 'number' && attribute.type !== 'percent'
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = attribute
  const pieces: (readonly [unknown, number])[] = []
  for (const [piece, own] of classes.entries()) {
    const isPoint = piece % 2 === 1
    const below = isPoint ? thresholds[(piece - 1) / 2]! : (thresholds[piece / 2 - 1] ?? Number.NEGATIVE_INFINITY)
    const above = isPoint ? below : (thresholds[piece / 2] ?? Number.POSITIVE_INFINITY)
    if (isWhole) {
      const first = isPoint ? Math.ceil(below) : Math.floor(below) + 1
      const last = isPoint ? Math.floor(below) : Math.ceil(above) - 1
      if (first <= last && last >= min && first <= max) pieces.push([first, own])
    } else if (isPoint ? below >= min && below <= max : above > min && below < max) {
      pieces.push([isPoint ? below : ['above', below], own])
    }
  }
  return pieces
}
