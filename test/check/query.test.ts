import { expect, test } from 'vitest'
import { checkCondition } from '../../src/check/check.ts'
import { Source } from '../../src/diagnostics/source.ts'
import { parseCondition } from '../../src/syntax/parse.ts'
import { context, loadTexts } from './sample.ts'

const policy =
  'set teams = ["core"]\ndefine staff = caller.team in teams\nbudget spend { $5 per month }\nallow all_of_them'

async function ask(text: string, files: Record<string, string> = { 'main.policy': policy }) {
  const { condition } = parseCondition(new Source('query', text))
  if (!condition) throw new Error(text)
  return checkCondition(await loadTexts(files), context, condition)
}

test('a lone condition reads what the policy declares, and access', async () => {
  const { condition, diagnostics } = await ask('staff and allowed and budget.spend.used > 80% and tenant.plan == "pro"')
  expect(diagnostics).toEqual([])
  expect(condition?.kind).toBe('and')
})

test('its mistakes are reported', async () => {
  const { condition, diagnostics } = await ask('stuff or caller.tema == "x" or target.region == "eu"')
  expect(condition).toBeUndefined()
  expect(diagnostics.map((each) => `${each.code} ${each.message}`)).toEqual([
    'P201 there is no define `stuff`',
    'P202 there is no attribute `caller.tema`',
    'P208 `target.region` is read in the condition, before a target is chosen',
  ])
})

test('those of the policy are not', async () => {
  const { condition, diagnostics } = await ask('staff', {
    'main.policy': `${policy}\ndeny some when caller.tema == "x"`,
  })
  expect(diagnostics).toEqual([])
  expect(condition).toBeDefined()
})
