/**
 * Google takes the names of fields in two spellings, `inlineData` and `inline_data`, and its own SDKs send both. A
 * request is read in the first; what its author named (arguments, results, labels, JSON Schemas) stays as it is.
 */
import { isArray, isObject, type Reader } from '../json.ts'
import type { Json, JsonObject } from '../neutral.ts'

/** Fields whose values are free: no message of Google's stands in them. */
const FREE = new Set([
  'args',
  'response',
  'parametersJsonSchema',
  'responseJsonSchema',
  'labels',
  'default',
  'example',
  'enum',
  'customMetadata',
])
/** Fields that map names of the author's to messages. */
const MAPS = new Set(['properties', 'defs'])

/** The body with every field in the first spelling; a field that is there in both is refused. */
export function camelCased(body: JsonObject, read: Reader): JsonObject {
  const message = (value: Json, path: string): Json => {
    if (isArray(value)) return value.map((item, i) => message(item, `${path}[${i}]`))
    return isObject(value) ? fieldsOf(value, path) : value
  }
  const mapOf = (value: Json, path: string): Json =>
    isObject(value)
      ? Object.fromEntries(Object.entries(value).map(([name, item]) => [name, message(item, `${path}.${name}`)]))
      : value
  const fieldsOf = (object: JsonObject, path: string): JsonObject => {
    const entries = Object.entries(object).map(([spelt, value]): [string, Json] => {
      const name = camelCase(spelt)
      const at = path === '' ? name : `${path}.${name}`
      if (name !== spelt && Object.hasOwn(object, name)) read.refuse(at, `\`${at}\` is said in two spellings`)
      return [name, FREE.has(name) ? value : MAPS.has(name) ? mapOf(value, at) : message(value, at)]
    })
    return Object.fromEntries(entries)
  }
  return fieldsOf(body, '')
}

function camelCase(name: string): string {
  return name.includes('_')
    ? name.replace(/(?<=[a-zA-Z0-9])_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
    : name
}
