/**
 * Putting parts together: for each attribute that any of them asks, joint variables whose classes are the
 * combinations of the parts' classes that some value is in. A combination without a value does not exist, so that no
 * proof speaks of it.
 */
import { createClassifier } from '../decide/classify.ts'
import { createReader, type FactValue } from '../decide/facts.ts'
import { type Attribute, isMissingWhenEmpty } from '../graph/attribute.ts'
import { Outgrown } from '../graph/diagram.ts'
import type { Classifier, Variable } from '../graph/variable.ts'
import { addressCandidates, numberCandidates } from './join-ordered.ts'
import { stringCandidates } from './join-strings.ts'
import type { Part } from './part.ts'
import { outerValue, placed } from './values.ts'

/** A class of a joint variable. */
export interface JointClass {
  /** The class of each member. */
  readonly of: readonly number[]
  /** Whether a request that leaves the attribute out is in it. */
  readonly absent: boolean
  /** A value in it, where there is one that is not left out. */
  readonly value?: FactValue
}

export interface JointVariable {
  /** Index into the joint attributes. */
  readonly attribute: number
  readonly kind: 'value' | 'present' | 'element' | 'pattern'
  readonly members: readonly Member[]
  readonly classes: readonly JointClass[]
}

/** A variable of a part. */
export interface Member {
  readonly part: number
  readonly variable: number
}

export interface Joined {
  readonly attributes: readonly Attribute[]
  readonly variables: readonly JointVariable[]
}

interface Asked {
  readonly part: number
  readonly index: number
  readonly variable: Variable
  readonly attribute: Attribute
}

/** The joint variables of all parts. Throws `Outgrown` where automata outgrow their bound together. */
export function joinParts(parts: readonly Part[]): Joined {
  const groups = new Map<string, Map<string, Asked[]>>()
  for (const [part, { attributes, variables }] of parts.entries()) {
    for (const [index, variable] of variables.entries()) {
      const attribute = attributes[variable.attribute]!
      const asked: Asked = { part, index, variable, attribute }
      let group = groups.get(attribute.id)
      if (!group) groups.set(attribute.id, (group = new Map()))
      const key = keyOf(variable.classifier)
      const same = group.get(key)
      if (same) same.push(asked)
      else group.set(key, [asked])
    }
  }
  const attributes: Attribute[] = []
  const variables: JointVariable[] = []
  for (const group of groups.values()) {
    const index = attributes.length
    attributes.push([...group.values()][0]![0]!.attribute)
    for (const members of group.values()) variables.push(...joined(members, index))
  }
  return { attributes, variables }
}

/** One joint variable, or where automata outgrow their bound together one for each: which values go together is then decided on demand. */
function joined(members: readonly Asked[], attribute: number): readonly JointVariable[] {
  try {
    return [joinVariables(members, attribute)]
  } catch (thrown) {
    if (!(thrown instanceof Outgrown) || members.length === 1) throw thrown
    return members.map((each) => joinVariables([each], attribute))
  }
}

/** What a variable asks of its attribute: its value as a whole, or one question about it. */
function keyOf(classifier: Classifier): string {
  switch (classifier.kind) {
    case 'string':
    case 'bool':
    case 'number':
    case 'ip':
      return 'value'
    case 'present':
      return 'present'
    case 'element':
      return `element ${classifier.element}`
    case 'pattern':
      return `pattern ${JSON.stringify([classifier.test, classifier.view])}`
  }
}

function joinVariables(members: readonly Asked[], attribute: number): JointVariable {
  const read = members.map(readerOf)
  const classes = new Map<string, { of: readonly number[]; absent: boolean; value?: FactValue }>()
  const add = (value: FactValue, owner: Attribute): void => {
    const of = read.map((each) => each(value, owner))
    const key = of.join()
    const known = classes.get(key)
    const isAbsent = value === undefined
    if (!known) classes.set(key, { of, absent: isAbsent, ...(isAbsent ? {} : { value }) })
    else if (isAbsent) known.absent = true
    else known.value ??= value
  }
  add(undefined, members[0]!.attribute)
  const { classifier } = members[0]!.variable
  if (classifier.kind === 'pattern') addTruth(members, classes)
  else for (const [owner, values] of candidatesOf(members)) for (const value of values) add(value, owner)
  const kind = keyOf(classifier).split(' ')[0] as JointVariable['kind']
  return {
    attribute,
    kind,
    members: members.map(({ part, index }) => ({ part, variable: index })),
    classes: [...classes.values()],
  }
}

/** Both outcomes of a pattern that is asked by itself: whether there is a value is decided where it is needed. */
function addTruth(members: readonly Asked[], classes: Map<string, JointClass>): void {
  for (const each of [0, 1]) {
    const of = members.map(() => each)
    if (!classes.has(of.join())) classes.set(of.join(), { of, absent: false })
  }
}

/** From a value of the attribute as `owner` declares it to the class of a member. */
function readerOf({ attribute, variable }: Asked): (value: FactValue, owner: Attribute) => number {
  const read = createReader(attribute, [], [])
  const classify = createClassifier(variable)
  return (value, owner) =>
    classify(read(value === undefined ? {} : placed(attribute.path, outerValue(owner.type, value))))
}

/** Values to look at, by the attribute as one of the parts declares it. */
function candidatesOf(members: readonly Asked[]): (readonly [Attribute, readonly FactValue[]])[] {
  const byShape = new Map<string, Asked[]>()
  for (const each of members) {
    const { type, values, min, max } = each.attribute
    const shape = JSON.stringify([type, values, min, max])
    byShape.set(shape, [...(byShape.get(shape) ?? []), each])
  }
  const shapes = [...byShape.values()]
  if (shapes.length === 1) return [[members[0]!.attribute, valuesOf(members[0]!.attribute, members)]]
  // Where parts declare it differently, each looks at the others' values of its own type too.
  return shapes.map((own) => {
    const owner = own[0]!.attribute
    const same = members.filter((each) => each.attribute.type === owner.type)
    return [owner, valuesOf(owner, same)]
  })
}

function valuesOf(attribute: Attribute, members: readonly Asked[]): readonly FactValue[] {
  const first = members[0]!.variable.classifier
  switch (first.kind) {
    case 'bool':
      return [false, true]
    case 'string': {
      const excluded = isMissingWhenEmpty(attribute) ? [''] : []
      return attribute.values ?? stringCandidates(classifiersOf(members, first), excluded)
    }
    case 'number':
      return numberCandidates(attribute, classifiersOf(members, first))
    case 'ip':
      return addressCandidates(classifiersOf(members, first))
    case 'present':
      return [[]]
    case 'element':
      return [[], [first.element]]
    case 'pattern':
      return []
  }
}

function classifiersOf<C extends Classifier>(members: readonly Asked[], like: C): C[] {
  return members.map(({ variable: { classifier } }) => {
    if (classifier.kind !== like.kind) throw new Outgrown()
    return classifier as C
  })
}
