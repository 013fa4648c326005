/**
 * A value that satisfies a JSON Schema, for the simulator: the same one every time, as small as the schema lets it
 * be. Patterns and negations are not solved; what models are asked for in practice is.
 */
import { isArray, isObject } from '../dialects/json.ts'
import type { Json, JsonObject } from '../dialects/neutral.ts'

/** References may be circular, and lists of lists multiply: past these bounds a value is null. */
const deepest = 24
const mostValues = 5_000

export function synthesizeInstance(schema: Json | undefined): Json {
  return instanceOf(schema, { root: schema, name: 'text', depth: 0, budget: { values: mostValues } })
}

interface Context {
  readonly root: Json | undefined
  /** The property that is being filled: the text of a free string. */
  readonly name: string
  readonly depth: number
  /** What is left of `mostValues`, over the whole instance. */
  readonly budget: { values: number }
}

function instanceOf(schema: Json | undefined, context: Context): Json {
  context.budget.values--
  if (!isObject(schema) || deepest < context.depth || context.budget.values < 0) return null
  const inner = { ...context, depth: context.depth + 1 }
  const reference = schema['$ref']
  if (typeof reference === 'string') return instanceOf(resolveReference(reference, context.root), inner)
  if (schema['const'] !== undefined) return schema['const']
  if (schema['default'] !== undefined) return schema['default']
  const listed = schema['enum']
  if (isArray(listed) && listed[0] !== undefined) return listed[0]
  if (isArray(schema['allOf'])) return instanceOf(merge(schema, schema['allOf'], context.root), inner)
  for (const key of ['anyOf', 'oneOf']) {
    const options = schema[key]
    if (isArray(options)) return instanceOf(options.find((option) => !isNull(option)) ?? options[0], inner)
  }
  switch (typeOf(schema)) {
    case 'object':
      return objectOf(schema, inner)
    case 'array':
      return Array.from({ length: countOf(schema['minItems'], 1) }, (_, at) => instanceOf(itemOf(schema, at), inner))
    case 'string':
      return stringOf(schema, context.name)
    case 'integer':
      return numberOf(schema, 1)
    case 'number':
      return numberOf(schema, 0.5)
    case 'boolean':
      return true
    default:
      return null
  }
}

function typeOf(schema: JsonObject): string {
  const type = schema['type']
  if (typeof type === 'string') return type
  if (isArray(type)) return String(type.find((each) => each !== 'null') ?? 'null')
  return schema['properties'] === undefined ? (schema['items'] === undefined ? 'null' : 'array') : 'object'
}

const isNull = (schema: Json) => isObject(schema) && schema['type'] === 'null'

function objectOf(schema: JsonObject, context: Context): Json {
  const properties = isObject(schema['properties']) ? schema['properties'] : {}
  const required = isArray(schema['required']) ? schema['required'].map(String) : []
  return Object.fromEntries(required.map((name) => [name, instanceOf(properties[name], { ...context, name })]))
}

function itemOf(schema: JsonObject, at: number): Json | undefined {
  const fixed = schema['prefixItems']
  return isArray(fixed) && fixed[at] !== undefined ? fixed[at] : schema['items']
}

const byFormat: Readonly<Record<string, string>> = {
  date: '2030-01-01',
  time: '12:00:00Z',
  'date-time': '2030-01-01T12:00:00Z',
  duration: 'P1D',
  email: 'someone@example.com',
  hostname: 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uri: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000000',
}

function stringOf(schema: JsonObject, name: string): string {
  const format = schema['format']
  const text = (typeof format === 'string' ? byFormat[format] : undefined) ?? name
  const longest = countOf(schema['maxLength'], Number.POSITIVE_INFINITY)
  return text.padEnd(Math.min(countOf(schema['minLength'], 0), 10_000), '.').slice(0, longest)
}

function numberOf(schema: JsonObject, step: number): number {
  const above = numeric(schema['exclusiveMinimum'])
  const below = numeric(schema['exclusiveMaximum'])
  const least = numeric(schema['minimum']) ?? (above === undefined ? undefined : above + step)
  const most = numeric(schema['maximum']) ?? (below === undefined ? undefined : below - step)
  const value = least ?? Math.min(1, most ?? 1)
  const multiple = numeric(schema['multipleOf'])
  return multiple === undefined || multiple <= 0 ? value : Math.ceil(value / multiple) * multiple
}

const numeric = (value: Json | undefined) => (typeof value === 'number' ? value : undefined)

function countOf(value: Json | undefined, otherwise: number): number {
  return typeof value === 'number' && 0 <= value ? Math.min(Math.floor(value), 10_000) : otherwise
}

function merge(schema: JsonObject, parts: readonly Json[], root: Json | undefined): JsonObject {
  const { allOf: _, ...own } = schema
  const resolved = parts
    .map((part) => {
      const reference = isObject(part) ? part['$ref'] : undefined
      return typeof reference === 'string' ? resolveReference(reference, root) : part
    })
    .filter(isObject)
  const all = [own, ...resolved]
  return Object.assign({}, ...all, {
    properties: Object.assign({}, ...all.map((one) => asObject(one['properties']))),
    required: [...new Set(all.flatMap((one) => asList(one['required'])))],
  }) as JsonObject
}

const asObject = (value: Json | undefined): JsonObject => (isObject(value) ? value : {})
const asList = (value: Json | undefined): readonly Json[] => (isArray(value) ? value : [])

/** A reference inside the document: `#`, `#/$defs/name`. */
function resolveReference(reference: string, root: Json | undefined): Json | undefined {
  if (!reference.startsWith('#')) return undefined
  const steps = reference.slice(1).split('/').slice(1)
  return steps.reduce<Json | undefined>((at, step) => {
    const key = unescapeStep(step)
    return isArray(at) ? at[Number(key)] : isObject(at) ? at[key] : undefined
  }, root)
}

function unescapeStep(step: string): string {
  const plain = step.replaceAll('~1', '/').replaceAll('~0', '~')
  try {
    return decodeURIComponent(plain)
  } catch {
    return plain
  }
}
