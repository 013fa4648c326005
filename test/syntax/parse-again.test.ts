import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Source } from '../../src/diagnostics/source.ts'
import type { ParsedText } from '../../src/syntax/assemble.ts'
import { parseFile, parsePolicy } from '../../src/syntax/parse.ts'
import { parseAgain } from '../../src/syntax/parse-again.ts'
import { policyText } from '../arbitraries/policy-text.ts'
import { type Change, changed, changes } from '../arbitraries/text-changes.ts'
import { example } from './example.ts'

/** Everything that was parsed, as text; spans of another source are told apart. */
function written({ source, file, diagnostics, pieces, isPlain }: ParsedText): string {
  const all = { text: source.text, file, diagnostics, pieces, isPlain }
  return JSON.stringify(all, (key, value: unknown) => (key === 'source' ? value === source : value))
}

function expectAlike(again: ParsedText, text: string): void {
  const alone = written(parseFile(new Source('main.policy', text)))
  const found = written(again)
  if (found !== alone) expect(JSON.parse(found)).toEqual(JSON.parse(alone))
}

/** Each version parsed from the one before is the same as parsed alone. */
function followEdits(first: string, edits: readonly Change[]): void {
  let text = first
  let parsed: ParsedText = parseFile(new Source('main.policy', text))
  for (const edit of edits) {
    text = changed(text, edit)
    parsed = parsePolicy(new Source('main.policy', text), parsed)
    expectAlike(parsed, text)
  }
}

test('parsing again equals parsing: any text, any edits', () => {
  const texts = fc.oneof(policyText, fc.constant(example), fc.constant(`${example}\n${example}`))
  fc.assert(fc.property(texts, changes, followEdits), { numRuns: 150 })
})

const rules = Array.from({ length: 40 }, (_, i) => `# about ${i}\nallow rule_${i} when caller.team == "t${i}"\n`)

/** The text with a rule of the middle replaced, as parsed from the text before. */
function replaceRule(by: string): ParsedText | undefined {
  const before = parseFile(new Source('main.policy', rules.join('')))
  return parseAgain(before, new Source('main.policy', [...rules.slice(0, 20), by, ...rules.slice(21)].join('')))
}

test('a rule that changes is read alone: those further off are the ones of before, moved', () => {
  const again = replaceRule('allow other\n  when caller.team == "core" # first\n  and has caller.role\n')
  expect(again?.file.statements).toHaveLength(40)
  const { name, span } = again!.file.statements[30] as { name: { text: string }; span: { start: number; end: number } }
  expect(name.text).toBe('rule_30')
  expect(again!.source.text.slice(span.start, span.end)).toBe('allow rule_30 when caller.team == "t30"')
})

test('a mistake of the grammar stays within its statement', () => {
  const again = replaceRule('allow other caller.team == "core"\n')
  expect(again?.diagnostics.map((each) => each.code)).toEqual(['P101'])
  expect(again?.file.statements).toHaveLength(39)
})

test.each([
  ['a comment of another language', 'allow other /* and so on\n'],
  ['a bidirectional character', 'allow other # \u202e\n'],
  ['a string without an end', 'allow other when caller.team == "core\n'],
  ['a second rule by `else`', 'route other when caller.team == "a" { to a/b } else { to b/c }\n'],
])('everything is read again where the lexer speaks up, or a rule has no beginning of its own: %s', (_, by) => {
  expect(replaceRule(by)).toBeUndefined()
  followEdits(rules.join(''), [{ at: 0.5, cut: 10, put: by }])
})
