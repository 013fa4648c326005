/**
 * Facts: what is known of one request, nested as the attribute paths are (gateway.md §4). Reading is total: a
 * value that is not of its attribute's type counts as left out, and a required attribute that is left out has
 * the zero of its type, so that nothing can go wrong while deciding.
 */
import { parseAddress } from '../graph/address.ts'
import { type Attribute, isMissingWhenEmpty } from '../graph/attribute.ts'
import type { GraphTable } from '../graph/graph.ts'
import { builtInReaders } from './built-in.ts'
import { flatCopy } from './flat.ts'
import { parseDate, parseDuration, parseMoney, parseSize } from './quantity.ts'

/**
 * What is known of one request: attribute paths as nested objects, `caller.team` as `{ caller: { team: 'a' } }`.
 *
 * An attribute that is left out, undefined or null is missing, and so is one whose value is not of its type; a
 * required one then has the zero of its type. Durations, sizes, money and dates may be text, as a policy writes them.
 */
export type Facts = Readonly<Record<string, unknown>>

/** Numbers are in the attribute's own unit (nano-dollars, ms, bytes, days); an address is its text. */
export type FactValue = string | number | boolean | readonly string[] | undefined

export type Reader = (facts: Facts) => FactValue

const scratch = new Uint32Array(4)

/** Reads one attribute of the graph. */
export function createReader(
  attribute: Attribute,
  attributes: readonly Attribute[],
  tables: readonly GraphTable[],
): Reader {
  const { column } = attribute
  if (column) {
    const table = tables.find((each) => each.name === column.table)
    if (!table) return () => undefined
    const at = table.columns.indexOf(column.name)
    const key = createReader(attributes[table.key]!, attributes, tables)
    const cells = new Map(flatCopy([...table.rows.keys()]).map((name) => [name, table.rows.get(name)?.[at]]))
    return (facts) => {
      const value = key(facts)
      return typeof value === 'string' ? cells.get(value) : undefined
    }
  }
  const normalise = normaliserOf(attribute)
  const missing = attribute.optional ? undefined : (attribute.fallback ?? zeroOf(attribute))
  const raw = rawReader(attribute.path)
  return (facts) => {
    const value = raw(facts)
    if (value === undefined || value === null) return missing
    const normal = normalise(value)
    return normal === undefined ? missing : normal
  }
}

/** The model that a request names; empty where it names none. */
export function requestedModel(facts: Facts): string {
  const request = facts['request']
  const model = isObject(request) ? request['model'] : undefined
  return typeof model === 'string' ? model : ''
}

/** The value at a path; headers are found whatever the case of their names. */
export function rawReader(path: readonly string[]): (facts: Facts) => unknown {
  const builtIn = builtInReaders.get(path.join('.'))
  if (builtIn && path.length === 2) return builtIn
  const [first, second, third] = path as [string, string, string | undefined]
  if (third === undefined) {
    return (facts) => groupOf(facts, first)?.[second]
  }
  if (first === 'request' && second === 'header') return (facts) => headerOf(facts, third)
  return (facts) => {
    let value: unknown = facts
    for (const name of path) value = isObject(value) ? value[name] : undefined
    return value
  }
}

/** The header as written in lower case, else the first that is so but for case. */
function headerOf(facts: Facts, name: string): unknown {
  const request = facts['request']
  const headers = isObject(request) ? request['header'] : undefined
  if (!isObject(headers)) return undefined
  const value = headers[name]
  if (value !== undefined) return value
  const other = Object.keys(headers).find((each) => each.toLowerCase() === name)
  return other === undefined ? undefined : headers[other]
}

/** A group of facts, such as `caller`; undefined where it is none. */
function groupOf(facts: Facts, name: string): Readonly<Record<string, unknown>> | undefined {
  const group = facts[name]
  return isObject(group) ? group : undefined
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** The value of a required attribute that is left out. An address or a date has none. */
function zeroOf(attribute: Attribute): FactValue {
  switch (attribute.type) {
    case 'string':
      return ''
    case 'bool':
      return false
    case 'set':
      return []
    case 'ip':
    case 'date':
      return undefined
    case 'int':
    case 'number':
    case 'percent':
    case 'size':
    case 'duration':
    case 'money':
      return 0
  }
}

/** The value inside of a value outside, or undefined where it is not of the type. */
function normaliserOf(attribute: Attribute): (value: unknown) => FactValue {
  const { values, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = attribute
  const inRange = (value: number | undefined): number | undefined =>
    value !== undefined && value >= min && value <= max ? value : undefined
  switch (attribute.type) {
    case 'string': {
      const emptyIsMissing = isMissingWhenEmpty(attribute)
      const closed = values && new Set(values)
      return (value) => {
        if (typeof value !== 'string' || (emptyIsMissing && value === '')) return undefined
        return closed && !closed.has(value) ? undefined : value
      }
    }
    case 'bool':
      return (value) => (typeof value === 'boolean' ? value : undefined)
    case 'int':
      return (value) => (Number.isSafeInteger(value) ? inRange(value as number) : undefined)
    case 'number':
    case 'percent':
      return (value) => (Number.isFinite(value) ? inRange(value as number) : undefined)
    case 'size':
      return (value) => inRange(parseSize(value))
    case 'duration':
      return (value) => inRange(parseDuration(value))
    case 'money':
      return (value) => inRange(parseMoney(value))
    case 'date':
      return (value) => parseDate(value)
    case 'ip':
      return (value) => (typeof value === 'string' && parseAddress(value, scratch) ? value : undefined)
    case 'set':
      return (value) => (Array.isArray(value) && value.every((each) => typeof each === 'string') ? value : undefined)
  }
}
