/** The commands that prove and compare: test, diff, query, bounds, replay. */
import { type Command, Option } from 'commander'
import type { Io } from './io.ts'
import { example, pathText } from './program-texts.ts'
import { reportFormats } from './report-format.ts'

export function addProofs(program: Command, io: Io, finish: (status: number) => void): void {
  program
    .command('test')
    .description('run the tests of a policy: each holds for every request that agrees with what it gives')
    .argument('[path]', pathText)
    .addOption(new Option('--format <format>', 'how to print').choices(reportFormats).default('pretty'))
    .option('--json', 'short for --format json')
    .option('--coverage', 'name the rules, candidates and fallbacks that no test reaches')
    .option('--lcov <file>', 'write the coverage of rules in the format of lcov')
    .option('--suggest', 'print tests for what no test reaches')
    .option('--watch', 'run again whenever a file changes')
    .addHelpText('after', example('policyc test --coverage'))
    .action(async (path: string | undefined, { format, json, coverage, lcov, suggest, watch }) => {
      const { test } = await import('./commands/test.ts')
      const options = {
        format: json ? 'json' : format,
        coverage: coverage === true,
        suggest: suggest === true,
        watch: watch === true,
        ...(lcov === undefined ? {} : { lcov }),
      }
      finish(await test(path, options, io))
    })
  program
    .command('diff')
    .description('tell which requests two policies decide differently, proved')
    .argument('<old>', 'a gateway.yaml, a folder, a bundle, or two revisions as main..HEAD (main.. for the work tree)')
    .argument('[new]', 'the other one; with revisions the path of the configuration, the current folder if left out')
    .addOption(
      new Option('--format <format>', 'how to print').choices(['pretty', 'json', 'markdown']).default('pretty'),
    )
    .option('--json', 'short for --format json')
    .option('--markdown', 'short for --format markdown: a comment for a pull request')
    .option('--where <condition>', 'look only at requests that satisfy it')
    .option('--only <condition>', 'fail if anything outside of it changes')
    .option('--no-new-access', 'fail if any denied request becomes allowed')
    .option('--exit-code', 'fail if there is any difference')
    .option('--replay <log>', 'count the logged requests that each difference would have touched, and their cost')
    .addHelpText('after', example('policyc diff main.. --no-new-access'))
    .action(async (before: string, after: string | undefined, options) => {
      const { diff } = await import('./commands/diff.ts')
      const { format, json, markdown, where, only, newAccess, exitCode, replay } = options
      const chosen = {
        format: json ? 'json' : markdown ? 'markdown' : format,
        exitCode: exitCode === true,
        noNewAccess: newAccess === false,
        ...(where === undefined ? {} : { where }),
        ...(only === undefined ? {} : { only }),
        ...(replay === undefined ? {} : { replay }),
      }
      finish(await diff(before, after, chosen, io))
    })
  program
    .command('query')
    .description('answer whether there is a request such that a condition holds, with an example')
    .argument('<condition>', 'such as: caller.region == "eu" and allowed')
    .option('--config <path>', pathText)
    .option('--json', 'print as JSON')
    .addHelpText('after', example(`policyc query 'allowed and not has caller.team'`))
    .action(async (condition: string, { config, json }) => {
      const { query } = await import('./commands/query.ts')
      finish(await query(condition, { json: json === true, ...(config === undefined ? {} : { config }) }, io))
    })
  program
    .command('bounds')
    .description('print the most attempts, provider calls, waiting and money that one request can cause, by route')
    .argument('[path]', pathText)
    .option('--json', 'print as JSON')
    .addHelpText('after', example('policyc bounds'))
    .action(async (path: string | undefined, { json }) => {
      const { bounds } = await import('./commands/bounds.ts')
      finish(await bounds(path, { json: json === true }, io))
    })
  program
    .command('replay')
    .description('decide logged requests again, and count what comes of them')
    .argument('<log>', 'a file with one JSON object a line: facts, or a record that holds them under `facts`')
    .option('--config <path>', pathText)
    .option('--json', 'print the decisions as JSON, each on a line of its own')
    .addHelpText('after', example('policyc replay requests.jsonl'))
    .action(async (log: string, { config, json }) => {
      const { replay } = await import('./commands/replay.ts')
      finish(await replay(log, { json: json === true, ...(config === undefined ? {} : { config }) }, io))
    })
}
