/** `policyc fmt`: policy files in their one canonical layout. */
import { randomBytes } from 'node:crypto'
import { chmod, readdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Diagnostic, diagnostic } from '../../diagnostics/diagnostic.ts'
import { Source } from '../../diagnostics/source.ts'
import { formatPolicy } from '../../syntax/format.ts'
import { readSource } from '../../syntax/read-source.ts'
import { exitStatus, UsageError } from '../exit-status.ts'
import type { Io } from '../io.ts'
import { counted, statusOf, tellDiagnostics } from '../report.ts'

export interface FmtOptions {
  readonly check: boolean
}

const bytesMax = 16 * 1024 * 1024

export async function fmt(paths: readonly string[], { check }: FmtOptions, io: Io): Promise<number> {
  if (paths.includes('-')) {
    if (paths.length > 1) throw new UsageError('`-` stands for standard input, and is given alone')
    return formatInput(check, io)
  }
  const files = await findFiles(paths.length === 0 ? ['.'] : paths)
  const count = { changed: 0, unchanged: 0, broken: 0 }
  let status: number = exitStatus.ok
  for (const file of files) {
    const result = await formatFile(file, check)
    if (typeof result === 'string') {
      count[result]++
      if (result === 'changed') io.out(`${check ? 'not formatted' : 'formatted'}: ${file}\n`)
      if (result === 'changed' && check) status = Math.max(status, exitStatus.failed)
    } else {
      count.broken++
      status = Math.max(status, statusOf(result))
      tellDiagnostics(result, io)
    }
  }
  io.err(`${summaryOf(count, check)}\n`)
  return status
}

async function formatInput(check: boolean, io: Io): Promise<number> {
  const bytes = await io.readInput()
  const result = format('<stdin>', bytes)
  if ('diagnostics' in result) {
    tellDiagnostics(result.diagnostics, io)
    return exitStatus.failed
  }
  if (!check) io.out(result.text)
  else if (!isSame(bytes, result.text)) {
    io.out('not formatted: <stdin>\n')
    return exitStatus.failed
  }
  return exitStatus.ok
}

/** The policy files that paths mean: themselves, or all below a folder. */
async function findFiles(paths: readonly string[]): Promise<readonly string[]> {
  const files = new Set<string>()
  for (const path of paths) {
    const found = await stat(path).catch(() => undefined)
    if (found === undefined) throw new UsageError(`there is no file or folder \`${path}\``)
    if (!found.isDirectory() && /\.(?:ya?ml|json)$/.test(path))
      throw new UsageError(`\`${path}\` is not a policy file`, 'name `.policy` files, or the folder that holds them')
    if (!found.isDirectory()) files.add(path)
    else for (const file of await filesBelow(path)) files.add(file)
  }
  return [...files]
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => {
    throw new UsageError(`the folder \`${folder}\` cannot be read`)
  })
  const files: string[] = []
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      if (entry.name !== 'node_modules' && !entry.name.startsWith('.')) files.push(...(await filesBelow(path)))
    } else if (entry.name.endsWith('.policy')) files.push(path)
  }
  return files
}

async function formatFile(path: string, check: boolean): Promise<'changed' | 'unchanged' | readonly Diagnostic[]> {
  const bytes = await readBytes(path)
  if (!(bytes instanceof Uint8Array)) return [bytes]
  const result = format(path, bytes)
  if ('diagnostics' in result) return result.diagnostics
  if (isSame(bytes, result.text)) return 'unchanged'
  if (!check) await replaceFile(path, result.text)
  return 'changed'
}

function format(path: string, bytes: Uint8Array): { text: string } | { diagnostics: readonly Diagnostic[] } {
  const { source, diagnostics } = readSource(path, bytes)
  return source === undefined || diagnostics.length > 0 ? { diagnostics } : formatPolicy(source)
}

function isSame(bytes: Uint8Array, text: string): boolean {
  return Buffer.from(text).equals(bytes)
}

async function readBytes(path: string): Promise<Uint8Array | Diagnostic> {
  const whole = { source: new Source(path, ''), start: 0, end: 0 }
  try {
    const { size } = await stat(path)
    if (size > bytesMax) return diagnostic('P107', { message: 'the file is larger than 16 MiB', span: whole })
    return await readFile(path)
  } catch (error) {
    const reason =
      (error as NodeJS.ErrnoException).code === 'EACCES' ? 'reading it is not permitted' : 'reading it failed'
    return diagnostic('P901', { message: `\`${path}\` cannot be read: ${reason}`, span: whole })
  }
}

/** Whole or not at all: whoever reads meanwhile sees the old text or the new one. Links and modes stay. */
async function replaceFile(path: string, text: string): Promise<void> {
  const target = await realpath(path)
  const partial = `${target}.${randomBytes(4).toString('hex')}.partial`
  try {
    const { mode } = await stat(target)
    await writeFile(partial, text, { flag: 'wx' })
    await chmod(partial, mode & 0o7777)
    await rename(partial, target)
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined)
    const code = (error as NodeJS.ErrnoException).code ?? 'an error'
    throw new UsageError(`\`${path}\` cannot be written: the system says ${code}`)
  }
}

function summaryOf(count: Readonly<Record<'changed' | 'unchanged' | 'broken', number>>, check: boolean): string {
  const parts = [
    ...(count.changed > 0 ? [`${counted(count.changed, 'file')} ${check ? 'not formatted' : 'formatted'}`] : []),
    ...(count.broken > 0 ? [`${counted(count.broken, 'file')} with errors`] : []),
    ...(count.unchanged > 0 ? [`${counted(count.unchanged, 'file')} unchanged`] : []),
  ]
  return parts.length === 0 ? 'no policy files' : parts.join(', ')
}
