/** Runs one command line to its exit status; whatever a command throws is told here, and only here. */
import { CommanderError } from 'commander'
import { PolicyError } from '../diagnostics/diagnostic.ts'
import { exitStatus, Told, UsageError } from './exit-status.ts'
import type { Io } from './io.ts'
import { createProgram } from './program.ts'
import { statusOf, tellDiagnostics } from './report.ts'

export async function run(args: readonly string[], io: Io): Promise<number> {
  let status: number = exitStatus.ok
  try {
    const program = createProgram(io, (finished) => {
      status = finished
    })
    if (args.length === 0) {
      io.err(program.helpInformation())
      return exitStatus.usage
    }
    await program.parseAsync([...args], { from: 'user' })
    return status
  } catch (error) {
    return tellError(error, io)
  }
}

function tellError(error: unknown, io: Io): number {
  // Commander has said already what was wrong, or printed what was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitStatus.ok : exitStatus.usage
  if (error instanceof Told) return error.status
  if (error instanceof UsageError) {
    io.err(`error: ${error.message}\n${error.help === undefined ? '' : `help: ${error.help}\n`}`)
    return exitStatus.usage
  }
  if (error instanceof PolicyError) {
    tellDiagnostics(error.diagnostics, io)
    return statusOf(error.diagnostics)
  }
  const message = error instanceof Error ? error.message : String(error)
  io.err(`policyc: internal error (please report): ${message.split('\n')[0]}\n`)
  if (io.env['POLICYC_DEBUG'] === '1' && error instanceof Error) io.err(`${error.stack}\n`)
  return exitStatus.bug
}
