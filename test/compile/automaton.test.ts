/** The automaton of patterns: held against JavaScript's own regular expressions, one by one and jointly. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { buildAutomaton, type Pattern } from '../../src/compile/automaton.ts'
import { wordsOf } from '../../src/compile/words.ts'
import { runDfa, toRunnable } from '../../src/graph/dfa.ts'
import { parseGlob, parseRegex, type Regex } from '../../src/syntax/regex.ts'

function regexOf(pattern: string, ignoreCase = false): Regex {
  const parsed = parseRegex(pattern, ignoreCase)
  if ('error' in parsed) throw new Error(`${pattern}: ${parsed.error}`)
  return parsed.regex
}

/** Which of the patterns the automaton says hold of a value. */
function matcher(patterns: readonly Pattern[]): (value: string) => readonly number[] {
  const automaton = buildAutomaton(patterns)!
  fc.pre(automaton !== undefined)
  const dfa = toRunnable(automaton.dfa)
  return (value) => automaton.labels[runDfa(dfa, value)]!
}

const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\d', '\\w', 'é', '😀', '\\b', '^', '$', '-')
const pattern: fc.Arbitrary<string> = fc.letrec<{ regex: string; sequence: string; repeated: string }>((tie) => ({
  regex: fc.array(tie('sequence'), { minLength: 1, maxLength: 2 }).map((parts) => parts.join('|')),
  sequence: fc.array(tie('repeated'), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('')),
  repeated: fc.oneof(
    { maxDepth: 1, withCrossShrink: true },
    atom,
    fc
      .tuple(fc.constantFrom('a', '[ab]', '.', '\\w'), fc.constantFrom('*', '+', '?', '{2}', '{1,3}', '{2,}'))
      .map((x) => x.join('')),
    tie('regex').map((inner) => `(?:${inner})`),
  ),
})).regex
const value = fc.string({ unit: fc.constantFrom('a', 'b', '-', '1', '_', 'é', '😀', 'A', ' ', '\n'), maxLength: 8 })

test('a pattern holds exactly where the same expression of JavaScript does', () => {
  const property = fc.property(pattern, fc.array(value, { minLength: 1, maxLength: 20 }), (text, values) => {
    const holds = matcher([{ regex: regexOf(text), mode: 'search' }])
    const native = new RegExp(text, 'u')
    for (const each of values) expect([text, each, holds(each).length > 0]).toEqual([text, each, native.test(each)])
  })
  fc.assert(property, { numRuns: 1000, endOnFailure: true })
})

test('patterns together hold as each does alone', () => {
  const property = fc.property(
    fc.array(pattern, { minLength: 2, maxLength: 5 }),
    fc.array(value, { maxLength: 10 }),
    (texts, values) => {
      const holds = matcher(texts.map((text) => ({ regex: regexOf(text), mode: 'search' })))
      for (const each of values) {
        const expected = texts.flatMap((text, index) => (new RegExp(text, 'u').test(each) ? [index] : []))
        expect(holds(each)).toEqual(expected)
      }
    },
  )
  fc.assert(property, { numRuns: 300, endOnFailure: true })
})

test('the words of the labels are in them, are no constants, and are there whenever a value is', () => {
  const property = fc.property(
    fc.array(pattern, { minLength: 1, maxLength: 3 }),
    fc.array(value, { maxLength: 6 }),
    fc.array(value, { maxLength: 10 }),
    (texts, constants, values) => {
      const automaton = buildAutomaton(texts.map((text) => ({ regex: regexOf(text), mode: 'search' })))!
      fc.pre(automaton !== undefined)
      const dfa = toRunnable(automaton.dfa)
      const words = wordsOf(automaton.dfa, automaton.labels.length, constants)
      for (const [label, word] of words.entries()) {
        if (word === undefined) continue
        expect(runDfa(dfa, word)).toBe(label)
        expect(constants).not.toContain(word)
      }
      for (const each of values) if (!constants.includes(each)) expect(words[runDfa(dfa, each)]).toBeDefined()
    },
  )
  fc.assert(property, { numRuns: 300, endOnFailure: true })
})

test('a label whose every value is a constant has no word', () => {
  const automaton = buildAutomaton([{ regex: regexOf('^(?:eu|us)$'), mode: 'search' }])!
  const inside = automaton.labels.findIndex((label) => label.length > 0)
  expect(wordsOf(automaton.dfa, automaton.labels.length, ['eu'])[inside]).toBe('us')
  expect(wordsOf(automaton.dfa, automaton.labels.length, ['eu', 'us'])[inside]).toBeUndefined()
})

test.each([
  ['gpt-*', 'gpt-4', true],
  ['gpt-*', 'gpt-', true],
  ['gpt-*', 'xgpt-4', false],
  ['gpt-?', 'gpt-😀', true],
  ['gpt-?', 'gpt-', false],
  ['a\\*b', 'a*b', true],
  ['a\\*b', 'axb', false],
  ['*', '', true],
  ['*a*', 'x\na', true],
])('like %j of %j is %s', (glob, each, expected) => {
  expect(matcher([{ regex: parseGlob(glob), mode: 'whole' }])(each).length > 0).toBe(expected)
})

test('case is ignored for ASCII letters alone', () => {
  const holds = matcher([{ regex: regexOf('^k[a-c]é$', true), mode: 'search' }])
  expect(['kaé', 'KBé', 'Kcé'].every((each) => holds(each).length === 1)).toBe(true)
  expect(['kaÉ', '\u212Aaé', 'kdé'].some((each) => holds(each).length === 1)).toBe(false)
})

test('past its bound there is no automaton, in bounded time', () => {
  const contains = Array.from(
    { length: 20 },
    (_, i) => ({ regex: regexOf(`${i}x`.repeat(3)), mode: 'search' }) as const,
  )
  expect(buildAutomaton(contains)).toBeUndefined()
  expect(buildAutomaton([{ regex: regexOf('(a|b)*a(a|b){18}'), mode: 'search' }])).toBeUndefined()
})
