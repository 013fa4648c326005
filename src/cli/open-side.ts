/**
 * A side of a comparison: a folder or a gateway.yaml, a bundle, or a revision of git, opened to decide and to be
 * compared.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { promisify } from 'node:util'
import { openPolicy, type Policy, readPolicy } from '../compile/load.ts'
import { processEnvironment } from '../config/process-environment.ts'
import { createDecider } from '../decide/decide.ts'
import { hasErrors, PolicyError } from '../diagnostics/diagnostic.ts'
import { decodeBundle } from '../graph/bundle.ts'
import type { Side } from '../prove/diff.ts'
import { UsageError } from './exit-status.ts'
import { findConfig } from './find-config.ts'
import type { Io } from './io.ts'

export interface OpenedSide extends Side {
  readonly name: string
  /** Absent for a bundle, which holds no text. */
  readonly policy?: Policy
}

/** Throws `UsageError` for what is not there, and `PolicyError` for a policy with errors. */
export async function openSide(path: string, io: Io, name = path): Promise<OpenedSide> {
  if (path.endsWith('.json')) return openBundleFile(path, name)
  const found = await findConfig(path)
  const { config, checked, diagnostics } = await readPolicy(found.path, { env: io.env })
  if (hasErrors(diagnostics) || !config || !checked) throw new PolicyError(diagnostics)
  const policy = openPolicy(config, checked, diagnostics)
  return { name, graph: policy.graph, decide: policy.decide, policy }
}

async function openBundleFile(path: string, name: string): Promise<OpenedSide> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(
      `\`${path}\` cannot be read: ${error.code === 'ENOENT' ? 'there is no such file' : `the system says ${error.code}`}`,
    )
  })
  const decoded = await decodeBundle(bytes)
  if (!decoded.ok) throw new UsageError(`\`${path}\` is no bundle: ${decoded.message}`, 'make one with `policyc build`')
  const decider = createDecider(decoded.graph)
  return { name, graph: decider.graph, decide: decider.decide }
}

/** Two revisions, `A..B`; what is left out is the work tree on the right and HEAD on the left. */
export interface Revisions {
  readonly before: string
  readonly after: string | undefined
}

/** The revisions that an argument names, unless there is a file of that name. */
export async function revisionsOf(argument: string): Promise<Revisions | undefined> {
  const match = /^(.*?)\.\.(?!\.)(.*)$/.exec(argument)
  if (!match || argument.startsWith('.') || argument.includes('/..')) return undefined
  if (await stat(argument).catch(() => undefined)) return undefined
  return { before: match[1] === '' ? 'HEAD' : match[1]!, after: match[2] === '' ? undefined : match[2]! }
}

const run = promisify(execFile)

/** Runs `use` with the policy at `path` as a revision has it; its files are gone afterwards. */
export async function withRevision<T>(revision: string, path: string, use: (path: string) => Promise<T>): Promise<T> {
  if (revision.startsWith('-')) throw new UsageError(`\`${revision}\` is no revision`)
  const top = await git(['rev-parse', '--show-toplevel'])
  const folder = await mkdtemp(join(tmpdir(), 'policyc-'))
  try {
    const env = { GIT_INDEX_FILE: join(folder, '.index') }
    await git(['read-tree', `${revision}^{tree}`], env)
    await git(['checkout-index', '--all', `--prefix=${join(folder, 'tree')}/`], env, top)
    return await use(join(folder, 'tree', relative(top, resolve(path))))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function git(args: readonly string[], env: Readonly<Record<string, string>> = {}, cwd = '.'): Promise<string> {
  try {
    const { stdout } = await run('git', [...args], {
      cwd,
      env: { ...processEnvironment(), ...env },
      maxBuffer: 1 << 26,
    })
    return stdout.trim()
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string }
    const reason = code === 'ENOENT' ? 'git is not installed' : (stderr ?? '').trim().split('\n')[0]
    throw new UsageError(
      `the revision cannot be read: ${reason}`,
      'name a revision of this repository, such as `main..HEAD`',
    )
  }
}
