/**
 * How well each detector tells what it looks for from what resembles it. The figures are printed, and docs/guards.md
 * shows them; what a detector gets wrong here is known and listed, so that a change that makes it worse fails.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { builtInDetectors } from '../../src/guards/built-in-detectors.ts'
import { createScanner } from '../../src/guards/scan.ts'
import { attacks } from './corpus/attacks.ts'
import { measure } from './corpus/corpus.ts'
import { personal } from './corpus/personal.ts'
import { secrets } from './corpus/secrets.ts'

const corpus = { ...personal, ...secrets, ...attacks }
const figures = builtInDetectors.map((detector) => ({
  name: detector.name,
  examples: corpus[detector.name],
  ...measure(createScanner([detector]), corpus[detector.name] ?? { found: [], free: [] }),
}))

test('every detector has a corpus', () => {
  expect(figures.filter((each) => each.examples === undefined).map((each) => each.name)).toEqual([])
})

test.each(figures)('$name finds what it should, and nothing else', ({ mistakes }) => {
  expect(mistakes).toEqual([])
})

test('docs/guards.md shows the figures', () => {
  const percent = (part: number, whole: number) => (whole === 0 ? '–' : `${Math.round((100 * part) / whole)} %`)
  const rows = figures.map(({ name, examples, truePositives, falsePositives, falseNegatives }) => [
    `\`${name}\``,
    String(truePositives + falseNegatives),
    String(examples?.free.length ?? 0),
    percent(truePositives, truePositives + falsePositives),
    percent(truePositives, truePositives + falseNegatives),
  ])
  const table = [
    ['detector', 'to find', 'look-alikes', 'precision', 'recall'],
    ['---', '---:', '---:', '---:', '---:'],
    ...rows,
  ]
  const text = table.map((row) => `| ${row.join(' | ')} |`).join('\n')
  const page = fileURLToPath(new URL('../../docs/guards.md', import.meta.url))
  const written = readFileSync(page, 'utf8')
  const wanted = written.replace(/(<!-- figures -->\n)[\s\S]*?(<!-- end -->)/, `$1\n${text}\n\n$2`)
  if (process.env['UPDATE_FIXTURES'] === '1') writeFileSync(page, wanted)
  else expect(cellsOf(written)).toEqual(cellsOf(wanted))
})

/** Lines, those of tables without what only pads their columns. */
function cellsOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => (line.startsWith('|') ? line.replace(/\s+/g, ' ').replace(/-{2,}/g, '---') : line))
}
