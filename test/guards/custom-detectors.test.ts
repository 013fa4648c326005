import { expect, test } from 'vitest'
import type { GuardConfig } from '../../src/config/guards.ts'
import { Source } from '../../src/diagnostics/source.ts'
import { customDetectors } from '../../src/guards/custom-detectors.ts'
import { openText } from '../../src/guards/guarded-text.ts'
import { guardsOf, through } from './support.ts'

const span = { source: new Source('gateway.yaml', ''), start: 0, end: 0 }
const words = (list: readonly string[], more: object = {}): GuardConfig => ({
  name: 'own',
  span,
  kind: 'words',
  words: list,
  ignoreCase: true,
  wholeWords: true,
  ...more,
})
const patterns = (list: readonly string[], ignoreCase = false): GuardConfig => ({
  name: 'own',
  span,
  kind: 'pattern',
  patterns: list.map((text) => ({ text, span })),
  ignoreCase,
})

function redacted(config: GuardConfig, text: string): string {
  const { detectors, diagnostics } = customDetectors([config])
  expect(diagnostics).toEqual([])
  return through(openText(guardsOf([['redact', 'own']], { more: detectors }).request!), [text])
}

test.each([
  [
    words(['Bluebird', 'blue moon']),
    'bluebird, a BLUE\n MOON and bluebirds',
    '[redacted own], a [redacted own] and bluebirds',
  ],
  [words(['blue'], { wholeWords: false }), 'bluebird', '[redacted own]bird'],
  [words(['Blue'], { ignoreCase: false }), 'blue Blue', 'blue [redacted own]'],
  [words(['straße', 'müller']), 'MÜLLER, Straße, müllers', '[redacted own], [redacted own], müllers'],
  [words(['c++', '.net']), 'c++ and .NET', '[redacted own] and [redacted own]'],
  [words(['ab', 'abc', 'abcd']), 'abc abcd ab', '[redacted own] [redacted own] [redacted own]'],
  [words(['日本']), '日本 and 日本人', '[redacted own] and 日本人'],
  [
    patterns(['\\bEMP-\\d{6}\\b', '^secret']),
    'secret EMP-123456, EMP-1234567, secret',
    '[redacted own] [redacted own], EMP-1234567, secret',
  ],
  [patterns(['acme'], true), 'ACME acme', '[redacted own] [redacted own]'],
] as const)('%#', (config, text, expected) => {
  expect(redacted(config, text)).toBe(expected)
})

test('twenty thousand words are found as fast as one, and their automaton is made in no time', () => {
  const list = Array.from({ length: 20_000 }, (_, i) => `w${(i * 7919).toString(36)}x`)
  const text = `${'nothing of note here. '.repeat(20_000)}${list[12_345]!}`
  expect(redacted(words(list), text).endsWith('[redacted own]')).toBe(true)
})

test.each([
  [patterns(['(a']), 'in a pattern of `own`: found `(` without the `)` that closes it'],
  [patterns(['a*']), 'in a pattern of `own`: the pattern matches the empty text, which is everywhere'],
  [patterns(['(?<=a)b']), 'in a pattern of `own`: found look-around `(?<=`, which is not in the linear-time dialect'],
  [{ ...words(['a']), name: 'email' }, '`email` is the name of a built-in detector'],
] as const)('what cannot be used is told: %#', (config, message) => {
  expect(customDetectors([config as GuardConfig]).diagnostics.map((each) => each.message)).toEqual([message])
})
