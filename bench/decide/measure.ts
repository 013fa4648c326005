/**
 * Measuring on a machine that others use too: CPU time of the process (all its threads), engines interleaved round
 * by round, medians, and figures that are compared within one run only.
 */
import type { Answer, Engine } from './engine.ts'
import { holds, type Request, type Workload } from './workload.ts'

export interface Timing {
  readonly ns: number
  readonly rounds: number
  readonly decisionsPerRound: number
}

const mostRounds = 15
const roundNs = 20e6
/** What an engine may take for all its rounds; a slow one runs fewer of them. */
const budgetNs = 4e9

/** Results go here, so that no engine's work can be left out. */
export let sink: unknown

/** The median over interleaved rounds; each round fills some 20 ms, or is one decision where that takes longer. */
export async function measure(engines: readonly Engine[], requests: readonly Request[]): Promise<Timing[]> {
  const runs = []
  for (const engine of engines) {
    const inputs = requests.map(engine.prepare)
    const run = createRun(engine, inputs)
    const { count, ns } = await warmUp(run)
    runs.push({ run, count, rounds: Math.max(1, Math.min(mostRounds, Math.floor(budgetNs / (ns * count)))) })
  }
  const times: number[][] = runs.map(() => [])
  for (let round = 0; round < mostRounds; round++) {
    for (const [index, { run, count, rounds }] of runs.entries()) {
      if (round >= rounds) continue
      collectYoung()
      times[index]!.push(await run(count))
    }
  }
  return runs.map(({ count, rounds }, index) => ({ ns: median(times[index]!), rounds, decisionsPerRound: count }))
}

type Run = (count: number) => Promise<number>

/** Decides `count` requests; ns of each. Engines that answer by promise are awaited one by one. */
function createRun({ decide }: Engine, inputs: readonly unknown[]): Run {
  const mask = inputs.length - 1
  let at = 0
  return async (count) => {
    const isAsync = decide(inputs[at++ & mask]) instanceof Promise
    const before = process.cpuUsage()
    if (isAsync) for (let i = 0; i < count; i++) sink = await decide(inputs[at++ & mask])
    else for (let i = 0; i < count; i++) sink = decide(inputs[at++ & mask])
    const { user, system } = process.cpuUsage(before)
    return ((user + system) * 1000) / count
  }
}

/** Twice as many decisions until they fill a round, which warms the engine up on the way. */
async function warmUp(run: Run): Promise<{ readonly count: number; readonly ns: number }> {
  for (let count = 1; ; count *= 2) {
    const ns = await run(count)
    if (ns * count >= roundNs) return { count, ns }
  }
}

/** So that no engine pays for the garbage of the one before. */
function collectYoung(): void {
  globalThis.gc?.({ type: 'minor' } as never)
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!
}

const checkNs = 3e9

/**
 * Holds an engine to the plain meaning of the rules, on as many of 512 requests as take three seconds; how many.
 * Throws where it answers differently.
 */
export async function check(engine: Engine, workload: Workload): Promise<number> {
  const startedAt = performance.now()
  let checked = 0
  for (const request of workload.requests.slice(0, 512)) {
    const wanted = plainAnswer(workload, request)
    const answer = engine.read(await engine.decide(engine.prepare(request)))
    const isRight = answer.effect === wanted.effect && (engine.scope === 'access' || answer.target === wanted.target)
    if (!isRight) {
      throw new Error(`${engine.name} answers ${JSON.stringify(answer)} for ${JSON.stringify(request)}`)
    }
    checked++
    if ((performance.now() - startedAt) * 1e6 > checkNs) break
  }
  return checked
}

export function plainAnswer({ rules }: Workload, request: Request): Answer {
  const held = rules.filter((rule) => holds(rule, request))
  const isDenied = held.some((rule) => rule.kind === 'deny') || !held.some((rule) => rule.kind === 'allow')
  if (isDenied) return { effect: 'deny', target: null }
  return { effect: 'allow', target: held.find((rule) => rule.kind === 'route')?.target ?? null }
}

const chunk = 256

/**
 * Bytes that one decision allocates: the growth of `heapUsed` over 256 decisions after a collection of the young
 * generation, too little for another one in between; the median over the requests. Undefined without `--expose-gc`.
 */
export function bytesPerDecision({ decide, prepare }: Engine, requests: readonly Request[]): number | undefined {
  if (!globalThis.gc) return undefined
  const inputs = requests.map(prepare)
  const samples: number[] = []
  for (let from = 0; from < inputs.length; from += chunk) {
    collectYoung()
    const before = process.memoryUsage().heapUsed
    for (let i = from; i < from + chunk; i++) sink = decide(inputs[i])
    samples.push((process.memoryUsage().heapUsed - before) / chunk)
  }
  return median(samples)
}
