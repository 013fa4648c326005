/** The tree of a regular expression, and sets of code points as sorted ranges. */

/** From and to, both included. */
export type CodeRange = readonly [number, number]

/** A regular expression; `chars` has sorted ranges of code points that do not overlap or touch. */
export type Regex =
  | { readonly kind: 'empty' }
  | { readonly kind: 'chars'; readonly ranges: readonly CodeRange[] }
  | { readonly kind: 'concat' | 'alternate'; readonly parts: readonly Regex[] }
  /** `max` is Infinity where there is no upper bound. */
  | { readonly kind: 'repeat'; readonly of: Regex; readonly min: number; readonly max: number }
  | { readonly kind: 'assert'; readonly what: 'start' | 'end' | 'word' | 'not_word' }

/** A regular expression that is outside the dialect or not well formed; offsets are within the pattern. */
export interface RegexError {
  readonly error: string
  readonly start: number
  readonly end: number
  readonly help?: string
}

export const maxCodePoint = 0x10ffff

export function chars(ranges: readonly CodeRange[]): Regex {
  return { kind: 'chars', ranges }
}

/** Sorted and merged. */
export function normalize(ranges: readonly CodeRange[]): CodeRange[] {
  const merged: [number, number][] = []
  for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = merged.at(-1)
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to)
    else merged.push([from, to])
  }
  return merged
}

/** Every code point but these. */
export function anyBut(ranges: readonly CodeRange[]): CodeRange[] {
  const rest: CodeRange[] = []
  let from = 0
  for (const [first, last] of normalize(ranges)) {
    if (first > from) rest.push([from, first - 1])
    from = last + 1
  }
  if (from <= maxCodePoint) rest.push([from, maxCodePoint])
  return rest
}

/** The ranges with ASCII letters of the other case added. */
export function foldCase(ranges: readonly CodeRange[]): CodeRange[] {
  const folded: CodeRange[] = [...ranges]
  for (const [from, to] of ranges) {
    for (const [first, last, shift] of [
      [65, 90, 32],
      [97, 122, -32],
    ] as const) {
      const low = Math.max(from, first)
      const high = Math.min(to, last)
      if (low <= high) folded.push([low + shift, high + shift])
    }
  }
  return normalize(folded)
}
