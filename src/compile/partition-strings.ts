/**
 * The classes of a string attribute: named constants by which tests they satisfy, and for all other strings
 * the labels of one automaton over all patterns. Where the automaton would be too large, each pattern becomes a
 * variable of its own.
 */
import type { Attribute } from '../graph/attribute.ts'
import { type ClassSet, classSet } from '../graph/class-set.ts'
import { runDfa, toRunnable } from '../graph/dfa.ts'
import type { Classifier, PatternTest, Sample } from '../graph/variable.ts'
import { buildAutomaton, type Pattern, singleBound } from './automaton.ts'
import type { DraftVariable, PartitionedAttribute, Where } from './partitioned.ts'
import { isPattern, type PatternLike, patternOf, predicateOf, type ScalarTest } from './satisfies.ts'
import { wordsOf } from './words.ts'

/** A test of a string, or of what a table's row says for it: then `keys` are the values that satisfy it. */
export interface StringTest {
  readonly test: ScalarTest
  readonly keys?: readonly string[]
}

/** A closed list of values: each is classified by itself. */
export function partitionEnum(
  attribute: Attribute,
  tests: readonly StringTest[],
  optional: boolean,
): PartitionedAttribute {
  const classes = createClasses(tests.length)
  if (optional) classes.missing(asksPresence(tests) ? 'missing' : '')
  const predicates = tests.map((each) => (each.keys ? keyPredicate(each.keys) : predicateOf(each.test)!))
  const constants: [string, number][] = []
  for (const value of attribute.values!) {
    const held = predicates.flatMap((predicate, index) => (predicate(value) ? [index] : []))
    constants.push([value, classes.of(held.join(), held, value)])
  }
  const other = constants[0]?.[1] ?? 0
  return finish(classes, { kind: 'string', constants, other }, optional)
}

function asksPresence(tests: readonly StringTest[]): boolean {
  return tests.some((each) => !each.keys && each.test.kind === 'present')
}

const keyPredicate = (keys: readonly string[]): ((value: string | number | boolean) => boolean) => {
  const set: ReadonlySet<unknown> = new Set(keys)
  return (value) => set.has(value)
}

/** Any string at all, but for those that the attribute cannot have (`excluded`). */
export function partitionStrings(
  tests: readonly StringTest[],
  optional: boolean,
  excluded: readonly string[] = [],
): PartitionedAttribute {
  const patternIndices = tests.flatMap((each, index) => (!each.keys && isPattern(each.test) ? [index] : []))
  const patterns: Pattern[] = patternIndices.map((index) => patternOf(tests[index]!.test as PatternLike))
  const automaton = patterns.length > 0 ? buildAutomaton(patterns) : undefined
  const separate = patterns.length > 0 && automaton === undefined
  const classes = createClasses(tests.length)
  // Where nothing asks for presence, a missing value is like any that satisfies no test.
  const unmatched = automaton ? automaton.labels.findIndex((label) => label.length === 0) : 0
  if (optional) classes.missing(asksPresence(tests) ? 'missing' : `|${unmatched}`)
  const always = tests.flatMap((each, index) => (!each.keys && each.test.kind === 'present' ? [index] : []))
  const held = new Map<string, number[]>()
  for (const [index, each] of tests.entries()) {
    for (const value of valuesOf(each)) {
      if (excluded.includes(value)) continue
      const own = held.get(value)
      if (!own) held.set(value, [index])
      else if (own[own.length - 1] !== index) own.push(index)
    }
  }
  const dfa = automaton && toRunnable(automaton.dfa)
  const constants: [string, number][] = []
  for (const [value, own] of held) {
    const label = dfa ? runDfa(dfa, value) : 0
    const matched = automaton ? automaton.labels[label]!.map((each) => patternIndices[each]!) : []
    constants.push([value, classes.of(`${own.join()}|${label}`, [...own, ...matched, ...always], value)])
  }
  if (!automaton) {
    const other = classes.of('|0', always, otherThan(held))
    const partitioned = finish(
      classes,
      { kind: 'string', constants: constants.filter(([, own]) => own !== other), other },
      optional,
    )
    return separate ? withPatternVariables(partitioned, tests, patternIndices, optional) : partitioned
  }
  const words = wordsOf(automaton.dfa, automaton.labels.length, [...held.keys(), ...excluded])
  const classOfLabel = automaton.labels.map((label, index) => {
    const word = words[index]
    return word === undefined
      ? 0
      : classes.of(`|${index}`, [...label.map((each) => patternIndices[each]!), ...always], word)
  })
  const labels = automaton.dfa.labels.map((label) => classOfLabel[label]!)
  return finish(classes, { kind: 'string', constants, automaton: { ...automaton.dfa, labels } }, optional)
}

function valuesOf(test: StringTest): readonly string[] {
  if (test.keys) return test.keys
  if (test.test.kind === 'equals') return [String(test.test.value)]
  return test.test.kind === 'one_of' ? test.test.values.map(String) : []
}

/** A readable string that is none of the constants. */
export function otherThan(constants: { readonly has: (value: string) => boolean }): string {
  let candidate = 'other'
  for (let i = 2; constants.has(candidate); i++) candidate = `other-${i}`
  return candidate
}

/** A test of a string as one that is evaluated by itself. */
export function patternTestOf(test: ScalarTest): PatternTest {
  switch (test.kind) {
    case 'prefix':
    case 'suffix':
    case 'contains':
      return { kind: test.kind, text: test.text }
    case 'present':
      return { kind: 'prefix', text: '' }
    case 'equals':
      return { kind: 'one_of', values: [String(test.value)] }
    case 'one_of':
      return { kind: 'one_of', values: test.values.map(String) }
    case 'caseless':
    case 'glob':
    case 'search': {
      const automaton = buildAutomaton([patternOf(test)], singleBound)
      if (!automaton) throw new RangeError('a pattern has too many states for an automaton of its own')
      const labels = automaton.dfa.labels.map((label) => (automaton.labels[label]!.length > 0 ? 1 : 0))
      return { kind: 'automaton', automaton: { ...automaton.dfa, labels } }
    }
    case 'below':
    case 'at_most':
    case 'above':
    case 'at_least':
    case 'cidr':
      return { kind: 'one_of', values: [] }
  }
}

function withPatternVariables(
  main: PartitionedAttribute,
  tests: readonly StringTest[],
  patternIndices: readonly number[],
  optional: boolean,
): PartitionedAttribute {
  const variables: DraftVariable[] = [...main.variables]
  const where: Where[] = [...main.where]
  for (const index of patternIndices) {
    where[index] = [{ variable: variables.length, classes: [1, 2] }]
    variables.push({
      size: 2,
      ...(optional ? { missing: 0 } : {}),
      classifier: { kind: 'pattern', test: patternTestOf(tests[index]!.test) },
      samples: [undefined, undefined],
    })
  }
  return { variables, where }
}

interface Classes {
  readonly of: (key: string, held: readonly number[], sample: Sample) => number
  /** Makes the class of a missing value, under the key of the values that are treated alike. */
  readonly missing: (key: string) => void
  readonly samples: Sample[]
  readonly heldBy: number[][]
  readonly missingClass: () => number | undefined
}

/** Class numbers by key; the key says which tests hold. */
function createClasses(testCount: number): Classes {
  const ids = new Map<string, number>()
  const samples: Sample[] = []
  const heldBy: number[][] = Array.from({ length: testCount }, () => [])
  let missing: number | undefined
  const of = (key: string, held: readonly number[], sample: Sample): number => {
    const known = ids.get(key)
    if (known !== undefined) return known
    const id = samples.length
    ids.set(key, id)
    samples.push(sample)
    for (const test of held) heldBy[test]!.push(id)
    return id
  }
  return {
    of,
    missing: (key) => {
      missing = of(key, [], undefined)
    },
    samples,
    heldBy,
    missingClass: () => missing,
  }
}

function finish(classes: Classes, classifier: Classifier, optional: boolean): PartitionedAttribute {
  const missing = classes.missingClass()
  const variable: DraftVariable = {
    size: classes.samples.length,
    ...(optional && missing !== undefined ? { missing } : {}),
    classifier,
    samples: classes.samples,
  }
  const where: Where[] = classes.heldBy.map((held) => [{ variable: 0, classes: classSet(held) as ClassSet }])
  return { variables: [variable], where }
}
