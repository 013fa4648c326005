import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts'
import type { Span } from '../../src/diagnostics/source.ts'
import { Source } from '../../src/diagnostics/source.ts'
import { maxLength, maxReported } from '../../src/syntax/bounds.ts'
import { lex } from '../../src/syntax/lex.ts'
import { parseCondition } from '../../src/syntax/parse.ts'
import { keywords, statementKeywords } from '../../src/syntax/tokens.ts'
import { example } from './example.ts'
import { parse } from './support.ts'

const pieces = fc.constantFrom(
  ...Object.keys(keywords),
  ...[
    '{',
    '}',
    '[',
    ']',
    '(',
    ')',
    ',',
    '.',
    '|',
    '*',
    '=',
    '==',
    '!=',
    '&&',
    '!',
    ';',
    ':',
    '=>',
    '//',
    '/*',
    '*/',
    '#',
    '/',
  ],
  ...[
    '"',
    "'",
    '"core"',
    '/x+/i',
    '30s',
    '80%',
    '$5',
    '$',
    '5xx',
    '-1',
    'openai/gpt-5',
    'x',
    'caller.team',
    '\n',
    '\r',
    '\ufeff',
  ],
  ...['\u202e', 'а', '\ud800', '\0', '\\', '$ 5', '30 min', 'eu-west', '…'],
)
const soup = fc
  .array(pieces, { maxLength: 120 })
  .chain((all) => fc.constantFrom(' ', '', '\n').map((separator) => all.join(separator)))
const mutated = fc
  .array(fc.record({ at: fc.nat(example.length), cut: fc.nat(12), put: fc.oneof(fc.constant(''), pieces) }), {
    minLength: 1,
    maxLength: 5,
  })
  .map((changes) => changes.reduce((text, { at, cut, put }) => text.slice(0, at) + put + text.slice(at + cut), example))

/** Plain conditions, since there are many of them: an `expect` for each would cost more than to parse. */
function checkSpans(diagnostics: readonly Diagnostic[], text: string): void {
  const within = ({ start, end }: Span) => 0 <= start && start <= end && end <= text.length
  for (const { span, related, edits } of diagnostics) {
    const shown = [span, ...related.map((other) => other.span)]
    const isFine = shown.every((each) => within(each) && (each.start < each.end || text === ''))
    if (!isFine || !(edits ?? []).every((each) => within(each.span)))
      expect.fail(JSON.stringify({ span, related, edits }))
  }
}

function checkTree(value: unknown, text: string): void {
  if (typeof value !== 'object' || value === null || value instanceof Source) return
  const { start, end } = value as { start?: unknown; end?: unknown }
  if (typeof start === 'number' && typeof end === 'number' && !(0 <= start && start <= end && end <= text.length))
    expect.fail(`the span ${start} to ${end} is not in the text`)
  for (const each of Object.values(value)) checkTree(each, text)
}

test('parse is total', () => {
  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.string({ maxLength: 200 }), soup, mutated)
  fc.assert(
    fc.property(text, (given) => {
      const from = performance.now()
      const { file, diagnostics } = parse(given)
      checkSpans(diagnostics, given)
      checkTree(file, given)
      expect(diagnostics.length).toBeLessThanOrEqual(maxReported + 1)
      checkSpans(parseCondition(new Source('where', given)).diagnostics, given)
      expect(performance.now() - from).toBeLessThan(10_000)
    }),
    { numRuns: 400 },
  )
})

/** Where time that grows with the square of the length takes minutes, and time that grows with it a blink. */
const much = 512 * 1024
const extremes: readonly [string, string][] = [
  ['100,000 parentheses', `allow a when ${'('.repeat(100_000)}x`],
  ['100,000 nots', `allow a when ${'not '.repeat(100_000)}x`],
  ['100,000 not claims', `assert a { ${'not '.repeat(100_000)}allowed }`],
  ['512 KiB of dots', 'a.'.repeat(much / 2)],
  ['512 KiB of hyphens', 'a-'.repeat(much / 2)],
  ['512 KiB of slashes', '/'.repeat(much)],
  ['512 KiB of open comments', '/* '.repeat(much / 3)],
  ['512 KiB of closed comments', '/**/'.repeat(much / 4)],
  ['512 KiB of open classes', 'matches /[ '.repeat(much / 11)],
  ['512 KiB of quotes', '"'.repeat(much)],
  ['512 KiB of single quotes on lines', "'\n".repeat(much / 2)],
  ['512 KiB of digits', '1'.repeat(much)],
  ['512 KiB of dollars', '$ '.repeat(much / 2)],
  ['512 KiB of braces', '{}'.repeat(much / 2)],
  ['as many statements as fit', 'allow a\n'.repeat(maxLength / 8)],
  ['512 KiB of else', 'route a {} else {} '.repeat(much / 19)],
  ['512 KiB of stray letters', '\u202e§'.repeat(much / 2)],
  ['512 KiB of habits in one statement', `allow a when x ${'&& !x '.repeat(much / 6 - 10)}`],
  ['many habits of the grammar', `allow a when x = 1${' and x = 1'.repeat(50_000)}`],
  ['many errors of the grammar', `allow a when x == 1${' and x == y.z'.repeat(40_000)}`],
  ['many lists', `allow a when x in y${' and x in [1,2]'.repeat(30_000)}`],
  ['a long list', `set a = [${'"x", '.repeat(150_000)}]`],
  ['a long condition', `allow a when x${' and x or y'.repeat(40_000)}`],
  ['more than fits', `${example}${'#'.repeat(maxLength)}`],
  ['more statements than fit', 'allow a\n'.repeat(maxLength / 4)],
]
for (const [title, text] of extremes) {
  test(`bounded: ${title}`, () => {
    const from = performance.now()
    const { diagnostics } = parse(text)
    checkSpans(diagnostics, text)
    expect(diagnostics.length).toBeLessThanOrEqual(maxReported + 1)
    expect(performance.now() - from).toBeLessThan(30_000)
  })
}

test('conditions nest 200 deep and no deeper', () => {
  const nested = (depth: number) => parse(`allow a when ${'('.repeat(depth)}x${')'.repeat(depth)}`)
  expect(nested(200).diagnostics).toEqual([])
  expect(nested(201).diagnostics.map((each) => each.code)).toEqual(['P107'])
  expect(parse(`allow a when ${'not '.repeat(200)}x`).diagnostics).toEqual([])
  expect(parse(`allow a when ${'not ('.repeat(101)}x${')'.repeat(101)}`).diagnostics.map((each) => each.code)).toEqual([
    'P107',
  ])
})

test('a file that is too long is one P107 and empty', () => {
  const { file, diagnostics } = parse('a'.repeat(maxLength + 1))
  expect(diagnostics.map((each) => each.code)).toEqual(['P107'])
  expect(file.statements).toEqual([])
})

test('at most 100 diagnostics are reported, and then how many more there are', () => {
  const { diagnostics } = parse('allow\n'.repeat(130))
  expect(diagnostics).toHaveLength(101)
  expect(diagnostics.at(-1)).toMatchObject({ code: 'P107', message: '30 more mistakes are not shown' })
})

test('an empty file, blanks and comments alone are no mistake', () => {
  for (const text of ['', '\n', ' \t\r\n', '# only a comment', '# one\r# two\r\n', '\ufeff']) {
    const { file, diagnostics } = parse(text)
    expect(diagnostics).toEqual([])
    expect(file.statements).toEqual([])
  }
})

test('a file of nothing but stray characters is a mistake', () => {
  expect(parse('§').diagnostics.map((each) => each.code)).toEqual(['P102'])
})

test('deleting one token gives few errors and leaves the other statements parsed', () => {
  const count = parse(example).file.statements.length
  expect(count).toBe(24)
  const { tokens } = lex(new Source('main.policy', example))
  expect(tokens.length).toBeGreaterThan(300)
  let valid = 0
  for (const token of tokens) {
    const text = example.slice(0, token.startOffset) + example.slice(token.endOffset + 1)
    const { file, diagnostics } = parse(text)
    const what = `without \`${token.image}\` at ${token.startOffset}: ${diagnostics.map((each) => each.message).join('; ')}`
    expect(diagnostics.length, what).toBeLessThanOrEqual(3)
    expect(file.statements.length, what).toBeGreaterThanOrEqual(count - 2)
    if (diagnostics.length === 0) valid++
  }
  // Without an optional word (`not`, a comma between clauses) or a dot between two words a file may still be right.
  expect(valid / tokens.length).toBeLessThan(0.15)
})

test('every statement keyword begins a statement', () => {
  for (const word of statementKeywords) {
    const { file, diagnostics } = parse(`allow a\n${word}\nallow b`)
    expect(diagnostics, word).toHaveLength(1)
    expect(file.statements, word).toHaveLength(2)
  }
})
