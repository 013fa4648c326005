/** The shape of a graph's attributes, variables and tables: what reads a value and finds its class. */
import { parseAddress } from './address.ts'
import type { AttributeType } from './attribute.ts'
import {
  all,
  ascending,
  type Check,
  indexBelow,
  isBoolean,
  isIndex,
  isNumber,
  isText,
  isTexts,
  list,
  oneOf,
  pairs,
  record,
  tuple,
  variants,
  whole,
} from './bundle-shape.ts'
import type { Dfa } from './dfa.ts'
import type { Classifier } from './variable.ts'

/** For what can only be judged once the rest is known. */
const lookedAtLater: Check = () => undefined

const words = new Uint32Array(4)
const isAddress: Check = (value) =>
  typeof value === 'string' && parseAddress(value, words) ? undefined : ' is not an address'
/** Days whose date can be written `YYYY-MM-DD`. */
const isDay = whole(-719_528, 2_932_896)

/** What a value of each type must be inside, since classifiers and texts are made of it without another look. */
const valueShapes: Readonly<Record<AttributeType, Check>> = {
  string: isText,
  bool: isBoolean,
  int: isNumber,
  number: isNumber,
  percent: isNumber,
  size: isNumber,
  duration: isNumber,
  money: isNumber,
  date: isDay,
  ip: isAddress,
  set: isTexts,
}

const attributeShape = record(
  {
    id: isText,
    path: all(list(isText, 2), (value) => ((value as unknown[]).length > 3 ? ' is too long' : undefined)),
    type: oneOf(...Object.keys(valueShapes)),
    optional: isBoolean,
    phase: oneOf('caller', 'request', 'meters', 'target'),
    trust: oneOf('identity', 'operator', 'request', 'claimed'),
    documentation: isText,
  },
  {
    fallback: lookedAtLater,
    values: isTexts,
    min: isNumber,
    max: isNumber,
    column: record({ table: isText, name: isText, key: isText }),
  },
)

/** An attribute, with a fallback of its type. */
const isAttribute: Check = (value) => {
  const problem = attributeShape(value)
  if (problem !== undefined) return problem
  const { type, fallback } = value as { type: AttributeType; fallback?: unknown }
  const wrong = fallback === undefined ? undefined : valueShapes[type](fallback)
  return wrong === undefined ? undefined : `.fallback${wrong}`
}

interface AttributeLike {
  readonly type: AttributeType
  readonly column?: { readonly table: string; readonly name: string }
}

/** Most of what is looked for by going through all: so that no bundle makes that slow. */
const mostTables = 1024
const mostAttributes = 1 << 16

export const isAttributes: Check = all(list(isAttribute), (value) =>
  (value as unknown[]).length > mostAttributes ? ' are too many' : undefined,
)

/** Tables: keys must be no columns themselves, and cells must be of the type of the attribute that reads them. */
export function isTables(attributes: readonly AttributeLike[]): Check {
  const typesOf = new Map<string, Set<AttributeType>>()
  for (const { type, column } of attributes) {
    if (!column) continue
    const key = JSON.stringify([column.table, column.name])
    typesOf.set(key, (typesOf.get(key) ?? new Set()).add(type))
  }
  const shape = record({ name: isText, key: indexBelow(attributes.length), columns: isTexts, rows: lookedAtLater })
  return all(
    list((value) => {
      const problem = shape(value)
      if (problem !== undefined) return problem
      const { name, key, columns, rows } = value as { name: string; key: number; columns: string[]; rows: unknown }
      if (attributes[key]!.column) return '.key is a column itself'
      if (columns.length > mostTables) return '.columns are too many'
      const cells = columns.map((column): Check => {
        const types = [...(typesOf.get(JSON.stringify([name, column])) ?? [])]
        const own = all(isCell, ...types.map((each) => valueShapes[each]))
        return (cell) => (cell === null ? undefined : own(cell))
      })
      const wrong = pairs(tuple(...cells))(rows)
      return wrong === undefined ? undefined : `.rows${wrong}`
    }),
    (value) => ((value as unknown[]).length > mostTables ? ' are too many' : undefined),
  )
}

const isCell: Check = (value) => {
  if (typeof value === 'boolean') return undefined
  return typeof value === 'number' ? isNumber(value) : typeof value === 'string' ? isText(value) : isTexts(value)
}

const isSample: Check = (value) => (value === null || typeof value === 'boolean' ? undefined : isCell(value))

/** Which classifiers can read an attribute of a type. */
function classifiersOf(type: AttributeType): readonly Classifier['kind'][] {
  switch (type) {
    case 'string':
      return ['string', 'pattern']
    case 'bool':
      return ['bool']
    case 'ip':
      return ['ip']
    case 'set':
      return ['present', 'element']
    case 'int':
    case 'number':
    case 'percent':
    case 'size':
    case 'duration':
    case 'money':
    case 'date':
      return ['number']
  }
}

/** A variable; its classifier gives every value a class that there is. */
export function isVariable(attributes: readonly AttributeLike[]): Check {
  const shape = record(
    {
      attribute: indexBelow(attributes.length),
      size: whole(1, 1 << 25),
      samples: list(isSample, 1),
      classifier: lookedAtLater,
    },
    { missing: whole(0) },
  )
  return (value) => {
    const problem = shape(value)
    if (problem !== undefined) return problem
    const own = value as { attribute: number; size: number; missing?: number; samples: unknown[]; classifier: unknown }
    if (own.samples.length !== own.size) return '.samples are not one a class'
    if (own.missing !== undefined && own.missing >= own.size) return '.missing is no class'
    const wrong = classifierShape(own.size)(own.classifier)
    if (wrong !== undefined) return `.classifier${wrong}`
    const { kind } = own.classifier as Classifier
    const { type } = attributes[own.attribute]!
    return classifiersOf(type).includes(kind) ? undefined : `.classifier cannot read a ${type}`
  }
}

function classifierShape(size: number): Check {
  const isClass = indexBelow(size)
  const isPair: Check = () => (size === 2 ? undefined : ' is of a variable that has not two classes')
  return all(
    variants({
      string: [{ constants: pairs(isClass) }, { other: isClass, automaton: isAutomaton(size) }],
      bool: [{ classes: tuple(isClass, isClass) }],
      number: [{ thresholds: list(isNumber), classes: list(isClass, 1) }],
      ip: [{ starts: list(whole(0, 0xffffffff), 4), classes: list(isClass, 1) }],
      present: [{}],
      element: [{ element: isText }],
      pattern: [
        {
          test: variants({
            prefix: [{ text: isText }],
            suffix: [{ text: isText }],
            contains: [{ text: isText }],
            one_of: [{ values: isTexts }],
            automaton: [{ automaton: isAutomaton(2) }],
          }),
        },
        { view: record({ provider: isText, part: oneOf('id', 'model') }) },
      ],
    }),
    (value) => {
      const classifier = value as Classifier
      switch (classifier.kind) {
        case 'number': {
          const { thresholds, classes } = classifier
          if (thresholds.some((each, i) => i > 0 && each <= thresholds[i - 1]!)) return '.thresholds do not ascend'
          return classes.length === thresholds.length * 2 + 1 ? undefined : '.classes are not one a piece'
        }
        case 'ip':
          return startsProblem(classifier.starts, classifier.classes.length)
        case 'present':
        case 'element':
        case 'pattern':
          return isPair(value)
        case 'bool':
        case 'string':
          return undefined
      }
    },
  )
}

function startsProblem(starts: readonly number[], count: number): string | undefined {
  if (starts.length !== count * 4) return '.starts are not four words a class'
  if (starts.slice(0, 4).some((each) => each !== 0)) return '.starts do not begin at zero'
  for (let at = 4; at < starts.length; at += 4) {
    const differing = [0, 1, 2, 3].find((word) => starts[at + word] !== starts[at - 4 + word])
    if (differing === undefined || starts[at + differing]! < starts[at - 4 + differing]!) return '.starts do not ascend'
  }
  return undefined
}

/** An automaton whose every step leads to a state, and whose labels are below `labels`. */
function isAutomaton(labels: number): Check {
  const lastCodePoint = 0x10ffff
  const shape = record({
    start: whole(0),
    symbols: whole(1, 0xffff),
    rangeStarts: ascending(lastCodePoint + 1, 1),
    rangeSymbols: list(whole(0)),
    table: list(whole(0)),
    labels: list(indexBelow(labels), 1),
  })
  return (value) => {
    const problem = shape(value)
    if (problem !== undefined) return problem
    const { start, symbols, rangeStarts, rangeSymbols, table, labels: states } = value as Dfa
    if (rangeStarts[0] !== 0 || rangeSymbols.length !== rangeStarts.length) return ' has ranges that do not fit'
    if (!rangeSymbols.every((each) => isIndex(each, symbols))) return ' has a range of no symbol'
    if (table.length !== states.length * symbols) return ' has a table of the wrong size'
    return start < states.length && table.every((each) => isIndex(each, states.length))
      ? undefined
      : ' has a step to no state'
  }
}
