/** Writes what a command makes to where it was asked to. */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { UsageError } from './exit-status.ts'

/** Puts the file in its place in one step, so that nobody reads half of it; makes its folder where there is none. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const partial = `${path}.partial`
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(partial, text)
    await rename(partial, path)
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined)
    throw new UsageError(`\`${path}\` cannot be written: ${(error as Error).message}`)
  }
}
