/** Fitting the body of a request to a server with quirks. */
import type { Loss } from './dialect.ts'
import { isObject } from './json.ts'
import { createLosses } from './losses.ts'
import type { Json, JsonObject } from './neutral.ts'
import type { Quirk } from './quirk.ts'

export interface Fitted {
  readonly body: JsonObject
  readonly losses: readonly Loss[]
}

/** The body as a server of these quirks takes it. */
export function fitBody(body: JsonObject, quirks: readonly Quirk[], model: string): Fitted {
  const losses = createLosses()
  const fitted = quirks.reduce((each, quirk) => quirk.fit(each, { model, lose: losses.add }), body)
  return { body: fitted, losses: losses.list() }
}

/** Whether a server of these quirks takes the body as it is. */
export function takesAsIs(body: Json | undefined, quirks: readonly Quirk[], model: string): boolean {
  if (!isObject(body)) return false
  const fitted = fitBody(body, quirks, model)
  return fitted.body === body && fitted.losses.length === 0
}
