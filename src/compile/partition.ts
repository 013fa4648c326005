/**
 * Partition: each attribute's values fall into finitely many classes that no condition of the policy tells
 * apart. This gathers every test of every attribute, has each type make its classes, and lowers conditions to
 * expressions over classes.
 *
 * What a table says of a request is a function of the key attribute, so a test of a column becomes a test of
 * the key: no proof or witness can speak of a row that is not there.
 */
import { atomsOf } from '../check/atoms.ts'
import type { Cond, Test } from '../check/policy.ts'
import type { Table } from '../config/tables.ts'
import { type Attribute, isMissingWhenEmpty } from '../graph/attribute.ts'
import { combine, type Expression, negate, never, testOf } from '../graph/expression.ts'
import type { Classifier, Sample, Variable } from '../graph/variable.ts'
import { withClassSamples } from './class-samples.ts'
import type { Kept } from './kept.ts'
import { partitionAddresses, partitionNumbers } from './partition-numbers.ts'
import { partitionEnum, partitionStrings, patternTestOf, type StringTest } from './partition-strings.ts'
import type { AnyAtom, DraftVariable, PartitionedAttribute, Where } from './partitioned.ts'
import { predicateOf, type ScalarTest } from './satisfies.ts'

export interface Partition {
  readonly attributes: readonly Attribute[]
  readonly variables: readonly Variable[]
  /** The condition over classes; conditions on access have no place here. */
  readonly lower: (condition: Cond) => Expression
}

/** Whether an attribute can be missing: an address or a date has no zero that could stand for it. */
export function mayBeMissing(attribute: Attribute): boolean {
  const zeroless = attribute.type === 'ip' || attribute.type === 'date'
  return attribute.optional || (zeroless && attribute.fallback === undefined)
}

/** The partition by every atom of the conditions; attributes that were parted by the same tests before are `kept`. */
export function createPartition(
  conditions: Iterable<Cond>,
  tables: readonly Table[],
  tableKeys: ReadonlyMap<string, Attribute>,
  kept?: Kept<PartitionedAttribute>,
): Partition {
  const groups = new Map<string, Group>()
  const keys = new Map<AnyAtom, string>()
  for (const condition of conditions) {
    for (const atom of atomsOf(condition)) {
      const attribute = baseOf(atom.attribute, tableKeys)
      let group = groups.get(attribute.id)
      if (!group) groups.set(attribute.id, (group = { attribute, tests: new Map() }))
      const key = testKey(atom)
      keys.set(atom, key)
      group.tests.set(key, atom)
    }
  }

  const attributes: Attribute[] = []
  const variables: Variable[] = []
  const lowered = new Map<string, ReadonlyMap<string, Where>>()
  const tablesByName = new Map(tables.map((table) => [table.name, table]))
  for (const group of groups.values()) {
    const { attribute, tests } = group
    const first = variables.length
    const make = (): PartitionedAttribute => {
      const { variables: own, where } = partitionAttribute(attribute, [...tests.values()], tablesByName)
      return { variables: own.map((each) => withClassSamples(attribute, each)), where }
    }
    const partitioned = kept && !readsTable(group) ? kept.of(groupKey(group), make) : make()
    for (const draft of partitioned.variables) variables.push({ ...draft, attribute: attributes.length })
    attributes.push(attribute)
    const own = new Map<string, Where>()
    for (const [index, key] of [...tests.keys()].entries()) {
      const where = partitioned.where[index]!
      own.set(
        key,
        where.map((each) => ({ variable: each.variable + first, classes: each.classes })),
      )
    }
    lowered.set(attribute.id, own)
  }

  const lower = (condition: Cond): Expression => {
    switch (condition.kind) {
      case 'const':
        return condition
      case 'and':
      case 'or':
        return combine(condition.kind, condition.of.map(lower))
      case 'not':
        return negate(lower(condition.of))
      case 'access':
        return never
      case 'atom': {
        const key = keys.get(condition) ?? testKey(condition)
        const where = lowered.get(baseOf(condition.attribute, tableKeys).id)!.get(key)!
        const text = condition.span.source.text.slice(condition.span.start, condition.span.end)
        return combine(
          'and',
          where.map((each) => testOf(each.variable, each.classes, variables[each.variable]!.size, text)),
        )
      }
    }
  }
  return { attributes, variables, lower }
}

/** An attribute with the tests that are asked of it, by their keys. */
interface Group {
  readonly attribute: Attribute
  readonly tests: Map<string, AnyAtom>
}

/** A text that is equal where the attribute and the tests of it are. */
function groupKey({ attribute, tests }: Group): string {
  return JSON.stringify([attribute, ...tests.keys()])
}

/** Whether some test is of a column: its classes depend on the rows of a table. */
function readsTable({ tests }: Group): boolean {
  return [...tests.values()].some((atom) => atom.attribute.column !== undefined)
}

function baseOf(attribute: Attribute, tableKeys: ReadonlyMap<string, Attribute>): Attribute {
  return attribute.column ? tableKeys.get(attribute.column.table)! : attribute
}

/** A text that is equal for equal tests of one attribute. */
function testKey(atom: AnyAtom): string {
  const { test } = atom
  const view = atom.view ? `${atom.view.part} ${atom.view.provider}` : ''
  const own = `${view}\u0000${atom.attribute.column ? atom.attribute.id : ''}\u0000${test.kind}\u0000`
  switch (test.kind) {
    case 'present':
      return own
    case 'equals':
    case 'caseless':
    case 'below':
    case 'at_most':
    case 'above':
    case 'at_least':
    case 'element':
      return own + JSON.stringify(test.value)
    case 'one_of':
      return own + JSON.stringify(test.values)
    case 'prefix':
    case 'suffix':
    case 'contains':
      return own + test.text
    case 'glob':
    case 'search':
      return own + JSON.stringify(test.regex)
    case 'cidr':
      return own + test.blocks.map((block) => block.text).join()
  }
}

function partitionAttribute(
  attribute: Attribute,
  atoms: readonly AnyAtom[],
  tables: ReadonlyMap<string, Table>,
): PartitionedAttribute {
  const optional = mayBeMissing(attribute)
  switch (attribute.type) {
    case 'set':
      return partitionSet(
        atoms.map((each) => each.test),
        optional,
      )
    case 'bool':
      return partitionBool(
        atoms.map((each) => each.test as ScalarTest),
        optional,
      )
    case 'ip':
      return partitionAddresses(
        atoms.map((each) => each.test as ScalarTest),
        optional,
      )
    case 'string':
      return partitionText(attribute, atoms, tables, optional)
    case 'int':
    case 'number':
    case 'percent':
    case 'size':
    case 'duration':
    case 'money':
    case 'date':
      return partitionNumbers(
        attribute,
        atoms.map((each) => each.test as ScalarTest),
        optional,
      )
  }
}

/** A string; tests of it through a view are variables of their own. */
function partitionText(
  attribute: Attribute,
  atoms: readonly AnyAtom[],
  tables: ReadonlyMap<string, Table>,
  optional: boolean,
): PartitionedAttribute {
  const plain = atoms.flatMap((atom, index) => (atom.view === undefined ? [{ atom, index }] : []))
  const tests = plain.map(({ atom }): StringTest => {
    const test = atom.test as ScalarTest
    if (!atom.attribute.column) return { test }
    return { test, keys: keysWhere(atom.test, tables.get(atom.attribute.column.table)!, atom.attribute.column.name) }
  })
  const main = attribute.values
    ? partitionEnum(attribute, tests, optional)
    : partitionStrings(tests, optional, isMissingWhenEmpty(attribute) ? [''] : [])
  const variables = [...main.variables]
  const where: Where[] = []
  for (const [at, { index }] of plain.entries()) where[index] = main.where[at]!
  for (const [index, atom] of atoms.entries()) {
    if (atom.view === undefined) continue
    where[index] = [{ variable: variables.length, classes: [1, 2] }]
    variables.push({
      size: 2,
      ...(optional ? { missing: 0 } : {}),
      classifier: { kind: 'pattern', test: patternTestOf(atom.test as ScalarTest), view: atom.view },
      samples: [undefined, undefined],
    })
  }
  return { variables, where }
}

/** The keys whose row satisfies the test of a column. */
function keysWhere(test: Test, table: Table, column: string): string[] {
  const at = table.columns.findIndex((each) => each.name === column)
  const keys: string[] = []
  const predicate = test.kind === 'element' ? undefined : predicateOf(test)
  for (const [key, row] of table.rows) {
    const value = row[at]
    if (value === undefined) continue
    const holds =
      test.kind === 'element'
        ? Array.isArray(value) && value.includes(test.value)
        : test.kind === 'present' || (!Array.isArray(value) && predicate!(value as string | number | boolean))
    if (holds) keys.push(key)
  }
  return keys
}

function partitionBool(tests: readonly ScalarTest[], optional: boolean): PartitionedAttribute {
  const base = optional ? 1 : 0
  const samples: Sample[] = optional ? [undefined, false, true] : [false, true]
  const where = tests.map((test): Where => {
    const predicate = predicateOf(test)!
    const classes: number[] = []
    for (const [index, value] of [false, true].entries())
      if (predicate(value)) classes.push(base + index, base + index + 1)
    return [{ variable: 0, classes: classes.length === 4 ? [base, base + 2] : classes }]
  })
  const classifier: Classifier = { kind: 'bool', classes: [base, base + 1] }
  return { variables: [{ size: samples.length, ...(optional ? { missing: 0 } : {}), classifier, samples }], where }
}

/** A variable for each element that is asked for, and one for presence where a set may be missing. */
function partitionSet(tests: readonly Test[], optional: boolean): PartitionedAttribute {
  const variables: DraftVariable[] = []
  const present: DraftVariable = { size: 2, classifier: { kind: 'present' }, samples: [undefined, undefined] }
  const presence = optional && tests.some((test) => test.kind === 'present') ? variables.push(present) - 1 : undefined
  const where = tests.map((test): Where => {
    const there = presence === undefined ? [] : [{ variable: presence, classes: [1, 2] }]
    if (test.kind !== 'element') return there
    const variable = variables.length
    variables.push({ size: 2, classifier: { kind: 'element', element: test.value }, samples: [undefined, undefined] })
    return [...there, { variable, classes: [1, 2] }]
  })
  return { variables, where }
}
