/** Two ascending lists of item numbers as one, an item of both once. */
export function mergeItems(a: readonly number[], b: readonly number[]): number[] {
  const merged: number[] = []
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) {
    const next = Math.min(a[i]!, b[j]!)
    merged.push(next)
    if (a[i] === next) i++
    if (b[j] === next) j++
  }
  while (i < a.length) merged.push(a[i++]!)
  while (j < b.length) merged.push(b[j++]!)
  return merged
}
