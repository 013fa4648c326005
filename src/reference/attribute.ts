/**
 * The attributes of the language by their names: the table of the language's third chapter, once more and
 * by hand, so that a slip in the compiler's own table shows.
 */
import type { AttributeType } from '../graph/attribute.ts'
import type { AttributeRef } from '../syntax/ast-conditions.ts'
import type { Declared, ReferencePolicy } from './policy.ts'
import type { Value } from './value.ts'

export interface Meaning {
  readonly type: AttributeType
  /** A required attribute is never missing: what it is where the facts leave it out. */
  readonly zero?: Value
  /** Values outside of these count as left out. */
  readonly values?: readonly string[]
  readonly min?: number
  readonly max?: number
}

const apis = 'chat completions responses messages embeddings rerank images speech transcription moderations'.split(' ')
const kinds = ['key', 'jwt', 'host', 'anonymous']
const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

const text: Meaning = { type: 'string', zero: '' }
const optionalText: Meaning = { type: 'string' }
const flag: Meaning = { type: 'bool', zero: false }
const count: Meaning = { type: 'int', zero: 0, min: 0 }
const words: Meaning = { type: 'set', zero: [] }

const builtin: Readonly<Record<string, Meaning>> = {
  'request.api': { type: 'string', zero: 'chat', values: apis },
  'request.model': text,
  'request.version': optionalText,
  'request.stream': flag,
  'request.has_tools': flag,
  'request.has_images': flag,
  'request.has_audio': flag,
  'request.has_schema': flag,
  'request.has_reasoning': flag,
  'request.messages': count,
  'request.input_tokens': count,
  'request.max_tokens': { type: 'int', min: 0 },
  'request.temperature': { type: 'number' },
  'request.bytes': { type: 'size', zero: 0, min: 0 },
  'request.text': text,
  'caller.id': text,
  'caller.kind': { type: 'string', zero: 'anonymous', values: kinds },
  'caller.key': optionalText,
  'caller.org': optionalText,
  'caller.team': optionalText,
  'caller.user': optionalText,
  'caller.role': optionalText,
  'caller.tier': optionalText,
  'caller.region': optionalText,
  'caller.roles': words,
  'caller.scopes': words,
  'caller.tags': words,
  'caller.ip': { type: 'ip' },
  'time.hour': { type: 'int', min: 0, max: 23 },
  'time.weekday': { type: 'string', values: weekdays },
  'time.date': { type: 'date' },
  'gateway.region': text,
  'gateway.env': text,
  'target.id': text,
  'target.provider': text,
  'target.model': text,
  'target.region': optionalText,
  'target.tags': words,
  'target.context': { type: 'int', min: 0 },
  'target.price_in': { type: 'money', min: 0 },
  'target.price_out': { type: 'money', min: 0 },
}

/** The name of an attribute as decisions show it; header names are in lower case. */
export function nameOf(attribute: AttributeRef): string {
  const path = attribute.path.map((each) => each.text).join('.')
  return attribute.key === undefined ? path : `${path}[${JSON.stringify(keyOf(attribute))}]`
}

/** Header names do not differ by case; other keys do. */
export function keyOf(attribute: AttributeRef): string {
  const key = attribute.key?.value ?? ''
  return attribute.path.map((each) => each.text).join('.') === 'request.header' ? key.toLowerCase() : key
}

/** What a name means; undefined for a column of a table, which `findColumn` knows, and for no attribute at all. */
export function meaningOf(policy: ReferencePolicy, name: string): Meaning | undefined {
  if (Object.hasOwn(builtin, name)) return builtin[name]
  if (/^(request\.header|request\.metadata|caller\.claims)\[/.test(name)) return optionalText
  if (/^(budget|limit)\.[a-z0-9_]+\.used$/.test(name)) return { type: 'percent', zero: 0, min: 0 }
  if (/^provider\.[^.]+\.healthy$/.test(name)) return flag
  const declared = policy.attributes.find((each) => each.path === name)
  return declared && meaningOfDeclared(declared)
}

/** Attributes of `attributes:` are optional unless required or with a default. */
function meaningOfDeclared(declared: Declared): Meaning {
  const values = declared.enum === undefined ? {} : { values: declared.enum }
  if (declared.default !== undefined) return { type: declared.type, zero: declared.default, ...values }
  const zero = declared.required ? zeroOf(declared.type) : undefined
  return { type: declared.type, ...(zero === undefined ? {} : { zero }), ...values }
}

/** Bools are false, counts and percents 0, sets and strings empty. */
function zeroOf(type: AttributeType): Value | undefined {
  switch (type) {
    case 'string':
      return ''
    case 'bool':
      return false
    case 'set':
      return []
    case 'date':
    case 'ip':
      return undefined
    default:
      return 0
  }
}
