/**
 * Runs something that makes choices once for each way to make them: depth first, each run taking up a prefix of
 * choices that were made before and the first option of every one beyond it.
 */

/** Picks one of so many options, by number from 0. */
export type Choose = (options: number) => number

export type Explored<T> =
  | { readonly kind: 'all'; readonly results: readonly T[] }
  /** There are more ways than `most`. */
  | { readonly kind: 'outgrown' }

/** The result of every way; the run must make the same choices wherever the choices before them are the same. */
export async function explore<T>(run: (choose: Choose) => Promise<T>, most: number): Promise<Explored<T>> {
  const path: { taken: number; readonly of: number }[] = []
  const results: T[] = []
  do {
    if (results.length === most) return { kind: 'outgrown' }
    let depth = 0
    const choose: Choose = (options) => {
      if (options < 2) return 0
      if (depth === path.length) path.push({ taken: 0, of: options })
      return path[depth++]!.taken
    }
    results.push(await run(choose))
    while (path.length > 0 && path.at(-1)!.taken + 1 === path.at(-1)!.of) path.pop()
    if (path.length > 0) path.at(-1)!.taken++
  } while (path.length > 0)
  return { kind: 'all', results }
}
