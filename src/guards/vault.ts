/**
 * What was masked in one request: a placeholder for each value, the same for the same value, and the way back.
 *
 * Placeholders are numbered in the order in which values first stand in the request, so that a conversation that goes
 * on masks its former turns alike, and a provider's cache of prompts still fits.
 */

export interface Vault {
  /** The placeholder of a value of the request. */
  readonly mask: (detector: string, value: string) => string
  /** A placeholder for a value that the answer brought: there is no way back from it. */
  readonly hide: (detector: string, value: string) => string
  /** The value that a placeholder of the request stands for. */
  readonly valueOf: (placeholder: string) => string | undefined
  /** Whether a value was masked in the request, so that the caller knows it already. */
  readonly holds: (value: string) => boolean
  readonly isEmpty: () => boolean
}

/** The form of a placeholder, for finding them again. */
export const placeholderPattern = '\\[[A-Z][A-Z0-9_]*_[0-9]+\\]'

/** `taken` tells texts that look like placeholders and stand in the request by themselves. */
export function createVault(taken: (placeholder: string) => boolean): Vault {
  const placeholders = new Map<string, string>()
  const values = new Map<string, string>()
  const counts = new Map<string, number>()
  const fresh = (detector: string): string => {
    for (;;) {
      const count = (counts.get(detector) ?? 0) + 1
      counts.set(detector, count)
      const placeholder = `[${detector.toUpperCase()}_${count}]`
      if (!taken(placeholder)) return placeholder
    }
  }
  const placeholderOf = (detector: string, value: string): string => {
    const placeholder = placeholders.get(value) ?? fresh(detector)
    placeholders.set(value, placeholder)
    return placeholder
  }
  return {
    mask: (detector, value) => {
      const placeholder = placeholderOf(detector, value)
      values.set(placeholder, value)
      return placeholder
    },
    hide: placeholderOf,
    valueOf: (placeholder) => values.get(placeholder),
    holds: (value) => {
      const placeholder = placeholders.get(value)
      return placeholder !== undefined && values.has(placeholder)
    },
    isEmpty: () => values.size === 0,
  }
}
