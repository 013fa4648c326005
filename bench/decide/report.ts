/** The report of a run, for people. */
import type { Build, Rebuild, Times } from './builds.ts'
import type { EngineFigures, Growth, SizeFigures, SlotsFigures } from './figures.ts'
import type { GraphSize } from './graph-size.ts'
import { mostRounds } from './measure.ts'

export interface Report {
  readonly node: string
  readonly machine: string
  readonly rivals: readonly { readonly library: string; readonly version: string; readonly how: string }[]
  /** Rivals that are not installed. */
  readonly missing: readonly string[]
  readonly decide: readonly SizeFigures[]
  readonly growth: readonly Growth[]
  readonly slots: readonly SlotsFigures[]
  readonly builds: readonly Build[]
  readonly rebuild?: Rebuild
}

export function printReport(report: Report): void {
  const { node, machine, rivals, missing, decide, growth, slots, builds, rebuild } = report
  print(
    `bench/decide: CPU time of one process, medians of interleaved rounds, ratios round by round; Node ${node}, ${machine}`,
  )
  for (const { library, version, how } of rivals) print(`  ${library} ${version}: ${how}`)
  if (missing.length > 0) {
    print(`  not installed: ${missing.join(', ')} (npm --prefix bench ci --ignore-scripts)`)
  }
  for (const each of decide) printSize(each)
  if (growth.length > 0) print('\nGrowth')
  for (const { name, from, to, ratio } of growth) {
    print(`  from ${count(from)} to ${count(to)} rules, timed side by side: ${name} ${timesText(ratio)}`)
  }
  printSlots(slots)
  if (builds.length > 0) print('\nFrom text to the first decision, each in a fresh process')
  for (const { rules, cpuMs, wallMs, peakRssMb } of builds) {
    print(`  ${count(rules)} rules: ${count(cpuMs)} ms CPU, ${count(wallMs)} ms, peak RSS ${count(peakRssMb)} MB`)
  }
  if (rebuild) {
    print(`\nAfter an edit of one rule of ${count(rebuild.rules)}, warm, in turn`)
    print(`  everything from the text: ${timesOf(rebuild.whole)}`)
    print(`  with what the build before left: ${timesOf(rebuild.incremental)}`)
  }
}

function timesOf({ cpuMs, wallMs }: Times): string {
  return `${count(cpuMs)} ms CPU, ${count(wallMs)} ms`
}

function printSize({ rules, deniedShare, graph, engines }: SizeFigures): void {
  print(`\n${count(rules)} rules, half of them routes; ${(deniedShare * 100).toFixed(0)} % of the requests denied`)
  print(`  graph: ${sizeText(graph)}`)
  print(row('engine', 'a decision', '× policyc', 'build', 'bytes', ''))
  for (const each of engines) {
    print(row(each.name, time(each.ns), timesText(each.ratio), time(each.buildMs * 1e6), bytes(each), remark(each)))
  }
}

/** What one should know of a row. */
function remark({ scope, name, rounds, decisionsPerRound, checked }: EngineFigures): string {
  return [
    scope === 'access' && !name.startsWith('policyc') ? ['access alone, beside policyc asked the same'] : [],
    rounds < mostRounds ? [`${rounds} rounds of ${decisionsPerRound}`] : [],
    checked < 512 ? [`checked on ${checked}`] : [],
  ]
    .flat()
    .join(', ')
}

function printSlots(slots: readonly SlotsFigures[]): void {
  if (slots.length > 0) print('\nEvery slot: the full decision of policyc, sizes timed side by side')
  for (const { rules, ns, growth, bytesPerDecision, rulesPerDecision, graph } of slots) {
    const garbage = bytesPerDecision === undefined ? '' : `, ${count(bytesPerDecision)} bytes`
    const cost = `${time(ns)}, ${timesText(growth)} × the smallest${garbage}, names ${rulesPerDecision.toFixed(1)} rules`
    print(`  ${count(rules)} rules: ${cost}; ${sizeText(graph)}`)
  }
}

function sizeText({ jsonBytes, arrayBytes, nodes, variables, diagrams, bitmaps }: GraphSize): string {
  const parts = `${count(diagrams)} diagrams, ${count(bitmaps)} bitmaps, ${count(nodes)} nodes, ${count(variables)} variables`
  return `${parts}, ${count(jsonBytes)} bytes as JSON, ${count(arrayBytes)} bytes of arrays`
}

function row(name: string, decision: string, times: string, build: string, garbage: string, rest: string): string {
  const columns = [decision.padStart(11), times.padStart(10), build.padStart(9), garbage.padStart(7)]
  return `  ${name.padEnd(26)}${columns.join('')}  ${rest}`.trimEnd()
}

function bytes({ bytesPerDecision }: EngineFigures): string {
  return bytesPerDecision === undefined ? '' : count(bytesPerDecision)
}

function timesText(value: number): string {
  return value >= 100 ? count(value) : value.toFixed(2)
}

function time(ns: number): string {
  if (ns < 1e3) return `${ns.toFixed(0)} ns`
  if (ns < 1e6) return `${(ns / 1e3).toFixed(ns < 1e4 ? 2 : 1)} µs`
  return `${(ns / 1e6).toFixed(ns < 1e7 ? 2 : 0)} ms`
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

function print(line: string): void {
  console.log(line)
}
