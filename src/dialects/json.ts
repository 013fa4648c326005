/**
 * Reading JSON that strangers wrote: questions about values, and a reader that notes the first complaint with its
 * path instead of throwing, so that a decoder reads straight through and is total.
 */
import type { Json, JsonObject } from './neutral.ts'

/** A value without the keys that are undefined. */
export type Compact<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/** The same object without the keys whose value is undefined; key order is kept. */
export function compact<T extends object>(object: T): Compact<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Compact<T>
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

/** A string that says something; servers fill unset fields with empty ones. */
export function filledString(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

export function finiteNumber(value: Json | undefined): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** The fields of `object` that are not in `known`, in their order, or undefined where none is left. */
export function fieldsBeside(object: JsonObject, known: ReadonlySet<string>): JsonObject | undefined {
  const entries = Object.entries(object).filter(([key]) => !known.has(key))
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}

/** The value that a JSON text says, or undefined where it is none. */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

export interface Complaint {
  readonly message: string
  readonly param?: string
}

/** Typed access to fields. Null counts as absent; a wrong type is noted, and undefined is given. */
export interface Reader {
  readonly string: (value: Json | undefined, path: string) => string | undefined
  readonly boolean: (value: Json | undefined, path: string) => boolean | undefined
  readonly number: (value: Json | undefined, path: string) => number | undefined
  /** A whole number of at least `least`. */
  readonly integer: (value: Json | undefined, path: string, least: number) => number | undefined
  readonly object: (value: Json | undefined, path: string) => JsonObject | undefined
  readonly array: (value: Json | undefined, path: string) => readonly Json[] | undefined
  readonly refuse: (path: string, message: string) => undefined
  /** The first complaint, or undefined where all was well. */
  readonly complaint: () => Complaint | undefined
}

export function createReader(): Reader {
  let first: Complaint | undefined
  const refuse = (path: string, message: string): undefined => {
    first ??= path === '' ? { message } : { message, param: path }
  }
  const wrong = (value: Json, path: string, wanted: string): undefined =>
    refuse(path, `${path === '' ? 'the body' : `\`${path}\``} is ${kindOf(value)} where ${wanted} is wanted`)
  return {
    refuse,
    complaint: () => first,
    string: (value, path) =>
      value == null ? undefined : typeof value === 'string' ? value : wrong(value, path, 'a string'),
    boolean: (value, path) =>
      value == null ? undefined : typeof value === 'boolean' ? value : wrong(value, path, 'true or false'),
    number: (value, path) => (value == null ? undefined : (finiteNumber(value) ?? wrong(value, path, 'a number'))),
    integer: (value, path, least) => {
      if (value == null) return undefined
      if (typeof value !== 'number') return wrong(value, path, 'a whole number')
      if (Number.isInteger(value) && least <= value) return value
      return refuse(path, `\`${path}\` is ${value} where a whole number of at least ${least} is wanted`)
    },
    object: (value, path) => (value == null ? undefined : isObject(value) ? value : wrong(value, path, 'an object')),
    array: (value, path) => (value == null ? undefined : isArray(value) ? value : wrong(value, path, 'a list')),
  }
}

function kindOf(value: Json): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  switch (typeof value) {
    case 'string':
      return 'a string'
    case 'number':
      return 'a number'
    case 'boolean':
      return String(value)
    default:
      return 'an object'
  }
}
