/** What the neutral form has no field for, kept under this dialect's name. */
import type { Extensions, JsonObject } from '../neutral.ts'

/** Fields of this dialect, or undefined where there are none. */
export function geminiExtensions(fields: JsonObject | undefined): Extensions | undefined {
  return fields === undefined || Object.keys(fields).length === 0 ? undefined : { dialect: 'gemini', fields }
}

/** The fields that this dialect kept; none where another dialect did. */
export function ownFields(extensions: Extensions | undefined): JsonObject {
  return extensions?.dialect === 'gemini' ? extensions.fields : {}
}
