/** `policyc test`: every test of a policy as a small proof, what they reach, and tests for what they do not. */
import type { PolicyTest } from '../../check/policy.ts'
import { openPolicy, type Policy, readPolicy } from '../../compile/load.ts'
import { type Diagnostic, hasErrors } from '../../diagnostics/diagnostic.ts'
import { type JunitCase, junitCasesOf } from '../../diagnostics/render-junit.ts'
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
import { counted, countsOf, statusOf, tellDiagnostics } from '../report.ts'
import type { ReportFormat } from '../report-format.ts'
import { type Ran, runOnChange } from '../watch-files.ts'
import { writeWhole } from '../write-file.ts'
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
  return runOnChange(() => runOnce(path, options, io), io)
}

async function runOnce(path: string | undefined, options: TestOptions, io: Io): Promise<Ran> {
  const found = await findConfig(path)
  const { config, checked, diagnostics } = await readPolicy(found.path, { env: io.env })
  if (hasErrors(diagnostics) || !config || !checked) return stopped(diagnostics, options.format, io)
  const policy = openPolicy(config, checked, diagnostics)
  const opened = tryOpen(policy)
  if (opened.kind === 'undecided') return stopped([opened.diagnostic], options.format, io)
  const results = await runTests(policy, opened.proof)
  const failures = results.flatMap((each) => each.diagnostics)
  const isCoverageAsked = options.coverage || options.suggest || options.lcov !== undefined
  const coverage = isCoverageAsked
    ? coverageOf(opened.proof, new Map(results.map((each) => [each.test, each.runs])))
    : undefined
  const suggestions = coverage && options.suggest ? suggestionsOf(coverage, opened.proof) : undefined
  await writeReport(
    {
      name: 'policyc test',
      diagnostics: failures,
      cases: () => results.map(caseOf),
      summary: summaryOf(results),
      more: {
        tests: results.map(toJson),
        ...(coverage ? { coverage: jsonOfCoverage(coverage) } : {}),
        ...(suggestions ? { suggestions } : {}),
      },
    },
    options.format,
    io,
  )
  if (coverage) await tellCoverage(coverage, suggestions, options, io)
  return {
    status: statusOf(failures),
    files: [...checked.sources.map((each) => each.path), ...(config.path === undefined ? [] : [config.path])],
  }
}

/** Where nothing can be run, programs that read a report get one all the same. */
async function stopped(diagnostics: readonly Diagnostic[], format: ReportFormat, io: Io): Promise<Ran> {
  const files = [...new Set(diagnostics.map((each) => each.span.source.path))]
  const summary = `no test is run: ${countsOf(diagnostics)}`
  const cases = () => junitCasesOf(diagnostics, { files, isStrict: false })
  if (format === 'pretty') tellDiagnostics(diagnostics, io)
  else await writeReport({ name: 'policyc test', diagnostics, cases, summary, more: { tests: [] } }, format, io)
  return { status: statusOf(diagnostics), files }
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

async function tellCoverage(
  coverage: Coverage,
  suggestions: readonly string[] | undefined,
  { lcov, coverage: isAsked, format }: TestOptions,
  io: Io,
): Promise<void> {
  if (lcov !== undefined) await writeWhole(lcov, renderLcov(coverage))
  // JSON holds it all already; the other forms for programs have no place for it.
  if (format === 'json') return
  const tell = format === 'pretty' || format === 'github' ? io.out : io.err
  if (isAsked) tell(`\n${renderCoverage(coverage)}`)
  if (suggestions === undefined) return
  tell(`\n${suggestions.length === 0 ? 'nothing to suggest: tests reach every rule' : suggestions.join('\n\n')}\n`)
}

/** Tests for the rules that no test reaches, as text of the language. */
function suggestionsOf({ rules }: Coverage, proof: Proof): readonly string[] {
  const unreached = rules.filter((each) => each.by.length === 0).map((each) => each.rule)
  return suggestTests(proof, unreached)
}
