/**
 * A set of classes of one variable as the condition that holds of them, to be read by people: for drawings, and for
 * whatever else has to say which requests it means.
 */
import type { Attribute } from './attribute.ts'
import { type ClassSet, classesIn, countOf, hasClass } from './class-set.ts'
import { literalText } from './literal-text.ts'
import { textOfTests } from './text-of-tests.ts'
import type { NumberClassifier, StringClassifier, Variable } from './variable.ts'
import type { WrittenTest } from './written-tests.ts'

/** A variable, and what its author asked of it. */
export interface DescribedVariable {
  readonly variable: Variable
  readonly attribute: Attribute
  readonly tests: readonly WrittenTest[]
}

/** Values that are listed before the rest is counted. */
const listedMax = 4

/** The condition: `caller.team == "core"`, `request.input_tokens >= 8000`, `not has caller.role`. */
export function textOfClasses(described: DescribedVariable, classes: ClassSet): string {
  const { variable, attribute, tests } = described
  const count = countOf(classes)
  if (count === 0) return 'never'
  if (count === variable.size) return 'always'
  const { id } = attribute
  const { classifier, missing } = variable
  const isAbsentIn = missing !== undefined && hasClass(classes, missing)
  switch (classifier.kind) {
    case 'bool':
      return orMissing(textOfBools(classifier.classes, classes, id), isAbsentIn, id)
    case 'number':
      return orMissing(textOfNumbers(classifier, attribute, classes), isAbsentIn, id)
    case 'present':
      return hasClass(classes, 1) ? `has ${id}` : `not has ${id}`
    case 'element': {
      const text = `${id} has ${JSON.stringify(classifier.element)}`
      return hasClass(classes, 1) ? text : `not ${text}`
    }
    case 'ip':
    case 'pattern':
      return textOfTests(tests, classes, variable.size) ?? suchAs(described, classes)
    case 'string':
      return textOfStrings(described, classifier, classes)
  }
}

function orMissing(text: string | undefined, isAbsentIn: boolean, id: string): string {
  const absent = `not has ${id}`
  if (text === undefined) return absent
  return isAbsentIn ? `${text} or ${absent}` : text
}

function textOfBools(own: readonly [number, number], classes: ClassSet, id: string): string | undefined {
  const [isFalse, isTrue] = own.map((each) => hasClass(classes, each))
  if (isFalse && isTrue) return `has ${id}`
  return isTrue ? id : isFalse ? `${id} == false` : undefined
}

/** The pieces between thresholds that are in the set, neighbours as one interval. */
function textOfNumbers(
  { thresholds, classes: own }: NumberClassifier,
  { id, type }: Attribute,
  classes: ClassSet,
): string | undefined {
  const last = own.length - 1
  const literal = (threshold: number) => literalText(type, thresholds[threshold]!)
  const intervals: string[] = []
  for (let from = 0; from <= last; from++) {
    if (!hasClass(classes, own[from]!)) continue
    let to = from
    while (to < last && hasClass(classes, own[to + 1]!)) to++
    const isPoint = from === to && from % 2 === 1
    const low = from === 0 ? [] : [from % 2 === 1 ? `>= ${literal((from - 1) / 2)}` : `> ${literal(from / 2 - 1)}`]
    const high = to === last ? [] : [to % 2 === 1 ? `<= ${literal((to - 1) / 2)}` : `< ${literal(to / 2)}`]
    const ends = isPoint ? [`== ${literal((from - 1) / 2)}`] : [...low, ...high]
    intervals.push(ends.length === 0 ? `has ${id}` : ends.map((each) => `${id} ${each}`).join(' and '))
    from = to
  }
  return intervals.length === 0 ? undefined : intervals.join(' or ')
}

/** As the author said it, where that is one test; as a list, where that is short; else by the author's tests. */
function textOfStrings(described: DescribedVariable, classifier: StringClassifier, classes: ClassSet): string {
  const { variable, tests } = described
  const key = classes.join()
  const written = tests.find((each) => each.classes.join() === key)
  if (written) return written.text
  const listed = classifier.automaton ? undefined : textOfList(described, classifier, classes)
  if (listed?.isShort) return listed.text
  return textOfTests(tests, classes, variable.size) ?? listed?.text ?? suchAs(described, classes)
}

interface ListText {
  readonly text: string
  readonly isShort: boolean
}

function textOfList(
  { variable, attribute }: DescribedVariable,
  { constants, other }: StringClassifier,
  classes: ClassSet,
): ListText {
  const { id, values } = attribute
  const { missing } = variable
  const isAbsentIn = missing !== undefined && hasClass(classes, missing)
  const inside = constants.filter(([, own]) => hasClass(classes, own)).map(([value]) => value)
  const outside = constants.filter(([, own]) => !hasClass(classes, own)).map(([value]) => value)
  // Of a closed list there is nothing but its values.
  const isOtherIn = values ? isAbsentIn && outside.length < inside.length : hasClass(classes, other ?? 0)
  if (!isOtherIn) return { text: orMissing(equalTo(id, inside), isAbsentIn, id), isShort: inside.length <= listedMax }
  const unequal = outside.length === 0 ? `has ${id}` : unequalTo(id, outside)
  // A missing value is unlike every other.
  const isPresenceAsked = missing !== undefined && !isAbsentIn && outside.length > 0
  return { text: isPresenceAsked ? `has ${id} and ${unequal}` : unequal, isShort: outside.length <= listedMax }
}

function equalTo(id: string, values: readonly string[]): string | undefined {
  if (values.length === 0) return undefined
  return values.length === 1 ? `${id} == ${JSON.stringify(values[0])}` : `${id} in ${listOf(values)}`
}

function unequalTo(id: string, values: readonly string[]): string {
  return values.length === 1 ? `${id} != ${JSON.stringify(values[0])}` : `${id} not in ${listOf(values)}`
}

function listOf(values: readonly string[]): string {
  const ordered = [...values].sort()
  const shown = ordered.slice(0, listedMax).map((each) => JSON.stringify(each))
  const more = ordered.length - shown.length
  return `[${[...shown, ...(more > 0 ? [`… ${more} more`] : [])].join(', ')}]`
}

/** What no test says: one value of it. */
function suchAs({ variable, attribute }: DescribedVariable, classes: ClassSet): string {
  const samples = classesIn(classes).map((each) => variable.samples[each])
  const sample = samples.find((each) => each !== undefined && typeof each !== 'object')
  return sample === undefined
    ? `not has ${attribute.id}`
    : `${attribute.id} such as ${literalText(attribute.type, sample)}`
}
