/**
 * The universe: all requests that proofs speak of, as combinations of classes of joint variables. Conditions of each
 * part become regions of it.
 */
import { diagramOf, type Space } from '../compile/condition-diagram.ts'
import { orderVariables } from '../compile/order.ts'
import { createClassifier } from '../decide/classify.ts'
import { createReader, type Facts } from '../decide/facts.ts'
import type { Attribute } from '../graph/attribute.ts'
import { type ClassSet, classSet, complement, countOf } from '../graph/class-set.ts'
import { createDiagrams, isLeaf, Outgrown, type Ref, trueRef } from '../graph/diagram.ts'
import { combine, type Expression, testOf } from '../graph/expression.ts'
import type { Variable } from '../graph/variable.ts'
import { type Joined, type JointVariable, joinParts } from './join.ts'
import type { Part } from './part.ts'
import { createRegions, type Regions } from './regions.ts'

export interface Universe {
  readonly parts: readonly Part[]
  readonly attributes: readonly Attribute[]
  readonly variables: readonly JointVariable[]
  readonly regions: Regions
  readonly space: Space
  /** The place of each joint variable in the order, and the variable at each place. */
  readonly levelOf: readonly number[]
  readonly variableAt: readonly number[]
  /** Where a condition of a part holds. */
  readonly region: (part: number, condition: Expression) => Ref
  /** The same condition over joint variables. */
  readonly lower: (part: number, condition: Expression) => Expression
  /** Where joint variable `variable` is in the classes. */
  readonly where: (variable: number, classes: ClassSet) => Ref
  /** The class of a joint variable for a request. */
  readonly classOf: (variable: number, facts: Facts) => number
  /** The facts that there can be: a set that is not there has no elements. */
  readonly conceivable: Ref
  /** The requests that a gateway can get: their time and address are known. */
  readonly natural: Ref
}

/** Runs that the diagram of one condition may make. */
const conditionBound = 200_000

/** The parts put together; `conditions` are those that count for the order of variables. */
export function createUniverse(
  parts: readonly Part[],
  conditions: readonly { readonly part: number; readonly when: Expression }[],
): Universe {
  const { attributes, variables } = joinParts(parts)
  const lower = lowering(parts, { attributes, variables })
  const asked = conditions.map(({ part, when }) => lower(part, when))
  const plain = variables.map((each): Variable => ({ ...each, size: each.classes.length, ...noClassifier }))
  const { levelOf, variableAt } = orderVariables(attributes, plain, asked)
  const diagrams = createDiagrams()
  const regions = createRegions(diagrams)
  const sizeOf = (variable: number): number => variables[variable]!.classes.length
  const space: Space = { diagrams, levelOf, sizeOf }
  const known = new WeakMap<Expression, Ref>()
  const region = (part: number, condition: Expression): Ref => {
    let ref = known.get(condition)
    if (ref === undefined) known.set(condition, (ref = diagramOf(space, lower(part, condition), conditionBound)))
    return ref
  }
  const where = (variable: number, classes: ClassSet): Ref =>
    diagramOf(space, testOf(variable, classes, sizeOf(variable), ''))
  const classOf = classifying(parts, variables)
  const universe = { parts, attributes, variables, regions, space, levelOf, variableAt, region, lower, where, classOf }
  const conceivable = conceivableOf(universe)
  return { ...universe, conceivable, natural: regions.and(conceivable, timely(universe)) }
}

/** Ordering asks for nothing of a variable but its attribute and size. */
const noClassifier = { classifier: { kind: 'present' }, samples: [] } as const

/** Whether a request always has the attribute, though facts may leave it out: the gateway knows time and address. */
export function isAlwaysThere({ id, path }: Attribute): boolean {
  return path[0] === 'time' || id === 'caller.ip'
}

type Bare = Omit<Universe, 'natural' | 'conceivable'>

function conceivableOf({ variables, regions, where }: Bare): Ref {
  const present = new Map(
    variables.flatMap((each, index) => (each.kind === 'present' ? [[each.attribute, index]] : [])),
  )
  const all: Ref[] = []
  for (const [index, { attribute, kind, classes }] of variables.entries()) {
    const presence = present.get(attribute)
    if (kind !== 'element' || presence === undefined) continue
    const holding = classes.flatMap((each, number) => (isHeld(each.value) ? [number] : []))
    all.push(regions.or([regions.not(where(index, classSet(holding))), where(presence, thereOf(variables[presence]!))]))
  }
  return regions.and(trueRef, ...all)
}

/** Where time and address are there. */
function timely({ attributes, variables, regions, where }: Bare): Ref {
  const all = variables.flatMap(({ kind, attribute, classes }, index) => {
    if (kind !== 'value' || !isAlwaysThere(attributes[attribute]!)) return []
    const real = classes.flatMap((each, number) => (each.value === undefined ? [] : [number]))
    return real.length < classes.length ? [where(index, classSet(real))] : []
  })
  return regions.and(trueRef, ...all)
}

const isHeld = (value: unknown): boolean => Array.isArray(value) && value.length > 0

function thereOf({ classes }: JointVariable): ClassSet {
  return classSet(classes.flatMap((each, number) => (each.absent ? [] : [number])))
}

/** From facts to classes; what reads an attribute is made when it is first asked for. */
function classifying(parts: readonly Part[], variables: readonly JointVariable[]): Universe['classOf'] {
  const made: (((facts: Facts) => number) | undefined)[] = []
  const make = ({ members, classes }: JointVariable): ((facts: Facts) => number) => {
    const readers = members.map(({ part, variable }) => {
      const asked = parts[part]!.variables[variable]!
      const read = createReader(parts[part]!.attributes[asked.attribute]!, [], [])
      const classify = createClassifier(asked)
      return (facts: Facts) => classify(read(facts))
    })
    const numbers = new Map(classes.map((each, number) => [each.of.join(), number]))
    return (facts) => numbers.get(readers.map((each) => each(facts)).join())!
  }
  return (variable, facts) => (made[variable] ??= make(variables[variable]!))(facts)
}

/** Whether a request is in a region. */
export function isInRegion({ regions, variableAt, classOf }: Universe, region: Ref, facts: Facts): boolean {
  let at = region
  while (!isLeaf(at)) {
    const level = regions.diagrams.levelOf(at)
    at = regions.diagrams.child(at, classOf(variableAt[level]!, facts))
  }
  return at === trueRef
}

/** From conditions of parts to conditions over joint variables. */
function lowering(parts: readonly Part[], { variables }: Joined): Universe['lower'] {
  /** For each variable of each part: its joint variable, and the joint classes of each of its classes. */
  const places = parts.map(
    (each) => new Array<{ joint: number; classes: number[][] } | undefined>(each.variables.length),
  )
  for (const [joint, { members, classes }] of variables.entries()) {
    for (const [at, { part, variable }] of members.entries()) {
      const own: number[][] = Array.from({ length: parts[part]!.variables[variable]!.size }, () => [])
      for (const [number, { of }] of classes.entries()) own[of[at]!]!.push(number)
      places[part]![variable] = { joint, classes: own }
    }
  }
  const lower = (part: number, condition: Expression): Expression => {
    switch (condition.kind) {
      case 'const':
        return condition
      case 'not': {
        const of = lower(part, condition.of)
        return of.kind === 'const' ? { kind: 'const', value: !of.value } : { kind: 'not', of }
      }
      case 'and':
      case 'or':
        return combine(
          condition.kind,
          condition.of.map((each) => lower(part, each)),
        )
      case 'test': {
        const place = places[part]![condition.variable]
        if (!place) throw new Outgrown()
        const size = variables[place.joint]!.classes.length
        return testOf(place.joint, jointClasses(condition.classes, place.classes, size), size, condition.text)
      }
    }
  }
  return lower
}

function jointClasses(classes: ClassSet, own: readonly (readonly number[])[], size: number): ClassSet {
  // The smaller side is listed: of a thousand constants a test names one, or all but one.
  const isLarge = countOf(classes) * 2 > own.length
  const listed = isLarge ? complement(classes, own.length) : classes
  const found: number[] = []
  for (let i = 0; i < listed.length; i += 2)
    for (let each = listed[i]!; each < listed[i + 1]!; each++) found.push(...own[each]!)
  const set = classSet(found)
  return isLarge ? complement(set, size) : set
}
