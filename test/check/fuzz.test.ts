/** Texts that are nearly policies: whatever they are, checking does not throw, and says the same each time. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hasErrors } from '../../src/diagnostics/diagnostic.ts'
import { checkText } from './sample.ts'

const pieces = [
  'set',
  'define',
  'pool',
  'allow',
  'deny',
  'restrict',
  'route',
  'limit',
  'budget',
  'cache',
  'guard',
  'rewrite',
  'test',
  'assert',
  'staff',
  'teams',
  'fast',
  '=',
  '==',
  '!=',
  '~=',
  '<',
  'in',
  'not in',
  'has',
  'has any',
  'has all',
  'like',
  'matches',
  'contains',
  'caller.team',
  'caller.tema',
  'caller.roles',
  'caller.ip',
  'request.api',
  'request.header["x"]',
  'request.header',
  'time.date',
  'time.hour',
  'target.id',
  'target.region',
  'budget.b.used',
  'provider.openai.healthy',
  'tenant.plan',
  '"core"',
  '"10.0.0.0/8"',
  '"openai/gpt-5"',
  '""',
  '["a", "b"]',
  '[]',
  '[openai/gpt-5]',
  '5',
  '0.8',
  '80%',
  '$5',
  '30s',
  '10KB',
  'true',
  'core',
  '/a+/',
  'and',
  'or',
  'not',
  '(',
  ')',
  '{',
  '}',
  'when',
  'to',
  'else',
  'openai/gpt-5',
  'openai/*',
  'nowhere/x',
  'requested',
  'any of',
  'by',
  'per 1m',
  'requests',
  'at',
  'expect',
  'given',
] as const

const seeds = [
  'set teams = ["core", "growth"]\nallow staff when caller.team in teams',
  'pool fast = [openai/gpt-5, anthropic/claude-sonnet-4]\nroute main { to any of fast else 50% openai/gpt-5 | 50% requested }',
  'restrict eu when caller.region == "eu" to target.region == "eu" and target.id in ["azure-eu/gpt-4o"]',
  'budget b { $5 per month by caller.team at 80% warn }\nlimit l when budget.b.used > 80% { 5 requests per 1m by caller.key }',
  'define d = caller.ip in ["10.0.0.0/8"] or caller.roles has any ["a", "b"]\ndeny x when not d and time.date > "2026-12-24"',
  'test "t" { given caller.team = "core", caller.roles = ["a"] when openai/* fails 429 expect denied, every target.region == "eu" }',
  'assert law when allowed { every target.region == "eu", budgeted, target openai/gpt-5 }',
].map((each) => each.split(/(?<=\s)|(?=\s)/))

const text = fc
  .tuple(
    fc.constantFrom(...seeds),
    fc.array(fc.tuple(fc.nat(60), fc.constantFrom('drop', 'put', 'swap'), fc.constantFrom(...pieces)), {
      minLength: 1,
      maxLength: 5,
    }),
  )
  .map(([seed, changes]) => {
    const words = [...seed]
    for (const [at, change, piece] of changes) {
      const place = at % words.length
      words.splice(place, change === 'put' ? 0 : 1, ...(change === 'drop' ? [] : [` ${piece} `]))
    }
    return words.join('')
  })

test('nearly policies', async () => {
  await fc.assert(
    fc.asyncProperty(text, async (each) => {
      const [first, second] = [await checkText(each), await checkText(each)]
      expect(first.policy === undefined).toBe(hasErrors(first.diagnostics))
      expect(second.diagnostics.map((one) => one.message)).toEqual(first.diagnostics.map((one) => one.message))
      for (const { span, message } of first.diagnostics) {
        expect(span.start).toBeGreaterThanOrEqual(0)
        expect(span.end).toBeLessThanOrEqual(each.length)
        expect(message).not.toMatch(/undefined|\[object|NaN/)
      }
    }),
    { numRuns: 1_500 },
  )
})
