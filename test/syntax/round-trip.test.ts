import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Source } from '../../src/diagnostics/source.ts'
import { formatPolicy } from '../../src/syntax/format.ts'
import { parseCondition } from '../../src/syntax/parse.ts'
import { printCondition } from '../../src/syntax/print-condition.ts'
import { conditionTokens, policyText } from '../arbitraries/policy-text.ts'
import { parse, show, withoutSpans } from './support.ts'

test('round trip', () => {
  fc.assert(
    fc.property(policyText, (text) => {
      const before = parse(text)
      expect(before.diagnostics.map(show)).toEqual([])
      const formatted = formatPolicy(new Source('main.policy', text))
      if (!('text' in formatted)) throw new Error('errors appeared')
      const after = parse(formatted.text)
      expect(withoutSpans(after.file)).toEqual(withoutSpans(before.file))
      expect(after.file.comments.map((each) => each.text)).toEqual(before.file.comments.map((each) => each.text))
      expect(formatPolicy(new Source('main.policy', formatted.text))).toEqual({ text: formatted.text })
      expect(formatted.text).toMatch(/^[^\r]*\n$/)
    }),
    { numRuns: 400 },
  )
})

test('a printed condition means the same', () => {
  fc.assert(
    fc.property(conditionTokens, (tokens) => {
      const { condition } = parseCondition(new Source('where', tokens.join(' ')))
      const printed = printCondition(condition!)
      const again = parseCondition(new Source('where', printed))
      expect(again.diagnostics).toEqual([])
      expect(printCondition(again.condition!)).toBe(printed)
    }),
    { numRuns: 300 },
  )
})
