/** Did-you-mean: the candidate nearest to a misspelt name. */

/** The candidate at the smallest edit distance (two at most, and less than the name is long), or undefined. */
export function suggest(name: string, candidates: Iterable<string>): string | undefined {
  const bound = Math.min(2, Math.max(1, Math.floor(name.length / 3)))
  let best: string | undefined
  let bestDistance = bound + 1
  for (const candidate of candidates) {
    if (candidate === name || Math.abs(candidate.length - name.length) > bound) continue
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** "did you mean `x`?", or undefined where nothing is near. */
export function didYouMean(name: string, candidates: Iterable<string>): string | undefined {
  const near = suggest(name, candidates)
  return near === undefined ? undefined : `did you mean \`${near}\`?`
}

/** Damerau's distance in its restricted form: insert, delete, replace, or swap of neighbours, each costs 1. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let least = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + cost)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, beforeLast[j - 2]! + 1)
      row.push(least)
    }
    beforeLast = last
    last = row
  }
  return last[b.length]!
}
