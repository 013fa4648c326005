import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { checkPolicy } from '../../src/check/check.ts'
import type { CheckContext } from '../../src/check/context.ts'
import { loadPolicyFiles } from '../../src/check/imports.ts'
import { loadConfigValue } from '../../src/config/load.ts'
import { loadTable } from '../../src/config/tables.ts'
import * as policies from '../arbitraries/policy.ts'
import { worldConfig, worldDirectory } from '../arbitraries/world.ts'

let context: CheckContext

beforeAll(async () => {
  const { config, diagnostics } = await loadConfigValue(worldConfig, {
    directory: worldDirectory,
    env: {},
    hasPolicyText: true,
  })
  if (!config) throw new Error(diagnostics.map((each) => each.message).join('\n'))
  const tables = await Promise.all(config.tables.map((each) => loadTable(each, config.directory)))
  context = { ...config, tables: tables.flatMap((each) => each.table ?? []) }
})

async function check(text: string) {
  const main = { text, directory: '.' }
  return checkPolicy(await loadPolicyFiles(main, () => Promise.reject(new Error('nothing is imported'))), context)
}

describe('well-typed policies draw nothing', () => {
  test.each([
    ['whole', policies.policyText()],
    ['restrict', policies.restrictPolicy()],
    ['limit', policies.limitPolicy()],
    ['budget', policies.budgetPolicy()],
    ['cache', policies.cachePolicy()],
    ['keyed', policies.keyedPolicy({ rules: 40 })],
  ])('%s', async (_, arbitrary) => {
    await fc.assert(
      fc.asyncProperty(arbitrary, async (text) => {
        const { policy, diagnostics } = await check(text)
        expect(
          diagnostics.map(
            (each) =>
              `${each.code} ${each.message} ${JSON.stringify(each.span.source.text.slice(each.span.start, each.span.end))}`,
          ),
        ).toEqual([])
        expect(policy?.rules.every((rule, index) => rule.index === index)).toBe(true)
      }),
      { numRuns: 150 },
    )
  })
})
