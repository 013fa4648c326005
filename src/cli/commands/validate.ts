/** `policyc validate`: every diagnostic of a configuration and its policy. */
import { relative, resolve } from 'node:path'
import type { CheckedPolicy } from '../../check/policy.ts'
import { openPolicy, type ReadPolicy, readPolicy } from '../../compile/load.ts'
import type { GatewayConfig } from '../../config/config.ts'
import { type Diagnostic, hasErrors } from '../../diagnostics/diagnostic.ts'
import { junitCasesOf } from '../../diagnostics/render-junit.ts'
import { findUnenforced } from '../../gateway/enforced.ts'
import { allElseDone, realEnvironment } from '../../gateway/environment.ts'
import type { ProveOptions } from '../../prove/check.ts'
import { proveAll } from '../../scenario/prove-all.ts'
import { UsageError } from '../exit-status.ts'
import { type FoundConfig, findConfig } from '../find-config.ts'
import type { Io } from '../io.ts'
import { createProgress } from '../progress.ts'
import { counted, countsOf, statusOf } from '../report.ts'
import type { ReportFormat } from '../report-format.ts'
import { writeReport } from '../write-report.ts'

export interface ValidateOptions {
  readonly format: ReportFormat
  readonly strict: boolean
  /** What every allowed request must have. */
  readonly require?: readonly 'budget'[]
}

export async function validate(path: string | undefined, options: ValidateOptions, io: Io): Promise<number> {
  const { format, strict: isStrict } = options
  const progress = createProgress(io, realEnvironment.now)
  const found = await findConfig(path)
  progress.tell('reading the policy')
  const read = await readPolicy(found.path, { env: io.env })
  progress.tell('compiling the policy')
  // Who watches nothing is spared the words for it.
  const tell = io.isErrTerminal ? { tell: progress.tell } : {}
  const require = options.require === undefined ? {} : { require: options.require }
  const diagnostics = await diagnosticsOf(read, { ...require, ...tell })
  progress.end()
  checkIsPart(found, read, diagnostics)
  const cases = () => junitCasesOf(diagnostics, { files: filesOf(read), isStrict })
  await writeReport(
    { name: 'policyc validate', diagnostics, cases, summary: summaryOf(found, read, diagnostics) },
    format,
    io,
  )
  return statusOf(diagnostics, isStrict)
}

async function diagnosticsOf(
  { config, checked, diagnostics }: ReadPolicy,
  options: ProveOptions,
): Promise<readonly Diagnostic[]> {
  if (!config || !checked) return diagnostics
  const policy = openPolicy(config, checked, diagnostics)
  const proved = hasErrors(diagnostics) ? [] : await proveAll(policy, options, allElseDone)
  return [...policy.diagnostics, ...proved, ...unserved(checked, config)]
}

/** What this gateway would refuse to serve: an error to `serve`, and here a warning, for the policy itself is right. */
function unserved(checked: CheckedPolicy, config: GatewayConfig): readonly Diagnostic[] {
  return findUnenforced(checked, config).map((each) => ({ ...each, severity: 'warning' }))
}

/** The files that were read, as diagnostics show them. */
function filesOf({ config, checked }: ReadPolicy): readonly string[] {
  const own = config === undefined ? [] : [config.spanOf([]).source.path]
  return [...new Set([...own, ...(checked?.sources ?? []).map((each) => each.path)])]
}

/** A policy file is checked as the part of a policy that it is: alone, its names would not be known. */
function checkIsPart(
  { path, policyFile }: FoundConfig,
  { config, checked }: ReadPolicy,
  diagnostics: readonly Diagnostic[],
) {
  if (policyFile === undefined || !config) return
  const files = [
    ...(config.policyPath === undefined ? [] : [config.policyPath]),
    ...(checked?.sources ?? []).map((each) => resolve(each.path)),
    ...diagnostics.map((each) => resolve(each.span.source.path)),
  ]
  // Where the policy has errors, not every file of it may have been come to.
  if (checked === undefined || files.includes(policyFile)) return
  throw new UsageError(
    `\`${relative(process.cwd(), policyFile)}\` is not part of the policy of \`${path}\``,
    'import it from the main policy, or name it as `policy` of a gateway.yaml',
  )
}

function summaryOf(found: FoundConfig, { config, checked }: ReadPolicy, diagnostics: readonly Diagnostic[]): string {
  const main = config?.policyPath === undefined ? found.path : relative(process.cwd(), config.policyPath)
  const rules = checked === undefined ? [] : [counted(checked.rules.length, 'rule')]
  return `${main}: ${[...rules, countsOf(diagnostics)].join(', ')}`
}
