/** `policyc query` and `policyc bounds`. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Decision } from '../../src/graph/decision.ts'
import { followingSchema } from './follows-schema.ts'
import { goodPolicy, policyc, project } from './support.ts'

test.each([
  ['allowed and caller.role == "guest"', '{"caller": {"role": "guest", "team": "other"}}\n'],
  ['denied and has caller.team', 'no request is so\n'],
  ['caller.kind == "anonymous"', 'no request is so\n'],
  ['request.input_tokens > 7 and request.input_tokens < 9', '{"request": {"input_tokens": 8}}\n'],
])('%s', async (condition, out) => {
  expect(await policyc(['query', condition, '--config', project(goodPolicy)])).toEqual({ status: 0, out, err: '' })
})

test('as json, with the decision', async () => {
  const { out } = await policyc(['query', 'allowed', '--config', project(goodPolicy), '--json'])
  expect(followingSchema('query', out)).toMatchObject({
    version: 1,
    exists: true,
    witness: { caller: { team: 'other' } },
    decision: { access: { effect: 'allow', rules: ['teams'] } },
  })
})

test.each([['allowed and'], ['caller.tema == "a"'], ['target.region == "eu"']])(
  '%s is wrong usage',
  async (condition) => {
    const { status, err } = await policyc(['query', condition, '--config', project(goodPolicy)])
    expect(status).toBe(2)
    expect(err).toContain('condition:1:')
  },
)

test('bounds count steps, retries, hedges, shadows, waits and money', async () => {
  const policy = `allow teams
route main {
  to   sandbox/one
  else sandbox/two
  retry 2 on 5xx backoff 1s to 4s
  timeout 10s
}
shadow copy when request.stream { 5% to sandbox/one }
`
  const yaml = `policy: ./main.policy
providers: { sandbox: { type: simulator } }
models:
  sandbox/one: { context: 1000, price: { input: $1, output: $2 } }
  sandbox/two: { context: 2000, price: { input: $0, output: $0 } }
callers: { keys: true }
`
  const { out } = await policyc(['bounds', project(policy, { 'gateway.yaml': yaml }), '--json'])
  // Two steps of three attempts: 10 s each, with waits of at most 1 s and 2 s; a full context costs $0.003.
  expect(followingSchema('bounds', out)).toEqual({
    version: 1,
    routes: [{ route: 'main', attempts: 6, calls: 7, latencyMs: 66_000, costNanoUsd: 12_000_000, unknown: [] }],
  })
})

test('replay decides logged requests again', async () => {
  const path = project(goodPolicy)
  const log = join(path, 'log.jsonl')
  const lines = [{ caller: { team: 'core' } }, { facts: { caller: { team: 'web' } } }, { caller: {} }]
  writeFileSync(log, lines.map((each) => `${JSON.stringify(each)}\n`).join(''))
  const { status, out } = await policyc(['replay', log, '--config', path])
  expect(status).toBe(0)
  expect(out).toBe(
    '3 requests\n       2  allowed by teams\n       2  routed by anything, no candidate left\n       1  denied by default\n',
  )
  const report = followingSchema('replay', (await policyc(['replay', log, '--config', path, '--json'])).out)
  expect(report.requests).toBe(3)
  expect(report.decisions.map((each: Decision) => each.access.effect)).toEqual(['allow', 'allow', 'deny'])
  expect((await policyc(['replay', join(path, 'none'), '--config', path])).status).toBe(2)
})

test('a log of nothing is replayed to nothing, and facts that are null are no facts', async () => {
  const path = project(goodPolicy)
  const log = join(path, 'log.jsonl')
  const replay = () => policyc(['replay', log, '--config', path, '--json'])
  writeFileSync(log, '\n')
  expect(followingSchema('replay', (await replay()).out)).toEqual({ version: 1, decisions: [], requests: 0 })
  writeFileSync(log, '{"facts": null}\n')
  expect(followingSchema('replay', (await replay()).out).decisions[0].access.effect).toBe('deny')
})
