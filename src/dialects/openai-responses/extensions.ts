/** What the neutral form has no field for, kept under this dialect's name. */
import type { Extensions, JsonObject, OpaqueBlock } from '../neutral.ts'

/** Fields of this dialect, or undefined where there are none. */
export function responsesExtensions(fields: JsonObject | undefined): Extensions | undefined {
  return fields === undefined || Object.keys(fields).length === 0 ? undefined : { dialect: 'openai-responses', fields }
}

/** The fields that were kept under this dialect's name; none where another dialect's were. */
export function ownFields(extensions: Extensions | undefined): JsonObject {
  return extensions?.dialect === 'openai-responses' ? extensions.fields : {}
}

/** Whether an opaque block is a part of a message, and not an item by itself. */
export function isOwnPart(block: OpaqueBlock): boolean {
  return ownFields(block.extensions)['part'] === true
}
