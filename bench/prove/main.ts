/**
 * What proofs cost: `policyc validate` from the shell, beside starting Node and doing nothing, and a difference of two
 * policies that are built already, beside building one of them.
 *
 *     npm run build && npm run bench -- prove [SIZE …]
 *
 * Commands are run in turn, so that a busy machine is busy for all of them; figures are medians of CPU time (user and
 * system, of the process and its threads) and of wall time, and ratios of figures of one run.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { openPolicy, type Policy, readPolicy } from '../../src/compile/load.ts'
import { diffPolicies } from '../../src/prove/diff.ts'
import { configOf, createWorkload } from '../decide/workload.ts'

const rounds = 7
const sizes = process.argv.slice(2).map(Number)
const folder = mkdtempSync(join(tmpdir(), 'policyc-bench-'))
const reporter = join(folder, 'report.cjs')
writeFileSync(
  reporter,
  "process.on('exit', () => { const { user, system } = process.cpuUsage(); require('fs').writeSync(2, `cpu ${user + system}\\n`) })",
)
try {
  console.log(`medians of ${rounds} interleaved rounds, ${process.version}`)
  for (const size of sizes.length > 0 ? sizes : [100, 1_000]) await measureSize(size)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function measureSize(size: number): Promise<void> {
  const { text } = createWorkload(size) as { readonly text: string }
  const yaml = join(folder, `${size}.yaml`)
  writeFileSync(join(folder, `${size}.policy`), text)
  // JSON is YAML.
  writeFileSync(yaml, JSON.stringify({ ...configOf(), policy: `./${size}.policy` }))
  const empty = ['-e', '0']
  const validate = [resolve('dist/cli/main.js'), 'validate', yaml, '--json']
  const times = { empty: [] as Times[], validate: [] as Times[] }
  for (let round = 0; round < rounds; round++) {
    times.empty.push(timed(empty))
    times.validate.push(timed(validate))
  }
  const [base, whole] = [medianOf(times.empty), medianOf(times.validate)]
  console.log(
    `${size} rules: validate from the shell ${whole.wallMs.toFixed(0)} ms wall, ${whole.cpuMs.toFixed(0)} ms CPU, ` +
      `${(whole.cpuMs / base.cpuMs).toFixed(1)} × starting Node alone (${base.cpuMs.toFixed(0)} ms CPU)`,
  )
  const before = await open(text)
  const after = await open(text.replace(/^(route \w+ when)/m, '$1 request.stream and'))
  const diffs: Times[] = []
  const builds: Times[] = []
  for (let round = 0; round < rounds; round++) {
    builds.push(await timedHere(async () => open(text)))
    diffs.push(await timedHere(async () => diffPolicies(before, after)))
  }
  const [diff, build] = [medianOf(diffs), medianOf(builds)]
  console.log(
    `${size} rules: diff after building ${diff.wallMs.toFixed(0)} ms wall, ${diff.cpuMs.toFixed(0)} ms CPU, ` +
      `${(diff.cpuMs / build.cpuMs).toFixed(2)} × building one of the two (${build.cpuMs.toFixed(0)} ms CPU)`,
  )
}

interface Times {
  readonly wallMs: number
  readonly cpuMs: number
}

/** A whole process: it tells its own CPU time as it ends, which no wait of this process can add to. */
function timed(args: readonly string[]): Times {
  const start = performance.now()
  const { status, stderr } = spawnSync(process.execPath, ['--require', reporter, ...args], { maxBuffer: 1 << 28 })
  const wallMs = performance.now() - start
  const told = /^cpu (\d+)$/m.exec(String(stderr))
  if ((status !== 0 && status !== 1) || !told) throw new Error(String(stderr))
  return { wallMs, cpuMs: Number(told[1]) / 1000 }
}

async function timedHere(run: () => Promise<unknown>): Promise<Times> {
  const cpu = process.cpuUsage()
  const start = performance.now()
  await run()
  const { user, system } = process.cpuUsage(cpu)
  return { wallMs: performance.now() - start, cpuMs: (user + system) / 1000 }
}

async function open(text: string): Promise<Policy> {
  const { config, checked, diagnostics } = await readPolicy({ config: configOf(), policy: text }, { env: {} })
  if (!config || !checked) throw new Error('the workload has mistakes')
  return openPolicy(config, checked, diagnostics)
}

function medianOf(all: readonly Times[]): Times {
  const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!
  return { wallMs: median(all.map((each) => each.wallMs)), cpuMs: median(all.map((each) => each.cpuMs)) }
}
