/**
 * Writes what a command has found in the format that was asked for: `validate` and `test` differ only in what they
 * count as a case.
 */
import { appendFile } from 'node:fs/promises'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { renderGithub, renderGithubSummary } from '../diagnostics/render-github.ts'
import { renderJson } from '../diagnostics/render-json.ts'
import { type JunitCase, renderJunit } from '../diagnostics/render-junit.ts'
import { renderPretty } from '../diagnostics/render-pretty.ts'
import { renderSarif } from '../diagnostics/render-sarif.ts'
import type { Io } from './io.ts'
import type { ReportFormat } from './report-format.ts'
import { readVersion } from './version.ts'

export interface Report {
  /** What was run, as a list of tests shows it: `policyc validate`. */
  readonly name: string
  readonly diagnostics: readonly Diagnostic[]
  /** What was looked at, for the formats that list it: called only for those. */
  readonly cases: () => readonly JunitCase[]
  /** The last line for people: what was looked at, and how many problems there are. */
  readonly summary: string
  /** What `--format json` prints beside the diagnostics. */
  readonly more?: Readonly<Record<string, unknown>>
}

/** Prints the report; for GitHub it is added to the summary of the job too, where there is one. */
export async function writeReport(report: Report, format: ReportFormat, io: Io): Promise<void> {
  const { name, diagnostics, cases, summary, more } = report
  switch (format) {
    case 'pretty':
      for (const each of diagnostics) io.out(`${renderPretty(each, { color: io.color.out })}\n\n`)
      return io.out(`${summary}\n`)
    case 'json':
      return writeJson({ ...renderJson(diagnostics), ...more }, io)
    case 'sarif':
      return writeJson(renderSarif(diagnostics, { version: readVersion() }), io)
    case 'junit':
      return io.out(renderJunit({ name, cases: cases() }))
    case 'github':
      io.out(`${renderGithub(diagnostics)}${summary}\n`)
      return addToJobSummary(renderGithubSummary(diagnostics, `${name}: ${summary}`), io)
  }
}

function writeJson(value: object, io: Io): void {
  io.out(`${JSON.stringify(value, null, 2)}\n`)
}

/** GitHub names the file; that it cannot be written must not hide what was found. */
async function addToJobSummary(text: string, io: Io): Promise<void> {
  const path = io.env['GITHUB_STEP_SUMMARY']
  if (path === undefined || path === '') return
  try {
    await appendFile(path, text)
  } catch (error) {
    io.err(`the summary of the job cannot be written: ${(error as Error).message}\n`)
  }
}
