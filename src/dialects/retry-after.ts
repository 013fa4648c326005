/**
 * How long a provider asks to wait, from the headers and the body of an error answer. Pure: absolute times are
 * measured against the answer's own `date` header, which is also the clock that the provider meant.
 */
import type { HeaderLookup } from './dialect.ts'
import { isArray, isObject } from './json.ts'
import type { Json } from './neutral.ts'
import { findExhaustedMs, readRateLimits } from './rate-limits.ts'
import { durationMs, epochMs, numberMs, waitMs } from './wait.ts'

/** A day: a longer wait is no hint for a retry any more. */
const MAX_MS = 86_400_000

/** Milliseconds to wait, or undefined where the answer does not say. */
export function findRetryAfterMs(headers: HeaderLookup, body: Json | undefined): number | undefined {
  const now = epochMs(headers('date'))
  // Where both forms are there and disagree (Azure sends 1 s and 0 ms) the longer one is safe.
  const hints = [numberMs(headers('retry-after-ms'), 1), waitMs(headers('retry-after'), now)].filter(isNumber)
  // A reset counts only where its limit is used up: the other limits' resets say nothing of this refusal.
  if (hints.length === 0) hints.push(...[findExhaustedMs(readRateLimits(headers))].filter(isNumber))
  if (hints.length === 0) hints.push(...bodyHints(body))
  return hints.length === 0 ? undefined : Math.min(MAX_MS, Math.ceil(Math.max(...hints)))
}

const isNumber = (value: number | undefined): value is number => value !== undefined

/** `details[].retryDelay` (Google), "try again in 6.4s" (OpenAI, Groq) and "retry after 58 seconds" (Azure). */
function bodyHints(body: Json | undefined): readonly number[] {
  // Google's streams wrap their errors in a list.
  if (isArray(body)) return bodyHints(body[0])
  const error = isObject(body) && isObject(body['error']) ? body['error'] : undefined
  if (error === undefined) return []
  const details = isArray(error['details']) ? error['details'] : []
  const delays = details.flatMap((detail) =>
    isObject(detail) && typeof detail['retryDelay'] === 'string' ? [durationMs(detail['retryDelay'])] : [],
  )
  const message = typeof error['message'] === 'string' ? error['message'].slice(0, 2000) : ''
  const said = /(?:try again|retry) in (\d[\dhms.]{0,20}s)\b/i.exec(message)?.[1]
  if (said !== undefined) delays.push(durationMs(said))
  const seconds = /retry after (\d{1,6}) seconds?\b/i.exec(message)?.[1]
  if (seconds !== undefined) delays.push(Number(seconds) * 1000)
  return delays.filter(isNumber)
}
