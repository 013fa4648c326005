/** Emitted modules: alone under Node, without code from strings, in a browser, and under the type checker. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createContext, Script } from 'node:vm'
import chromium from '@sparticuz/chromium'
import { type Browser, chromium as browsers } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { EmittedRuntime } from '../../src/compile/emit.ts'
import { loadWorld } from '../arbitraries/checked.ts'
import { type ModuleCase, moduleCases } from './module-cases.ts'

const count = Number(process.env['LAW_RUNS'] ?? 12)
const seed = Number(process.env['LAW_SEED'] ?? Date.now() % 0x7fffffff)
const root = fileURLToPath(new URL('../..', import.meta.url))
let runtime: EmittedRuntime
let cases: readonly ModuleCase[]
let browser: Browser | string

beforeAll(async () => {
  // As the build prepares it, whether or not something is built.
  const script = new URL('../../scripts/emitted-runtime.mjs', import.meta.url).href
  const { buildEmittedRuntime } = (await import(script)) as { buildEmittedRuntime: () => Promise<EmittedRuntime> }
  runtime = await buildEmittedRuntime()
  cases = moduleCases(await loadWorld(), runtime, { count, seed })
  browser = await startBrowser()
}, 120_000)

afterAll(async () => {
  if (browser !== undefined && typeof browser !== 'string') await browser.close()
})

/** A browser, or why there is none. */
async function startBrowser(): Promise<Browser | string> {
  const installed = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)
  try {
    const executablePath = installed ?? (await chromium.executablePath())
    const args = installed ? ['--no-sandbox'] : chromium.args
    return await browsers.launch({ executablePath, args, headless: true, timeout: 30_000 })
  } catch (error) {
    return (error as Error).message.split('\n')[0]!
  }
}

function emptyFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'policyc-module-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

test('hold no import, nothing of Node and no way to make code', () => {
  for (const { module } of cases.slice(0, 3)) {
    const program = module.code.replace(/JSON\.parse\("(?:[^"\\]|\\.)*"\)/, 'JSON.parse("")')
    expect(program).not.toMatch(/\bimport\b|\brequire\b|\beval\b|\bFunction\s*\(|node:|\bprocess\b|export default/)
    expect(program.match(/^export .*$/gm)).toEqual(['export { decide, digests, explain }'])
    expect(module.types).not.toMatch(/\bimport\b/)
  }
})

test(`compile agrees: under Node, in an empty folder (seed ${seed})`, () => {
  const path = emptyFolder()
  cases.forEach(({ module, facts }, index) => {
    writeFileSync(join(path, `policy-${index}.mjs`), module.code)
    writeFileSync(join(path, `facts-${index}.json`), JSON.stringify(facts))
  })
  const program = `
    import { readFileSync } from 'node:fs'
    const results = []
    for (let i = 0; i < ${cases.length}; i++) {
      const { decide, explain, digests } = await import('./policy-' + i + '.mjs')
      const facts = JSON.parse(readFileSync('facts-' + i + '.json', 'utf8'))
      results.push({ decisions: facts.map(decide), explained: facts.map((each) => explain(each).decision), digests })
    }
    process.stdout.write(JSON.stringify(results))`
  writeFileSync(join(path, 'main.mjs'), program)
  const out = execFileSync(process.execPath, ['main.mjs'], { cwd: path, maxBuffer: 1 << 28, env: {} })
  const results = JSON.parse(out.toString()) as { decisions: unknown; explained: unknown; digests: unknown }[]
  for (const [index, { decisions, digests }] of cases.entries())
    expect(results[index]).toEqual({ decisions, explained: decisions, digests })
})

test(`compile agrees: where no code is made from strings (seed ${seed})`, () => {
  for (const { module, facts, decisions } of cases) {
    const context = createContext({ facts: JSON.stringify(facts) }, { codeGeneration: { strings: false, wasm: false } })
    expect(() => new Script('eval("1")').runInContext(context)).toThrow(/Code generation from strings disallowed/)
    // A script has no exports: what would be exported is its last value.
    const script = `${module.code.replace(/^export .*$/m, '')}\nJSON.stringify(JSON.parse(facts).map(decide))`
    expect(JSON.parse(new Script(script).runInContext(context) as string)).toEqual(decisions)
  }
})

test(`compile agrees: in Chromium (seed ${seed})`, async ({ skip }) => {
  if (typeof browser === 'string') return skip(`no Chromium starts here: ${browser}`)
  const page = await browser.newPage()
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  await page.route('http://policy.test/**', async (route) => {
    const index = /policy-(\d+)\.mjs$/.exec(route.request().url())?.[1]
    if (index === undefined) {
      // Scripts of this origin, and no code from strings.
      const headers = { 'content-security-policy': "script-src 'self'" }
      return route.fulfill({ contentType: 'text/html', headers, body: '<!doctype html><title>policy</title>' })
    }
    return route.fulfill({ contentType: 'text/javascript', body: cases[Number(index)]!.module.code })
  })
  await page.goto('http://policy.test/')
  for (const [index, { facts, decisions, digests }] of cases.entries()) {
    // As text: what runs there is not to be rewritten by what runs here.
    const result = await page.evaluate<string>(
      `import('/policy-${index}.mjs').then(({ decide, digests }) => {
        return JSON.stringify({ decisions: ${JSON.stringify(facts)}.map((each) => decide(each)), digests })
      })`,
    )
    expect(JSON.parse(result)).toEqual({ decisions, digests })
  }
  expect(problems).toEqual([])
  await page.close()
})

test('have types that say what the sources say', () => {
  const path = emptyFolder()
  writeFileSync(join(path, 'policy.mjs'), cases[0]!.module.code)
  writeFileSync(join(path, 'policy.d.mts'), cases[0]!.module.types)
  const from = (file: string): string => JSON.stringify(join(root, 'src', file))
  writeFileSync(
    join(path, 'consumer.mts'),
    `import { type Access, type Decision, decide, digests, type ExplainedRule, explain, type Explanation, type Route } from './policy.mjs'
import type { Decision as OwnDecision } from ${from('graph/decision.ts')}
import type { Explanation as OwnExplanation } from ${from('decide/explain.ts')}

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
type Both<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
export const sameDecision: Both<Decision, OwnDecision> = true
export const sameExplanation: Both<Explanation, OwnExplanation> = true
export const noAny: Same<ReturnType<typeof decide>['access'], Access> = true
const { access, route }: Decision = decide({ caller: { team: 'core' } })
export const steps: Route['steps'] = route?.steps ?? []
export const rules: readonly ExplainedRule[] = explain({}).rules
export const effect: 'allow' | 'deny' = access.effect
export const build: string = digests.build
// @ts-expect-error facts are an object
decide('core')
// @ts-expect-error decisions are read only
access.effect = 'allow'
`,
  )
  const flags = ['--strict', '--exactOptionalPropertyTypes', '--noEmit', '--module', 'nodenext', '--target', 'es2022']
  const more = ['--allowImportingTsExtensions', '--types', '', '--skipLibCheck', 'false']
  const compile = (): Buffer =>
    execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), ...flags, ...more, 'consumer.mts'], {
      cwd: path,
      stdio: 'pipe',
    })
  try {
    compile()
  } catch (error) {
    expect((error as { stdout: Buffer }).stdout.toString()).toBe('')
  }
})
