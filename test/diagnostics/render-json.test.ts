import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { diagnostic } from '../../src/diagnostics/diagnostic.ts'
import { renderJson } from '../../src/diagnostics/render-json.ts'
import { Source } from '../../src/diagnostics/source.ts'

const schema = JSON.parse(readFileSync(new URL('../../schemas/diagnostics.schema.json', import.meta.url), 'utf8'))
const validate = new Ajv2020({ allErrors: true, strict: true }).compile(schema)

const source = new Source('policies/main.policy', 'allow staff when\n  caller.tema == "a"\n')
const other = new Source('policies/groups.policy', 'deny staff')
const full = diagnostic('P202', {
  message: 'there is no attribute `caller.tema`',
  span: { source, start: 19, end: 30 },
  label: 'not an attribute',
  related: [{ message: 'here', span: { source: other, start: 5, end: 10 } }],
  help: 'did you mean `caller.team`?',
  edits: [{ span: { source, start: 19, end: 30 }, text: 'caller.team' }],
  witness: { caller: { team: 'a' } },
})

test('every field, with lines and columns from 1', () => {
  expect(renderJson([full])).toEqual({
    version: 1,
    diagnostics: [
      {
        code: 'P202',
        severity: 'error',
        message: 'there is no attribute `caller.tema`',
        file: 'policies/main.policy',
        range: { start: { line: 2, column: 3 }, end: { line: 2, column: 14 } },
        related: [
          {
            message: 'here',
            file: 'policies/groups.policy',
            range: { start: { line: 1, column: 6 }, end: { line: 1, column: 11 } },
          },
        ],
        help: 'did you mean `caller.team`?',
        edits: [
          {
            file: 'policies/main.policy',
            range: { start: { line: 2, column: 3 }, end: { line: 2, column: 14 } },
            text: 'caller.team',
          },
        ],
        witness: { caller: { team: 'a' } },
      },
    ],
  })
})

test('what is printed follows the published schema', () => {
  const plain = diagnostic('P101', { message: 'm', span: { source, start: 0, end: 0 } })
  for (const diagnostics of [[], [full], [plain, full]]) {
    const printed: unknown = JSON.parse(JSON.stringify(renderJson(diagnostics)))
    expect(validate(printed), JSON.stringify(validate.errors)).toBe(true)
  }
  expect(validate({ version: 2, diagnostics: [] })).toBe(false)
})
