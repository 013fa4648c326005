import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { loadPolicy } from '../../src/prove/load-policy.ts'
import { openBundle } from '../../src/runtime.ts'
import { buildProgram, start } from './process.ts'
import { folder, gatewayYaml, goodPolicy, policyc, project } from './support.ts'

beforeAll(buildProgram)

const facts = { caller: { team: 'core' }, request: { model: 'sandbox/one' } }

describe('a bundle', () => {
  test('is written, and decides as the policy does', async () => {
    const path = project(goodPolicy)
    const output = join(path, 'deep/policy.bundle.json')
    const { status, out, err } = await policyc(['build', path, '-o', output])
    expect({ status, err }).toEqual({ status: 0, err: '' })
    const policy = await loadPolicy(path, { env: {} })
    const text = readFileSync(output, 'utf8')
    expect(out).toBe(`${output}: ${text.length} bytes, 1 node, build ${policy.digest}, meaning ${policy.meaning}\n`)
    const opened = await openBundle(readFileSync(output))
    expect(opened.decide(facts)).toEqual(policy.decide(facts))
    expect(opened.digests).toEqual({ build: policy.digest, meaning: policy.meaning })
    expect(existsSync(`${output}.partial`)).toBe(false)
  })

  test('goes to standard output alone', async () => {
    const { status, out, err } = await policyc(['build', project(goodPolicy), '-o', '-'])
    expect(status).toBe(0)
    expect((await openBundle(out)).decide(facts).access.effect).toBe('allow')
    expect(err).toMatch(/^bundle: \d+ bytes, 1 node, build [0-9a-f]{64}, meaning [0-9a-f]{64}\n$/)
  })

  test('is the same byte for byte each time', async () => {
    const path = project(goodPolicy)
    const [first, second] = [await policyc(['build', path, '-o', '-']), await policyc(['build', path, '-o', '-'])]
    expect(first.out).toBe(second.out)
  })

  test('is built of what the gateway does not enforce, too', async () => {
    const { status } = await policyc(['build', project(`${goodPolicy}limit rate { 5 requests per 1m }\n`), '-o', '-'])
    expect(status).toBe(0)
  })
})

describe('a module', () => {
  test('is written with its types', async () => {
    const path = project(goodPolicy)
    const output = join(path, 'policy.mjs')
    const { status, out, err } = await policyc(['build', path, '--target', 'module', '-o', output])
    expect({ status, err }).toEqual({ status: 0, err: '' })
    expect(out).toMatch(/policy\.mjs: \d+ bytes, 1 node, build [0-9a-f]{64}, meaning [0-9a-f]{64}\n$/)
    const emitted = (await import(output)) as { decide: (facts: object) => unknown }
    expect(emitted.decide(facts)).toEqual((await loadPolicy(path, { env: {} })).decide(facts))
    expect(readFileSync(join(path, 'policy.d.mts'), 'utf8')).toContain('export declare const decide')
  })

  test('is refused under a name that is none of a module', async () => {
    const { status, err } = await policyc(['build', project(goodPolicy), '--target', 'module', '-o', 'policy.txt'])
    expect(status).toBe(2)
    expect(err).toContain('`.mjs` or `.js`')
  })

  test('by the built program, in the current folder', async () => {
    const path = project(goodPolicy)
    const { ended, out } = start(['build', '--target', 'module'], { cwd: path })
    expect((await ended).status).toBe(0)
    expect(out()).toMatch(/^policy\.mjs: /)
    expect(existsSync(join(path, 'policy.mjs'))).toBe(true)
    expect(existsSync(join(path, 'policy.d.mts'))).toBe(true)
  })
})

describe('what is not built', () => {
  test('a policy with errors', async () => {
    const path = project('allow teams when caller.tema == "a"\n')
    const { status, out, err } = await policyc(['build', path, '-o', join(path, 'out.json')])
    expect(status).toBe(1)
    expect(out).toBe('')
    expect(err).toMatch(/error\[P202\][\s\S]*nothing is built: 1 error\n$/)
    expect(existsSync(join(path, 'out.json'))).toBe(false)
  })

  test('what cannot be read', async () => {
    expect((await policyc(['build', '/nowhere/at/all', '-o', '-'])).status).toBe(2)
    expect((await policyc(['build', folder(), '-o', '-'])).status).toBe(2)
  })

  test('a part of a policy', async () => {
    const { status, err } = await policyc(['build', join(project(goodPolicy), 'main.policy'), '-o', '-'])
    expect(status).toBe(2)
    expect(err).toMatch(/is a part of a policy\nhelp: build all of it: policyc build .*gateway\.yaml/)
  })

  test('where nothing can be written', async () => {
    const path = project(goodPolicy)
    const { status, err } = await policyc(['build', path, '-o', join(path, 'main.policy/x.json')])
    expect(status).toBe(2)
    expect(err).toContain('cannot be written')
  })
})

test('no secret reaches what is built', async () => {
  const secrets = { KEY: 'sk-planted-in-the-environment' }
  const configured = gatewayYaml.replace(
    'models:',
    `  other:
    type: openai-compatible
    base_url: http://127.0.0.1:9/v1
    region: eu
    api_key: \${KEY}
  filed:
    type: openai-compatible
    base_url: http://127.0.0.1:9/v1
    api_key: file:./key.txt
models:`,
  )
  const path = project(`${goodPolicy}shadow s { 5% to other/* }\nrestrict r to target.region == "eu"\n`, {
    'gateway.yaml': configured,
    'key.txt': 'sk-planted-in-a-file\n',
  })
  for (const target of ['bundle', 'module']) {
    const { status, out, err } = await policyc(['build', path, '--target', target, '-o', '-'], { env: secrets })
    expect({ status, target, err }).toEqual({ status: 0, target, err: expect.stringMatching(/^\w+: \d+ bytes/) })
    expect(out + err).not.toMatch(/planted/)
    expect(out).not.toContain('127.0.0.1')
  }
})
