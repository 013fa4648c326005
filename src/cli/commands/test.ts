/** `policyc test`: every test of a policy as a small proof, what they reach, and tests for what they do not. */
import { watch as watchFile } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import type { PolicyTest } from '../../check/policy.ts'
import { openPolicy, type Policy, readPolicy } from '../../compile/load.ts'
import { type Diagnostic, hasErrors, PolicyError } from '../../diagnostics/diagnostic.ts'
import type { JunitCase } from '../../diagnostics/render-junit.ts'
import { renderPretty } from '../../diagnostics/render-pretty.ts'
import { allElseDone } from '../../gateway/environment.ts'
import { testChecks } from '../../prove/checks.ts'
import type { Proof } from '../../prove/proof.ts'
import { proveWith, tryOpen } from '../../prove/prove.ts'
import { type Coverage, coverageOf } from '../../scenario/coverage.ts'
import type { ScenarioRun } from '../../scenario/run-scenario.ts'
import { runOutcomes } from '../../scenario/run-tests.ts'
import { suggestTests } from '../../scenario/suggest-tests.ts'
import { findConfig } from '../find-config.ts'
import type { Io } from '../io.ts'
import { renderCoverage } from '../render-coverage.ts'
import { renderLcov } from '../render-lcov.ts'
import { counted, statusOf } from '../report.ts'
import type { ReportFormat } from '../report-format.ts'
import { writeReport } from '../write-report.ts'

export interface TestOptions {
  readonly format: ReportFormat
  readonly coverage: boolean
  readonly suggest: boolean
  readonly watch: boolean
  /** Where to write the coverage of rules. */
  readonly lcov?: string
}

export async function test(path: string | undefined, options: TestOptions, io: Io): Promise<number> {
  if (!options.watch) return (await runOnce(path, options, io)).status
  return watching(path, options, io)
}

interface Ran {
  readonly status: number
  readonly files: readonly string[]
}

async function runOnce(path: string | undefined, options: TestOptions, io: Io): Promise<Ran> {
  const found = await findConfig(path)
  const { config, checked, diagnostics } = await readPolicy(found.path, { env: io.env })
  if (hasErrors(diagnostics) || !config || !checked) throw new PolicyError(diagnostics)
  const policy = openPolicy(config, checked, diagnostics)
  const opened = tryOpen(policy)
  if (opened.kind === 'undecided') throw new PolicyError([opened.diagnostic])
  const results = await runTests(policy, opened.proof)
  const failures = results.flatMap((each) => each.diagnostics)
  const isCoverageAsked = options.coverage || options.suggest || options.lcov !== undefined
  const coverage = isCoverageAsked
    ? coverageOf(opened.proof, new Map(results.map((each) => [each.test, each.runs])))
    : undefined
  await writeReport(
    {
      name: 'policyc test',
      diagnostics: failures,
      cases: () => results.map(caseOf),
      summary: summaryOf(results),
      more: { tests: results.map(toJson), ...(coverage ? { coverage: jsonOfCoverage(coverage) } : {}) },
    },
    options.format,
    io,
  )
  if (coverage) await tellCoverage(coverage, opened.proof, options, io)
  return {
    status: statusOf(failures),
    files: [...checked.sources.map((each) => each.path), ...(config.path === undefined ? [] : [config.path])],
  }
}

interface TestResult {
  readonly test: PolicyTest
  readonly diagnostics: readonly Diagnostic[]
  readonly runs: readonly ScenarioRun[]
}

async function runTests(policy: Policy, proof: Proof): Promise<readonly TestResult[]> {
  const proved = proveWith(proof, {}, testChecks)
  const results: TestResult[] = []
  for (const each of policy.checked.tests) {
    const own = proved.filter(({ span }) => isInside(span, each.node.span))
    const { diagnostics, runs } = await runOutcomes(policy, proof, each, allElseDone)
    results.push({ test: each, diagnostics: [...own, ...diagnostics], runs })
  }
  return results
}

function isInside(a: Diagnostic['span'], b: Diagnostic['span']): boolean {
  return a.source === b.source && a.start >= b.start && a.end <= b.end
}

function summaryOf(results: readonly TestResult[]): string {
  const failed = results.filter((each) => hasErrors(each.diagnostics)).length
  return `${counted(results.length, 'test')}: ${results.length - failed} passed, ${failed} failed`
}

function toJson({ test: { title, node }, diagnostics }: TestResult): object {
  const { line, column } = node.span.source.positionAt(node.title.span.start)
  return { title, passed: !hasErrors(diagnostics), file: node.span.source.path, line, column }
}

function caseOf({ test: { title, node }, diagnostics }: TestResult): JunitCase {
  const { path } = node.span.source
  const { line } = node.span.source.positionAt(node.title.span.start)
  const first = diagnostics.find((each) => each.severity === 'error')
  const text = diagnostics.map((each) => renderPretty(each)).join('\n\n')
  const failure = first && { type: first.code, message: first.message, text }
  const told = failure ? { failure } : text === '' ? {} : { output: text }
  return { name: title, group: path, file: path, line, ...told }
}

function jsonOfCoverage({ rules, candidates, fallbacks }: Coverage): object {
  return {
    rules: rules.map(({ rule, by }) => ({ rule: rule.name, kind: rule.kind, tests: by })),
    candidates: candidates.map(({ name, isReached }) => ({ name, reached: isReached })),
    fallbacks: fallbacks.map(({ name, isReached }) => ({ name, reached: isReached })),
  }
}

async function tellCoverage(coverage: Coverage, proof: Proof, options: TestOptions, io: Io): Promise<void> {
  if (options.lcov !== undefined) await writeFile(options.lcov, renderLcov(coverage))
  // Other formats are for programs: whatever they do not hold is not mixed into them.
  if (options.format !== 'pretty') return
  if (options.coverage) io.out(`\n${renderCoverage(coverage)}`)
  if (!options.suggest) return
  const unreached = coverage.rules.filter((each) => each.by.length === 0).map((each) => each.rule)
  io.out(`\n${suggestTests(proof, unreached).join('\n\n')}\n`)
}

/** Runs again at each change, until the command is stopped. */
async function watching(path: string | undefined, options: TestOptions, io: Io): Promise<number> {
  let status = 0
  let isStopped = false
  let wake = (): void => undefined
  const stop = io.onStop(() => {
    isStopped = true
    wake()
  })
  while (!isStopped) {
    const files = await runOnce(path, options, io).then(
      (ran) => {
        status = ran.status
        return ran.files
      },
      (thrown: unknown) => {
        if (!(thrown instanceof PolicyError)) throw thrown
        for (const each of thrown.diagnostics) io.err(`${each.code}: ${each.message}\n`)
        status = statusOf(thrown.diagnostics)
        return [...new Set(thrown.diagnostics.map((each) => each.span.source.path))]
      },
    )
    io.err(`watching ${counted(files.length, 'file')}, stop with ctrl-c\n`)
    const watchers = files.map((file) => watchFile(resolve(relative('.', file)), () => wake()))
    await new Promise<void>((resolve) => {
      wake = resolve
      if (isStopped) resolve()
    })
    for (const each of watchers) each.close()
  }
  stop()
  return status
}
