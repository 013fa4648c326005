/**
 * How long a provider asks to wait, from the headers and the body of an error answer. Pure: absolute times are
 * measured against the answer's own `date` header, which is also the clock that the provider meant.
 */
import type { HeaderLookup } from './dialect.ts'
import { isArray, isObject } from './json.ts'
import type { Json } from './neutral.ts'

/** A day: a longer wait is no hint for a retry any more. */
const MAX_MS = 86_400_000

const RESET_HEADERS = [
  ['x-ratelimit-remaining-requests', 'x-ratelimit-reset-requests'],
  ['x-ratelimit-remaining-tokens', 'x-ratelimit-reset-tokens'],
  ['x-ratelimit-remaining', 'x-ratelimit-reset'],
  ['anthropic-ratelimit-requests-remaining', 'anthropic-ratelimit-requests-reset'],
  ['anthropic-ratelimit-tokens-remaining', 'anthropic-ratelimit-tokens-reset'],
  ['anthropic-ratelimit-input-tokens-remaining', 'anthropic-ratelimit-input-tokens-reset'],
  ['anthropic-ratelimit-output-tokens-remaining', 'anthropic-ratelimit-output-tokens-reset'],
] as const

/** Milliseconds to wait, or undefined where the answer does not say. */
export function findRetryAfterMs(headers: HeaderLookup, body: Json | undefined): number | undefined {
  const now = dateMs(headers('date'))
  // Where both forms are there and disagree (Azure sends 1 s and 0 ms) the longer one is safe.
  const hints = [numberMs(headers('retry-after-ms'), 1), waitMs(headers('retry-after'), now)].filter(isNumber)
  if (hints.length === 0)
    hints.push(...RESET_HEADERS.map(([left, reset]) => resetMs(headers, left, reset, now)).filter(isNumber))
  if (hints.length === 0) hints.push(...bodyHints(body))
  return hints.length === 0 ? undefined : Math.min(MAX_MS, Math.ceil(Math.max(...hints)))
}

/** Milliseconds of `120ms`, `6m0s`, `1h2m3.5s` or bare seconds. */
export function durationMs(text: string): number | undefined {
  const bare = numberMs(text, 1000)
  if (bare !== undefined) return bare
  const parts =
    /^(?:(\d{1,6}(?:\.\d+)?)d)?(?:(\d{1,6}(?:\.\d+)?)h)?(?:(\d{1,6}(?:\.\d+)?)m(?!s))?(?:(\d{1,9}(?:\.\d+)?)s)?(?:(\d{1,12}(?:\.\d+)?)ms)?$/.exec(
      text.trim(),
    )
  if (parts === null || text.trim() === '') return undefined
  const [, d, h, m, s, ms] = parts.map((part) => (part === undefined ? 0 : Number(part)))
  return d! * 86_400_000 + h! * 3_600_000 + m! * 60_000 + s! * 1000 + ms!
}

const isNumber = (value: number | undefined): value is number => value !== undefined

function numberMs(text: string | undefined, unitMs: number): number | undefined {
  return text !== undefined && /^\s*\d{1,15}(\.\d+)?\s*$/.test(text) ? Number(text) * unitMs : undefined
}

function dateMs(text: string | undefined): number | undefined {
  const ms = text === undefined ? Number.NaN : Date.parse(text)
  return Number.isNaN(ms) ? undefined : ms
}

function waitMs(text: string | undefined, now: number | undefined): number | undefined {
  if (text === undefined) return undefined
  const span = durationMs(text)
  // Epoch seconds and milliseconds are longer than any wait.
  if (span !== undefined && span <= 1e12) return span
  const at = span === undefined ? dateMs(text) : span > 1e15 ? span / 1000 : span
  return at === undefined || now === undefined ? undefined : Math.max(0, at - now)
}

/** A reset time counts only where its limit is used up: the other limits' resets say nothing of this refusal. */
function resetMs(headers: HeaderLookup, left: string, reset: string, now: number | undefined): number | undefined {
  return headers(left)?.trim() === '0' ? waitMs(headers(reset), now) : undefined
}

/** `details[].retryDelay` (Google) and "try again in 6.4s" (OpenAI). */
function bodyHints(body: Json | undefined): readonly number[] {
  const error = isObject(body) && isObject(body['error']) ? body['error'] : undefined
  if (error === undefined) return []
  const details = isArray(error['details']) ? error['details'] : []
  const delays = details.flatMap((detail) =>
    isObject(detail) && typeof detail['retryDelay'] === 'string' ? [durationMs(detail['retryDelay'])] : [],
  )
  const message = typeof error['message'] === 'string' ? error['message'].slice(0, 2000) : ''
  const said = /(?:try again|retry) in (\d[\dhms.]{0,20}s)\b/i.exec(message)?.[1]
  if (said !== undefined) delays.push(durationMs(said))
  return delays.filter(isNumber)
}
