/** docs/diagnostics.md is the catalogue as a page; `UPDATE_FIXTURES=1` writes it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type Code, catalogue } from '../../src/diagnostics/catalogue.ts'

const page = new URL('../../docs/diagnostics.md', import.meta.url)

const families = [
  ['P1', 'The text of a policy'],
  ['P2', 'Names, types, targets and clauses'],
  ['P3', 'What can never happen'],
  ['P4', 'What is not covered'],
  ['P5', 'Rules that contradict each other'],
  ['P6', 'Assertions and tests'],
  ['P7', 'Safety'],
  ['P8', 'Size'],
  ['P9', 'The configuration'],
] as const

const introduction = `# Diagnostics

Every code that \`policyc\` reports. \`policyc explain CODE\` prints the same; this page is written from the catalogue.
An error makes \`validate\` fail, a warning only with \`--strict\`.
`

function entry(code: Code): string {
  const { severity, title, because, avoid, prefer } = catalogue[code]
  const indented = (text: string) => text.replaceAll(/^/gm, '    ')
  return `### ${code}: ${title}

${severity}. Because ${because}.

Avoid:

${indented(avoid)}

Prefer:

${indented(prefer)}
`
}

test('the page is the catalogue', () => {
  const codes = Object.keys(catalogue).sort() as Code[]
  const parts = families.flatMap(([prefix, title]) => {
    const own = codes.filter((code) => code.startsWith(prefix))
    return own.length === 0 ? [] : [`## ${prefix}xx: ${title}\n`, ...own.map(entry)]
  })
  const text = [introduction, ...parts].join('\n')
  for (const code of codes) expect(text).toContain(`### ${code}:`)
  if (process.env['UPDATE_FIXTURES'] === '1') writeFileSync(page, text)
  else expect(readFileSync(page, 'utf8')).toBe(text)
})
