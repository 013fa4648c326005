/** What one build made and the next may use again, by what it was made from. */

/** Values of the last build and of this one; what a build does not ask for, the next one no longer finds. */
export interface Kept<T> {
  /** The value that was made under this key, or made now. */
  readonly of: (key: string, make: () => T) => T
  /** Begins the next build. */
  readonly turn: () => void
}

/** Nothing yet. */
export function createKept<T>(): Kept<T> {
  let former: ReadonlyMap<string, { readonly value: T }> = new Map()
  let current = new Map<string, { readonly value: T }>()
  return {
    of: (key, make) => {
      const known = current.get(key) ?? former.get(key) ?? { value: make() }
      current.set(key, known)
      return known.value
    },
    turn: () => {
      former = current
      current = new Map()
    },
  }
}
