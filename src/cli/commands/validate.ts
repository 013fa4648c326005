/** `policyc validate`: every diagnostic of a configuration and its policy. */
import { relative, resolve } from 'node:path'
import { openPolicy, type ReadPolicy, readPolicy } from '../../compile/load.ts'
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import { renderJson } from '../../diagnostics/render-json.ts'
import { renderPretty } from '../../diagnostics/render-pretty.ts'
import { findUnenforced } from '../../gateway/enforced.ts'
import { UsageError } from '../exit-status.ts'
import { type FoundConfig, findConfig } from '../find-config.ts'
import type { Io } from '../io.ts'
import { counted, countsOf, statusOf } from '../report.ts'

export interface ValidateOptions {
  readonly format: 'pretty' | 'json'
  readonly strict: boolean
}

export async function validate(path: string | undefined, options: ValidateOptions, io: Io): Promise<number> {
  const found = await findConfig(path)
  const read = await readPolicy(found.path, { env: io.env })
  const { config, checked } = read
  const diagnostics =
    config && checked
      ? [...openPolicy(config, checked, read.diagnostics).diagnostics, ...findUnenforced(checked, config)]
      : read.diagnostics
  checkIsPart(found, read, diagnostics)
  if (options.format === 'json') {
    io.out(`${JSON.stringify(renderJson(diagnostics), null, 2)}\n`)
  } else {
    for (const each of diagnostics) io.out(`${renderPretty(each, { color: io.color.out })}\n\n`)
    io.out(`${summaryOf(found, read, diagnostics)}\n`)
  }
  return statusOf(diagnostics, options.strict)
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
