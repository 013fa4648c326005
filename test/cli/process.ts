/** The built program as a process of its own. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

export const root = fileURLToPath(new URL('../..', import.meta.url))
const program = `${root}dist/cli/main.js`

/** Builds what runs; nothing is done where it is built already. */
export function buildProgram(): void {
  execFileSync(process.execPath, [`${root}scripts/build.mjs`, '--no-types'], { cwd: root, stdio: 'pipe' })
}

export interface Running {
  readonly child: ChildProcess
  readonly out: () => string
  readonly err: () => string
  /** Resolves with what was written to standard output as soon as it matches. */
  readonly until: (pattern: RegExp) => Promise<string>
  /** Resolves when the process has ended. */
  readonly ended: Promise<{ readonly status: number | null; readonly signal: NodeJS.Signals | null }>
}

export function start(args: readonly string[], options: { readonly cwd?: string } = {}): Running {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: options.cwd ?? root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const written = { out: '', err: '' }
  const waiting = new Set<() => void>()
  child.stdout.on('data', (chunk: Buffer) => {
    written.out += chunk.toString()
    for (const each of waiting) each()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    written.err += chunk.toString()
  })
  const ended = new Promise<{ status: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.once('close', (status, signal) => resolve({ status, signal })),
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  const until = (pattern: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        if (!pattern.test(written.out)) return
        waiting.delete(look)
        resolve(written.out)
      }
      waiting.add(look)
      void ended.then(() => reject(new Error(`it ended before it wrote ${pattern}: ${written.out}${written.err}`)))
      look()
    })
  return { child, out: () => written.out, err: () => written.err, until, ended }
}

/** The address that a gateway printed. */
export function addressIn(text: string): string {
  return /listening on (http:\/\/\S+)/.exec(text)![1]!
}

/** What a printed `curl` line asks for, as `fetch` takes it. */
export function readCurl(line: string): Request {
  const quoted = [...line.matchAll(/(-H|-d) '([^']*)'/g)]
  const url = /http:\/\/\S+/.exec(line)![0]
  const headers = quoted.filter((each) => each[1] === '-H').map((each) => each[2]!.split(': ') as [string, string])
  return new Request(url, { method: 'POST', headers, body: quoted.find((each) => each[1] === '-d')![2]! })
}
