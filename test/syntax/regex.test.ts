import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseGlob, parseRegex } from '../../src/syntax/regex.ts'
import type { Regex } from '../../src/syntax/regex-tree.ts'
import { matchesAnywhere } from './match-regex.ts'

function regexOf(pattern: string, ignoreCase = false): Regex {
  const parsed = parseRegex(pattern, ignoreCase)
  if ('error' in parsed) throw new Error(`${pattern}: ${parsed.error}`)
  return parsed.regex
}

test.each<[string, Regex]>([
  ['', { kind: 'empty' }],
  ['a', { kind: 'chars', ranges: [[97, 97]] }],
  ['[a-cb-e]', { kind: 'chars', ranges: [[97, 101]] }],
  ['[^\\x00-\\u{10fffe}]', { kind: 'chars', ranges: [[0x10ffff, 0x10ffff]] }],
  ['\\d', { kind: 'chars', ranges: [[48, 57]] }],
  [
    '[]-]'.replace(']', '\\]'),
    {
      kind: 'chars',
      ranges: [
        [45, 45],
        [93, 93],
      ],
    },
  ],
  [
    '.',
    {
      kind: 'chars',
      ranges: [
        [0, 9],
        [11, 12],
        [14, 0x10ffff],
      ],
    },
  ],
  ['😀', { kind: 'chars', ranges: [[0x1f600, 0x1f600]] }],
  ['a{2,}', { kind: 'repeat', of: { kind: 'chars', ranges: [[97, 97]] }, min: 2, max: Number.POSITIVE_INFINITY }],
  ['a{3}?', { kind: 'repeat', of: { kind: 'chars', ranges: [[97, 97]] }, min: 3, max: 3 }],
  [
    '^$',
    {
      kind: 'concat',
      parts: [
        { kind: 'assert', what: 'start' },
        { kind: 'assert', what: 'end' },
      ],
    },
  ],
  [
    '\\b|\\B',
    {
      kind: 'alternate',
      parts: [
        { kind: 'assert', what: 'word' },
        { kind: 'assert', what: 'not_word' },
      ],
    },
  ],
  ['(?:a)', { kind: 'chars', ranges: [[97, 97]] }],
  ['{', { kind: 'chars', ranges: [[123, 123]] }],
])('%s', (pattern, wanted) => {
  expect(regexOf(pattern)).toEqual(wanted)
})

test('ignoring case folds ASCII letters only', () => {
  expect(regexOf('[a-bé]', true)).toEqual({
    kind: 'chars',
    ranges: [
      [65, 66],
      [97, 98],
      [233, 233],
    ],
  })
  expect(regexOf('(?i)k')).toEqual({
    kind: 'chars',
    ranges: [
      [75, 75],
      [107, 107],
    ],
  })
  expect(regexOf('[^a]', true)).toEqual({
    kind: 'chars',
    ranges: [
      [0, 64],
      [66, 96],
      [98, 0x10ffff],
    ],
  })
})

test.each<[string, RegExp, string]>([
  ['(a)\\1', /back-reference/, '\\1'],
  ['(?<x>a)\\k<x>', /back-reference/, '\\k'],
  ['a(?=b)', /look-around/, '(?='],
  ['a(?!b)', /look-around/, '(?!'],
  ['(?<=a)b', /look-around/, '(?<='],
  ['(?<!a)b', /look-around/, '(?<!'],
  ['a++', /possessive/, '++'],
  ['(?>a)', /atomic/, '(?>'],
  ['a(?i)b', /inline flags/, '(?i)'],
  ['(?i:a)', /inline flags/, '(?i:'],
  ['(?ms)a', /inline flags/, '(?ms)'],
  ['\\p{L}', /Unicode properties/, '\\p'],
  ['a{1001}', /1000 repetitions/, '{1001}'],
  ['a{3,2}', /wrong way round/, '{3,2}'],
  ['((a{100}){100}){2}', /10,000 parts/, '((a{100}){100}){2}'],
  ['*a', /repeats nothing/, '*'],
  ['a**', /after another repetition/, '*'],
  ['^*', /position/, '^*'],
  ['(a', /without the `\)`/, '('],
  ['a)', /without a group/, ')'],
  ['[a', /without the `\]`/, '['],
  ['[]', /empty/, '[]'],
  ['[b-a]', /wrong way round/, 'b-a'],
  ['[a-\\d]', /not a range/, 'a-\\d'],
  ['\\y', /not an escape/, '\\y'],
  ['a\\', /backslash/, '\\'],
  ['\\u{110000}', /last code point/, '\\u{110000}'],
  ['('.repeat(101) + ')'.repeat(101), /nest deeper/, '('],
])('%s is refused', (pattern, message, underlined) => {
  const parsed = parseRegex(pattern, false)
  if (!('error' in parsed)) throw new Error('accepted')
  expect(parsed.error).toMatch(message)
  expect(pattern.slice(parsed.start, parsed.end)).toBe(underlined)
})

const piece = fc.letrec<{ regex: string; atom: string }>((tie) => ({
  atom: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(
      'a',
      'b',
      'A',
      '0',
      '.',
      '\\d',
      '\\w',
      '\\s',
      '\\W',
      '[ab]',
      '[^a]',
      '[a-c\\d]',
      '\\.',
      '\\x61',
      '^',
      '$',
      '\\b',
      '\\B',
    ),
    tie('regex').map((inner) => `(${inner})`),
    fc
      .tuple(
        fc.constantFrom('a', 'b', '.', '(?:ab)', '[^b]'),
        fc.constantFrom('*', '+', '?', '{2}', '{1,2}', '{0,}', '*?'),
      )
      .map((pair) => pair.join('')),
  ),
  regex: fc
    .array(
      fc.array(tie('atom'), { maxLength: 3 }).map((all) => all.join('')),
      { minLength: 1, maxLength: 2 },
    )
    .map((all) => all.join('|')),
})).regex

test('matches what the regular expressions of JavaScript match', () => {
  const value = fc
    .array(fc.constantFrom('a', 'b', 'A', '0', '_', ' ', '.', '\n', 'é'), { maxLength: 6 })
    .map((all) => all.join(''))
  fc.assert(
    fc.property(piece, value, fc.boolean(), (pattern, text, ignoreCase) => {
      const theirs = new RegExp(pattern, ignoreCase ? 'i' : '').test(text)
      expect(matchesAnywhere(regexOf(pattern, ignoreCase), text)).toBe(theirs)
    }),
    { numRuns: 2_000 },
  )
})

test('parsing a regular expression is total', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(fc.constantFrom(...'(?<=!:>|)[]^$\\*+{}1,aP-b'), { maxLength: 20 }).map((all) => all.join('')),
      ),
      (pattern) => {
        const parsed = parseRegex(pattern, false)
        if (!('error' in parsed)) return
        expect(parsed.start).toBeGreaterThanOrEqual(0)
        expect(parsed.end).toBeLessThanOrEqual(pattern.length)
        expect(parsed.end).toBeGreaterThan(parsed.start)
      },
    ),
    { numRuns: 2_000 },
  )
})

test.each<[string, string, boolean]>([
  ['gpt-*', 'gpt-5', true],
  ['gpt-*', 'gpt-', true],
  ['gpt-*', 'xgpt-5', false],
  ['gpt-?', 'gpt-5', true],
  ['gpt-?', 'gpt-😀', true],
  ['gpt-?', 'gpt-', false],
  ['a*c', 'a\nb\nc', true],
  ['a\\*', 'a*', true],
  ['a\\*', 'ab', false],
  ['a.c', 'abc', false],
  ['', '', true],
  ['', 'a', false],
])('glob %s on %s: %s', (glob, value, wanted) => {
  expect(matchesAnywhere(parseGlob(glob), value)).toBe(wanted)
})
