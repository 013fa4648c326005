/** `policyc test`: what passes, what fails and how it is told, what is covered. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { followingSchema } from './follows-schema.ts'
import { policyc, project } from './support.ts'

const policy = `allow teams when has caller.team
deny interns when caller.role == "intern" because "not for interns"
route small when request.model == "small" { to sandbox/one else sandbox/two }
route anything { to requested }
test "a team" { given caller.team = "core", not has caller.role expect allowed by teams }
test "interns" { given caller.role = "intern" expect denied by interns }
test "small falls back" {
  given caller.team = "core", not has caller.role, request.model = "small"
  when sandbox/one fails 500
  expect served by sandbox/two, attempts 2
}
`
const models = (text: string) => ({
  'gateway.yaml': text.replace('models:', 'models:\n  sandbox/two: { price: { input: $0, output: $0 } }'),
})
const yaml = `policy: ./main.policy
providers:
  sandbox: { type: simulator, region: eu }
models:
  sandbox/one: { price: { input: $0, output: $0 } }
callers: { keys: true }
`

test('tests that hold', async () => {
  const { status, out } = await policyc(['test', project(policy, models(yaml))])
  expect(out).toBe('3 tests: 3 passed, 0 failed\n')
  expect(status).toBe(0)
})

test('a test that does not hold of every request, with what would settle it', async () => {
  const failing = `${policy}test "everybody" { given caller.team = "core" expect allowed }\n`
  const { status, out } = await policyc(['test', project(failing, models(yaml))])
  expect(status).toBe(1)
  expect(out).toContain('the test "everybody" fails: expected `allowed`, but it is denied by `interns`')
  expect(out).toContain('would settle it')
  expect(out).toContain('for example: {"caller": {"role": "intern", "team": "core"}}')
  expect(out).toContain('4 tests: 3 passed, 1 failed')
})

test('an outcome that is another', async () => {
  const failing = policy.replace('served by sandbox/two, attempts 2', 'failed with 502')
  const { status, out } = await policyc(['test', project(failing, models(yaml)), '--json'])
  expect(status).toBe(1)
  const report = followingSchema('test', out)
  expect(report.diagnostics[0]).toMatchObject({ code: 'P602', severity: 'error' })
  expect(report.tests.map((each: { title: string; passed: boolean }) => [each.title, each.passed])).toEqual([
    ['a team', true],
    ['interns', true],
    ['small falls back', false],
  ])
})

test('--coverage names what no test reaches, and --suggest writes tests that hold', async () => {
  const path = project(policy, models(yaml))
  const { out } = await policyc(['test', path, '--coverage', '--suggest', '--lcov', join(path, 'lcov.info')])
  expect(out).toContain('rules: 3 of 4 reached\n  no test reaches route anything\n')
  expect(out).toContain('fallbacks: 1 of 1 reached')
  const suggested = out.slice(out.indexOf('test "'))
  expect(suggested).toContain('expect routed by anything')
  const more = await policyc(['test', project(policy + suggested, models(yaml)), '--coverage'])
  expect(more.status).toBe(0)
  expect(more.out).toContain('rules: 4 of 4 reached')
  const lcov = readFileSync(join(path, 'lcov.info'), 'utf8')
  expect(lcov).toContain('FN:1,teams\n')
  expect(lcov).toContain('FNDA:0,anything\n')
  expect(lcov).toMatch(/LF:4\nLH:3\nend_of_record\n$/)
})

test('junit has a case for each test', async () => {
  const { out } = await policyc(['test', project(policy, models(yaml)), '--format', 'junit'])
  expect(out.match(/<testcase /g)).toHaveLength(3)
})

test('errors of the policy come first', async () => {
  const { status, err } = await policyc(['test', project('allow teams when has caller.tema\n')])
  expect(status).toBe(1)
  expect(err).toContain('did you mean `caller.team`?')
})

test('--json holds the coverage and the suggestions too', async () => {
  const { out } = await policyc(['test', project(policy, models(yaml)), '--suggest', '--json'])
  const { coverage, suggestions } = followingSchema('test', out)
  expect(coverage.rules.filter((each: { tests: string[] }) => each.tests.length === 0)).toMatchObject([
    { rule: 'anything', kind: 'route' },
  ])
  expect(suggestions).toHaveLength(1)
  expect(suggestions[0]).toContain('expect routed by anything')
})

test('coverage is told beside formats that have no place for it, and suggestions where there are none', async () => {
  const own = policy.replace('expect allowed by teams', 'expect allowed by teams, routed by anything')
  const settled = own.replace('not has caller.role expect', 'not has caller.role, request.model = "x" expect')
  const { out, err } = await policyc([
    'test',
    project(settled, models(yaml)),
    '--coverage',
    '--suggest',
    '--format',
    'junit',
  ])
  expect(out).toMatch(/^<\?xml[^\0]*<\/testsuites>\n$/)
  expect(err).toBe(
    '\nrules: 4 of 4 reached\ncandidates: 2 of 2 reached\nfallbacks: 1 of 1 reached\n\nnothing to suggest: tests reach every rule\n',
  )
})

test('a policy that cannot be read is reported in the format that was asked for', async () => {
  const path = project('allow teams when caller.tema == "core"\n')
  const asJson = await policyc(['test', path, '--json'])
  expect(asJson.status).toBe(1)
  expect(asJson.err).toBe('')
  expect(followingSchema('test', asJson.out)).toMatchObject({ tests: [], diagnostics: [{ code: 'P202' }] })
  expect((await policyc(['test', path, '--format', 'junit'])).out).toContain('P202')
  expect(await policyc(['test', path])).toMatchObject({ status: 1, out: '' })
  expect(await policyc(['test', join(path, 'none'), '--json'])).toMatchObject({ status: 2, err: '' })
})

test('a file that cannot be written is wrong usage', async () => {
  const path = project(policy, models(yaml))
  const { status, err } = await policyc(['test', path, '--lcov', path])
  expect(status).toBe(2)
  expect(err).toContain(`\`${path}\` cannot be written`)
})
