/**
 * The keys of one provider, used in turn. A key that was refused or throttled rests, so that the next call, which
 * may be the retry of the same request, goes out under another.
 */
import type { Secret } from '../config/secret.ts'

/** Rest of a key after a 429 that names no time, and after a 401, in milliseconds. */
const throttledRestMs = 30_000
const refusedRestMs = 300_000
/** Longest rest, whatever the provider asks. */
const longestRestMs = 600_000

export interface KeyRing {
  /** The next key that does not rest, else the one whose rest ends first; undefined where there are none. */
  readonly take: () => Secret | undefined
  /** Lays a key to rest that was refused or throttled; says whether another is ready. */
  readonly refuse: (key: Secret, why: 'refused' | 'throttled', retryAfterMs: number | undefined) => boolean
  /** Lays a key to rest whose limits are used up; says whether another is ready. */
  readonly rest: (key: Secret, ms: number) => boolean
  /** A text without any of the keys: providers like to repeat what they refuse. See `redactorOf`. */
  readonly redact: (text: string) => string
}

export function createKeyRing(keys: readonly Secret[], now: () => number): KeyRing {
  const restsUntil = new Map<Secret, number>()
  let turn = 0
  const isReady = (key: Secret) => (restsUntil.get(key) ?? 0) <= now()
  const rest = (key: Secret, ms: number): boolean => {
    restsUntil.set(key, now() + Math.min(ms, longestRestMs))
    return keys.some((other) => other !== key && isReady(other))
  }

  return {
    take() {
      for (let step = 0; step < keys.length; step++) {
        const at = (turn + step) % keys.length
        const key = keys[at]!
        if (isReady(key)) {
          turn = at + 1
          return key
        }
      }
      return keys.toSorted((a, b) => (restsUntil.get(a) ?? 0) - (restsUntil.get(b) ?? 0))[0]
    },
    refuse: (key, why, retryAfterMs) =>
      rest(key, why === 'refused' ? refusedRestMs : (retryAfterMs ?? throttledRestMs)),
    rest,
    redact: redactorOf(keys),
  }
}

/** Length from which a key is a secret wherever it stands. */
const secretLength = 8

/**
 * Takes secrets out of texts. A key of eight characters or more goes wherever it stands. A shorter one, such as the `x`
 * or `none` that a local server is given, is a part of common words, and no secret worth a garbled message: it goes
 * only as a whole word that is shown as a value, which is in quotes, after `=`, after `key:` or after `Bearer`.
 */
export function redactorOf(keys: readonly Secret[]): (text: string) => string {
  const patterns = keys
    .map((key) => key.reveal())
    .filter((value) => value !== '')
    // A key may be the beginning of another.
    .toSorted((a, b) => b.length - a.length)
    .map((value) => {
      const literal = value.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
      return new RegExp(value.length < secretLength ? `${valueBefore}${literal}(?![\\p{L}\\p{N}_-])` : literal, 'gu')
    })
  return (text) => patterns.reduce((clean, pattern) => clean.replace(pattern, '[redacted]'), text)
}

/** What stands before a word that is shown as a value. */
const valueBefore = '(?<=["\'`=]|\\b[Kk]ey(?: provided)?: ?|\\b[Bb]earer )'
