/** The bundled examples and policies do what they say. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createGateway } from '../../src/gateway/gateway.ts'
import type { CallerFields } from '../../src/identity/caller.ts'
import { loadPolicy } from '../../src/prove/load-policy.ts'
import { buildProgram, root } from '../cli/process.ts'
import { policyc } from '../cli/support.ts'

describe('quickstart', () => {
  const config = join(root, 'examples/quickstart')

  async function ask(model: string, caller: CallerFields, body: object = {}): Promise<Response> {
    const gateway = await createGateway({ config, env: {}, caller: () => caller })
    onTestFinished(() => gateway.close())
    return gateway.fetch(
      new Request('http://gateway/v1/chat/completions', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }], ...body }),
      }),
    )
  }

  test('validates without a word, and is formatted', async () => {
    expect((await policyc(['validate', config, '--strict'], { env: {} })).out).toMatch(/no problems\n$/)
    expect((await policyc(['fmt', '--check', config])).status).toBe(0)
  })

  test('`smart` is split, and a caller stays', async () => {
    const targets = new Set<string | null>()
    for (const id of ['a', 'a', 'a'])
      targets.add((await ask('smart', { id, team: 'demo' })).headers.get('x-policyc-target'))
    expect(targets.size).toBe(1)
    expect([...targets][0]).toMatch(/^atlantic\/large(-next)?$/)
  })

  test('`shaky` falls back', async () => {
    const response = await ask('shaky', { team: 'demo' })
    expect(response.status).toBe(200)
    expect(response.headers.get('x-policyc-target')).toBe('europa/fast')
    expect(Number(response.headers.get('x-policyc-attempts'))).toBeGreaterThan(1)
  })

  test('Europeans stay in Europe', async () => {
    expect((await ask('smart', { team: 'research', region: 'ch' })).headers.get('x-policyc-target')).toBe(
      'europa/large',
    )
    const refused = await ask('atlantic/large', { team: 'research', region: 'eu' })
    expect(refused.status).toBe(403)
    expect(await refused.text()).toContain('residency')
  })

  test('interns and strangers', async () => {
    const intern = await ask('smart', { team: 'growth', role: 'intern' })
    expect(intern.status).toBe(403)
    expect(await intern.text()).toContain('interns use the fast model')
    expect((await ask('smart', { team: 'elsewhere' })).status).toBe(403)
    expect((await ask('nothing', { team: 'demo' })).status).toBe(404)
  })

  test('the facts beside it are explained', async () => {
    const explain = (name: string) => policyc(['explain', join(config, 'facts', name), '--config', config], { env: {} })
    expect((await explain('intern.json')).out).toMatch(/^deny by `interns`/)
    expect((await explain('european.json')).out).toContain('1. europa/large')
  })
})

const wholePolicies = ['startup', 'enterprise', 'saas', 'bank']

describe.each(wholePolicies)('policies/%s', (name) => {
  const config = join(root, 'policies', name)

  test('validates as it is, all of its laws and tests with it, and is formatted', async () => {
    const { status, out } = await policyc(['validate', config, '--strict', '--json'], { env: {} })
    const { diagnostics } = JSON.parse(out) as { diagnostics: { code: string; severity: string }[] }
    // How far a budget can be passed is told of every budget.
    expect(diagnostics.filter((each) => each.code !== 'P802')).toEqual([])
    expect(status).toBe(0)
    expect((await policyc(['fmt', '--check', config])).status).toBe(0)
  })

  test('has laws, and tests that reach every rule, candidate and fallback', async () => {
    const { checked } = await loadPolicy(config, { env: {} })
    expect(checked.assertions.length).toBeGreaterThanOrEqual(3)
    const { status, out } = await policyc(['test', config, '--coverage', '--json'], { env: {} })
    expect(status).toBe(0)
    const { coverage } = JSON.parse(out) as {
      coverage: Record<'candidates' | 'fallbacks', { reached: boolean }[]> & { rules: { rule: string; tests: [] }[] }
    }
    expect(coverage.rules.filter((each) => each.tests.length === 0)).toEqual([])
    expect([...coverage.candidates, ...coverage.fallbacks].filter((each) => !each.reached)).toEqual([])
  })
})

describe('policies/saas', () => {
  const config = join(root, 'policies/saas')

  test('its table is the one that the script beside it makes', async () => {
    const before = readFileSync(join(config, 'tenants.csv'), 'utf8')
    await promisify(execFile)(process.execPath, [join(config, 'make-tenants.mjs')])
    expect(readFileSync(join(config, 'tenants.csv'), 'utf8')).toBe(before)
    expect(before.trimEnd().split('\n')).toHaveLength(10_001)
  })

  test('a tenant has what its row says', async () => {
    const { decide } = await loadPolicy(config, { env: {} })
    const ask = (org: string) => decide({ caller: { kind: 'key', org }, request: { model: 'quick' } })
    const row = (id: string) => ask(id).limits.find((each) => each.rule === 'by_seat')?.amount
    expect(ask('t00010')).toMatchObject({ access: { effect: 'allow' }, budgets: [{ amountNanoUsd: 2_000e9 }] })
    expect(row('t00010')).toBe((40 + 2) * 20)
    expect(ask('t00097').access.rules).toEqual(['suspended'])
    expect(ask('t99999').access).toMatchObject({ effect: 'deny', rules: [] })
    expect(ask('t00001').route?.steps).toEqual([
      { kind: 'choice', by: 'cheapest', targets: ['mistral/mistral-small-latest'] },
    ])
  })
})

describe('policies/startup', () => {
  const config = join(root, 'policies/startup')
  const noon = { time: { hour: 12 } }
  const decide = async (caller: object, request: object, time: object = noon) =>
    (await loadPolicy(config, { env: {} })).decide({ caller: { kind: 'key', ...caller }, request, ...time })

  test('customers’ data goes to Europe only', async () => {
    const caller = { team: 'support', data_class: 'customer' }
    for (const model of ['fast', 'smart', 'openai/gpt-5']) {
      const { route } = await decide(caller, { model })
      for (const step of route?.steps ?? []) expect(JSON.stringify(step)).not.toMatch(/openai|anthropic/)
    }
    expect((await decide(caller, { model: 'smart' })).route?.steps).toEqual([
      { kind: 'target', target: 'europe/mistral-large' },
    ])
  })

  test('contractors, scripts at night, enormous prompts', async () => {
    const effects = await Promise.all([
      decide({ team: 'growth', role: 'contractor' }, { model: 'smart' }),
      decide({ team: 'growth', role: 'contractor' }, { model: 'fast' }),
      decide({ team: 'growth', tags: ['script'] }, { model: 'fast' }, { time: { hour: 3 } }),
      decide({ team: 'growth' }, { model: 'fast', input_tokens: 150_001 }),
      decide({ team: 'growth', roles: ['research'] }, { model: 'fast', input_tokens: 150_001 }),
    ])
    expect(effects.map((each) => each.access.effect)).toEqual(['deny', 'allow', 'deny', 'deny', 'allow'])
  })
})

describe('embedding', () => {
  beforeAll(buildProgram)
  const runExample = async (name: string) =>
    (await promisify(execFile)(process.execPath, [join(root, 'examples/embedding', name)], { timeout: 30_000 })).stdout

  test('node-http.mjs', async () => {
    const out = await runExample('node-http.mjs')
    expect(out).toContain('"content":"Simulated answer of sandbox/any to: Hello!"')
    expect(out).toMatch(/^ada used \d+ tokens of sandbox\/any$/m)
  })

  test('fetch.mjs', async () => {
    const out = await runExample('fetch.mjs')
    expect(out).toMatch(/^200 \{/)
    expect(out).toContain('Simulated answer of sandbox/any to: Hello!')
    expect(out).toMatch(/^403 \{/m)
    expect(out).toContain('ask in fewer words')
  })
})

test('`npm start` runs the quickstart', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  expect(scripts['start']).toBe('node dist/cli/main.js serve examples/quickstart --demo')
  expect(scripts['prestart']).toBe('npm run build')
})
