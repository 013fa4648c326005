/** What a model's name tells of its generation; names without a number (`gemini-flash-latest`) are of the newest. */

/** 250 for `gemini-2.5-flash`, 300 for `gemini-3-pro-preview`; undefined where the name tells none. */
export function versionOf(model: string): number | undefined {
  const match = /gemini-(\d{1,2})(?:\.(\d{1,2}))?(?![\d.])/.exec(model)
  return match === null ? undefined : Number(match[1]) * 100 + Number(match[2] ?? 0) * 10
}

/** From the third generation on, thinking is told by a level, and calls in the history carry signatures. */
export function isThirdGeneration(model: string): boolean {
  const version = versionOf(model)
  return version === undefined ? /gemini-[a-z-]{0,40}latest/.test(model) : 300 <= version
}
