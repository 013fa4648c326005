/** A set of classes told by tests that an author wrote, where they tell it exactly. */
import { type ClassSet, classesIn, classSet, complement, hasClass } from './class-set.ts'
import type { WrittenTest } from './written-tests.ts'

/** Terms of a conjunction, and conjunctions, beyond which a text is no help. */
const termsMax = 4
const partsMax = 3
/** Tests and classes beyond which telling takes longer than it is worth. */
const testsMax = 64
const sizeMax = 4096

/** `A`, `not A`, `A and not B`, `A or B`: the first that holds of exactly these classes; undefined where none does. */
export function textOfTests(tests: readonly WrittenTest[], classes: ClassSet, size: number): string | undefined {
  if (tests.length > testsMax || size > sizeMax) return undefined
  return (
    conjunctionOf(tests, classes, size) ??
    disjunctionOf(tests, classes) ??
    negated(disjunctionOf(tests, complement(classes, size)))
  )
}

/** What all tests that hold of the classes say, and those that hold of none of them deny. */
function conjunctionOf(tests: readonly WrittenTest[], classes: ClassSet, size: number): string | undefined {
  const wanted = classesIn(classes)
  const terms = tests.flatMap(({ text, classes: own }) => {
    if (wanted.every((each) => hasClass(own, each))) return [{ text, classes: own }]
    if (wanted.some((each) => hasClass(own, each))) return []
    return [{ text: `not ${text}`, classes: complement(own, size) }]
  })
  const needed = withoutRedundant(terms, wanted, size)
  return needed && needed.length <= termsMax ? needed.map((each) => each.text).join(' and ') : undefined
}

/** The fewest terms, by leaving out one after the other, that still hold of nothing else; undefined where all do not. */
function withoutRedundant(
  terms: readonly WrittenTest[],
  wanted: readonly number[],
  size: number,
): readonly WrittenTest[] | undefined {
  const isExact = (kept: readonly WrittenTest[]): boolean => {
    let count = 0
    for (let each = 0; each < size; each++) if (kept.every((term) => hasClass(term.classes, each))) count++
    return count === wanted.length
  }
  if (!isExact(terms)) return undefined
  let kept = terms
  // Later ones are longer, and denials are harder to read.
  const byUse = [...terms].sort((a, b) => Number(b.text.startsWith('not ')) - Number(a.text.startsWith('not ')))
  for (const term of byUse) {
    const less = kept.filter((each) => each !== term)
    if (less.length > 0 && isExact(less)) kept = less
  }
  return kept
}

/** Tests that hold of nothing but the classes, and together of all of them. */
function disjunctionOf(tests: readonly WrittenTest[], classes: ClassSet): string | undefined {
  const inside = tests.filter((test) => classesIn(test.classes).every((each) => hasClass(classes, each)))
  const covered = new Set<number>()
  const parts: string[] = []
  for (const { text, classes: own } of [...inside].sort(
    (a, b) => classesIn(b.classes).length - classesIn(a.classes).length,
  )) {
    const fresh = classesIn(own).filter((each) => !covered.has(each))
    if (fresh.length === 0) continue
    for (const each of fresh) covered.add(each)
    parts.push(text)
  }
  const isAll = classSet(covered).join() === classes.join()
  return isAll && parts.length > 0 && parts.length <= partsMax ? parts.join(' or ') : undefined
}

function negated(text: string | undefined): string | undefined {
  return text === undefined ? undefined : `not (${text})`
}
