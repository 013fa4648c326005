/** What the neutral form has no field for, kept under this dialect's name. */
import type { Extensions, JsonObject } from '../neutral.ts'

/** Fields of this dialect, or undefined where there are none. */
export function completionsExtensions(fields: JsonObject | undefined): Extensions | undefined {
  return fields === undefined || Object.keys(fields).length === 0
    ? undefined
    : { dialect: 'openai-completions', fields }
}
