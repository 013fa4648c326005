/** The fields that OpenAI's chat and Responses APIs have under one name and in one meaning. */
import type { Extensions, JsonObject } from './neutral.ts'

export const SHARED_FIELDS: ReadonlySet<string> = new Set([
  'metadata',
  'moderation',
  'prompt_cache_key',
  'prompt_cache_options',
  'prompt_cache_retention',
  'safety_identifier',
  'store',
])

/** Those of the fields that the other of the two APIs takes as they are. */
export function sharedFields(extensions: Extensions | undefined): JsonObject {
  const entries = Object.entries(extensions?.fields ?? {})
  return Object.fromEntries(entries.filter(([field]) => SHARED_FIELDS.has(field)))
}
