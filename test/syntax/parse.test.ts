import { expect, test } from 'vitest'
import { Source } from '../../src/diagnostics/source.ts'
import { parseCondition, reservedWords } from '../../src/syntax/parse.ts'
import { printCondition } from '../../src/syntax/print-condition.ts'
import { example } from './example.ts'
import { parse, show, withoutSpans } from './support.ts'

test('a file with every kind of statement', () => {
  const { file, diagnostics } = parse(example)
  expect(diagnostics.map(show)).toEqual([])
  expect(new Set(file.statements.map((each) => each.kind)).size).toBe(18)
  const route = file.statements.find((each) => each.kind === 'route')
  expect(route).toMatchObject({
    name: { text: 'smart' },
    steps: [
      { kind: 'split', stickyBy: {} },
      { kind: 'choice', by: 'fastest' },
      { kind: 'choice', of: { kind: 'targets' } },
    ],
    retry: {
      count: { value: 2 },
      on: [{ text: '429' }, { text: '5xx' }, { text: 'timeout' }],
      backoff: { max: { ms: 5000 } },
    },
    timeouts: [
      { kind: 'connect' },
      { kind: 'timeout' },
      { kind: 'first_token' },
      { kind: 'idle' },
      { kind: 'deadline' },
    ],
    hedge: { after: { ms: 2000 } },
    onLoss: { value: 'degrade' },
  })
})

test('documentation is the block of comments directly above', () => {
  const { file } = parse(
    '# apart\n\n# one\n#  two\n#\n# three\nallow a # not this\nallow b\n  # indented\n  allow c\n# d\nallow d allow e',
  )
  expect(file.statements.map((each) => each.documentation)).toEqual([
    'one\n two\n\nthree',
    undefined,
    'indented',
    'd',
    undefined,
  ])
  expect(file.comments).toHaveLength(8)
})

test.each([
  ['a or b and not c', 'a or b and not c'],
  ['(a or b) and (c)', '(a or b) and c'],
  ['not (a and b)', 'not (a and b)'],
  ['not not (a)', 'not not a'],
  ['((a and b)) or (c and d)', 'a and b or c and d'],
  ['caller.roles has any ["x",  "y"]', 'caller.roles has any ["x", "y"]'],
  ['has request.header["x-a"] and caller.ip not in office', 'has request.header["x-a"] and caller.ip not in office'],
  ['request.model matches /^a\\/b/i', 'request.model matches /^a\\/b/i'],
  ['budget.team.used >= 80% and limit.x.used < 5%', 'budget.team.used >= 80% and limit.x.used < 5%'],
  ['target.id in [openai/gpt-5, openai/*]', 'target.id in [openai/gpt-5, openai/*]'],
  ['allowed or denied', 'allowed or denied'],
])('the condition %s prints as %s', (text, printed) => {
  const { condition, diagnostics } = parseCondition(new Source('where', text))
  expect(diagnostics).toEqual([])
  expect(printCondition(condition!)).toBe(printed)
})

test.each(['', '# x', 'a b', 'allow a', 'a and', '(a'])('the lone condition %j is refused', (text) => {
  const { condition, diagnostics } = parseCondition(new Source('where', text))
  expect(condition).toBeUndefined()
  expect(diagnostics).toHaveLength(1)
})

test('keywords may stand in attributes, keys and values, and between statements nothing is needed', () => {
  const { file, diagnostics } = parse(
    'allow a when budget.limit.used > 5% and target.test and caller.kind == log allow b when x.budget budget c { $1 per day }',
  )
  expect(diagnostics.map(show)).toEqual([])
  expect(file.statements.map((each) => each.kind)).toEqual(['allow', 'allow', 'budget'])
})

test('a name is no reserved word', () => {
  for (const word of reservedWords.filter((each) => each !== 'null')) {
    expect(
      parse(`allow ${word}`).diagnostics.map((each) => each.code),
      word,
    ).toEqual(['P101'])
  }
  expect(parse('allow timeout when target').diagnostics).toEqual([])
})

test('clauses stand in any order, with or without commas', () => {
  const plain = parse('limit a { 60 requests per 1m by caller.key burst 10 }')
  const other = parse('limit a { burst 10, by caller.key, 60 requests per 1m, }')
  expect(other.diagnostics).toEqual([])
  expect(withoutSpans(other.file.statements)).toEqual(withoutSpans(plain.file.statements))
})
