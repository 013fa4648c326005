/**
 * A policy as its files: imports are followed, each file is read once, and the statements of an imported
 * file stand where the import stands. Reading is handed in, so that text from an editor, a bundle or a
 * git revision is followed the same way.
 */
import { basename, dirname, isAbsolute, join, normalize, relative, sep } from 'node:path'
import type { Code } from '../diagnostics/catalogue.ts'
import type { Diagnostic, DiagnosticInit } from '../diagnostics/diagnostic.ts'
import { diagnostic } from '../diagnostics/diagnostic.ts'
import { Source, type Span } from '../diagnostics/source.ts'
import { suggest } from '../diagnostics/suggest.ts'
import type { ParsedText } from '../syntax/assemble.ts'
import type { ImportStatement, PolicyFile, Statement } from '../syntax/ast.ts'
import { parsePolicy, readSource } from '../syntax/parse.ts'

/** One file as read; `statements` are its own, imports among them. */
export interface LoadedFile {
  /** As handed to `read`, normalised; the main file of a text has none. */
  readonly path?: string
  readonly source: Source
  readonly file: PolicyFile
}

export interface LoadedFiles {
  /** Main file first, then in the order of their first import. */
  readonly files: readonly LoadedFile[]
  /** The statements of all files in the order in which they stand, imports replaced by what they import. */
  readonly statements: readonly Statement[]
  /** What each import leads to, where it could be followed. */
  readonly imported: ReadonlyMap<ImportStatement, LoadedFile>
  /** Whether a whole file is missing, so that names may be declared where nobody can see them. */
  readonly incomplete: boolean
  readonly diagnostics: readonly Diagnostic[]
}

/** Files as they were parsed, by the path that they were read from (a text by the name that it is shown under). */
export type ParsedTexts = ReadonlyMap<string, ParsedText>

/** The files of a policy, and what its next version can be parsed from. */
export interface ReadFiles extends LoadedFiles {
  readonly texts: ParsedTexts
}

export type MainFile = { readonly path: string } | { readonly text: string; readonly directory: string }

export interface Reading {
  readonly read: (path: string) => Promise<Uint8Array>
  /** The names in a folder, for "did you mean"; what cannot be listed is empty. */
  readonly list?: (directory: string) => Promise<readonly string[]>
  /** An earlier version: what did not change is not parsed again. The result is the same. */
  readonly former?: ParsedTexts
}

const mostDepth = 32
const mostFiles = 1_000
const mostBytes = 32 * 1024 * 1024

/** The name that a policy without a file is shown under. */
const unnamed = 'main.policy'

interface Loading extends Reading {
  readonly root: string
  readonly files: LoadedFile[]
  readonly texts: Map<string, ParsedText>
  readonly byPath: Map<string, LoadedFile | 'unreadable'>
  readonly imported: Map<ImportStatement, LoadedFile>
  readonly diagnostics: Diagnostic[]
  /** From the main file down to the one that is being followed. */
  readonly chain: { readonly path: string | undefined; readonly source: Source; by?: ImportStatement }[]
  bytes: number
  incomplete: boolean
}

/** Reads the main file and everything that it imports; whatever is wrong is a diagnostic, never thrown. */
export async function loadPolicyFiles(main: MainFile, reading: Reading | Reading['read']): Promise<ReadFiles> {
  const path = 'path' in main ? normalize(main.path) : undefined
  const loading: Loading = {
    ...(typeof reading === 'function' ? { read: reading } : reading),
    root: 'path' in main ? dirname(path!) : normalize(main.directory),
    files: [],
    texts: new Map(),
    byPath: new Map(),
    imported: new Map(),
    diagnostics: [],
    chain: [],
    bytes: 0,
    incomplete: false,
  }
  const bytes = 'path' in main ? await readMain(loading, path!) : new TextEncoder().encode(main.text)
  const file = bytes && addFile(loading, path, bytes, wholeOf(path ?? unnamed))
  const statements = file ? await follow(loading, file) : []
  const { files, imported, incomplete, diagnostics, texts } = loading
  return { files, statements, imported, incomplete, diagnostics, texts }
}

function wholeOf(path: string): Span {
  return { source: new Source(path, ''), start: 0, end: 0 }
}

function report(loading: Loading, code: Code, init: DiagnosticInit): undefined {
  loading.diagnostics.push(diagnostic(code, init))
  loading.incomplete = true
  return undefined
}

async function readMain(loading: Loading, path: string): Promise<Uint8Array | undefined> {
  try {
    return await loading.read(path)
  } catch (error) {
    const message = `the policy \`${basename(path)}\` cannot be read: ${reasonOf(error)}`
    return report(loading, 'P901', { message, span: wholeOf(path), help: await siblingHelp(loading, path) })
  }
}

/** Decodes and parses; what is beyond the bounds is reported where it was asked for. */
function addFile(loading: Loading, path: string | undefined, bytes: Uint8Array, asked: Span): LoadedFile | undefined {
  loading.bytes += bytes.byteLength
  if (loading.bytes > mostBytes || loading.files.length >= mostFiles) {
    return report(loading, 'P107', {
      message:
        loading.bytes > mostBytes
          ? 'the policy is larger than 32 MiB in all'
          : `the policy has more than ${mostFiles} files`,
      span: asked,
      help: 'keep long lists in `tables` of gateway.yaml',
    })
  }
  const name = path ?? unnamed
  const { source, diagnostics } = readSource(name, bytes)
  loading.diagnostics.push(...diagnostics)
  if (!source || diagnostics.length > 0) {
    loading.incomplete = true
    return undefined
  }
  const former = loading.former?.get(name)
  const parsed = former?.source.text === source.text ? former : parsePolicy(source, former)
  loading.texts.set(name, parsed)
  loading.diagnostics.push(...parsed.diagnostics)
  const file = { ...(path === undefined ? {} : { path }), source: parsed.source, file: parsed.file }
  loading.files.push(file)
  if (path !== undefined) loading.byPath.set(path, file)
  return file
}

/** The statements of a file, with those of its imports in their places. */
async function follow(loading: Loading, file: LoadedFile, by?: ImportStatement): Promise<Statement[]> {
  loading.chain.push({ path: file.path, source: file.source, ...(by ? { by } : {}) })
  const statements: Statement[] = []
  for (const statement of file.file.statements) {
    if (statement.kind === 'import') statements.push(...(await followImport(loading, file, statement)))
    else statements.push(statement)
  }
  loading.chain.pop()
  return statements
}

async function followImport(loading: Loading, from: LoadedFile, node: ImportStatement): Promise<readonly Statement[]> {
  const path = resolveImport(loading, from, node)
  if (path === undefined) return []
  if (loading.chain.some((each) => each.path === path)) {
    reportCircle(loading, path, node)
    return []
  }
  const known = loading.byPath.get(path)
  if (known) {
    if (known !== 'unreadable') loading.imported.set(node, known)
    return []
  }
  if (loading.chain.length > mostDepth) {
    report(loading, 'P107', {
      message: `imports are more than ${mostDepth} files deep`,
      span: node.path.span,
      help: 'import from fewer levels',
    })
    return []
  }
  const bytes = await readImport(loading, path, node)
  const file = bytes && addFile(loading, path, bytes, node.path.span)
  if (!file) {
    loading.byPath.set(path, 'unreadable')
    return []
  }
  loading.imported.set(node, file)
  return follow(loading, file, node)
}

/** The path of an import, which is relative and stays inside the folder of the main file. */
function resolveImport(
  loading: Loading,
  from: LoadedFile,
  { path: { value, span } }: ImportStatement,
): string | undefined {
  const refuse = (message: string, help: string) => report(loading, 'P205', { message, span, help })
  if (value.trim() === '') return refuse('the path of the import is empty', 'write a path such as `"./groups.policy"`')
  if (value.includes('\\'))
    return refuse('the path of the import has backslashes', `write \`"${value.replaceAll('\\', '/')}"\``)
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(value))
    return refuse('the import is an address, not a file', 'imports are files inside the folder of the policy')
  if (value.includes('\0'))
    return refuse('the path of the import has a character that no path has', 'write a path such as `"./groups.policy"`')
  if (isAbsolute(value) || /^[A-Za-z]:/.test(value) || value.startsWith('~')) {
    return refuse(
      'the path of the import is absolute',
      'write it relative to the file that imports, as `"./groups.policy"`',
    )
  }
  if (value.endsWith('/')) return refuse('the import is a folder', 'name one file of it')
  const directory = from.path === undefined ? loading.root : dirname(from.path)
  const path = normalize(join(directory, value))
  const inside = relative(loading.root, path)
  if (inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) {
    return refuse(
      'the import leads out of the folder of the policy',
      'imports stay inside the folder that the main policy is in',
    )
  }
  return path
}

async function readImport(
  loading: Loading,
  path: string,
  { path: { value, span } }: ImportStatement,
): Promise<Uint8Array | undefined> {
  try {
    return await loading.read(path)
  } catch (error) {
    const missing = codeOf(error) === 'ENOENT'
    const shown = JSON.stringify(value).slice(1, -1)
    const near = missing ? await nearSibling(loading, path) : undefined
    const text =
      near === undefined ? undefined : JSON.stringify(value.slice(0, value.length - basename(path).length) + near)
    return report(loading, 'P205', {
      message: missing ? `there is no file \`${shown}\`` : `\`${shown}\` cannot be read: ${reasonOf(error)}`,
      span,
      help: text === undefined ? undefined : `did you mean \`${text}\`?`,
      edits: text === undefined ? undefined : [{ span, text }],
    })
  }
}

/** A file beside the missing one whose name is near, or is the same with its ending. */
async function nearSibling(loading: Loading, path: string): Promise<string | undefined> {
  const names = await namesBeside(loading, path)
  const name = basename(path)
  return names.find((each) => each === `${name}.policy`) ?? suggest(name, names)
}

async function siblingHelp(loading: Loading, path: string): Promise<string | undefined> {
  const near = await nearSibling(loading, path)
  return near === undefined ? undefined : `did you mean \`${near}\`?`
}

async function namesBeside(loading: Loading, path: string): Promise<readonly string[]> {
  try {
    return ((await loading.list?.(dirname(path))) ?? []).filter((each) => each.endsWith('.policy'))
  } catch {
    return []
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** Without the path, which the message has already as its author wrote it. */
function reasonOf(error: unknown): string {
  switch (codeOf(error)) {
    case 'ENOENT':
      return 'there is no such file'
    case 'EISDIR':
      return 'it is a folder'
    case 'EACCES':
    case 'EPERM':
      return 'reading it is not permitted'
    case 'ENOTDIR':
      return 'a part of its path is not a folder'
    case 'ELOOP':
      return 'its links go round in a circle'
    default:
      return 'reading it failed'
  }
}

function reportCircle(loading: Loading, path: string, node: ImportStatement): void {
  const start = loading.chain.findIndex((each) => each.path === path)
  const circle = loading.chain.slice(start)
  const names = [...circle.map((each) => shownName(loading, each.path)), shownName(loading, path)]
  const steps = [...circle.slice(1).flatMap((each) => (each.by ? [each.by] : [])), node]
  report(loading, 'P206', {
    message:
      circle.length === 1
        ? `\`${names[0]}\` imports itself`
        : `imports go round in a circle: ${names.map((each) => `\`${each}\``).join(' → ')}`,
    span: node.path.span,
    related: steps.slice(0, -1).map((each, index) => ({
      message: `\`${names[index]}\` imports \`${names[index + 1]}\` here`,
      span: each.path.span,
    })),
    help: 'put what both need into a file that imports neither',
  })
}

function shownName(loading: Loading, path: string | undefined): string {
  return path === undefined ? unnamed : relative(loading.root, path).replaceAll(sep, '/') || basename(path)
}
