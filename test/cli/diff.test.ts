/** `policyc diff`: what it compares, what it prints, and what it exits with. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { followingSchema } from './follows-schema.ts'
import { folder, gatewayYaml, goodPolicy, policyc, project } from './support.ts'

const wider = `allow teams when has caller.team or caller.role == "guest"
route anything { to requested }
`
const narrower = `allow teams when has caller.team and caller.role != "guest"
route anything { to requested }
`

async function json(...args: readonly string[]) {
  const { status, out } = await policyc(['diff', ...args, '--json'])
  return { status, report: followingSchema('diff', out) }
}

test('equal meanings give nothing, in any notation', async () => {
  const reworded = `# the same
route everything { to requested }
allow people when not (not has caller.team)
`
  expect(await policyc(['diff', project(goodPolicy), project(reworded), '--exit-code'])).toEqual({
    status: 0,
    out: '',
    err: '',
  })
  const { report } = await json(project(goodPolicy), project(reworded))
  expect(report).toEqual({ version: 1, equal: true, regions: [] })
})

test('new access comes first, with a condition, a witness and both decisions', async () => {
  const changed = wider.replace('route', 'route guests when caller.role == "guest" { to sandbox/one }\nroute')
  const { status, report } = await json(project(goodPolicy), project(changed))
  expect(status).toBe(0)
  expect(report.equal).toBe(false)
  expect(report.regions[0]).toMatchObject({
    condition: 'not has caller.team and caller.role == "guest"',
    witness: { caller: { role: 'guest' } },
    before: { access: { effect: 'deny' } },
    after: { access: { effect: 'allow' } },
  })
  expect(report.regions[0].changes).toContain('access')
  expect(report.regions[1].changes).toEqual(['route'])
})

test.each([
  ['--exit-code', wider, 1],
  ['--no-new-access', wider, 1],
  ['--no-new-access', narrower, 0],
  ['--exit-code', goodPolicy, 0],
])('%s', async (flag, policy, status) => {
  expect((await policyc(['diff', project(goodPolicy), project(policy), flag])).status).toBe(status)
})

test.each([
  ['caller.role == "guest"', 0],
  ['caller.team == "core"', 1],
  ['not has caller.team and caller.role == "guest"', 0],
])('--only %s', async (condition, status) => {
  expect((await policyc(['diff', project(goodPolicy), project(wider), '--only', condition])).status).toBe(status)
})

test('--where looks at a part', async () => {
  const outside = await policyc(['diff', project(goodPolicy), project(wider), '--where', 'has caller.team'])
  expect(outside).toEqual({ status: 0, out: '', err: '' })
  const inside = await policyc(['diff', project(goodPolicy), project(wider), '--where', 'allowed'])
  expect(inside.out).toContain('deny → allow')
  const wrong = await policyc(['diff', project(goodPolicy), project(wider), '--where', 'caller.tema == "a"'])
  expect(wrong.status).toBe(2)
  expect(wrong.err).toContain('did you mean `caller.team`?')
})

test('a bundle is compared with a folder', async () => {
  const path = project(goodPolicy)
  const bundle = join(path, 'old.json')
  await policyc(['build', path, '-o', bundle])
  expect((await policyc(['diff', bundle, path, '--exit-code'])).status).toBe(0)
  expect((await policyc(['diff', bundle, project(wider), '--exit-code'])).status).toBe(1)
  writeFileSync(bundle, '{}')
  expect((await policyc(['diff', bundle, path])).status).toBe(2)
})

test('--markdown is a comment for a pull request', async () => {
  const { out } = await policyc(['diff', project(goodPolicy), project(wider), '--markdown'])
  expect(out).toContain('**1 difference let denied requests in.**')
  expect(out).toContain('| deny → allow | `not has caller.team and caller.role == "guest"` |')
})

test('--replay counts the logged requests of each difference', async () => {
  const log = join(folder(), 'log.jsonl')
  const lines = [
    { caller: { role: 'guest' } },
    { facts: { caller: { role: 'guest', team: 'core' } }, costNanoUsd: 5 },
    {
      facts: { caller: { role: 'guest' }, request: { model: 'sandbox/one' } },
      costNanoUsd: 7,
      usage: { input: 1000, output: 10 },
    },
  ]
  writeFileSync(log, lines.map((each) => `${JSON.stringify(each)}\n`).join(''))
  const { report } = await json(project(goodPolicy), project(wider), '--replay', log)
  expect(report.replayed).toEqual({ requests: 3, changed: 2 })
  expect(report.regions[0].replayed).toEqual({ requests: 2, costBefore: 7, costAfter: 0 })
  writeFileSync(log, 'nonsense\n')
  expect((await policyc(['diff', project(goodPolicy), project(wider), '--replay', log])).status).toBe(2)
})

describe('revisions of git', () => {
  function repository(): string {
    const path = folder({ 'gateway.yaml': gatewayYaml, 'main.policy': goodPolicy })
    const git = (...args: readonly string[]) => execFileSync('git', ['-C', path, ...args], { stdio: 'pipe' })
    git('init', '-q', '-b', 'main')
    git('add', '-A')
    git('-c', 'user.name=a', '-c', 'user.email=a@localhost', 'commit', '-qm', 'first')
    writeFileSync(join(path, 'main.policy'), wider)
    return path
  }

  test('what a revision has wrong, or has not, is told by the names of git', async () => {
    const path = repository()
    writeFileSync(join(path, 'main.policy'), 'allow teams when caller.tema == "a"\n')
    execFileSync('git', ['-C', path, '-c', 'user.name=a', '-c', 'user.email=a@localhost', 'commit', '-qam', 'second'])
    mkdirSync(join(path, 'new'))
    const before = process.cwd()
    process.chdir(path)
    try {
      const broken = await policyc(['diff', 'HEAD~1..HEAD'])
      expect(broken.status).toBe(1)
      expect(broken.err).toContain('┌─ HEAD:main.policy:1:18\n')
      expect(broken.err).toContain('did you mean `caller.team`?')
      const absent = await policyc(['diff', 'main..', 'new'])
      expect(absent).toMatchObject({ status: 2, err: 'error: the revision `main` has no `new`\n' })
    } finally {
      process.chdir(before)
    }
  })

  test('against the work tree, from inside of the repository', async () => {
    const path = repository()
    const before = process.cwd()
    process.chdir(path)
    try {
      const { status, out } = await policyc(['diff', 'main..', '--exit-code'])
      expect(out).toContain('deny → allow')
      expect(status).toBe(1)
      expect((await policyc(['diff', 'main..HEAD', '--exit-code'])).status).toBe(0)
      const wrong = await policyc(['diff', 'nowhere..HEAD'])
      expect(wrong.status).toBe(2)
      expect(wrong.err).toContain('the revision cannot be read')
    } finally {
      process.chdir(before)
    }
  })
})

test.each([[['diff', 'only-one']], [['diff', 'nowhere', 'neither']]])('%j is wrong usage', async (args) => {
  const { status, err } = await policyc(args)
  expect(status).toBe(2)
  expect(err).not.toBe('')
})
