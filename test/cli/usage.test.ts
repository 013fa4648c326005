import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Io } from '../../src/cli/io.ts'
import { run } from '../../src/cli/run.ts'
import { folder, policyc, project, testIo } from './support.ts'

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))

describe('wrong usage is exit status 2, with the nearest right one', () => {
  const cases: readonly [readonly string[], string][] = [
    [['validat'], 'Did you mean validate?'],
    [['validate', '--strit'], 'Did you mean --strict?'],
    [['validate', '--format', 'xml'], 'Allowed choices are pretty, json, sarif, github, junit'],
    [['validate', 'a', 'b'], 'too many arguments'],
    [['explain'], "missing required argument 'facts'"],
    [['serve', '--port', 'http'], 'A port is a number from 0 to 65535'],
    [['serve', '--port', '70000'], 'A port is a number from 0 to 65535'],
    [['serve', '--watch'], "unknown option '--watch'"],
    [['keys', 'creat'], 'Did you mean create?'],
  ]
  test.each(cases)('%j', async (args, message) => {
    const { status, out, err } = await policyc(args)
    expect({ status, out }).toEqual({ status: 2, out: '' })
    expect(err).toContain(message)
  })

  test('no command at all', async () => {
    const { status, err } = await policyc([])
    expect(status).toBe(2)
    expect(err).toContain('Usage: policyc')
  })
})

test.each(['', 'validate', 'fmt', 'explain', 'serve', 'init', 'keys', 'keys create', 'keys list', 'keys revoke'])(
  'help of `%s`, with an example',
  async (command) => {
    const { status, out } = await policyc([...command.split(' ').filter(Boolean), '--help'])
    expect(status).toBe(0)
    expect(out).toContain('Usage: policyc')
    if (command !== '') expect(out).toMatch(/\nExample:\n {2}.*policyc /)
  },
)

test('the version', async () => {
  expect(await policyc(['--version'])).toEqual({ status: 0, out: `${version}\n`, err: '' })
})

test('a bug is one line, and its stack only where it is asked for', async () => {
  const failing = (env: Io['env']) => {
    const io = testIo({ env })
    return { ...io, readInput: () => Promise.reject(new Error('boom\nmore')) }
  }
  const io = failing({})
  expect(await run(['fmt', '-'], io)).toBe(70)
  expect(io.written.err).toBe('policyc: internal error (please report): boom\n')
  const loud = failing({ POLICYC_DEBUG: '1' })
  await run(['fmt', '-'], loud)
  expect(loud.written.err).toContain('usage.test.ts')
})

describe('keys', () => {
  test('are made, shown once, listed and revoked', async () => {
    const path = project('')
    const made = await policyc([
      'keys',
      'create',
      '--config',
      path,
      '--team',
      'core',
      '--tags',
      'a,b',
      '--metadata',
      'x=y',
      '--expires',
      '90d',
    ])
    expect(made.status).toBe(0)
    expect(made.out).toMatch(/^pk_[0-9A-Za-z]{38}\n$/)
    const { out } = await policyc(['keys', 'list', '--config', path, '--json'])
    expect(out).not.toContain(made.out.trim())
    const { keys } = JSON.parse(out) as { keys: { id: string; caller: object; state: string }[] }
    expect(keys).toMatchObject([{ caller: { team: 'core', tags: ['a', 'b'], metadata: { x: 'y' } } }])
    expect(keys[0]!.state).toMatch(/^valid until /)
    expect((await policyc(['keys', 'revoke', keys[0]!.id, '--config', path])).status).toBe(0)
    expect((await policyc(['keys', 'list', '--config', path])).out).toContain(`${keys[0]!.id}  revoked  team=core`)
  })

  test('wrong usage', async () => {
    const path = project('')
    expect((await policyc(['keys', 'revoke', 'key_none', '--config', path])).status).toBe(2)
    expect((await policyc(['keys', 'create', '--expires', '90', '--config', path])).err).toContain(
      '`90` is not a duration',
    )
    expect((await policyc(['keys', 'create', '--metadata', 'x', '--config', path])).err).toContain(
      '`x` is not `name=value`',
    )
    const without = folder({
      'gateway.yaml': 'policy: ./m.policy\nproviders: { s: { type: simulator } }\n',
      'm.policy': '',
    })
    expect((await policyc(['keys', 'create', '--config', without])).err).toContain('takes no virtual keys')
  })
})
