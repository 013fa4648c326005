/**
 * What a decision costs at 10, 100, 1,000 and 10,000 rules, beside what one writes by hand and beside rivals; what
 * the graph takes, and how long it takes to build.
 *
 *     npm run bench -- decide [SIZE …] [--json] [--no-rivals] [--no-builds] [--large]
 *
 * Every engine's answers are held to the plain meaning of the rules first; then it is timed as `measure.ts` says.
 */
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { buildApart, buildHere, rebuildApart, rebuildHere } from './builds.ts'
import { measureGrowth, measureSize, measureSlots, type SizeFigures } from './figures.ts'
import { printReport, type Report } from './report.ts'
import { isInstalled, type Rival, rivals } from './rivals.ts'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    'no-rivals': { type: 'boolean', default: false },
    'no-builds': { type: 'boolean', default: false },
    large: { type: 'boolean', default: false },
    'build-only': { type: 'string' },
    'rebuild-only': { type: 'string' },
  },
})

if (options['build-only']) console.log(JSON.stringify(await buildHere(Number(options['build-only']))))
else if (options['rebuild-only']) console.log(JSON.stringify(await rebuildHere(Number(options['rebuild-only']))))
else await run()

async function run(): Promise<void> {
  const sizes = positionals.length > 0 ? positionals.map(Number) : [10, 100, 1_000, 10_000]
  const wanted = options['no-rivals'] ? [] : rivals
  const installed: Rival[] = []
  for (const rival of wanted) if (await isInstalled(rival)) installed.push(rival)
  const decide: SizeFigures[] = []
  for (const size of sizes) decide.push(await measureSize(size, installed))
  const buildSizes = options['no-builds'] ? [] : [1_000, 10_000, ...(options.large ? [100_000] : [])]
  const report: Report = {
    node: process.version,
    machine: `${cpus().length} cores of ${cpus()[0]?.model.trim()}, ${process.platform} ${process.arch}`,
    rivals: installed.map(({ library, version, how }) => ({ library, version, how })),
    missing: wanted.filter((each) => !installed.includes(each)).map(({ library }) => library),
    decide,
    growth: await measureGrowth(sizes),
    slots: await measureSlots(sizes),
    builds: buildSizes.map(buildApart),
    ...(options['no-builds'] ? {} : { rebuild: rebuildApart(1_000) }),
  }
  if (options.json) console.log(JSON.stringify(report, undefined, 2))
  else printReport(report)
}
