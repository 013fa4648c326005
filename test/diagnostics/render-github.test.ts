import { expect, test } from 'vitest'
import { renderGithub, renderGithubSummary } from '../../src/diagnostics/render-github.ts'
import { all, large, misspelt, other, pair, spanOf, twice } from './sample.ts'

test('a command a line, errors first, with the place as GitHub takes it', () => {
  const lines = renderGithub([large, misspelt]).split('\n')
  expect(lines).toEqual([
    '::error file=policies/main.policy,line=2,endLine=2,col=18,endColumn=29,' +
      'title=P202%3A an attribute that does not exist::' +
      'there is no attribute `caller.tema`%0Adid you mean `caller.team`?',
    '::notice file=policies/main.policy,line=3,endLine=3,col=1,endColumn=5,' +
      'title=P801%3A a slot that takes more than one diagram::the slot `deny` takes 3 diagrams',
    '',
  ])
})

test('nothing that a policy says begins a command or a property of its own', () => {
  const text = renderGithub([{ ...twice, span: spanOf('staff', other) }])
  expect(text.trimEnd().split('\n')).toHaveLength(1)
  expect(text.match(/::/g)!.length).toBeGreaterThan(2)
  expect(text.startsWith('::error file=policies/a%2C b/100%25 & "more".policy,line=1,')).toBe(true)
  expect(text).toContain('100%25 <b> | a, b: ')
})

test('a place of several lines has no columns', () => {
  expect(renderGithub([twice])).toMatch(/^::error file=policies\/main\.policy,line=3,endLine=5,title=/)
})

test('beyond what GitHub shows of a kind, plain lines', () => {
  const lines = renderGithub([...Array(12).fill(misspelt), large])
    .trimEnd()
    .split('\n')
  expect(lines.filter((each) => each.startsWith('::error '))).toHaveLength(10)
  expect(lines.filter((each) => each.startsWith('policies/main.policy:2:18: error[P202]: there is'))).toHaveLength(2)
  expect(lines.at(-1)).toMatch(/^::notice /)
})

test('the summary holds all of them in a table that no text breaks', () => {
  const text = renderGithubSummary(all, 'policies/main.policy: 2 errors')
  const rows = text.split('\n').filter((each) => each.startsWith('|'))
  expect(rows).toHaveLength(2 + all.length)
  for (const row of rows) expect(row.match(/(?<!\\)\|/g)).toHaveLength(5)
  expect(rows[2]).toContain('| error | P202 | policies/main.policy:2 | there is no attribute `caller.tema`<br>')
  expect(text).toContain('100% \\<b\\> \\| a, b: ')
  expect(text).toContain('for example: {"caller": {"team": "b"}}')
  expect(renderGithubSummary([pair], 't').match(/for example/g)).toHaveLength(2)
})

test('the summary is bounded', () => {
  const text = renderGithubSummary(Array(20_000).fill(twice), 't')
  expect(text.length).toBeLessThan(600_000)
  expect(text).toMatch(/\n\d+ more are left out\.\n\n$/)
})
