/** How commands tell of diagnostics, and what exit status they come to. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { renderPretty } from '../diagnostics/render-pretty.ts'
import { exitStatus } from './exit-status.ts'
import type { Io } from './io.ts'

/** Diagnostics for people on standard error: for commands whose output is something else. */
export function tellDiagnostics(diagnostics: readonly Diagnostic[], io: Io): void {
  for (const each of diagnostics) io.err(`${renderPretty(each, { color: io.color.err })}\n\n`)
}

/** The exit status that diagnostics come to; what could not be read at all is wrong usage. */
export function statusOf(diagnostics: readonly Diagnostic[], isStrict = false): number {
  if (diagnostics.some((each) => each.code === 'P901')) return exitStatus.usage
  const fails = (each: Diagnostic) => each.severity === 'error' || (isStrict && each.severity === 'warning')
  return diagnostics.some(fails) ? exitStatus.failed : exitStatus.ok
}

/** `3 errors, 1 warning`; `no problems` where there are none. */
export function countsOf(diagnostics: readonly Diagnostic[]): string {
  const parts = (['error', 'warning', 'information'] as const).flatMap((severity) => {
    const count = diagnostics.filter((each) => each.severity === severity).length
    return count === 0 ? [] : [severity === 'information' ? `${count} for information` : counted(count, severity)]
  })
  return parts.length === 0 ? 'no problems' : parts.join(', ')
}

/** `1 rule`, `2 rules`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
