/** Reading an attribute: the value that a request's facts give it, or undefined where it is missing. */
import type { AttributeRef } from '../syntax/ast-conditions.ts'
import { keyOf, type Meaning, meaningOf, nameOf } from './attribute.ts'
import type { ReferencePolicy, Situation, Target } from './policy.ts'
import { type Value, valueOfType } from './value.ts'

/** The value of an attribute in a situation. */
export function readAttribute(situation: Situation, attribute: AttributeRef): Value | undefined {
  const name = nameOf(attribute)
  const { policy, facts, target } = situation
  if (name.startsWith('target.')) return target && valueOfTarget(target, name)
  const cell = findCell(situation, name)
  if (cell) return cell.value
  const meaning = meaningOf(policy, name)
  if (!meaning) return undefined
  const path = attribute.path.map((each) => each.text)
  const raw = name.startsWith('request.header[')
    ? headerIn(facts, keyOf(attribute))
    : rawAt(facts, attribute.key === undefined ? path : [...path, keyOf(attribute)])
  const value = admitted(meaning, name, raw)
  if (value !== undefined) return value
  // What the configuration says of the instance stands where facts leave it out.
  return Object.hasOwn(policy.fixed, name) ? policy.fixed[name] : meaning.zero
}

/** JSON null, an empty header, an empty claim and a value of the wrong type count as left out. */
function admitted(meaning: Meaning, name: string, raw: unknown): Value | undefined {
  if (raw === undefined || raw === null) return undefined
  if (raw === '' && (name.startsWith('request.header[') || name.startsWith('caller.claims['))) return undefined
  const value = valueOfType(meaning.type, raw)
  if (meaning.values && !meaning.values.some((each) => each === value)) return undefined
  if (typeof value === 'number' && meaning.min !== undefined && value < meaning.min) return undefined
  if (typeof value === 'number' && meaning.max !== undefined && value > meaning.max) return undefined
  return value
}

/** The raw fact at a path of nested objects. */
function rawAt(facts: unknown, path: readonly string[]): unknown {
  let at: unknown = facts
  for (const part of path) {
    if (typeof at !== 'object' || at === null || Array.isArray(at) || !Object.hasOwn(at, part)) return undefined
    at = (at as Readonly<Record<string, unknown>>)[part]
  }
  return at
}

/** Header names do not differ by case. */
function headerIn(facts: unknown, wanted: string): unknown {
  const headers = rawAt(facts, ['request', 'header'])
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) return undefined
  const names = Object.keys(headers).filter((name) => name.toLowerCase() === wanted)
  // Where facts name one header twice, the name in lower case is the one that counts, else the first.
  const name = names.find((each) => each === wanted) ?? names[0]
  return name === undefined ? undefined : (headers as Readonly<Record<string, unknown>>)[name]
}

/** A column of a table has the value of the row that the table's key attribute picks. */
function findCell(situation: Situation, name: string): { readonly value: Value | undefined } | undefined {
  for (const table of situation.policy.tables) {
    for (const [column, type] of Object.entries(table.columns)) {
      if (name !== `${table.name}.${column}`) continue
      const key = keyValue(situation, table.key)
      const row = key !== undefined && Object.hasOwn(table.rows, String(key)) ? table.rows[String(key)] : undefined
      const raw = row && Object.hasOwn(row, column) ? row[column] : undefined
      return { value: raw === undefined || raw === null ? undefined : valueOfType(type, raw) }
    }
  }
  return undefined
}

function keyValue({ policy, facts }: Situation, name: string): Value | undefined {
  const meaning = meaningOf(policy, name)
  return meaning && (admitted(meaning, name, rawAt(facts, name.split('.'))) ?? meaning.zero)
}

function valueOfTarget(target: Target, name: string): Value | undefined {
  switch (name) {
    case 'target.id':
      return target.id
    case 'target.provider':
      return target.provider
    case 'target.model':
      return target.model
    case 'target.region':
      return target.region
    case 'target.tags':
      return target.tags
    case 'target.context':
      return target.context
    case 'target.price_in':
      return target.priceIn
    case 'target.price_out':
      return target.priceOut
    default:
      return undefined
  }
}

/** The type of an attribute, whatever kind it is of. */
export function typeOf(policy: ReferencePolicy, attribute: AttributeRef): Meaning['type'] | undefined {
  const name = nameOf(attribute)
  for (const table of policy.tables) {
    for (const [column, type] of Object.entries(table.columns)) {
      if (name === `${table.name}.${column}`) return type
    }
  }
  return meaningOf(policy, name)?.type
}
