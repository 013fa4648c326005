/** What providers say is left of their limits, family by family. */
import { describe, expect, it } from 'vitest'
import { findExhaustedMs, type RateLimit, readRateLimits } from '../../src/dialects/rate-limits.ts'
import { hasRecordings, readRecordings } from './recordings.ts'

const lookup = (headers: Readonly<Record<string, string>>) => (name: string) => headers[name]
const date = 'Tue, 24 Nov 2026 12:00:00 GMT'
const inMs = (ms: number) => String(Date.parse(date) + ms)

describe('what is left', () => {
  it.each<[string, Record<string, string>, RateLimit[], number | undefined]>([
    [
      'OpenAI',
      {
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': '120ms',
        'x-ratelimit-remaining-tokens': '149999',
        'x-ratelimit-reset-tokens': '6m0s',
      },
      [
        { of: 'requests', remaining: 0, resetMs: 120 },
        { of: 'tokens', remaining: 149_999, resetMs: 360_000 },
      ],
      120,
    ],
    [
      'Groq',
      { 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '2m59.56s' },
      [{ of: 'tokens', remaining: 0, resetMs: 179_560 }],
      179_560,
    ],
    [
      'Azure: seconds, and a limit that it does not count',
      {
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': '1',
        'x-ratelimit-remaining-tokens': '-1',
      },
      [{ of: 'requests', remaining: 0, resetMs: 1000 }],
      1000,
    ],
    [
      'Azure: a reset of nothing is no wait',
      { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '0' },
      [{ of: 'requests', remaining: 0, resetMs: 0 }],
      undefined,
    ],
    [
      'Together',
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '2', 'x-tokenlimit-remaining': '7' },
      [
        { of: 'requests', remaining: 0, resetMs: 2000 },
        { of: 'tokens', remaining: 7 },
      ],
      2000,
    ],
    [
      'OpenRouter: milliseconds since the epoch, against the date of the answer',
      { date, 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': inMs(90_000) },
      [{ of: 'requests', remaining: 0, resetMs: 90_000 }],
      90_000,
    ],
    [
      'Mistral says no time',
      { 'x-ratelimit-remaining-req-minute': '0' },
      [{ of: 'requests', remaining: 0 }],
      undefined,
    ],
    [
      'Anthropic: times, of which the latest counts',
      {
        date,
        'anthropic-ratelimit-input-tokens-remaining': '0',
        'anthropic-ratelimit-input-tokens-reset': '2026-11-24T12:00:30Z',
        'anthropic-ratelimit-output-tokens-remaining': '0',
        'anthropic-ratelimit-output-tokens-reset': '2026-11-24T12:00:10Z',
      },
      [
        { of: 'tokens', remaining: 0, resetMs: 30_000 },
        { of: 'tokens', remaining: 0, resetMs: 10_000 },
      ],
      30_000,
    ],
    ['nothing', {}, [], undefined],
    ['no number', { 'x-ratelimit-remaining-requests': 'many' }, [], undefined],
  ])('%s', (_, headers, limits, exhaustedMs) => {
    expect(readRateLimits(lookup(headers))).toEqual(limits)
    expect(findExhaustedMs(readRateLimits(lookup(headers)))).toBe(exhaustedMs)
  })
})

it.skipIf(!hasRecordings)('recorded: every header of what remains is read', () => {
  let read = 0
  for (const name of ['openai', 'azure', 'mistral', 'xai', 'together', 'anthropic', 'groq'])
    for (const { id, response } of readRecordings(name)) {
      const said = Object.keys(response.headers).filter(
        (header) => /^(x-ratelimit|anthropic-ratelimit)/.test(header) && /remaining/.test(header),
      )
      // Images and seconds of audio are no limits of chat.
      const wanted = said.filter((header) => !/images|audio/.test(header))
      expect(
        readRateLimits((header) => response.headers[header]),
        id,
      ).toHaveLength(wanted.length)
      read += wanted.length
    }
  expect(read).toBeGreaterThan(100)
})
