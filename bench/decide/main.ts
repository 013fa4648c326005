/**
 * ns per decision at 10, 100, 1,000 and 10,000 rules, beside rivals, in one run.
 *
 * Method: every engine's answers are checked against the rules' plain meaning on 512 requests first. Then rounds
 * are interleaved (engine after engine, again and again), each round decides the same 4,096 requests as often as
 * fills some 20 ms, and the median over the rounds is printed. CPU time, not wall time: other work on the machine counts less.
 */
import { closureEngine, type Engine, handWrittenEngine, policycEngine } from './engines.ts'
import { createWorkload, type Request, ruleHolds, type Workload } from './workload.ts'

const sizes = process.argv.slice(2).map(Number)
const rounds = 15

console.log('bench/decide: ns per decision (median of %d interleaved rounds), one process', rounds)
for (const size of sizes.length > 0 ? sizes : [10, 100, 1_000, 10_000]) {
  const workload = createWorkload(size)
  const engines = [await policycEngine(workload), handWrittenEngine(workload), closureEngine(workload)]
  for (const engine of engines) check(engine, workload)
  const medians = measure(engines, workload.requests)
  const [own] = medians as [number]
  console.log(`\n${size} rules (build ${engines[0]!.buildMs.toFixed(0)} ms)`)
  for (const [index, engine] of engines.entries()) {
    const ns = medians[index]!
    console.log(
      `  ${engine.name.padEnd(16)} ${ns.toFixed(0).padStart(10)} ns   policyc takes ${(own / ns).toFixed(3)} of it`,
    )
  }
}

function check(engine: Engine, { rules, requests }: Workload): void {
  for (const request of requests.slice(0, 512)) {
    const held = rules.filter((rule) => ruleHolds(rule, request))
    const denied = held.some((rule) => rule.kind === 'deny') || !held.some((rule) => rule.kind === 'allow')
    const target = denied ? null : (held.find((rule) => rule.kind === 'route')?.target ?? null)
    const answer = engine.answer(request)
    if (answer.effect !== (denied ? 'deny' : 'allow') || answer.target !== target) {
      throw new Error(`${engine.name} answers ${JSON.stringify(answer)} for ${JSON.stringify(request)}`)
    }
  }
}

function measure(engines: readonly Engine[], requests: readonly Request[]): number[] {
  const times: number[][] = engines.map(() => [])
  const repeats = engines.map((engine) => repeatsFor(engine, requests))
  for (let round = 0; round < rounds; round++) {
    for (const [index, engine] of engines.entries()) {
      times[index]!.push(time(engine, requests, repeats[index]!))
    }
  }
  return times.map((each) => each.sort((a, b) => a - b)[rounds >> 1]!)
}

/** Results go here, so that no engine's work can be left out. */
export let sink: unknown

/** How many decisions fill some 20 ms, after a warm-up. */
function repeatsFor(engine: Engine, requests: readonly Request[]): number {
  let count = 64
  while (time(engine, requests, count) * count < 20e6) count *= 2
  return count
}

function time(engine: Engine, requests: readonly Request[], count: number): number {
  const { decide } = engine
  const before = process.cpuUsage()
  for (let i = 0; i < count; i++) sink = decide(requests[i & (requests.length - 1)]!)
  const { user, system } = process.cpuUsage(before)
  return ((user + system) * 1000) / count
}
