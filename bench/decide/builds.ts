/**
 * How long a policy takes from its text to its first decision, each in a process of its own (so cold, and with a
 * peak of memory that is its own), and how long after an edit of one rule in a process that is warm.
 */
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createWorkspace, type LoadOptions } from '../../src/compile/load.ts'
import { loadPolicy } from '../../src/prove/load-policy.ts'
import { median } from './measure.ts'
import { createWorkload } from './workload.ts'

export interface Build {
  readonly rules: number
  readonly cpuMs: number
  readonly wallMs: number
  readonly peakRssMb: number
}

/** From the text alone, and with what the build before left. */
export interface Rebuild {
  readonly rules: number
  readonly whole: Times
  readonly incremental: Times
}

export interface Times {
  readonly cpuMs: number
  readonly wallMs: number
}

const edits = 40

/** One build in a process of its own. */
export function buildApart(rules: number): Build {
  return runApart('--build-only', rules) as Build
}

/** Rebuilds after edits in a process of its own, the median once it is warm. */
export function rebuildApart(rules: number): Rebuild {
  return runApart('--rebuild-only', rules) as Rebuild
}

function runApart(flag: string, rules: number): unknown {
  const script = process.argv[1]!
  const { status, stdout } = spawnSync(process.execPath, [script, flag, String(rules)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (status !== 0) throw new Error(`building ${rules} rules fails with status ${status}`)
  return JSON.parse(stdout)
}

export async function buildHere(rules: number): Promise<Build> {
  const { config, text, requests } = createWorkload(rules)
  const folder = await mkdtemp(join(tmpdir(), 'policyc-bench-'))
  try {
    const gateway = await writeFiles(folder, config, text.split('\n'))
    const { cpuMs, wallMs } = await timed(async () => {
      const policy = await loadPolicy(gateway, { env: {} })
      policy.decide(requests[0]!)
    })
    return { rules, cpuMs, wallMs, peakRssMb: process.resourceUsage().maxRSS / 1024 }
  } finally {
    await rm(folder, { recursive: true })
  }
}

const linesPerFile = 10_000

/** The policy as one would keep it on disk: a file has its bounds, so many rules are in several that one imports. */
async function writeFiles(folder: string, config: object, lines: readonly string[]): Promise<string> {
  const imports: string[] = []
  for (let from = 0; from < lines.length; from += linesPerFile) {
    const name = `part_${imports.length}.policy`
    await writeFile(join(folder, name), `${lines.slice(from, from + linesPerFile).join('\n')}\n`)
    imports.push(`import "./${name}"`)
  }
  await writeFile(join(folder, 'main.policy'), `${imports.join('\n')}\n`)
  const gateway = join(folder, 'gateway.yaml')
  await writeFile(gateway, JSON.stringify({ policy: './main.policy', ...config }))
  return gateway
}

/** Each edit changes the tokens of one rule, another each time; either way in turn, so that both are as warm. */
export async function rebuildHere(rules: number): Promise<Rebuild> {
  const { config, text, requests } = createWorkload(rules)
  const lines = text.split('\n')
  const workspace = createWorkspace()
  const build = (options: LoadOptions, policy: string): Promise<Times> =>
    timed(async () => {
      const loaded = await loadPolicy({ config, policy }, { env: {}, ...options })
      loaded.decide(requests[0]!)
    })
  const whole: Times[] = []
  const incremental: Times[] = []
  for (let edit = 0; edit < edits; edit++) {
    const edited = [...lines]
    const line = (edit * 37) % (rules - 2)
    const [head, condition] = edited[line]!.split(' when ') as [string, string]
    edited[line] = `${head} when request.input_tokens >= ${1000 + edit} and ${condition}`
    const policy = edited.join('\n')
    whole.push(await build({}, policy))
    incremental.push(await build({ workspace }, policy))
  }
  return { rules, whole: medianOf(whole.slice(15)), incremental: medianOf(incremental.slice(15)) }
}

function medianOf(times: readonly Times[]): Times {
  return { cpuMs: median(times.map((each) => each.cpuMs)), wallMs: median(times.map((each) => each.wallMs)) }
}

async function timed(work: () => Promise<void>): Promise<Times> {
  const startedAt = performance.now()
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return { cpuMs: (user + system) / 1000, wallMs: performance.now() - startedAt }
}
