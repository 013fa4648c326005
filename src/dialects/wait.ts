/** How long a text says to wait: providers write spans, dates and times since the epoch. */

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

/** A bare number of units. */
export function numberMs(text: string | undefined, unitMs: number): number | undefined {
  return text !== undefined && /^\s*\d{1,15}(\.\d+)?\s*$/.test(text) ? Number(text) * unitMs : undefined
}

/** A date in words, as milliseconds since the epoch. */
export function epochMs(text: string | undefined): number | undefined {
  const ms = text === undefined ? Number.NaN : Date.parse(text)
  return Number.isNaN(ms) ? undefined : ms
}

/** A span, a date or a time since the epoch, as the wait from `now` on. */
export function waitMs(text: string | undefined, now: number | undefined): number | undefined {
  if (text === undefined) return undefined
  const span = durationMs(text)
  // Epoch seconds and milliseconds are longer than any wait.
  if (span !== undefined && span <= 1e12) return span
  const at = span === undefined ? epochMs(text) : span > 1e15 ? span / 1000 : span
  return at === undefined || now === undefined ? undefined : Math.max(0, at - now)
}
