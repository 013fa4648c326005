/**
 * Measuring on a machine that others use too: CPU time of the process (all its threads), engines interleaved round
 * by round, medians, and figures that are compared within one run only.
 */
import type { Answer, Engine } from './engine.ts'
import { holds, type Request, type Workload } from './workload.ts'

export interface Timing {
  /** The median over the rounds. */
  readonly ns: number
  readonly rounds: number
  readonly decisionsPerRound: number
}

/** A timing with what each round took, to be compared round by round. */
export interface Measured extends Timing {
  readonly times: readonly number[]
}

/** An engine and what it is asked. */
export interface Subject {
  readonly engine: Engine
  readonly requests: readonly Request[]
}

export const mostRounds = 31
const roundNs = 8e6
/** What an engine may take for all its rounds; a slow one runs fewer of them. */
const budgetNs = 4e9

/** Results go here, so that no engine's work can be left out. */
export let sink: unknown

/** Times engines in interleaved rounds; a round fills some 8 ms, or is one decision where that takes longer. */
export async function measure(subjects: readonly Subject[]): Promise<readonly Measured[]> {
  const runs = []
  for (const { engine, requests } of subjects) {
    const run = createRun(engine, requests.map(engine.prepare))
    const { count, ns } = await warmUp(run)
    const rounds = Math.max(1, Math.min(mostRounds, Math.floor(budgetNs / (ns * count))))
    runs.push({ run, count, rounds, times: [] as number[] })
  }
  for (let round = 0; round < mostRounds; round++) {
    for (const { run, count, rounds, times } of runs) {
      if (round >= rounds) continue
      collectYoung()
      times.push(await run(count))
    }
  }
  return runs.map(({ count, rounds, times }) => ({ ns: median(times), rounds, decisionsPerRound: count, times }))
}

/** How many times as long as the other: the median over the rounds that both ran, which stood side by side. */
export function ratioOf({ times }: Measured, other: Measured): number {
  const rounds = Math.min(times.length, other.times.length)
  return median(Array.from({ length: rounds }, (_, round) => times[round]! / other.times[round]!))
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

const warmUpNs = 50e6

/** Twice as many decisions until they are many enough to warm the engine up; as many of them as fill a round. */
async function warmUp(run: Run): Promise<{ readonly count: number; readonly ns: number }> {
  for (let count = 1; ; count *= 2) {
    const ns = await run(count)
    if (ns * count >= warmUpNs) return { count: Math.max(1, Math.round(roundNs / ns)), ns }
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
