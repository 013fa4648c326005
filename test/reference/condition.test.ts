import { describe, expect, test } from 'vitest'
import { reference } from './read.ts'

/** Whether a condition holds of some facts. */
function holds(condition: string, facts: Readonly<Record<string, unknown>>): boolean {
  return reference(`allow it when ${condition}`)(facts).access.effect === 'allow'
}

type Row = readonly [condition: string, facts: Readonly<Record<string, unknown>>, expected: boolean]

const missing: readonly Row[] = [
  ['caller.team == ""', {}, false],
  ['caller.team != "core"', {}, true],
  ['not (caller.team == "core")', {}, true],
  ['caller.team in ["core"]', {}, false],
  ['caller.team not in ["core"]', {}, true],
  ['caller.team ~= "core"', {}, false],
  ['caller.team starts_with ""', {}, false],
  ['caller.team like "*"', {}, false],
  ['caller.team matches //', {}, false],
  ['request.max_tokens < 5', {}, false],
  ['not request.max_tokens >= 5', {}, true],
  ['signal.flagged', {}, false],
  ['not signal.flagged', {}, true],
  ['signal.flagged == false', {}, false],
  ['signal.flagged != true', {}, true],
  ['signal.labels has "pii"', {}, false],
  ['has signal.labels', {}, false],
  ['has signal.labels', { signal: { labels: [] } }, true],
  ['has caller.team', {}, false],
  ['has caller.team', { caller: { team: '' } }, true],
  ['has caller.team', { caller: { team: null } }, false],
  ['has caller.team', { caller: null }, false],
  ['has caller.team', { caller: 'core' }, false],
  ['has request.header["x-a"]', { request: { header: { 'x-a': '' } } }, false],
  ['has request.metadata["a"]', { request: { metadata: { a: '' } } }, true],
  ['has request.metadata["toString"]', { request: { metadata: {} } }, false],
  ['has caller.claims["dept"]', { caller: { claims: { dept: '' } } }, false],
  ['has caller.claims["dept"]', { caller: { claims: { dept: 7 } } }, false],
  ['caller.ip in ["0.0.0.0/0", "::/0"]', {}, false],
  ['caller.ip not in ["0.0.0.0/0"]', { caller: { ip: 'nowhere' } }, true],
  ['has time.hour', { time: { hour: 24 } }, false],
  ['has time.hour', { time: { hour: 23 } }, true],
  ['has time.weekday', { time: { weekday: 'Mon' } }, false],
  ['has time.date', { time: { date: '2026-02-30' } }, false],
  ['has request.max_tokens', { request: { max_tokens: -1 } }, false],
  ['has request.max_tokens', { request: { max_tokens: 1.5 } }, false],
  ['has signal.delta', { signal: { delta: -1 } }, true],
  ['has caller.data_class', { caller: { data_class: 'Secret' } }, false],
  ['has tenant.plan', { caller: { team: 'nobody' } }, false],
  ['has tenant.plan', { caller: { team: 'finance' } }, false],
  ['has tenant.plan', { tenant: { plan: 'pro' } }, false],
  ['tenant.plan == "pro"', { caller: { team: 'core' } }, true],
]

const required: readonly Row[] = [
  ['request.model == ""', {}, true],
  ['request.api == "chat"', {}, true],
  ['request.api == "chat"', { request: { api: 'telepathy' } }, true],
  ['caller.kind == "anonymous"', {}, true],
  ['not request.stream', {}, true],
  ['request.stream == false', { request: { stream: 'yes' } }, true],
  ['request.messages == 0', { request: { messages: -4 } }, true],
  ['request.bytes == 0B', {}, true],
  ['has caller.roles', {}, true],
  ['not (caller.roles has "a")', {}, true],
  ['signal.count == 0', {}, true],
  ['signal.level == "low"', {}, true],
  ['signal.level == "low"', { signal: { level: 'lowest' } }, true],
  ['signal.trusted', { signal: { trusted: null } }, true],
  ['signal.trusted', { signal: { trusted: false } }, false],
  ['gateway.env == ""', {}, true],
  ['gateway.region == "eu-west"', {}, true],
  ['gateway.region == "eu-west"', { gateway: { region: 'us' } }, false],
  ['budget.b.used == 0%', {}, true],
  ['not provider.alpha.healthy', {}, true],
]

const typed: readonly Row[] = [
  ['caller.team == "core"', { caller: { team: 'Core' } }, false],
  ['caller.team ~= "cORE"', { caller: { team: 'Core' } }, true],
  ['caller.team contains "or"', { caller: { team: 'core' } }, true],
  ['caller.team ends_with "re"', { caller: { team: 'core' } }, true],
  ['request.header["X-Team"] == "a"', { request: { header: { 'x-TEAM': 'a' } } }, true],
  ['request.metadata["A"] == "a"', { request: { metadata: { a: 'a' } } }, false],
  ['request.bytes >= 10KB', { request: { bytes: 10_000 } }, true],
  ['request.bytes < 10KiB', { request: { bytes: '10KiB' } }, false],
  ['signal.spend > $0.25', { signal: { spend: '$0.250000001' } }, true],
  ['signal.spend == $0.25', { signal: { spend: 0.25 } }, true],
  ['signal.share >= 80%', { signal: { share: 0.8 } }, true],
  ['signal.share >= 80%', { signal: { share: 0.7999999 } }, false],
  ['signal.age <= 30s', { signal: { age: '30s' } }, true],
  ['time.date >= "2026-12-24"', { time: { date: '2026-12-23' } }, false],
  ['time.date >= "2026-12-24"', { time: { date: '2027-01-01' } }, true],
  ['caller.ip == "10.0.0.1"', { caller: { ip: '::ffff:10.0.0.1' } }, true],
  ['caller.ip in ["10.0.0.0/8"]', { caller: { ip: '11.0.0.0' } }, false],
  ['signal.delta in [-1, 7]', { signal: { delta: -1 } }, true],
  ['caller.roles has all ["a", "b"]', { caller: { roles: ['b', 'a', 'c'] } }, true],
  ['caller.roles has all ["a", "b"]', { caller: { roles: ['b'] } }, false],
  ['caller.roles has any ["a", "b"]', { caller: { roles: ['b'] } }, true],
  ['caller.roles has "a"', { caller: { roles: ['A', 'ab'] } }, false],
  ['request.text matches /^a.c$/', { request: { text: 'a\nc' } }, false],
]

const connected: readonly Row[] = [
  ['request.stream or request.has_tools and request.has_images', { request: { stream: true } }, true],
  ['(request.stream or request.has_tools) and request.has_images', { request: { stream: true } }, false],
  ['not request.stream or request.stream', { request: { stream: true } }, true],
  ['not (request.stream or request.stream)', { request: { stream: true } }, false],
  ['not not request.stream', { request: { stream: true } }, true],
]

describe.each([
  ['a missing value is equal to nothing', missing],
  ['a required attribute is never missing', required],
  ['comparisons are typed', typed],
  ['or, and, not in rising precedence', connected],
])('%s', (_, rows) => {
  test.each(rows)('%s of %j: %j', (condition, facts, expected) => {
    expect(holds(condition, facts)).toBe(expected)
  })
})

test('sets, defines and pools by name', () => {
  const decide = reference(`
    set teams = ["core", "labs"]
    define known = caller.team in teams
    define stranger = not known
    pool near = [alpha/*, beta/mid]
    allow it when not stranger
    restrict there to target.id in near
    route rest { to alpha/small else beta/small else beta/mid else requested }
  `)
  expect(decide({ caller: { team: 'ops' } }).access.effect).toBe('deny')
  expect(decide({ caller: { team: 'labs' }, request: { model: 'alpha/large' } }).route?.steps).toEqual([
    { kind: 'target', target: 'alpha/small' },
    { kind: 'target', target: 'beta/mid' },
    { kind: 'target', target: 'alpha/large' },
  ])
})
