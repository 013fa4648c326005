/**
 * The configuration that a path on the command line means: a `gateway.yaml`, the folder that holds one, or a policy
 * file, whose configuration is the nearest one in its folder or above it.
 */
import { open, stat } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { UsageError } from './exit-status.ts'

export interface FoundConfig {
  /** As `readPolicy` takes it, and as diagnostics show it. */
  readonly path: string
  /** Where a policy file was named: its absolute path. */
  readonly policyFile?: string
}

const configNames = ['gateway.yaml', 'gateway.yml'] as const

export async function findConfig(path = '.'): Promise<FoundConfig> {
  if (path.endsWith('.json') && (await isBundle(path)))
    throw new UsageError(
      `\`${path}\` is a bundle, which holds no text and no providers`,
      'name the `gateway.yaml` that it was built from; `policyc diff` compares bundles',
    )
  if (!path.endsWith('.policy')) return { path }
  const file = resolve(path)
  if (!(await isFile(file))) throw new UsageError(`there is no file \`${path}\``)
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    for (const name of configNames) {
      const candidate = join(folder, name)
      if (await isFile(candidate)) return { path: relative(process.cwd(), candidate), policyFile: file }
    }
    if (folder === dirname(folder)) {
      throw new UsageError(
        `no folder from that of \`${path}\` upwards holds a \`gateway.yaml\``,
        'a policy is validated with the configuration that names its providers: `policyc init` writes one',
      )
    }
  }
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true
}

/** By its first bytes, since a bundle may be large. */
async function isBundle(path: string): Promise<boolean> {
  const start = '{"policyc":"bundle"'
  const file = await open(path).catch(() => undefined)
  try {
    const { buffer } = (await file?.read(Buffer.alloc(start.length), 0, start.length, 0)) ?? {}
    return buffer?.toString('latin1') === start
  } catch {
    return false
  } finally {
    await file?.close()
  }
}
