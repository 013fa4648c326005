/** Proofs about columns of tables: what a scope tells of rows, and rows that the caller itself picks. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPolicy, readPolicy } from '../../src/compile/load.ts'
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts'
import { prove } from '../../src/prove/prove.ts'
import { config } from './world.ts'

const rows = 'team,plan,seats,eu\nalpha,free,5,true\nbeta,pro,50,false\ngamma,pro,100,true\ndelta,free,1,false\n'
let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'policyc-tables-'))
  writeFileSync(join(folder, 'tenants.csv'), rows)
  const tables = {
    tenant: { file: './tenants.csv', key: 'caller.team' },
    project: { file: './tenants.csv', key: 'request.label' },
  }
  const attributes = { ...config.attributes, 'request.label': { type: 'string', from: 'header.x-label' } }
  writeFileSync(
    join(folder, 'gateway.yaml'),
    JSON.stringify({ ...config, attributes, tables, policy: './main.policy' }),
  )
})
afterAll(() => rmSync(folder, { recursive: true }))

async function findings(text: string): Promise<readonly Diagnostic[]> {
  writeFileSync(join(folder, 'main.policy'), `${text}\nroute all { to openai/gpt-5 else europe/gpt-4o }\n`)
  const { config: read, checked, diagnostics } = await readPolicy(join(folder, 'gateway.yaml'), { env: {} })
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
  return prove(openPolicy(read!, checked!, diagnostics))
}

const members = 'allow members when has tenant.plan\n'

test.each([
  ['the scope has the column', 'guard pii when tenant.plan == "free" { redact email in response }', 'tenant.plan'],
  [
    'it has both',
    'guard pii when tenant.eu and tenant.plan == "pro" { redact email in response }',
    'tenant.plan, tenant.eu',
  ],
  ['it has the key', 'guard pii when tenant.eu { redact email in response }', 'tenant.plan, caller.team'],
  ['a restrict asks', 'restrict eu when tenant.plan == "free" to target.region == "eu"', 'tenant.plan'],
])('no answer is shared where %s', async (_, rule, scope) => {
  const found = await findings(`${members}${rule}\ncache answers { ttl 1h scope caller.org, ${scope} }`)
  expect(found.map(({ message }) => message)).toEqual([])
})

test('an answer is shared by rows that agree in the scope and not in the guard', async () => {
  const found = await findings(
    `${members}guard pii when tenant.eu { redact email in response }\ncache answers { ttl 1h scope caller.org, tenant.plan }`,
  )
  expect(found.map(({ code }) => code)).toEqual(['P702'])
  expect(found[0]!.witnesses).toEqual([{ caller: { team: 'alpha' } }, { caller: { team: 'delta' } }])
})

test('a row that the caller itself picks is what it claims', async () => {
  const found = await findings(`
allow everybody
limit each { 10 requests per 1m by project.plan }
budget month { $10 per month by project.plan }
cache answers { ttl 1h scope caller.org, project.plan }
`)
  expect(found.map(({ code }) => code)).toEqual(['P705', 'P705', 'P705'])
  expect(found[0]!.message).toBe(
    'the limit `each` counts by `project.plan`, which the caller itself may claim by `request.label`',
  )
})

test('what leaving out gains is told at the column that it picks', async () => {
  const found = await findings('allow everybody\ndeny paid when project.plan == "pro"')
  expect(found.map(({ code }) => code)).toEqual(['P701'])
  const { source, start, end } = found[0]!.span
  expect(source.text.slice(start, end)).toBe('project.plan == "pro"')
})
