/** Usage in a stream is cumulative and comes in pieces: a later word replaces a former one, silence replaces nothing. */
import type { Usage } from './neutral.ts'

export function mergeUsage(before: Usage | undefined, later: Usage | undefined): Usage | undefined {
  if (before === undefined || later === undefined) return later ?? before
  const raw =
    before.raw !== undefined && later.raw?.dialect === before.raw.dialect
      ? { raw: { dialect: before.raw.dialect, value: { ...before.raw.value, ...later.raw.value } } }
      : {}
  return { ...before, ...later, ...raw }
}
