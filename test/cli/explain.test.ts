import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { catalogue } from '../../src/diagnostics/catalogue.ts'
import { loadPolicy } from '../../src/prove/load-policy.ts'
import { followingSchema } from './follows-schema.ts'
import { folder, policyc, project } from './support.ts'

const policy = `allow teams when has caller.team
deny interns when caller.role == "intern" because "interns ask first" status 403
restrict home when caller.region == "eu" to target.region == "eu"
route smart when request.model == "smart" {
  to 90% sandbox/one | 10% abroad/two sticky by caller.id
  else sandbox/one
  retry 2 on 429, timeout backoff 200ms to 5s
  deadline 90s
}
route late when budget.month.used >= 80% { to sandbox/one }
route anything { to requested }
budget month { $5 per month by caller.team }
`
const gatewayYaml = `policy: ./main.policy
gateway: { region: eu, env: test, time_zone: Europe/Berlin }
providers:
  sandbox: { type: simulator, region: eu }
  abroad: { type: simulator, region: us }
models:
  sandbox/one: { price: { input: $0, output: $0 } }
  abroad/two: { price: { input: $0, output: $0 } }
attributes:
  caller.data_class: { type: string, enum: [public, secret], from: key.metadata.data_class }
tables:
  tenant: { file: ./tenants.csv, key: caller.team }
callers: { keys: true }
`
const facts = {
  request: { model: 'smart', header: { 'x-a': 'b' } },
  caller: { team: 'core', region: 'eu', data_class: 'public' },
  budget: { month: { used: 0.25 } },
}

function explained(text: string = policy): string {
  return project(text, { 'gateway.yaml': gatewayYaml, 'tenants.csv': 'team,plan\ncore,pro\n' })
}

function explainWith(value: unknown, ...flags: string[]) {
  const input = typeof value === 'string' ? value : JSON.stringify(value)
  return policyc(['explain', '-', '--config', explained(), ...flags], { input })
}

test('what decided, what was left out, and why the rest did not', async () => {
  const { status, out, err } = await explainWith(facts)
  expect({ status, err }).toEqual({ status: 0, err: '' })
  expect(
    out
      .replace(/[^\s(]*main\.policy/g, 'main.policy')
      .replace(/ {2,}main/g, ' main')
      .replace(/(:\d+) {2,}/g, '$1 '),
  ).toBe(
    `allow by \`teams\` (main.policy:1:7)
route \`smart\` (main.policy:4:7)
  1. 100% sandbox/one, sticky by caller.id
  2. sandbox/one
  retry 2 on 429, timeout, backoff 200ms to 5s
  deadline 90s
  left out of step 1: abroad/two, by restrict \`home\` (main.policy:3:10)
restrict \`home\` (main.policy:3:10)
budget \`month\` (main.policy:12:8)

without effect:
  deny interns main.policy:2:6 caller.role == "intern": caller.role is missing
  route late main.policy:10:7 budget.month.used >= 80%: budget.month.used is 25%
  route anything main.policy:11:7 matches, but \`smart\` comes first
`,
  )
})

test('a denial', async () => {
  const { out } = await explainWith({ caller: { team: 'core', role: 'intern' } })
  expect(out).toMatch(/^deny by `interns` \(\S+:2:6\)\n {2}because interns ask first\n {2}status 403\n/)
  expect((await explainWith({})).out).toMatch(/^deny, because no allow rule matches\n/)
})

test('rules are told by the paths that diagnostics show', async () => {
  const path = explained()
  const { out } = await policyc(['explain', '-', '--config', path], { input: JSON.stringify(facts) })
  expect(out).toContain(`allow by \`teams\` (${join(path, 'main.policy')}:1:7)\n`)
})

test('--json prints the decision and nothing else', async () => {
  const { out } = await explainWith(facts, '--json')
  const loaded = await loadPolicy(explained(), { env: {} })
  expect(followingSchema('decision', out)).toEqual(loaded.decide(facts))
})

test('a decision of every kind of rule is of the form that the schema states', async () => {
  const every = `allow teams
deny some when caller.role == "x" because "no" status 404
route smart when request.model == "smart" {
  to 90% sandbox/one | 10% abroad/two sticky by caller.id
  else cheapest of [sandbox/one, abroad/two]
  retry 2 on 429, timeout backoff 200ms to 5s
  connect 1s first_token 2s idle 3s timeout 5s deadline 90s
  hedge after 2s
  on_loss degrade
}
route anything { to sandbox/one }
cache off_when_hot when request.temperature > 1 { off }
cache hits { ttl 1h stale 10m scope caller.team }
limit rate { 60 requests per 1m by caller.key burst 5 }
limit at_once { 4 concurrent by caller.key }
budget month { $5 per month by caller.team at 80% warn at 100% deny }
guard pii { redact email in request, response block aws_key in request }
rewrite most { max_tokens at most 10 temperature = 0.5 system prepend "x" metadata "k" = caller.team service_tier = "flex" }
shadow copy { 10% to sandbox/one }
log tags { capture headers tag "team" = caller.team }
`
  const path = explained(every)
  const decide = async (value: object) => {
    const args = ['explain', '-', '--config', path, '--json']
    return followingSchema('decision', (await policyc(args, { input: JSON.stringify(value) })).out)
  }
  const smart = await decide({ request: { model: 'smart' }, caller: { team: 'a' } })
  expect(smart.route.steps.map((each: { kind: string }) => each.kind)).toEqual(['split', 'choice'])
  for (const slot of ['limits', 'budgets', 'guards', 'rewrites', 'shadows']) expect(smart[slot]).not.toHaveLength(0)
  expect((await decide({ request: { temperature: 2 } })).cache).toEqual({ rule: 'off_when_hot', off: true })
  expect((await decide({ caller: { role: 'x' } })).access).toMatchObject({ because: 'no', status: 404 })
})

test('time and gateway are filled in where they are left out', async () => {
  const timed = 'allow teams when time.hour >= 0 and gateway.region == "eu" and gateway.env == "test"\n'
  const run = (value: object) =>
    policyc(['explain', '-', '--config', explained(timed)], { input: JSON.stringify(value) })
  expect((await run({})).out).toMatch(/^allow/)
  expect((await run({ gateway: { env: 'production' } })).out).toMatch(/^deny/)
  expect((await run({ time: { hour: null } })).out).toMatch(/^deny/)
})

describe('facts that say something else than they seem to', () => {
  const cases: readonly [string, unknown, string][] = [
    [
      'a misspelt attribute',
      { caller: { tema: 'a' } },
      'there is no attribute `caller.tema` (did you mean `caller.team`?)',
    ],
    ['a misspelt group', { calller: {} }, 'there is no attribute `calller` (did you mean `caller`?)'],
    [
      'a misspelt budget',
      { budget: { mont: { used: 1 } } },
      'there is no attribute `budget.mont` (did you mean `budget.month`?)',
    ],
    ['a wrong type', { request: { stream: 'yes' } }, '`request.stream` is "yes", expected true or false'],
    ['a value out of range', { time: { hour: 24 } }, '`time.hour` is 24, expected a whole number from 0 to 23'],
    ['a value that an enum does not have', { request: { api: 'chatt' } }, '`request.api` is "chatt", expected one of'],
    ['a declared enum', { caller: { data_class: 'x' } }, 'expected one of "public", "secret"'],
    ['a group that is a value', { caller: 'a' }, '`caller` is a text, expected an object of attributes'],
    ['a family that is a value', { request: { header: 'a' } }, '`request.header` is a text, expected an object'],
    ['a column of a table', { tenant: { plan: 'pro' } }, '`tenant.plan` is a column of a table'],
    ['an attribute of targets', { target: { id: 'x' } }, 'there is no attribute `target`'],
    ['no object', [], 'the facts are a list'],
  ]
  test.each(cases)('%s', async (_, value, message) => {
    const { status, out, err } = await explainWith(value)
    expect({ status, out }).toEqual({ status: 2, out: '' })
    expect(err).toContain(message)
  })

  test('all at once', async () => {
    const { err } = await explainWith({ caller: { tema: 'a', ip: 'x' } })
    expect(err).toContain('caller.tema')
    expect(err).toContain('`caller.ip` is "x", expected an address')
  })

  test('null and an empty text are missing', async () => {
    expect((await explainWith({ caller: null, request: { api: null, header: { a: '' } } })).status).toBe(0)
  })

  test('no JSON, nothing, no such file, a folder', async () => {
    expect((await explainWith('{')).err).toMatch(/^error: standard input is not JSON: /)
    expect((await explainWith('')).err).toMatch(/^error: standard input is empty\nhelp: /)
    const { status, err } = await policyc(['explain', '/nowhere.json', '--config', explained()])
    expect({ status, err }).toEqual({
      status: 2,
      err: 'error: `/nowhere.json` cannot be read: there is no such file\n',
    })
    expect((await policyc(['explain', folder(), '--config', explained()])).err).toContain('it is a folder')
  })
})

test('a policy with errors is not explained', async () => {
  const { status, out, err } = await policyc(['explain', '-', '--config', explained('allow when\n')], { input: '{}' })
  expect({ status, out }).toEqual({ status: 1, out: '' })
  expect(err).toContain('error[P101]')
  expect((await policyc(['explain', '-', '--config', '/nowhere'], { input: '{}' })).status).toBe(2)
})

describe('a code', () => {
  test.each(Object.keys(catalogue))('%s', async (code) => {
    const { status, out } = await policyc(['explain', code])
    expect(status).toBe(0)
    expect(out).toMatch(
      new RegExp(
        `^(error|warning|information)\\[${code}\\]: .+\\n\\nbecause\\n {2}.+\\n\\navoid\\n {2}[\\s\\S]+\\nprefer\\n {2}[\\s\\S]+\\n$`,
      ),
    )
  })

  test('in lower case, and one that is none', async () => {
    expect((await policyc(['explain', 'p101'])).status).toBe(0)
    const { status, err } = await policyc(['explain', 'P2011'])
    expect(status).toBe(2)
    expect(err).toBe('error: there is no code `P2011`\nhelp: did you mean `P201`?\n')
  })
})

test('facts may lie in a file', async () => {
  const path = folder({ 'facts.json': JSON.stringify(facts) })
  expect((await policyc(['explain', join(path, 'facts.json'), '--config', explained()])).status).toBe(0)
})

test('a code as JSON', async () => {
  const { status, out, err } = await policyc(['explain', 'P202', '--json'])
  expect({ status, err }).toEqual({ status: 0, err: '' })
  const { severity, title, because, avoid, prefer } = catalogue.P202
  expect(JSON.parse(out)).toEqual({ version: 1, code: 'P202', severity, title, because, avoid, prefer })
})
