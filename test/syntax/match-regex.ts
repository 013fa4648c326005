/** A slow, obvious matcher of the regular-expression tree: sets of positions. For tests only. */
import type { Regex } from '../../src/syntax/regex-tree.ts'

/** Whether a regular expression matches anywhere in a value. */
export function matchesAnywhere(regex: Regex, value: string): boolean {
  const points = [...value].map((each) => each.codePointAt(0)!)
  const starts = new Set(Array.from({ length: points.length + 1 }, (_, i) => i))
  return step(regex, points, starts).size > 0
}

function step(regex: Regex, points: readonly number[], from: ReadonlySet<number>): Set<number> {
  switch (regex.kind) {
    case 'empty':
      return new Set(from)
    case 'chars':
      return new Set(
        [...from]
          .filter((at) => at < points.length && regex.ranges.some(([a, b]) => a <= points[at]! && points[at]! <= b))
          .map((at) => at + 1),
      )
    case 'concat':
      return regex.parts.reduce<Set<number>>((at, part) => step(part, points, at), new Set(from))
    case 'alternate':
      return new Set(regex.parts.flatMap((part) => [...step(part, points, from)]))
    case 'repeat': {
      let at = new Set(from)
      for (let i = 0; i < regex.min; i++) at = step(regex.of, points, at)
      const all = new Set(at)
      for (let i = regex.min; i < regex.max && at.size > 0; i++) {
        at = new Set([...step(regex.of, points, at)].filter((each) => !all.has(each)))
        for (const each of at) all.add(each)
      }
      return all
    }
    case 'assert':
      return new Set([...from].filter((at) => holds(regex.what, points, at)))
  }
}

function holds(what: 'start' | 'end' | 'word' | 'not_word', points: readonly number[], at: number): boolean {
  if (what === 'start') return at === 0
  if (what === 'end') return at === points.length
  const isWord = (i: number) => points[i] !== undefined && /\w/.test(String.fromCodePoint(points[i]!))
  return (isWord(at - 1) !== isWord(at)) === (what === 'word')
}
