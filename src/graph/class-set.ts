/**
 * Sets of class numbers, as sorted half-open ranges in one flat array: `[2, 5, 9, 10]` is {2, 3, 4, 9}.
 *
 * A test on an equality constant is one range whatever the number of classes, and a threshold is one too,
 * so that sets stay small where classes are many.
 */
export type ClassSet = readonly number[]

/** The set of class numbers, given in any order and possibly twice. */
export function classSet(classes: Iterable<number>): ClassSet {
  const ranges: number[] = []
  for (const each of [...classes].sort((a, b) => a - b)) {
    const last = ranges.length - 1
    if (last > 0 && ranges[last]! >= each) ranges[last] = Math.max(ranges[last]!, each + 1)
    else ranges.push(each, each + 1)
  }
  return ranges
}

/** All of `0 … size - 1` that are not in the set. */
export function complement(set: ClassSet, size: number): ClassSet {
  const ranges: number[] = []
  let from = 0
  for (let i = 0; i < set.length; i += 2) {
    if (set[i]! > from) ranges.push(from, set[i]!)
    from = set[i + 1]!
  }
  if (from < size) ranges.push(from, size)
  return ranges
}

/** Whether a class is in the set. */
export function hasClass(set: ClassSet, each: number): boolean {
  let low = 0
  let high = set.length / 2
  while (low < high) {
    const middle = (low + high) >> 1
    if (set[middle * 2 + 1]! <= each) low = middle + 1
    else high = middle
  }
  return low * 2 < set.length && set[low * 2]! <= each
}

/** How many classes are in the set. */
export function countOf(set: ClassSet): number {
  let count = 0
  for (let i = 0; i < set.length; i += 2) count += set[i + 1]! - set[i]!
  return count
}

/** The class numbers of the set, ascending. */
export function classesIn(set: ClassSet): number[] {
  const classes: number[] = []
  for (let i = 0; i < set.length; i += 2) for (let each = set[i]!; each < set[i + 1]!; each++) classes.push(each)
  return classes
}
