/**
 * Whether facts that a person wrote say what they seem to say. Deciding itself passes over what it does not know, as
 * it must; somebody who asks why a rule did not match wants to hear of the misspelt attribute instead.
 */
import { createReader } from '../decide/facts.ts'
import { didYouMean } from '../diagnostics/suggest.ts'
import type { Attribute } from '../graph/attribute.ts'
import type { KnownAttributes } from './known-attributes.ts'

export interface FactProblem {
  readonly message: string
  readonly help?: string
}

type Group = Readonly<Record<string, unknown>>

/** Everything that is wrong with facts, in the order in which it stands. */
export function checkFacts(facts: unknown, known: KnownAttributes): readonly FactProblem[] {
  if (!isGroup(facts))
    return [{ message: `the facts are ${kindOf(facts)}, expected an object such as {"request": {…}}` }]
  return checkGroup(facts, [], known)
}

function checkGroup(group: Group, path: readonly string[], known: KnownAttributes): FactProblem[] {
  return Object.entries(group).flatMap(([name, value]) => checkEntry(value, [...path, name], known))
}

function checkEntry(value: unknown, path: readonly string[], known: KnownAttributes): FactProblem[] {
  const dotted = path.join('.')
  const attribute = known.byPath.get(dotted) ?? known.member(path.slice(0, -1).join('.'), path.at(-1)!)
  if (attribute) return checkValue(value, attribute)
  const column = known.columns.get(dotted)
  if (column) {
    return [
      {
        message: `\`${dotted}\` is a column of a table, which facts cannot set`,
        help: `give the key that picks the row: \`${column.key}\``,
      },
    ]
  }
  if (!isPrefix(dotted, known)) {
    const help = didYouMean(dotted, namesBeside(path, known))
    return [{ message: `there is no attribute \`${dotted}\``, ...(help === undefined ? {} : { help }) }]
  }
  if (value === null) return []
  if (!isGroup(value)) return [{ message: `\`${dotted}\` is ${kindOf(value)}, expected an object of attributes` }]
  return checkGroup(value, path, known)
}

function checkValue(value: unknown, attribute: Attribute): FactProblem[] {
  if (value === null || value === '') return []
  // Read as deciding reads it; as an optional attribute, what is not of the type comes out missing.
  const read = createReader({ ...attribute, optional: true }, [], [])
  let facts: unknown = value
  for (const part of attribute.path.toReversed()) facts = { [part]: facts }
  if (read(facts as Group) !== undefined) return []
  const help = typeof value === 'string' && attribute.values ? didYouMean(value, attribute.values) : undefined
  return [
    {
      message: `\`${attribute.id}\` is ${shown(value)}, expected ${expectedOf(attribute)}`,
      ...(help === undefined ? {} : { help }),
    },
  ]
}

function expectedOf({ type, values, min, max }: Attribute): string {
  const range = max !== undefined ? ` from ${min ?? 0} to ${max}` : min === 0 ? ' from 0' : ''
  switch (type) {
    case 'string':
      return values === undefined ? 'a text' : `one of ${values.map((each) => `"${each}"`).join(', ')}`
    case 'bool':
      return 'true or false'
    case 'int':
      return `a whole number${range}`
    case 'number':
      return `a number${range}`
    case 'percent':
      return 'a fraction such as 0.8'
    case 'size':
      return 'a whole number of bytes, or a text such as "10KB"'
    case 'duration':
      return 'a whole number of milliseconds, or a text such as "30s"'
    case 'money':
      return 'a number of dollars, or a text such as "$1.25"'
    case 'date':
      return 'a date such as "2026-12-24"'
    case 'ip':
      return 'an address such as "10.0.0.1"'
    case 'set':
      return 'a list of texts'
  }
}

function isPrefix(dotted: string, known: KnownAttributes): boolean {
  if (known.member(dotted, 'x') !== undefined) return true
  const prefix = `${dotted}.`
  return [...known.byPath.keys(), ...known.columns.keys()].some((each) => each.startsWith(prefix))
}

/** What could stand where a name stands that nothing is known of: paths of the same depth, under the same group. */
function namesBeside(path: readonly string[], known: KnownAttributes): ReadonlySet<string> {
  const families = ['request.header', 'request.metadata', 'caller.claims']
  const paths = [...known.byPath.keys(), ...known.columns.keys(), ...families]
  return new Set(paths.map((each) => each.split('.').slice(0, path.length).join('.')))
}

function isGroup(value: unknown): value is Group {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value === 'string' ? 'text' : typeof value}`
}

function shown(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
