import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Detector } from '../../src/guards/detector.ts'
import { createScanner, type Match } from '../../src/guards/scan.ts'
import { parseRegex } from '../../src/syntax/regex.ts'
import { cutAt } from './support.ts'

function detectorOf(source: string, maxLength = 100): Detector {
  const parsed = parseRegex(source, false)
  if ('error' in parsed) throw new Error(`${source}: ${parsed.error}`)
  return { name: source, patterns: [{ regex: parsed.regex, maxLength }] }
}

function scan(detectors: readonly Detector[], pieces: readonly string[]) {
  const opened = createScanner(detectors).open()
  const decided = [...pieces.map((each) => opened.push(each)), opened.end()]
  return { text: decided.map((each) => each.text).join(''), matches: decided.flatMap((each) => each.matches) }
}

function spansOf(matches: readonly Match[]): string[] {
  return matches.map(({ start, end }) => `${start}-${end}`)
}

/** Leftmost, longest, apart, found by trying every beginning and end. */
function slowly(source: string, text: string): string[] {
  const spans: string[] = []
  for (let start = 0; start < text.length; ) {
    let end = text.length
    while (end > start && !matchesAt(source, text, start, end)) end--
    if (end > start) spans.push(`${start}-${end}`)
    start = end > start ? end : start + 1
  }
  return spans
}

function matchesAt(source: string, text: string, start: number, end: number): boolean {
  return new RegExp(`^[\\s\\S]{${start}}(?:${source})[\\s\\S]{${text.length - end}}$`).test(text)
}

const pieceOfPattern = fc.constantFrom(
  'a',
  'b',
  '[ab]',
  'c',
  'ab',
  '\\b',
  '[^a]',
  'a+',
  '(?:ab)*',
  'b{2,3}',
  'c?',
  '(?:a|bc)',
  '$',
  '^',
)
const source = fc
  .array(pieceOfPattern, { minLength: 1, maxLength: 5 })
  .map((parts) => parts.join(''))
  .filter((each) => !new RegExp(`^(?:${each})$`).test(''))
const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' '), maxLength: 24 })

test('law: matches are the leftmost, longest texts of the pattern, apart', () => {
  fc.assert(
    fc.property(source, text, (pattern, given) => {
      expect(spansOf(scan([detectorOf(pattern)], [given]).matches)).toEqual(slowly(pattern, given))
    }),
    { numRuns: 600 },
  )
})

test('law: how a text is cut makes no difference', () => {
  fc.assert(
    fc.property(
      fc.array(source, { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 1, max: 6 }),
      text,
      fc.array(fc.nat(), { maxLength: 6 }),
      (patterns, maxLength, given, places) => {
        const detectors = patterns.map((each) => detectorOf(each, maxLength))
        expect(scan(detectors, cutAt(given, places))).toEqual(scan(detectors, [given]))
      },
    ),
    { numRuns: 600 },
  )
})

test('no match is longer than its pattern says', () => {
  const { matches } = scan([detectorOf('a+', 4)], ['a'.repeat(10)])
  expect(spansOf(matches)).toEqual(['0-4', '4-8', '8-10'])
})

test('what is held is no more than two longest matches', () => {
  const opened = createScanner([detectorOf('a+b', 10)]).open()
  let given = 0
  for (let i = 1; i <= 1000; i++) {
    given += opened.push('a').text.length
    expect(i - given).toBeLessThanOrEqual(21)
  }
})

test('a text in which nothing is under way goes on at once', () => {
  const opened = createScanner([detectorOf('key-[0-9]+')]).open()
  expect(opened.push('a word and a ').text).toBe('a word and a ')
  expect(opened.push('ke').text).toBe('')
  expect(opened.push('ttle').text).toBe('kettle')
})

test('a scan is not disturbed by others of its scanner, whose states are thrown away in between', () => {
  const scanner = createScanner([detectorOf('x[ab]*a[ab]{12}y', 64)])
  const mine = scanner.open()
  mine.push('xababab')
  for (let i = 0; i < 600; i++) {
    const other = scanner.open()
    other.push(`x${(i * 2654435761).toString(2).replaceAll('0', 'a').replaceAll('1', 'b')}`)
  }
  const rest = mine.push('abababababababay')
  expect([...rest.matches, ...mine.end().matches].map((each) => each.text)).toEqual(['xababababababababababay'])
})

test('characters that cannot be seen do not part a match, and do not belong to its ends', () => {
  const { matches } = scan([detectorOf('key')], ['\u200bk\u200de\u00ady\u200b!'])
  expect(matches.map((each) => each.text)).toEqual(['k\u200de\u00ady'])
})

test('characters beyond the basic plane are one character, also where a piece ends within', () => {
  const detectors = [detectorOf('a.b'), detectorOf('\\u{1f600}+')]
  const given = 'a😀b 😀😀'
  expect(scan(detectors, [...given].join('').split(''))).toEqual(scan(detectors, [given]))
  expect(spansOf(scan(detectors, [given]).matches)).toEqual(['0-4', '1-3', '5-9'])
})

test('work grows with the text, not with its square', () => {
  const detectors = [detectorOf('[a-z]+@[a-z]+', 64), detectorOf('(?:a|aa)+b', 64)]
  const once = (length: number) => {
    const started = process.cpuUsage()
    scan(detectors, ['a'.repeat(length)])
    return process.cpuUsage(started).user
  }
  // The least of some runs: what else the machine does only adds to them.
  const least = (length: number) => Math.min(...Array.from({ length: 7 }, () => once(length)))
  expect(least(800_000)).toBeLessThan(4 * 8 * Math.max(least(100_000), 1000))
})
