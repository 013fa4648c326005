/** Guards whole texts and JSON values, one after another, until one of them is blocked. */
import { isArray, isObject } from '../dialects/json.ts'
import type { Extensions, Json, JsonObject } from '../dialects/neutral.ts'
import type { Blocked } from './findings.ts'
import { nameOf, openJson } from './guarded-json.ts'
import { type Guarding, openText, type Part } from './guarded-text.ts'

export interface WholeTexts {
  readonly text: (text: string, name?: string) => Guarded
  /** JSON text, such as the arguments of a call. */
  readonly json: (text: string) => Guarded
  /** Every key and text within a value, but for what is bytes, ciphers or names. */
  readonly value: <T extends Json>(value: T) => T
  /** Whether any text is another one now. */
  readonly isChanged: () => boolean
  /** Set once something is blocked; what is given from then on is of no use. */
  readonly blocked: () => Blocked | undefined
}

export interface Guarded {
  readonly text: string
  /** Whether anything was taken out; what is only put back does not count. */
  readonly isAltered: boolean
}

/** Keys whose strings are bytes, ciphers or names rather than text. */
const notText: ReadonlySet<string> = new Set([
  'type',
  'id',
  'data',
  'mime_type',
  'mimeType',
  'media_type',
  'encrypted_content',
  'encrypted_index',
  'signature',
  'thoughtSignature',
  'tool_use_id',
  'call_id',
  'file_id',
  'cache_control',
])

export function isTextKey(key: string): boolean {
  return !notText.has(key)
}

export function createWholeTexts(guarding: Guarding): WholeTexts {
  let blocked: Blocked | undefined
  let isChanged = false
  const read = (parts: readonly Part[], given: string): Guarded => {
    let text = ''
    let isAltered = false
    let isTouched = false
    for (const part of parts) {
      switch (part.kind) {
        case 'keep':
          text += part.text
          break
        case 'put':
          text += part.text
          isTouched = true
          isAltered ||= !part.isRestored
          break
        case 'drop':
          break
        case 'block':
          blocked = part.blocked
      }
    }
    isChanged ||= isTouched
    return { text: isTouched ? text : given, isAltered }
  }
  const guard = (
    given: string,
    open: () => { push: (text: string) => readonly Part[]; end: () => readonly Part[] },
  ) => {
    if (blocked !== undefined || given === '') return { text: given, isAltered: false }
    const opened = open()
    const first = opened.push(given)
    return read(first.at(-1)?.kind === 'block' ? first : [...first, ...opened.end()], given)
  }
  const text = (given: string, name?: string): Guarded => guard(given, () => openText(guarding, name))
  const json = (given: string): Guarded => guard(given, () => openJson(guarding))
  const valueNamed = (value: Json, name: string | undefined): Json => {
    if (typeof value === 'string') return text(value, name).text
    if (isArray(value)) return value.map((each) => valueNamed(each, name))
    if (!isObject(value)) return value
    const entries = Object.entries(value).map(([key, each]): [string, Json] => [
      text(key).text,
      isTextKey(key) ? valueNamed(each, nameOf(key)) : each,
    ])
    return Object.fromEntries(entries)
  }
  return {
    text,
    json,
    // The shape of a value stays; only its strings change.
    value: <T extends Json>(value: T) => valueNamed(value, undefined) as T,
    isChanged: () => isChanged,
    blocked: () => blocked,
  }
}

/** Fields of a dialect with their texts guarded. */
export function guardExtensions<T extends { readonly extensions?: Extensions }>(of: T, { value }: WholeTexts): T {
  const { extensions } = of
  return extensions === undefined
    ? of
    : { ...of, extensions: { ...extensions, fields: value<JsonObject>(extensions.fields) } }
}
