/** What is made of two numbers, kept within a bound; dropped where leaves were numbered anew. */
import type { Matcher } from './match.ts'

export interface PairMemo<T> {
  readonly get: (a: number, b: number) => T | undefined
  readonly set: (a: number, b: number, value: T) => void
}

/** Most values that are kept. */
const bound = 1 << 14

/** An empty memo; `a` is a small number, `b` any. */
export function createPairMemo<T>(matcher: Matcher): PairMemo<T> {
  const memo: (Map<number, T> | undefined)[] = []
  let size = 0
  let epoch = matcher.epoch()

  function get(a: number, b: number): T | undefined {
    if (epoch !== matcher.epoch() || size > bound) {
      memo.length = 0
      size = 0
      epoch = matcher.epoch()
    }
    return memo[a]?.get(b)
  }

  function set(a: number, b: number, value: T): void {
    const own = (memo[a] ??= new Map())
    own.set(b, value)
    size++
  }

  return { get, set }
}
