/** A corpus of one detector's true and false positives, and the figures of a detector on it. */
import type { Scanner } from '../../../src/guards/scan.ts'

export interface Examples {
  /** What is to be found stands between « and ». */
  readonly found: readonly string[]
  /** Nothing is to be found. */
  readonly free: readonly string[]
}

export type Corpus = Readonly<Record<string, Examples>>

export interface Figures {
  readonly truePositives: number
  readonly falsePositives: number
  readonly falseNegatives: number
  /** What went wrong, for reading. */
  readonly mistakes: readonly string[]
}

export function measure(scanner: Scanner, { found, free }: Examples): Figures {
  let truePositives = 0
  const mistakes: string[] = []
  let falsePositives = 0
  let falseNegatives = 0
  for (const marked of [...found, ...free]) {
    const text = marked.replace(/[«»]/g, '')
    const expected = spansOf(marked)
    const actual = findIn(scanner, text)
    for (const span of expected) {
      if (actual.includes(span)) truePositives++
      else {
        falseNegatives++
        mistakes.push(`missed ${JSON.stringify(marked)}`)
      }
    }
    for (const span of actual) {
      if (expected.includes(span)) continue
      falsePositives++
      mistakes.push(
        `found ${JSON.stringify(text.slice(...(span.split('-').map(Number) as [number, number])))} in ${JSON.stringify(marked)}`,
      )
    }
  }
  return { truePositives, falsePositives, falseNegatives, mistakes }
}

function spansOf(marked: string): string[] {
  let removed = 0
  return [...marked.matchAll(/«([^»]*)»/g)].map((match) => {
    const start = match.index - removed
    removed += 2
    return `${start}-${start + match[1]!.length}`
  })
}

function findIn(scanner: Scanner, text: string): string[] {
  const scan = scanner.open()
  return [scan.push(text), scan.end()].flatMap(({ matches }) => matches.map(({ start, end }) => `${start}-${end}`))
}
