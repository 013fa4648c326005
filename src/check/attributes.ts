/**
 * The attributes that conditions may read: the built-in ones as one table, the open families (headers,
 * claims, meters of declared budgets and limits), and what `gateway.yaml` declares. Reporting on
 * references that name none of them is `resolve-attribute.ts`'s.
 */
import type { AttributeDeclaration } from '../config/config.ts'
import type { Table } from '../config/tables.ts'
import type { Attribute, AttributeType, Phase, Trust } from '../graph/attribute.ts'
import { daysSinceEpoch } from './calendar.ts'

type Row = readonly [
  id: string,
  type: AttributeType | `${AttributeType}?`,
  documentation: string,
  more?: Partial<Attribute>,
]

export const apis = [
  'chat',
  'completions',
  'responses',
  'messages',
  'embeddings',
  'rerank',
  'images',
  'speech',
  'transcription',
  'moderations',
] as const

export const callerKinds = ['key', 'jwt', 'host', 'anonymous'] as const

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

const requestRows: readonly Row[] = [
  ['request.api', 'string', 'the kind of endpoint that was called', { values: apis, fallback: 'chat' }],
  ['request.model', 'string', 'the model name that the client asked for'],
  ['request.version', 'string?', 'the API version, from the path or a header'],
  ['request.stream', 'bool', 'whether the client asked for a stream'],
  ['request.has_tools', 'bool', 'whether tools are offered to the model'],
  ['request.has_images', 'bool', 'whether the input holds images'],
  ['request.has_audio', 'bool', 'whether the input holds audio'],
  ['request.has_schema', 'bool', 'whether the answer must follow a JSON schema'],
  ['request.has_reasoning', 'bool', 'whether the client asked for reasoning'],
  ['request.messages', 'int', 'the number of messages', { min: 0 }],
  ['request.input_tokens', 'int', 'the estimated number of input tokens', { min: 0 }],
  ['request.max_tokens', 'int?', 'the most tokens of answer that the client asked for', { min: 0 }],
  ['request.temperature', 'number?', 'the sampling temperature that the client asked for'],
  ['request.bytes', 'size', 'the size of the body', { min: 0 }],
  ['request.text', 'string', 'all text that the caller sent; computed only where a rule reads it'],
]

const callerRows: readonly Row[] = [
  ['caller.id', 'string', 'the caller, whatever it signed in with'],
  ['caller.kind', 'string', 'how the caller signed in', { values: callerKinds, fallback: 'anonymous' }],
  ['caller.key', 'string?', 'the id of the virtual key'],
  ['caller.org', 'string?', 'the organisation'],
  ['caller.team', 'string?', 'the team'],
  ['caller.user', 'string?', 'the user'],
  ['caller.role', 'string?', 'the role'],
  ['caller.tier', 'string?', 'the tier of service'],
  ['caller.region', 'string?', 'the region that the caller belongs to'],
  ['caller.roles', 'set', 'all roles'],
  ['caller.scopes', 'set', 'the scopes that were granted'],
  ['caller.tags', 'set', 'the tags of the key'],
  ['caller.ip', 'ip?', 'the address that the request came from'],
]

const operatorRows: readonly Row[] = [
  ['time.hour', 'int?', 'the hour of the day in the time zone of the gateway', { min: 0, max: 23 }],
  ['time.weekday', 'string?', 'the day of the week in the time zone of the gateway', { values: weekdays }],
  ['time.date', 'date?', 'the date in the time zone of the gateway'],
  ['gateway.region', 'string', 'the region of the instance that decides'],
  ['gateway.env', 'string', 'the environment of the instance that decides'],
]

const targetRows: readonly Row[] = [
  ['target.id', 'string', 'the candidate, as `provider/model`'],
  ['target.provider', 'string', 'the provider of the candidate'],
  ['target.model', 'string', "the candidate's model id at its provider"],
  ['target.region', 'string?', 'the region that the candidate runs in'],
  ['target.tags', 'set', "the candidate's tags in the catalogue"],
  ['target.context', 'int?', "the size of the candidate's context in tokens", { min: 0 }],
  ['target.price_in', 'money?', 'the price of a million input tokens', { min: 0 }],
  ['target.price_out', 'money?', 'the price of a million output tokens', { min: 0 }],
]

function fromRow([id, type, documentation, more]: Row, phase: Phase, trust: Trust): Attribute {
  const optional = type.endsWith('?')
  const plain = (optional ? type.slice(0, -1) : type) as AttributeType
  return { id, path: id.split('.'), type: plain, optional, phase, trust, documentation, ...more }
}

/** Every attribute that is always there. */
export const builtinAttributes: readonly Attribute[] = [
  ...requestRows.map((row) => fromRow(row, 'request', 'request')),
  ...callerRows.map((row) => fromRow(row, 'caller', 'identity')),
  ...operatorRows.map((row) => fromRow(row, 'caller', 'operator')),
  ...targetRows.map((row) => fromRow(row, 'target', 'operator')),
]

/** The families whose members are picked by a text in brackets. */
export const keyedFamilies = ['request.header', 'request.metadata', 'caller.claims'] as const

/** The families whose members are named after something that is declared: `budget.NAME.used`. */
export const meterFamilies = { budget: 'used', limit: 'used', provider: 'healthy' } as const

export type MeterFamily = keyof typeof meterFamilies

/** The member of a keyed family; header names are in lower case. */
export function keyedAttribute(family: (typeof keyedFamilies)[number], key: string): Attribute {
  const name = family === 'request.header' ? key.toLowerCase() : key
  const common = {
    id: `${family}[${JSON.stringify(name)}]`,
    path: [...family.split('.'), name],
    type: 'string',
    optional: true,
  } as const
  switch (family) {
    case 'request.header':
      return { ...common, phase: 'request', trust: 'claimed', documentation: `the header \`${name}\`` }
    case 'request.metadata':
      return { ...common, phase: 'request', trust: 'claimed', documentation: `the request's metadata \`${name}\`` }
    case 'caller.claims':
      return {
        ...common,
        phase: 'caller',
        trust: 'identity',
        documentation: `the claim \`${name}\` of the caller's token`,
      }
  }
}

/** What a budget, limit or provider shows of itself while requests are decided. */
export function meterAttribute(family: MeterFamily, name: string): Attribute {
  const last = meterFamilies[family]
  const common = {
    id: `${family}.${name}.${last}`,
    path: [family, name, last],
    optional: false,
    phase: 'meters',
    trust: 'operator',
  } as const
  switch (family) {
    case 'budget':
      return { ...common, type: 'percent', min: 0, documentation: `how much of the budget \`${name}\` is used` }
    case 'limit':
      return { ...common, type: 'percent', min: 0, documentation: `how much of the limit \`${name}\` is used` }
    case 'provider':
      return { ...common, type: 'bool', documentation: `whether the provider \`${name}\` is healthy` }
  }
}

/** An attribute that `attributes:` of gateway.yaml declares. */
export function declaredAttribute(declaration: AttributeDeclaration): Attribute {
  const { path, type, required, default: fallback, from } = declaration
  return {
    id: path,
    path: path.split('.'),
    type,
    optional: fallback === undefined && !(required && hasZero(type)),
    ...(fallback === undefined ? {} : { fallback: innerValue(type, fallback) }),
    ...(declaration.enum === undefined ? {} : { values: declaration.enum }),
    phase: path.startsWith('caller.') ? 'caller' : 'request',
    trust: from.kind === 'header' ? 'claimed' : from.kind === 'host' ? 'operator' : 'identity',
    documentation: `declared in gateway.yaml, from ${originOf(from)}`,
  }
}

/** Whether a required value that is left out has something to stand for it: no date and no address is the natural one. */
function hasZero(type: AttributeType): boolean {
  return type !== 'date' && type !== 'ip'
}

function originOf(from: AttributeDeclaration['from']): string {
  switch (from.kind) {
    case 'claim':
      return `the claim \`${from.path}\``
    case 'header':
      return `the header \`${from.name}\``
    case 'key_metadata':
      return `the key's metadata \`${from.path}\``
    case 'host':
      return 'the embedding program'
  }
}

/** Dates are days since 1970-01-01 inside. */
function innerValue(
  type: AttributeType,
  value: NonNullable<Attribute['fallback']>,
): NonNullable<Attribute['fallback']> {
  return type === 'date' && typeof value === 'string' ? (daysSinceEpoch(value) ?? value) : value
}

/** The columns of a table, as attributes; a request whose key has no row has none of them. */
export function tableAttributes(table: Table, key: Attribute): readonly Attribute[] {
  return table.columns.map((column) => ({
    id: `${table.name}.${column.name}`,
    path: [table.name, column.name],
    type: column.type,
    optional: true,
    phase: key.phase,
    trust: 'operator',
    column: { table: table.name, name: column.name, key: key.id },
    documentation: `the column \`${column.name}\` of the row of \`${table.name}\` that \`${key.id}\` picks`,
  }))
}

/** Whether one value of it can stand for a caller, in a key, a scope or a tag. */
export function isScalar(attribute: Attribute): boolean {
  return attribute.type !== 'set'
}
