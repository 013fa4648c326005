import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { readSarifSchema } from '../diagnostics/sample.ts'
import { folder, gatewayYaml, goodPolicy, policyc, project } from './support.ts'

const schema = JSON.parse(readFileSync(new URL('../../schemas/diagnostics.schema.json', import.meta.url), 'utf8'))
const followsSchema = new Ajv2020({ strict: true }).compile(schema)

/** The codes, each once, of a run with `--json`, whose output follows the schema. */
async function codesOf(path: string, ...flags: string[]): Promise<{ status: number; codes: string[] }> {
  const { status, out } = await policyc(['validate', path, '--json', ...flags])
  const report = JSON.parse(out) as { diagnostics: { code: string }[] }
  expect(followsSchema(report), JSON.stringify(followsSchema.errors)).toBe(true)
  return { status, codes: [...new Set(report.diagnostics.map((each) => each.code))] }
}

describe('a policy without problems', () => {
  test('by its folder, its gateway.yaml and itself', async () => {
    const path = project(goodPolicy)
    for (const each of [path, join(path, 'gateway.yaml'), join(path, 'main.policy')]) {
      const { status, out, err } = await policyc(['validate', each])
      expect({ status, err }).toEqual({ status: 0, err: '' })
      expect(out).toMatch(/main\.policy: 2 rules, no problems\n$/)
    }
  })

  test('as json', async () => {
    expect(await codesOf(project(goodPolicy))).toEqual({ status: 0, codes: [] })
    const { out } = await policyc(['validate', project(goodPolicy), '--format', 'json'])
    expect(JSON.parse(out)).toEqual({ version: 1, diagnostics: [] })
  })
})

describe('errors', () => {
  test('every one, with a frame, and a count at the end', async () => {
    const { status, out } = await policyc([
      'validate',
      project('allow teams when caller.tema == "a"\nroute r { to nowhere/x }\n'),
    ])
    expect(status).toBe(1)
    expect(out).toMatch(
      /error\[P202\].*\n.*┌─ .*main\.policy:1:18\n1 │ allow teams when caller\.tema == "a"\n {2}│ {18}\^+/,
    )
    expect(out).toContain('error[P207]')
    expect(out).toMatch(/2 errors\n$/)
  })

  test('of the configuration and of the policy in one run', async () => {
    const path = project('allow teams when caller.tema == "a"\n', { 'gateway.yaml': `lissten: 1\n${gatewayYaml}` })
    expect(await codesOf(path)).toEqual({ status: 1, codes: ['P903', 'P202'] })
  })

  test('a warning of what the gateway does not enforce yet', async () => {
    const path = project(`${goodPolicy}cache hot { ttl 1h semantic 0.95 }\n`)
    expect(await codesOf(path)).toEqual({ status: 0, codes: ['P299'] })
    expect((await codesOf(path, '--strict')).status).toBe(1)
  })

  test('colour only where it is wanted', async () => {
    const { out } = await policyc(['validate', project('allow')])
    expect(out).not.toContain('\u001b')
  })
})

describe('formats', () => {
  const wrong = 'allow teams when caller.tema == "a"\nroute r { to nowhere/x }\n'

  test('sarif', async () => {
    const { status, out, err } = await policyc(['validate', project(wrong), '--format', 'sarif'])
    expect({ status, err }).toEqual({ status: 1, err: '' })
    const isSarif = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(readSarifSchema())
    const log = JSON.parse(out)
    expect(isSarif(log), JSON.stringify(isSarif.errors)).toBe(true)
    expect(log.runs[0].results.map((each: { ruleId: string }) => each.ruleId)).toEqual(['P202', 'P207'])
  })

  test('github, with the summary of the job added to what is there', async () => {
    const summary = join(folder({ 'summary.md': 'before\n' }), 'summary.md')
    const env = { GITHUB_STEP_SUMMARY: summary }
    const { status, out } = await policyc(['validate', project(wrong), '--format', 'github'], { env })
    expect(status).toBe(1)
    expect(out).toMatch(/^::error file=.*main\.policy,line=1,.*\n::error .*\n.*main\.policy: 2 errors\n$/)
    const text = readFileSync(summary, 'utf8')
    expect(text).toMatch(/^before\n### policyc validate: .*main\.policy: 2 errors\n/)
    expect(text).toContain('| error | P207 |')
  })

  test('github, where the summary cannot be written', async () => {
    const env = { GITHUB_STEP_SUMMARY: join(folder(), 'missing/summary.md') }
    const { status, err } = await policyc(['validate', project(goodPolicy), '--format', 'github'], { env })
    expect(status).toBe(0)
    expect(err).toContain('the summary of the job cannot be written')
    expect(existsSync(env.GITHUB_STEP_SUMMARY)).toBe(false)
  })

  test('junit: files that are fine pass', async () => {
    const { status, out } = await policyc(['validate', project(goodPolicy), '--format', 'junit'])
    expect(status).toBe(0)
    expect(out).toMatch(/<testsuite name="policyc validate" tests="2" failures="0"/)
    expect(out).toMatch(/gateway\.yaml"\/>\n.*main\.policy"\/>\n/)
    const { out: failed } = await policyc(['validate', project(wrong), '--format', 'junit'])
    expect(failed).toMatch(/ failures="2"/)
    expect(failed).toContain('<failure type="P202" message="')
  })
})

describe('a policy file by its name', () => {
  test('an imported file is checked as a part of its policy', async () => {
    const path = project(`import "./parts/groups.policy"\n${goodPolicy}`, {
      'parts/groups.policy': 'define x = caller.tema == "a"\n',
    })
    expect(await codesOf(join(path, 'parts/groups.policy'))).toEqual({ status: 1, codes: ['P202'] })
  })

  test('a file that no policy imports is refused in words', async () => {
    const { status, err } = await policyc([
      'validate',
      join(project(goodPolicy, { 'stray.policy': goodPolicy }), 'stray.policy'),
    ])
    expect(status).toBe(2)
    expect(err).toMatch(/stray\.policy` is not part of the policy of `.*gateway\.yaml`\nhelp: /)
  })

  test('a file without a configuration above it', async () => {
    const { status, err } = await policyc(['validate', join(folder({ 'main.policy': goodPolicy }), 'main.policy')])
    expect(status).toBe(2)
    expect(err).toContain('gateway.yaml')
  })
})

describe('input that cannot be read is exit status 2', () => {
  test('a path that does not exist', async () => {
    expect(await codesOf('/nowhere/at/all')).toEqual({ status: 2, codes: ['P901'] })
    expect((await policyc(['validate', '/nowhere/main.policy'])).status).toBe(2)
  })

  test('a folder without gateway.yaml', async () => {
    const { status, out } = await policyc(['validate', folder()])
    expect(status).toBe(2)
    expect(out).toContain('holds no `gateway.yaml`')
    expect(out).toContain('help: name the folder that holds it, or write one with `policyc init`')
  })

  test('a bundle, which is no configuration', async () => {
    const path = join(folder(), 'b.json')
    expect((await policyc(['build', project(goodPolicy), '-o', path])).status).toBe(0)
    for (const args of [
      ['validate', path],
      ['query', 'allowed', '--config', path],
    ]) {
      const { status, out, err } = await policyc(args)
      expect({ status, out }).toEqual({ status: 2, out: '' })
      expect(err).toContain(`\`${path}\` is a bundle`)
    }
  })

  test('a policy that is missing', async () => {
    expect(await codesOf(folder({ 'gateway.yaml': gatewayYaml }))).toEqual({ status: 2, codes: ['P901'] })
  })

  test('a policy that is missing is told of once, where it is named, with what may be meant', async () => {
    const path = folder({ 'gateway.yaml': gatewayYaml, 'mian.policy': goodPolicy })
    const { out } = await policyc(['validate', path])
    expect(out.match(/error\[P901\]/g)).toHaveLength(1)
    expect(out).toMatch(/P901\]: `\.\/main\.policy` cannot be read: there is no such file\n.*gateway\.yaml:\d+:\d+/)
    expect(out).toContain('did you mean `mian.policy`?')
  })

  test('a folder where a file was wanted', async () => {
    const path = folder({ 'gateway.yaml': gatewayYaml, 'main.policy/x': '' })
    expect(await codesOf(path)).toEqual({ status: 2, codes: ['P901'] })
  })

  test.skipIf(process.getuid?.() === 0)('a file that may not be read', async () => {
    const path = project(goodPolicy)
    chmodSync(join(path, 'main.policy'), 0)
    expect(await codesOf(path)).toEqual({ status: 2, codes: ['P901'] })
  })

  test('a configuration that is not text', async () => {
    const path = project(goodPolicy, { 'gateway.yaml': Uint8Array.of(0, 1, 2, 255) })
    expect(await codesOf(path)).toEqual({ status: 2, codes: ['P901'] })
  })
})

describe('texts that are no policies', () => {
  const manyParentheses = (depth: number) => `allow x when ${'('.repeat(depth)}request.stream${')'.repeat(depth)}\n`
  const cases: readonly [string, string | Uint8Array, readonly string[] | 'fine'][] = [
    ['an empty file', '', 'fine'],
    ['only a comment', '# nothing\n', 'fine'],
    ['a byte order mark', `\ufeff${goodPolicy}`, 'fine'],
    ['CRLF', goodPolicy.replaceAll('\n', '\r\n'), 'fine'],
    ['no line end at the end', goodPolicy.trimEnd(), 'fine'],
    ['a binary file', Uint8Array.from({ length: 4096 }, (_, index) => (index * 31) % 256), ['P106']],
    ['invalid UTF-8', Buffer.concat([Buffer.from(goodPolicy), Buffer.from([0xc3, 0x28])]), ['P106']],
    ['UTF-16', Buffer.from(`\ufeff${goodPolicy}`, 'utf16le'), ['P106']],
    ['a deeply nested condition', manyParentheses(100_000), ['P107']],
    ['10 MB of one word', 'x'.repeat(10_000_000), ['P107']],
    ['10 MB of statements', goodPolicy.repeat(10_000_000 / goodPolicy.length), ['P107']],
    ['10 MB of spaces', ' '.repeat(10_000_000), ['P107']],
    ['20 MB', ' '.repeat(20_000_000), ['P107']],
  ]

  test.each(cases)('%s', async (_, text, expected) => {
    const path = project(text)
    const startedAt = performance.now()
    const { status, codes } = await codesOf(path)
    expect(performance.now() - startedAt).toBeLessThan(10_000)
    if (expected === 'fine') expect({ status, codes }).toEqual({ status: 0, codes: [] })
    else {
      expect(status).toBe(1)
      for (const code of expected) expect(codes).toContain(code)
    }
    const { out } = await policyc(['validate', path])
    expect(out.length).toBeLessThan(100_000)
  })
})
