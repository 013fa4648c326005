/**
 * One folder a code: each fixture is a policy, and the frames that it draws. `silent` holds policies that are right, and
 * nearly wrong. `UPDATE_FIXTURES=1` writes down what is said now.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Code, catalogue } from '../../src/diagnostics/catalogue.ts'
import { renderPretty } from '../../src/diagnostics/render-pretty.ts'
import { checks } from '../../src/prove/checks.ts'
import { proveText } from './world.ts'

const folder = join(import.meta.dirname, 'fixtures')
const divider = '\n────\n'
const folders = readdirSync(folder).sort()

/** Codes of proofs that no check of this folder draws, and who does. */
const drawnElsewhere: readonly string[] = ['P604']

describe.each(folders)('%s', (code) => {
  const files = readdirSync(join(folder, code)).sort()

  test.each(files)('%s', async (file) => {
    const path = join(folder, code, file)
    const [input = '', wanted = ''] = readFileSync(path, 'utf8').split(divider)
    // A first comment may ask for more to be proved.
    const options = input.startsWith('# --require budget\n') ? ({ require: ['budget'] } as const) : {}
    const found = await proveText(input, options)
    const said = found.map((each) => renderPretty(each)).join('\n\n')
    if (process.env['UPDATE_FIXTURES'] === '1')
      writeFileSync(path, `${[input.replace(/\n+$/, ''), said].join(divider)}\n`)
    else expect(said).toBe(wanted.replace(/\n+$/, ''))
    if (code === 'silent') expect(said).toBe('')
    else expect(found.map((each) => each.code)).toContain(code)
  })
})

test('codes, checks, fixtures and explanations are one list', () => {
  const proved = (Object.keys(catalogue) as Code[]).filter((code) => /^P[3-7]/.test(code))
  const explained = proved.filter((code) => !drawnElsewhere.includes(code)).sort()
  // Any check may outgrow its bounds, which is a code of its own.
  expect([...checks.map((each) => each.code), 'P603'].sort()).toEqual(explained)
  expect(folders.filter((each) => each !== 'silent')).toEqual(explained)
})
