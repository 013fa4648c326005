import { expect, test } from 'vitest'
import { openPolicy, readPolicy } from '../../src/compile/load.ts'
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts'
import { allElseDone } from '../../src/gateway/environment.ts'
import { proveAll } from '../../src/scenario/prove-all.ts'
import { config } from './world.ts'

async function prove(policy: string): Promise<readonly Diagnostic[]> {
  const { config: read, checked, diagnostics } = await readPolicy({ config, policy }, { env: {} })
  expect(diagnostics).toEqual([])
  return proveAll(openPolicy(read!, checked!, diagnostics), {}, allElseDone)
}

const chain = 'allow all\nroute main { to a/x else b/x }\n'

test('a test that passes says nothing', async () => {
  expect(await prove(`${chain}test "t" { when a/* fails 503 expect served by b/x, attempts 2, allowed }`)).toEqual([])
})

test('one that fails: what was expected, what it is, under which faults, in which request', async () => {
  const [found, ...others] = await prove(`${chain}
test "falls back" { given caller.team = "core" when a/* fails 503, b/* fails connect expect served by b/x }`)
  expect(others).toEqual([])
  expect(found).toMatchObject({
    code: 'P602',
    message:
      'the test "falls back" fails: expected `served by b/x`, but it is failed with 502 after 2 attempts: ' +
      '`b/x` cannot be reached: the test lets nobody connect',
    help: 'mend the route, or what the test expects; tried: a/x at 0 ms (503), b/x at 0 ms (connect)',
    witness: { caller: { team: 'core' } },
  })
  expect(found!.related).toHaveLength(2)
})

test('every plan that a test leaves open is carried out', async () => {
  const policy = `allow all
route core when caller.team == "core" { to a/x }
route rest { to b/x }
`
  const [found] = await prove(`${policy}test "t" { expect served by b/x }`)
  expect(found?.message).toContain('but it is served by a/x after 1 attempt')
  expect(found?.witness).toMatchObject({ caller: { team: 'core' } })
  expect(await prove(`${policy}test "t" { given caller.team = "web" expect served by b/x }`)).toEqual([])
})

test('what only requests that ask for more come to is a note', async () => {
  const policy = 'allow all\nroute main { to b/blind else a/x }\n'
  const given = 'request.has_audio = false, request.has_schema = false, request.has_reasoning = false'
  const [found, ...others] = await prove(
    `${policy}test "t" { given ${given}, request.input_tokens = 10 expect served by b/blind }`,
  )
  expect(others).toEqual([])
  expect(found).toMatchObject({
    code: 'P604',
    severity: 'information',
    help: '`given request.has_images = false` says that the test is not about it',
    witness: { request: { has_images: true } },
  })
})

test('assumptions hold of every request that is tried', async () => {
  const policy = 'allow all\nroute main { to b/blind else a/x }\nassume text not request.has_images\n'
  const given = 'request.has_audio = false, request.has_schema = false, request.has_reasoning = false'
  expect(
    await prove(`${policy}test "t" { given ${given}, request.input_tokens = 10 expect served by b/blind }`),
  ).toEqual([])
})

test('too many ways to carry it out are undecided, which fails', async () => {
  const targets = Array.from({ length: 30 }, (_, index) => `a/m${index}`)
  const faults = targets.map((each, index) => `${each} fails ${500 + index}`).join(', ')
  const [found] = await prove(`allow all
route main { to any of [${targets.join(', ')}] retry 9 on 5xx backoff 1s to 1s }
test "t" { when ${faults} expect attempts 10 }`)
  expect(found).toMatchObject({ code: 'P603', severity: 'error' })
})

test('who waits is told what is proved now', async () => {
  const told: string[] = []
  const text = `${chain}deny night when time.hour < 5\ntest "t" { expect attempts 1 }`
  const { config: read, checked, diagnostics } = await readPolicy({ config, policy: text }, { env: {} })
  await proveAll(openPolicy(read!, checked!, diagnostics), { tell: (doing) => told.push(doing) }, allElseDone)
  expect(told).toContainEqual(expect.stringMatching(/^proving .*`night`/))
  expect(told.at(-1)).toBe('running the test "t"')
})
