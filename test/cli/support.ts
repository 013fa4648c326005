/** Runs command lines without a process, in folders of their own. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Io } from '../../src/cli/io.ts'
import { run } from '../../src/cli/run.ts'

export interface Ran {
  readonly status: number
  readonly out: string
  readonly err: string
}

export interface RunOptions {
  readonly input?: string | Uint8Array
  readonly env?: Readonly<Record<string, string | undefined>>
}

/** An `Io` that keeps what is written. */
export function testIo({
  input = '',
  env = {},
}: RunOptions = {}): Io & { readonly written: { out: string; err: string } } {
  const written = { out: '', err: '' }
  return {
    written,
    out: (text) => {
      written.out += text
    },
    err: (text) => {
      written.err += text
    },
    readInput: async () => (typeof input === 'string' ? new TextEncoder().encode(input) : input),
    env,
    isTerminal: false,
    isErrTerminal: false,
    color: { out: false, err: false },
    onStop: () => () => undefined,
    exitNow: () => undefined,
  }
}

export async function policyc(args: readonly string[], options?: RunOptions): Promise<Ran> {
  const io = testIo(options)
  const status = await run(args, io)
  return { status, ...io.written }
}

/** A folder with the given files, removed with the test. */
export function folder(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const path = mkdtempSync(join(tmpdir(), 'policyc-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true })
    writeFileSync(join(path, name), content)
  }
  return path
}

/** A configuration with a simulator, and the given main policy. */
export function project(policy: string | Uint8Array, more: Readonly<Record<string, string | Uint8Array>> = {}): string {
  return folder({ 'gateway.yaml': gatewayYaml, 'main.policy': policy, ...more })
}

export const gatewayYaml = `policy: ./main.policy
gateway: { region: eu, env: test, time_zone: Europe/Berlin }
providers:
  sandbox: { type: simulator, region: eu }
models:
  sandbox/one: { price: { input: $0, output: $0 } }
callers: { keys: true }
`

export const goodPolicy = `allow teams when has caller.team
route anything { to requested }
`
