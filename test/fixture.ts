/**
 * Text in, text out: a fixture is sections of text split by a line of `────`, the first of which is the input.
 *
 * With `UPDATE_FIXTURES=1` the sections after the input are rewritten to what the program gives now.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const divider = '\n────\n'

/** One test for each `.txt` of a folder: `run` makes the sections after the input from the input. */
export function testFixtures(folder: string, run: (input: string) => readonly string[]): void {
  for (const name of readdirSync(folder)
    .filter((each) => each.endsWith('.txt'))
    .sort()) {
    test(name.replace(/\.txt$/, ''), () => {
      const path = join(folder, name)
      const [input = '', ...wanted] = readFileSync(path, 'utf8').split(divider)
      const given = run(input).map((section) => section.replace(/\n+$/, ''))
      if (process.env['UPDATE_FIXTURES'] === '1')
        writeFileSync(path, `${[input.replace(/\n+$/, ''), ...given].join(divider)}\n`)
      else expect(given).toEqual(wanted.map((section) => section.replace(/\n+$/, '')))
    })
  }
}
