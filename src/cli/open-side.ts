/**
 * A side of a comparison: a folder or a gateway.yaml, a bundle, or a revision of git, opened to decide and to be
 * compared.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { promisify } from 'node:util'
import type { Policy } from '../compile/load.ts'
import { processEnvironment } from '../config/process-environment.ts'
import { createDecider } from '../decide/decide.ts'
import { type Diagnostic, PolicyError } from '../diagnostics/diagnostic.ts'
import { Source, type Span } from '../diagnostics/source.ts'
import { decodeBundle } from '../graph/bundle.ts'
import type { Side } from '../prove/diff.ts'
import { UsageError } from './exit-status.ts'
import type { Io } from './io.ts'
import { openAt } from './open-at.ts'
import { unreadable } from './unreadable.ts'

export interface OpenedSide extends Side {
  readonly name: string
  /** Absent for a bundle, which holds no text. */
  readonly policy?: Policy
}

/** Throws `UsageError` for what is not there, and `PolicyError` for a policy with errors. */
export async function openSide(path: string, io: Io, name = path): Promise<OpenedSide> {
  if (path.endsWith('.json')) return openBundleFile(path, name)
  const policy = await openAt(path, io)
  return { name, graph: policy.graph, decide: policy.decide, policy }
}

async function openBundleFile(path: string, name: string): Promise<OpenedSide> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(path, error)
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
    const tree = join(folder, 'tree')
    const inside = relative(top, resolve(path))
    if (!(await stat(join(tree, inside)).catch(() => undefined)))
      throw new UsageError(`the revision \`${revision}\` has no \`${inside}\``)
    return await use(join(tree, inside)).catch((thrown: unknown) => {
      if (!(thrown instanceof PolicyError)) throw thrown
      throw new PolicyError(namedBy(revision, tree, thrown.diagnostics))
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Diagnostics of a revision, by the names that git gives its files (`main:policies/main.policy`): those read are gone. */
function namedBy(revision: string, tree: string, diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const sources = new Map<Source, Source>()
  const named = (span: Span): Span => {
    const known = sources.get(span.source)
    const inside = relative(tree, resolve(span.source.path))
    const source = known ?? new Source(`${revision}:${inside === '' ? '.' : inside}`, span.source.text)
    sources.set(span.source, source)
    return { ...span, source }
  }
  return diagnostics.map(({ edits: _, ...each }) => ({
    ...each,
    message: each.message.replaceAll(`${tree}/`, `${revision}:`).replaceAll(tree, revision),
    span: named(each.span),
    related: each.related.map((other) => ({ ...other, span: named(other.span) })),
  }))
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
