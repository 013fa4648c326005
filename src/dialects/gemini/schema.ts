/**
 * Google's `Schema`, a part of OpenAPI 3.0, to and from JSON Schema. Every model takes it; the newer fields of JSON
 * Schema (`parametersJsonSchema`, `responseJsonSchema`) say more. So a schema goes out as a `Schema` where that says
 * all of it, and as it is where it does not: nothing is inlined, cut or guessed.
 */
import { finiteNumber, isArray, isObject } from '../json.ts'
import type { Json, JsonObject } from '../neutral.ts'

const TYPES = new Set(['string', 'number', 'integer', 'boolean', 'array', 'object'])
/** Keywords that mean the same on both sides. */
const SAME = new Set([
  'title',
  'description',
  'format',
  'pattern',
  'required',
  'default',
  'minimum',
  'maximum',
  'propertyOrdering',
])
/** Counts, which Google writes as strings. */
const COUNTS = new Set(['minItems', 'maxItems', 'minLength', 'maxLength', 'minProperties', 'maxProperties'])
/** Google refuses other formats. */
const FORMATS = new Set(['int32', 'int64', 'float', 'double', 'enum', 'date-time'])

/** The JSON Schema that a `Schema` says. */
export function decodeSchema(schema: JsonObject): JsonObject {
  const { nullable, ...rest } = schema
  const entries = Object.entries(rest).map(([key, value]): [string, Json] => {
    if (key === 'type' && typeof value === 'string') return [key, value.toLowerCase()]
    if (COUNTS.has(key) && typeof value === 'string') return [key, Number(value)]
    if (key === 'example') return ['examples', [value]]
    if ((key === 'items' || key === 'additionalProperties') && isObject(value)) return [key, decodeSchema(value)]
    if (key === 'anyOf' && isArray(value))
      return [key, value.map((item) => (isObject(item) ? decodeSchema(item) : item))]
    if (key === 'properties' && isObject(value)) return [key, mapValues(value, decodeSchema)]
    return [key, value]
  })
  const decoded = Object.fromEntries(entries)
  return nullable === true && typeof decoded['type'] === 'string'
    ? { ...decoded, type: [decoded['type'], 'null'] }
    : decoded
}

function mapValues(object: JsonObject, change: (value: JsonObject) => JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [key, isObject(value) ? change(value) : value]),
  )
}

/** The `Schema` that says all that a JSON Schema says, or undefined where there is none. */
export function findSchema(schema: Json): JsonObject | undefined {
  if (!isObject(schema)) return undefined
  const fitted: Record<string, Json> = {}
  for (const [key, value] of Object.entries(schema)) {
    const said = findKeyword(key, value)
    if (said === undefined) return undefined
    Object.assign(fitted, said)
  }
  return isWhole(fitted) ? fitted : undefined
}

/** A list says what it holds, an object its properties, and a choice of words is one of strings. */
function isWhole(schema: JsonObject): boolean {
  switch (schema['type']) {
    case 'ARRAY':
      return schema['items'] !== undefined
    case 'OBJECT':
      return isObject(schema['properties']) && Object.keys(schema['properties']).length > 0
    case undefined:
      return schema['anyOf'] !== undefined
    default:
      return schema['enum'] === undefined || schema['type'] === 'STRING'
  }
}

function findKeyword(key: string, value: Json): JsonObject | undefined {
  switch (key) {
    case 'type':
      return findType(value)
    case 'enum':
      return isArray(value) && value.every((word) => typeof word === 'string' && word !== '')
        ? { enum: value }
        : undefined
    case 'format':
      return typeof value === 'string' && FORMATS.has(value) ? { format: value } : undefined
    case 'items': {
      const items = findSchema(value)
      return items && { items }
    }
    case 'anyOf': {
      const options = isArray(value) ? value.map(findSchema) : [undefined]
      return options.some((option) => option === undefined) ? undefined : { anyOf: options as readonly JsonObject[] }
    }
    case 'properties': {
      if (!isObject(value)) return undefined
      const properties = Object.entries(value).map(([name, each]) => [name, findSchema(each)] as const)
      return properties.some(([, each]) => each === undefined)
        ? undefined
        : { properties: Object.fromEntries(properties) as JsonObject }
    }
    default:
      if (COUNTS.has(key)) return finiteNumber(value) === undefined ? undefined : { [key]: String(value) }
      return SAME.has(key) ? { [key]: value } : undefined
  }
}

function findType(value: Json): JsonObject | undefined {
  if (typeof value === 'string') return TYPES.has(value) ? { type: value.toUpperCase() } : undefined
  if (!isArray(value) || value.length !== 2) return undefined
  const [type, none] = value
  return typeof type === 'string' && TYPES.has(type) && none === 'null'
    ? { type: type.toUpperCase(), nullable: true }
    : undefined
}
