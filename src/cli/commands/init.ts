/** `policyc init`: a folder with a configuration and a policy that work as they are. */
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { exitStatus, UsageError } from '../exit-status.ts'
import { ignoredPaths, starterFiles } from '../init-files.ts'
import type { Io } from '../io.ts'

export async function init(directory: string, io: Io): Promise<number> {
  const existing: string[] = []
  for (const path of Object.keys(starterFiles)) {
    if ((await stat(join(directory, path)).catch(() => undefined)) !== undefined) existing.push(path)
  }
  if (existing.length > 0) {
    io.err(`error: nothing is written, since there are files already:\n`)
    for (const path of existing) io.err(`  ${join(directory, path)}\n`)
    return exitStatus.failed
  }
  try {
    for (const [path, text] of Object.entries(starterFiles)) await write(join(directory, path), text, io)
    await ignore(join(directory, '.gitignore'), io)
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw new UsageError(`\`${path ?? directory}\` cannot be written: the system says ${code}`)
  }
  const at = directory === '.' ? '' : ` ${directory}`
  io.out(`\nnext:\n  policyc validate${at}\n  policyc serve${at} --demo\n`)
  return exitStatus.ok
}

async function write(path: string, text: string, io: Io): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text, { flag: 'wx' })
  io.out(`wrote ${path}\n`)
}

/** Adds what must not be committed, and leaves what stands there. */
async function ignore(path: string, io: Io): Promise<void> {
  const text = await readFile(path, 'utf8').catch(() => '')
  const lines = text.split(/\r?\n/).map((each) => each.trim())
  const missing = ignoredPaths.filter((each) => !lines.includes(each))
  if (missing.length === 0) return
  const gap = text === '' || text.endsWith('\n') ? '' : '\n'
  await writeFile(path, `${text}${gap}${missing.join('\n')}\n`)
  io.out(`${text === '' ? 'wrote' : 'added to'} ${path}\n`)
}
