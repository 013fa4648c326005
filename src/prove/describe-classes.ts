/**
 * Classes of a joint variable as a condition of the language, exactly: constants as lists, numbers as intervals,
 * patterns as their authors wrote them.
 */
import { otherThan } from '../compile/partition-strings.ts'
import type { Attribute } from '../graph/attribute.ts'
import { type ClassSet, classesIn, classSet, countOf, hasClass } from '../graph/class-set.ts'
import { Outgrown } from '../graph/diagram.ts'
import { literalText } from '../graph/literal-text.ts'
import { textOfTests } from '../graph/text-of-tests.ts'
import type { WrittenTest } from '../graph/written-tests.ts'
import type { Universe } from './universe.ts'
import { outerValue, placed } from './values.ts'

/** A text, and how tightly it binds: an `or` needs parentheses inside of an `and`. */
export interface Described {
  readonly text: string
  readonly binds: 'atom' | 'and' | 'or'
}

/** Tests of patterns by joint variable, with texts that mean the same in every policy. */
export type PatternTexts = ReadonlyMap<number, readonly WrittenTest[]>

export interface Describing {
  readonly universe: Universe
  readonly patterns: PatternTexts
}

/** Throws `Outgrown` where no text can be had. */
export function describeClasses(describing: Describing, variable: number, classes: ClassSet): Described {
  const { universe } = describing
  const { kind, attribute, classes: all } = universe.variables[variable]!
  const own = universe.attributes[attribute]!
  switch (kind) {
    case 'present': {
      const isThere = classesIn(classes).some((each) => !all[each]!.absent)
      return atom(isThere ? `has ${own.id}` : `not has ${own.id}`)
    }
    case 'element': {
      const isHeld = classesIn(classes).some((each) => {
        const { value } = all[each]!
        return Array.isArray(value) && value.length > 0
      })
      const element = all.map((each) => each.value).find((value) => Array.isArray(value) && value.length > 0)
      const text = `${own.id} has ${JSON.stringify((element as readonly string[] | undefined)?.[0] ?? '')}`
      return atom(isHeld ? text : `not ${text}`)
    }
    case 'pattern':
      return fromTests(describing, variable, classes)
    case 'value':
      return describeValue(describing, variable, classes)
  }
}

/** A text of tests: how tightly it binds shows in its words. */
const asWritten = (text: string): Described => ({
  text,
  binds: / or /.test(text) ? 'or' : / and /.test(text) ? 'and' : 'atom',
})

const atom = (text: string): Described => ({ text, binds: 'atom' })

/** Several texts joined; one alone stays as it is. */
export function joined(kind: 'and' | 'or', parts: readonly Described[]): Described {
  if (parts.length === 1) return parts[0]!
  const texts = parts.map((each) => (kind === 'and' && each.binds === 'or' ? `(${each.text})` : each.text))
  return { text: texts.join(` ${kind} `), binds: kind }
}

function fromTests({ universe, patterns }: Describing, variable: number, classes: ClassSet): Described {
  const size = universe.variables[variable]!.classes.length
  const text = textOfTests(patterns.get(variable) ?? [], classes, size)
  if (text === undefined) throw new Outgrown()
  return asWritten(text)
}

function describeValue(describing: Describing, variable: number, classes: ClassSet): Described {
  const attribute = describing.universe.attributes[describing.universe.variables[variable]!.attribute]!
  switch (attribute.type) {
    case 'bool':
      return describeBool(describing, variable, classes)
    case 'string':
      return describeString(describing, variable, classes)
    case 'ip':
      return describeAddress(describing, variable, classes)
    case 'set':
      throw new Outgrown()
    case 'int':
    case 'number':
    case 'percent':
    case 'size':
    case 'duration':
    case 'money':
    case 'date':
      return describeNumber(describing, variable, classes)
  }
}

function attributeOf({ universe }: Describing, variable: number): Attribute {
  return universe.attributes[universe.variables[variable]!.attribute]!
}

/** The joint class of a value, or of its being left out. */
function classOf({ universe }: Describing, variable: number, value: string | number | boolean | undefined): number {
  const { type, path } = universe.attributes[universe.variables[variable]!.attribute]!
  return universe.classOf(variable, value === undefined ? {} : placed(path, outerValue(type, value)))
}

function describeBool(describing: Describing, variable: number, classes: ClassSet): Described {
  const { id, optional } = attributeOf(describing, variable)
  const [isFalse, isTrue, isAbsent] = [false, true, undefined].map((each) =>
    hasClass(classes, classOf(describing, variable, each)),
  )
  if (!optional) return atom(isTrue ? id : `not ${id}`)
  if (isTrue) return isFalse ? atom(`has ${id}`) : isAbsent ? atom(`not ${id} == false`) : atom(id)
  if (isFalse) return isAbsent ? atom(`not ${id}`) : atom(`${id} == false`)
  return atom(`not has ${id}`)
}

/** Whether a value that is left out is among the classes, and whether that can be told from every other. */
function absence(describing: Describing, variable: number, classes: ClassSet): 'in' | 'out' | 'never' {
  if (!attributeOf(describing, variable).optional) return 'never'
  return hasClass(classes, classOf(describing, variable, undefined)) ? 'in' : 'out'
}

function describeNumber(describing: Describing, variable: number, classes: ClassSet): Described {
  const { universe } = describing
  const { id, type, min, max } = attributeOf(describing, variable)
  const thresholds = new Set<number>()
  for (const { part, variable: own } of universe.variables[variable]!.members) {
    const { classifier } = universe.parts[part]!.variables[own]!
    if (classifier.kind === 'number') for (const each of classifier.thresholds) thresholds.add(each)
  }
  const ascending = [...thresholds]
    .filter((each) => each >= (min ?? -Infinity) && each <= (max ?? Infinity))
    .sort((a, b) => a - b)
  // Of each threshold its own piece, and the piece below; the last is above all.
  const isIn = (value: number): boolean => hasClass(classes, classOf(describing, variable, value))
  const isWhole = type !== 'number' && type !== 'percent'
  const pieces: { readonly from?: number; readonly to?: number; readonly at?: number; readonly isIn: boolean }[] = []
  for (let i = 0; i <= ascending.length; i++) {
    const below = ascending[i - 1]
    const above = ascending[i]
    const sample = sampleBetween(below, above, { isWhole, min, max })
    if (sample !== undefined)
      pieces.push({
        ...(below === undefined ? {} : { from: below }),
        ...(above === undefined ? {} : { to: above }),
        isIn: isIn(sample),
      })
    if (above !== undefined && (!isWhole || Number.isInteger(above))) pieces.push({ at: above, isIn: isIn(above) })
  }
  const literal = (value: number): string => literalText(type, value)
  const parts: Described[] = []
  for (let i = 0; i < pieces.length; i++) {
    if (!pieces[i]!.isIn) continue
    let end = i
    while (end + 1 < pieces.length && pieces[end + 1]!.isIn) end++
    const first = pieces[i]!
    const last = pieces[end]!
    if (i === end && first.at !== undefined) parts.push(atom(`${id} == ${literal(first.at)}`))
    else {
      const low =
        i === 0 ? [] : [first.at === undefined ? `${id} > ${literal(first.from!)}` : `${id} >= ${literal(first.at)}`]
      const high =
        end === pieces.length - 1
          ? []
          : [last.at === undefined ? `${id} < ${literal(last.to!)}` : `${id} <= ${literal(last.at)}`]
      parts.push(low.length + high.length === 0 ? atom(`has ${id}`) : joined('and', [...low, ...high].map(atom)))
    }
    i = end
  }
  if (absence(describing, variable, classes) === 'in') {
    if (parts.length === 0) return atom(`not has ${id}`)
    // What is left out is in no interval, so the other intervals can be denied instead.
    parts.push(atom(`not has ${id}`))
  }
  if (parts.length === 0) throw new Outgrown()
  return joined('or', parts)
}

interface Domain {
  readonly isWhole: boolean
  readonly min: number | undefined
  readonly max: number | undefined
}

function sampleBetween(
  below: number | undefined,
  above: number | undefined,
  { isWhole, min, max }: Domain,
): number | undefined {
  const low = below ?? Number.NEGATIVE_INFINITY
  const high = above ?? Number.POSITIVE_INFINITY
  const middle = low / 2 + high / 2
  const candidates = [
    0,
    middle,
    Math.floor(low) + 1,
    Math.ceil(high) - 1,
    low + 1,
    high - 1,
    low + Math.abs(low) * 1e-12,
    high - Math.abs(high) * 1e-12,
  ]
  return candidates.find(
    (each) =>
      Number.isFinite(each) &&
      each > low &&
      each < high &&
      each >= (min ?? Number.NEGATIVE_INFINITY) &&
      each <= (max ?? Number.POSITIVE_INFINITY) &&
      (!isWhole || Number.isInteger(each)),
  )
}

function describeAddress(describing: Describing, variable: number, classes: ClassSet): Described {
  const { id } = attributeOf(describing, variable)
  const size = describing.universe.variables[variable]!.classes.length
  const isAbsentIn = absence(describing, variable, classes) === 'in'
  const absent = classOf(describing, variable, undefined)
  const present = classSet(classesIn(classes).filter((each) => each !== absent))
  if (isAbsentIn && countOf(present) === 0) return atom(`not has ${id}`)
  const tests = describing.patterns.get(variable) ?? []
  const text = textOfTests(tests, classes, size)
  if (text !== undefined) return asWritten(text)
  if (countOf(present) === size - 1) return atom(`has ${id}`)
  throw new Outgrown()
}

function describeString(describing: Describing, variable: number, classes: ClassSet): Described {
  const { universe, patterns } = describing
  const { id, values } = attributeOf(describing, variable)
  const constants = new Set<string>(values ?? [])
  let hasPatterns = false
  for (const { part, variable: own } of universe.variables[variable]!.members) {
    const { classifier } = universe.parts[part]!.variables[own]!
    if (classifier.kind !== 'string') continue
    hasPatterns ||= classifier.automaton !== undefined
    for (const [value] of classifier.constants) constants.add(value)
  }
  const isAbsentIn = absence(describing, variable, classes)
  const told: Told = { id, constants: [...constants].sort(), classOf: (value) => classOf(describing, variable, value) }
  if (values) return describeList(told, classes, { isAbsentIn, isOtherIn: false, isClosed: true })
  if (!hasPatterns) {
    const isOtherIn = hasClass(classes, told.classOf(otherThan(constants)))
    return describeList(told, classes, { isAbsentIn, isOtherIn, isClosed: false })
  }
  return describePatterns(told, classes, {
    isAbsentIn,
    tests: patterns.get(variable) ?? [],
    size: universe.variables[variable]!.classes.length,
  })
}

interface Told {
  readonly id: string
  readonly constants: readonly string[]
  readonly classOf: (value: string | undefined) => number
}

/** By listing the constants that are in, or those that are not. */
function describeList(
  { id, constants, classOf: own }: Told,
  classes: ClassSet,
  {
    isAbsentIn,
    isOtherIn,
    isClosed,
  }: { readonly isAbsentIn: 'in' | 'out' | 'never'; readonly isOtherIn: boolean; readonly isClosed: boolean },
): Described {
  const inside = constants.filter((each) => hasClass(classes, own(each)))
  const outside = constants.filter((each) => !hasClass(classes, own(each)))
  const isNegative = isClosed ? outside.length < inside.length && isAbsentIn !== 'out' : isOtherIn
  if (!isNegative) {
    const listed = inside.length === 0 ? [] : [atom(equalTo(id, inside))]
    const absent = isAbsentIn === 'in' ? [atom(`not has ${id}`)] : []
    if (listed.length + absent.length === 0) throw new Outgrown()
    return joined('or', [...listed, ...absent])
  }
  const unequal = outside.length === 0 ? [] : [atom(unequalTo(id, outside))]
  if (isAbsentIn === 'out') return joined('and', [atom(`has ${id}`), ...unequal])
  if (unequal.length === 0) throw new Outgrown()
  return unequal[0]!
}

/** By the patterns that hold, and among those of one kind by constants. */
function describePatterns(
  { id, constants, classOf: own }: Told,
  classes: ClassSet,
  {
    isAbsentIn,
    tests,
    size,
  }: { readonly isAbsentIn: 'in' | 'out' | 'never'; readonly tests: readonly WrittenTest[]; readonly size: number },
): Described {
  const simple = textOfTests(tests, classes, size)
  if (simple !== undefined) return asWritten(simple)
  const absent = isAbsentIn === 'never' ? undefined : own(undefined)
  const kinds = new Map<string, number[]>()
  for (let each = 0; each < size; each++) {
    const kind = tests.map((test) => (hasClass(test.classes, each) ? '1' : '0')).join('')
    kinds.set(kind, [...(kinds.get(kind) ?? []), each])
  }
  const byClass = new Map<number, string[]>()
  for (const value of constants) byClass.set(own(value), [...(byClass.get(own(value)) ?? []), value])
  const parts: Described[] = []
  for (const [kind, members] of kinds) {
    const wanted = members.filter((each) => hasClass(classes, each) && each !== absent)
    if (wanted.length === 0) continue
    const minterm = tests.map((test, at) => atom(kind[at] === '1' ? test.text : `not ${test.text}`))
    const unwanted = members.filter((each) => !hasClass(classes, each))
    const listed = (all: readonly number[]): readonly string[] => all.flatMap((each) => byClass.get(each) ?? [])
    // A class without constants is told by what it is not.
    const isOnlyConstants = wanted.every((each) => byClass.has(each))
    if (isOnlyConstants && unwanted.some((each) => each !== absent))
      parts.push(atom(equalTo(id, [...listed(wanted)].sort())))
    else {
      const without = [...listed(unwanted)].sort()
      const presence =
        absent !== undefined && members.includes(absent) && !hasClass(classes, absent) ? [atom(`has ${id}`)] : []
      parts.push(
        joined('and', [...presence, ...minterm, ...(without.length === 0 ? [] : [atom(unequalTo(id, without))])]),
      )
    }
  }
  if (absent !== undefined && hasClass(classes, absent)) parts.push(atom(`not has ${id}`))
  if (parts.length === 0) throw new Outgrown()
  return joined('or', parts)
}

function equalTo(id: string, values: readonly string[]): string {
  return values.length === 1 ? `${id} == ${JSON.stringify(values[0])}` : `${id} in ${listOf(values)}`
}

function unequalTo(id: string, values: readonly string[]): string {
  return values.length === 1 ? `${id} != ${JSON.stringify(values[0])}` : `${id} not in ${listOf(values)}`
}

function listOf(values: readonly string[]): string {
  return `[${values.map((each) => JSON.stringify(each)).join(', ')}]`
}
