/** What is made of the items of a leaf, made once. */
import type { Matcher } from './match.ts'

/** The value of a leaf; made from its items the first time. */
export function byLeaf<T>(matcher: Matcher, make: (items: readonly number[], leaf: number) => T): (leaf: number) => T {
  let values: (T | undefined)[] = []
  let epoch = matcher.epoch()
  return (leaf) => {
    if (epoch !== matcher.epoch()) {
      values = []
      epoch = matcher.epoch()
    }
    const known = values[leaf]
    if (known !== undefined) return known
    const value = make(matcher.itemsOf(leaf), leaf)
    values[leaf] = value
    return value
  }
}
