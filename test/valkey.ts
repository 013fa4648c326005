/** A Valkey server for tests: the real one, compiled to WebAssembly. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface Valkey {
  readonly url: string
  readonly port: number
  /** Ends it at once, as a crash would. */
  readonly kill: () => Promise<void>
}

export async function startValkey(atPort = 0): Promise<Valkey> {
  const path = fileURLToPath(new URL('valkey-process.mjs', import.meta.url))
  const child = spawn(process.execPath, ['--no-warnings', path, String(atPort)], { stdio: ['pipe', 'pipe', 'ignore'] })
  const port = await firstLine(child)
  return {
    port: Number(port),
    url: `redis://127.0.0.1:${port}`,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}

function firstLine({ stdout }: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    stdout!.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      // The server writes a log of its own.
      const port = /^(\d+)$/m.exec(text)?.[1]
      if (port !== undefined) resolve(port)
    })
    stdout!.on('close', () => reject(new Error(`the server has ended: ${text.slice(-500)}`)))
  })
}
