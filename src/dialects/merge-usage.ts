/** Usage in a stream is cumulative and comes in pieces: a later word replaces a former one, silence replaces nothing. */
import type { Usage } from './neutral.ts'

/** What is known after `later`; the provider's own writing is the last one, of which each is whole. */
export function mergeUsage(before: Usage | undefined, later: Usage | undefined): Usage | undefined {
  return before === undefined || later === undefined ? (later ?? before) : { ...before, ...later }
}
