/**
 * The commands, their arguments and options. What a command does is loaded only when it is run, so that `--help` and
 * a mistyped option answer at once.
 */
import { Command, InvalidArgumentError, Option } from 'commander'
import { graphFormats } from './graph-format.ts'
import type { Io } from './io.ts'
import { addProofs } from './program-proofs.ts'
import { example, pathText } from './program-texts.ts'
import { reportFormats } from './report-format.ts'
import { readVersion } from './version.ts'

/** The command line; `finish` is told the exit status of the command that ran. */
export function createProgram(io: Io, finish: (status: number) => void): Command {
  const program = new Command('policyc')
    .description('Policies for AI models, compiled and proved, and the gateway that enforces them.')
    .version(readVersion(), '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .showHelpAfterError('(policyc --help lists the commands)')
    .configureOutput({ writeOut: io.out, writeErr: io.err })
    .exitOverride()
  addChecks(program, io, finish)
  addProofs(program, io, finish)
  addExplain(program, io, finish)
  addBuild(program, io, finish)
  addGraph(program, io, finish)
  addServe(program, io, finish)
  addInit(program, io, finish)
  addKeys(program, io, finish)
  return program
}

type Finish = (status: number) => void

function addChecks(program: Command, io: Io, finish: Finish): void {
  program
    .command('validate')
    .description('report everything that is wrong with a configuration and its policy')
    .argument('[path]', `${pathText}; or a .policy file of it`)
    .addOption(new Option('--format <format>', 'how to print').choices(reportFormats).default('pretty'))
    .option('--json', 'short for --format json')
    .option('--strict', 'fail on warnings too')
    .addOption(new Option('--require <what>', 'prove that every allowed request has it').choices(['budget']))
    .addHelpText('after', example('policyc validate ./gateway.yaml --strict'))
    .action(async (path: string | undefined, { format, json, strict, require }) => {
      const { validate } = await import('./commands/validate.ts')
      const required = require === undefined ? {} : { require: [require] }
      finish(await validate(path, { format: json ? 'json' : format, strict: strict === true, ...required }, io))
    })
  program
    .command('fmt')
    .description('lay policy files out in the one canonical way')
    .argument('[paths...]', 'files, folders, or - for standard input to output; the current folder if left out')
    .option('--check', 'change nothing; list what is not formatted and fail if there is any')
    .addHelpText('after', example('policyc fmt --check policies'))
    .action(async (paths: string[], { check }) => {
      const { fmt } = await import('./commands/fmt.ts')
      finish(await fmt(paths, { check: check === true }, io))
    })
}

function addExplain(program: Command, io: Io, finish: Finish): void {
  program
    .command('explain')
    .description('say how one request is decided and why, or what a code of diagnostics means')
    .argument('<facts>', 'a JSON file of facts, - for standard input, or a code such as P202')
    .option('--config <path>', pathText)
    .option('--json', 'print the decision, or what the code means, as JSON')
    .addHelpText(
      'after',
      example(`echo '{"caller": {"team": "core"}, "request": {"model": "smart"}}' | policyc explain -`),
    )
    .action(async (facts: string, { config, json }) => {
      const { explainCode, isCode } = await import('./commands/explain-code.ts')
      if (isCode(facts)) return finish(explainCode(facts, { json: json === true }, io))
      const { explain } = await import('./commands/explain.ts')
      finish(await explain(facts, { ...(config === undefined ? {} : { config }), json: json === true }, io))
    })
}

function addBuild(program: Command, io: Io, finish: Finish): void {
  program
    .command('build')
    .description('write the compiled policy as a bundle, or as a module that decides without any other')
    .argument('[path]', pathText)
    .addOption(new Option('--target <target>', 'what to write').choices(['bundle', 'module']).default('bundle'))
    .option('-o, --output <file>', 'where to; - for standard output; policy.bundle.json or policy.mjs if left out')
    .addHelpText('after', example('policyc build ./gateway.yaml --target module -o dist/policy.mjs'))
    .action(async (path: string | undefined, { target, output }) => {
      const { build } = await import('./commands/build.ts')
      finish(await build(path, { target, ...(output === undefined ? {} : { output }) }, io))
    })
}

function addGraph(program: Command, io: Io, finish: Finish): void {
  program
    .command('graph')
    .description('draw the decision graph')
    .argument('[path]', pathText)
    .option(
      '--slot <slots>',
      'which slots, separated by commas (route, deny, …); all that have rules if left out',
      readList,
    )
    .addOption(new Option('--format <format>', 'how to draw').choices(graphFormats).default('svg'))
    .option('--nodes <count>', 'how many nodes of a slot to draw before the rest is folded', readCount, 60)
    .option('-o, --output <file>', 'where to; standard output if left out', '-')
    .addHelpText('after', example('policyc graph ./gateway.yaml --slot route -o route.svg'))
    .action(async (path: string | undefined, { slot, format, nodes, output }) => {
      const { graph } = await import('./commands/graph.ts')
      finish(await graph(path, { format, nodes, output, ...(slot === undefined ? {} : { slots: slot }) }, io))
    })
}

function addServe(program: Command, io: Io, finish: Finish): void {
  program
    .command('serve')
    .description('run the gateway')
    .argument('[path]', pathText)
    .option('--host <host>', 'the address to listen on, instead of listen.host')
    .option('--port <port>', 'the port to listen on, instead of listen.port; 0 takes any free one', readPort)
    .option('--demo', 'make a key for as long as the gateway runs, and print calls to paste')
    .option('--strict', 'refuse a policy that does not validate')
    .addHelpText('after', example('policyc serve ./gateway.yaml --port 8080'))
    .action(async (path: string | undefined, { host, port, demo, strict }) => {
      const { serve } = await import('./commands/serve.ts')
      const where = { ...(host === undefined ? {} : { host }), ...(port === undefined ? {} : { port }) }
      finish(await serve(path, { ...where, demo: demo === true, strict: strict === true }, io))
    })
}

function addInit(program: Command, io: Io, finish: Finish): void {
  program
    .command('init')
    .description('write a gateway.yaml, a policy and a CI workflow that work as they are')
    .argument('[dir]', 'the folder to write to', '.')
    .addHelpText('after', example('policyc init my-gateway'))
    .action(async (directory: string) => {
      const { init } = await import('./commands/init.ts')
      finish(await init(directory, io))
    })
}

function addKeys(program: Command, io: Io, finish: Finish): void {
  const keys = program
    .command('keys')
    .description('make, list and revoke virtual keys')
    .addHelpText('after', example('policyc keys create --team core --expires 90d'))
  const collect = (text: string, before: readonly string[] | undefined) => [...(before ?? []), text]
  const create = keys.command('create').description('make a key; it is printed once and only its hash is kept')
  for (const name of ['id', 'org', 'team', 'user', 'role', 'tier', 'region'])
    create.option(`--${name} <${name}>`, `caller.${name} of those who use the key`)
  for (const name of ['roles', 'scopes', 'tags'])
    create.option(`--${name} <list>`, `caller.${name}, separated by commas`, readList)
  create
    .option('--metadata <name=value>', 'what attributes `from: key.metadata.…` read; may be given again', collect)
    .option('--name <name>', 'what the key is called in lists')
    .option('--expires <duration>', 'how long it is valid, such as 90d')
    .option('--config <path>', pathText)
    .option('--json', 'print the key and its id as JSON')
    .addHelpText('after', example('policyc keys create --team core --tier free --expires 90d'))
    .action(async (options) => {
      const { createVirtualKey } = await import('./commands/keys.ts')
      finish(await createVirtualKey(options, io))
    })
  keys
    .command('list')
    .description('list the keys, never themselves but their ids and callers')
    .option('--config <path>', pathText)
    .option('--json', 'print as JSON')
    .addHelpText('after', example('policyc keys list --json'))
    .action(async (options) => {
      const { listVirtualKeys } = await import('./commands/keys.ts')
      finish(await listVirtualKeys(options, io))
    })
  keys
    .command('revoke')
    .description('revoke a key')
    .argument('<id>', 'the id that `keys list` shows')
    .option('--after <duration>', 'revoke it only then, so that an old and a new key overlap')
    .option('--config <path>', pathText)
    .addHelpText('after', example('policyc keys revoke key_0123456789ab --after 1h'))
    .action(async (id: string, options) => {
      const { revokeVirtualKey } = await import('./commands/keys.ts')
      finish(await revokeVirtualKey(id, options, io))
    })
}

function readList(text: string): readonly string[] {
  return text.split(',').map((each) => each.trim())
}

function readCount(text: string): number {
  const count = Number(text)
  if (!/^\d{1,5}$/.test(text) || count < 2) throw new InvalidArgumentError('A count is a number from 2 to 99999.')
  return count
}

function readPort(text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new InvalidArgumentError('A port is a number from 0 to 65535.')
  return port
}
