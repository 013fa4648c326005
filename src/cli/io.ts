/**
 * The world outside of a command: what it writes to, reads from and is stopped by. Commands are given it, so that
 * tests run them without a process.
 */
import { processEnvironment } from '../config/process-environment.ts'

export interface Io {
  /** Writes to standard output, as it is. */
  readonly out: (text: string) => void
  /** Writes to standard error, as it is. */
  readonly err: (text: string) => void
  /** All of standard input. */
  readonly readInput: () => Promise<Uint8Array>
  readonly env: Readonly<Record<string, string | undefined>>
  /** Whether standard output is a terminal, which people read. */
  readonly isTerminal: boolean
  /** Whether standard error is one. */
  readonly isErrTerminal: boolean
  /** Whether to colour what goes to each. */
  readonly color: { readonly out: boolean; readonly err: boolean }
  /** Calls `handler` for each SIGINT and SIGTERM; the answer ends that. */
  readonly onStop: (handler: (signal: 'SIGINT' | 'SIGTERM') => void) => () => void
  /** Ends the process at once. */
  readonly exitNow: (status: number) => void
}

/** The world of this process. */
export function processIo(exitNow: (status: number) => void): Io {
  const env = processEnvironment()
  const write = (stream: NodeJS.WriteStream) => {
    let isOpen = true
    // Whoever reads may stop reading (`| head`): what is left to say is said to nobody.
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      isOpen = false
    })
    return (text: string) => {
      if (isOpen) stream.write(text)
    }
  }
  return {
    out: write(process.stdout),
    err: write(process.stderr),
    readInput,
    env,
    isTerminal: process.stdout.isTTY === true,
    isErrTerminal: process.stderr.isTTY === true,
    color: { out: wantsColor(env, process.stdout.isTTY), err: wantsColor(env, process.stderr.isTTY) },
    onStop: (handler) => {
      process.on('SIGINT', handler).on('SIGTERM', handler)
      return () => void process.off('SIGINT', handler).off('SIGTERM', handler)
    },
    exitNow,
  }
}

/** NO_COLOR and FORCE_COLOR are what most programs go by. */
function wantsColor(env: Io['env'], isTerminal: boolean | undefined): boolean {
  if (env['NO_COLOR']) return false
  if (env['FORCE_COLOR'] && env['FORCE_COLOR'] !== '0') return true
  return isTerminal === true && env['TERM'] !== 'dumb'
}

async function readInput(): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
