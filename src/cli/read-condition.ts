/** A condition on the command line, checked against a policy. */
import { checkCondition } from '../check/check.ts'
import type { Cond } from '../check/policy.ts'
import type { Policy } from '../compile/load.ts'
import { hasErrors } from '../diagnostics/diagnostic.ts'
import { Source } from '../diagnostics/source.ts'
import { parseCondition } from '../syntax/parse.ts'
import { exitStatus, Told } from './exit-status.ts'
import type { Io } from './io.ts'
import { tellDiagnostics } from './report.ts'

/** Throws `Told` once what is wrong with it has been told. */
export function readCondition(text: string, { checked, config }: Policy, io: Io): Cond {
  const parsed = parseCondition(new Source('condition', text))
  if (!parsed.condition || hasErrors(parsed.diagnostics)) {
    tellDiagnostics(parsed.diagnostics, io)
    throw new Told(exitStatus.usage)
  }
  const files = { files: [], statements: checked.statements, imported: new Map(), incomplete: false, diagnostics: [] }
  const { condition, diagnostics } = checkCondition(files, { ...config, tables: checked.tables }, parsed.condition)
  if (!condition) {
    tellDiagnostics(diagnostics, io)
    throw new Told(exitStatus.usage)
  }
  return condition
}
