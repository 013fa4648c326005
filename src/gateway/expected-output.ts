/**
 * How long an answer is likely to be: what is reserved of token limits and budgets before it is there.
 *
 * Reserving all that a call may come to would block money that nobody spends, so it is the 95th percentile of what the
 * route's answers came to lately, and the call's own bound where that is smaller.
 */
import type { ChatCall } from '../dialects/neutral.ts'

export interface ExpectedOutput {
  /** Takes down how many tokens an answer of the route had. */
  readonly observe: (route: string, tokens: number) => void
  /** Tokens to expect of the call's answers together. */
  readonly expect: (route: string, call: ChatCall) => number
}

/** What is expected of a route that has answered less than `fewest` times. */
export const unknownTokens = 1000
const fewest = 20
/** Answers after which older ones count half. */
const halvedAt = 1024
const buckets = 100
/** Buckets to each doubling: what is expected is off by a fifth at most. */
const perDoubling = 4

interface Histogram {
  readonly counts: Float64Array
  total: number
}

export function createExpectedOutput(): ExpectedOutput {
  const routes = new Map<string, Histogram>()
  return {
    observe(route, tokens) {
      const histogram = routes.get(route) ?? { counts: new Float64Array(buckets), total: 0 }
      routes.set(route, histogram)
      const bucket = Math.min(buckets - 1, Math.ceil(perDoubling * Math.log2(Math.max(1, tokens))))
      histogram.counts[bucket]!++
      if (++histogram.total < halvedAt) return
      histogram.total /= 2
      for (let each = 0; each < buckets; each++) histogram.counts[each]! /= 2
    },
    expect(route, { maxTokens, n = 1 }) {
      const usual = usualTokens(routes.get(route))
      return maxTokens === undefined ? usual : Math.min(usual, maxTokens * n)
    },
  }
}

/** The upper edge of the bucket in which the 95th percentile lies. */
function usualTokens(histogram: Histogram | undefined): number {
  if (histogram === undefined || histogram.total < fewest) return unknownTokens
  let left = histogram.total * 0.95
  let bucket = 0
  for (; bucket < buckets - 1; bucket++) {
    left -= histogram.counts[bucket]!
    if (left <= 0) break
  }
  return Math.ceil(2 ** (bucket / perDoubling))
}
