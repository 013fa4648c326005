/**
 * Quirks: the ways in which servers depart from the dialect that they speak, each a small named value over the body
 * of a request. A body that a quirk does not touch stays the same object, which is how it is told that a client's
 * own bytes will do.
 */
import type { JsonObject } from './neutral.ts'

export interface Quirk {
  /** Its name in configurations and tests. */
  readonly name: string
  /** The body as the server takes it, or the same object where it does so already. What cannot be said is noted. */
  readonly fit: (body: JsonObject, context: QuirkContext) => JsonObject
}

export interface QuirkContext {
  /** The target's own model id. */
  readonly model: string
  /** Notes a field that the server has no word for, and why. */
  readonly lose: (field: string, message: string) => void
}
