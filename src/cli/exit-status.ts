/** What the process says by its exit status. */

export const exitStatus = {
  /** No error, and with `--strict` no warning. */
  ok: 0,
  /** Errors in the policy or its configuration, files that are not formatted, a start that failed. */
  failed: 1,
  /** Wrong usage, or input that cannot be read. */
  usage: 2,
  /** A bug of this program (EX_SOFTWARE of sysexits.h). */
  bug: 70,
} as const

/** Wrong usage: what to say, and how to do it instead. Thrown by commands and told by `run.ts`. */
export class UsageError extends Error {
  readonly help: string | undefined

  constructor(message: string, help?: string) {
    super(message)
    this.name = 'UsageError'
    this.help = help
  }
}

/** What is wrong has been told already; only the exit status is left to say. */
export class Told extends Error {
  readonly status: number

  constructor(status: number) {
    super('told already')
    this.name = 'Told'
    this.status = status
  }
}
