import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { parseDocument } from 'yaml'
import { createGateway } from '../../src/gateway/gateway.ts'
import { folder, policyc } from './support.ts'

test('what it writes validates without a word, is formatted, and serves', async () => {
  const path = join(folder(), 'new')
  const { status, out } = await policyc(['init', path])
  expect(status).toBe(0)
  for (const name of ['gateway.yaml', 'policies/main.policy', '.github/workflows/policy.yml', '.gitignore']) {
    expect(out).toContain(`wrote ${join(path, name)}\n`)
    expect(existsSync(join(path, name))).toBe(true)
  }
  expect((await policyc(['validate', path, '--strict', '--json'])).out).toContain('"diagnostics": []')
  expect((await policyc(['fmt', '--check', path])).status).toBe(0)
  const tested = await policyc(['test', path, '--coverage'])
  expect(tested.status).toBe(0)
  expect(tested.out).not.toContain('no test reaches')
  const { jobs } = parseDocument(readFileSync(join(path, '.github/workflows/policy.yml'), 'utf8')).toJS()
  for (const { run } of jobs.validate.steps.filter((each: { run?: string }) => each.run !== undefined)) {
    const [, ...args] = run.slice(run.indexOf('policyc')).split(' ')
    expect(await policyc([args[0], path, ...args.slice(1)]), run).toMatchObject({ status: 0 })
  }

  const key = (await policyc(['keys', 'create', '--config', path, '--team', 'core'])).out.trim()
  const gateway = await createGateway({ config: path, env: {} })
  onTestFinished(() => gateway.close())
  const ask = (model: string, credential: string) =>
    gateway.fetch(
      new Request('http://gateway/v1/chat/completions', {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${credential}` },
        body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }] }),
      }),
    )
  expect((await ask('smart', key)).headers.get('x-policyc-target')).toBe('sandbox/smart')
  expect((await ask('sandbox/fast', key)).status).toBe(200)
  expect((await ask('smart', 'pk_none')).status).toBe(401)
})

test('the providers that are commented out are right as they stand', async () => {
  const path = folder()
  await policyc(['init', path])
  const file = join(path, 'gateway.yaml')
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^( {2})# (?=\w+: \{ type)/gm, '$1'))
  const env = { OPENAI_API_KEY: 'a', ANTHROPIC_API_KEY: 'b' }
  expect((await policyc(['validate', path, '--strict'], { env })).status).toBe(0)
  expect(Object.keys(parseDocument(readFileSync(file, 'utf8')).toJS().providers)).toHaveLength(4)
})

test('it never writes over a file', async () => {
  const path = folder({ 'policies/main.policy': 'mine' })
  const { status, err } = await policyc(['init', path])
  expect(status).toBe(1)
  expect(err).toContain(join(path, 'policies/main.policy'))
  expect(existsSync(join(path, 'gateway.yaml'))).toBe(false)
  expect(readFileSync(join(path, 'policies/main.policy'), 'utf8')).toBe('mine')
})

test('.gitignore is added to, once', async () => {
  const path = folder({ '.gitignore': 'node_modules/\n.env' })
  await policyc(['init', path])
  expect(readFileSync(join(path, '.gitignore'), 'utf8')).toBe('node_modules/\n.env\n/data/\n')
})
