/** Diagnostics to render: every field, and characters that mean something to some format. */
import { readFileSync } from 'node:fs'
import { type Diagnostic, diagnostic } from '../../src/diagnostics/diagnostic.ts'
import { Source, type Span } from '../../src/diagnostics/source.ts'

export const policyText = `# people
allow staff when caller.tema == "a"
deny  staff when caller.role == "<intern>" and
                 caller.team == "b"
route r { to nowhere/x }
`

export const source = new Source('policies/main.policy', policyText)
export const other = new Source('policies/a, b/100% & "more".policy', 'deny staff')

export function spanOf(text: string, within: Source = source): Span {
  const start = within.text.indexOf(text)
  return { source: within, start, end: start + text.length }
}

export const misspelt: Diagnostic = diagnostic('P202', {
  message: 'there is no attribute `caller.tema`',
  span: spanOf('caller.tema'),
  label: 'not an attribute',
  help: 'did you mean `caller.team`?',
  edits: [{ span: spanOf('caller.tema'), text: 'caller.team' }],
})

export const twice: Diagnostic = diagnostic('P204', {
  message: 'the name `staff` is declared twice: 100% <b> | a, b: \u202e\u0007',
  span: { source, start: policyText.indexOf('deny'), end: policyText.indexOf('route') },
  related: [{ message: 'declared here too', span: spanOf('staff', other) }],
  witness: { caller: { team: 'a', role: '</failure>"\n::error::' } },
})

export const large: Diagnostic = diagnostic('P801', {
  message: 'the slot `deny` takes 3 diagrams',
  span: spanOf('deny'),
})

export const pair: Diagnostic = {
  ...diagnostic('P204', { message: 'two requests share an entry', span: spanOf('route r') }),
  witnesses: [{ caller: { team: 'a' } }, { caller: { team: 'b' } }],
}

export const all: readonly Diagnostic[] = [large, misspelt, twice, pair]

/** The schema of SARIF 2.1.0 as SchemaStore publishes it, without what names its own draft. */
export function readSarifSchema(): object {
  const url = new URL('../../node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json', import.meta.url)
  const { $schema: _, id: __, ...schema } = JSON.parse(readFileSync(url, 'utf8')) as Record<string, unknown>
  return schema
}
