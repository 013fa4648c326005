/**
 * What a provider says is left of its limits, in one form for all families of headers:
 *
 * | who                                  | remaining                                | reset                      |
 * | ------------------------------------ | ---------------------------------------- | -------------------------- |
 * | OpenAI, Groq, Azure, xAI             | `x-ratelimit-remaining-requests`, `…-tokens` | `6m0s`, `2m59.56s`, `120ms`, seconds |
 * | Cerebras                             | the same with `-day`, `-minute` behind   | seconds                    |
 * | Mistral, Fireworks                   | names of their own                       | not said                   |
 * | Together, OpenRouter                 | `x-ratelimit-remaining`                  | seconds; epoch milliseconds |
 * | Anthropic                            | `anthropic-ratelimit-…-remaining`        | a time (RFC 3339)          |
 */
import type { HeaderLookup } from './dialect.ts'
import { epochMs, waitMs } from './wait.ts'

export interface RateLimit {
  readonly of: 'requests' | 'tokens'
  readonly remaining: number
  /** How long until the limit is whole again, where that is said. */
  readonly resetMs?: number
}

type Family = readonly [of: RateLimit['of'], remaining: string, reset: string]

const plain = (of: RateLimit['of'], suffix: string): Family => [
  of,
  `x-ratelimit-remaining${suffix}`,
  `x-ratelimit-reset${suffix}`,
]

const anthropic = (of: RateLimit['of'], name: string): Family => [
  of,
  `anthropic-ratelimit-${name}-remaining`,
  `anthropic-ratelimit-${name}-reset`,
]

const families: readonly Family[] = [
  plain('requests', '-requests'),
  plain('tokens', '-tokens'),
  plain('requests', ''),
  plain('requests', '-requests-day'),
  plain('tokens', '-tokens-minute'),
  plain('requests', '-req-minute'),
  plain('tokens', '-tokens-prompt'),
  plain('tokens', '-tokens-generated'),
  ['tokens', 'x-tokenlimit-remaining', 'x-tokenlimit-reset'],
  anthropic('requests', 'requests'),
  anthropic('tokens', 'tokens'),
  anthropic('tokens', 'input-tokens'),
  anthropic('tokens', 'output-tokens'),
]

/** The limits that the headers of an answer speak of. Azure's -1 for a limit that it does not count is none. */
export function readRateLimits(headers: HeaderLookup): readonly RateLimit[] {
  const limits: RateLimit[] = []
  for (const [of, left, reset] of families) {
    const text = headers(left)?.trim()
    if (text === undefined || !/^\d{1,15}$/.test(text)) continue
    const resetMs = waitMs(headers(reset), epochMs(headers('date')))
    limits.push({ of, remaining: Number(text), ...(resetMs === undefined ? {} : { resetMs }) })
  }
  return limits
}

/** How long until all limits that are used up are whole again; undefined where something is left of each. */
export function findExhaustedMs(limits: readonly RateLimit[]): number | undefined {
  const waits = limits.flatMap(({ remaining, resetMs }) => (remaining === 0 && resetMs ? [resetMs] : []))
  return waits.length === 0 ? undefined : Math.max(...waits)
}
