/**
 * Loads a configuration: `gateway.yaml` and what lies beside it, or a value that a program hands in,
 * as a typed value with everything checked.
 *
 * The steps are in order of what each needs: text → tree → references → shape → parts → catalogue.
 * Whatever is wrong is a diagnostic, and each step goes on without what the one before it found wrong.
 */
import { stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { diagnostic, hasErrors } from '../diagnostics/diagnostic.ts'
import { Source } from '../diagnostics/source.ts'
import { buildConfig } from './build.ts'
import type { Building } from './building.ts'
import { buildingOf } from './building.ts'
import type { GatewayConfig } from './config.ts'
import type { Environment } from './expand.ts'
import { expandEnvironment } from './expand.ts'
import { shapes, validateGateway, validateLock } from './generated/validate.js'
import { parseJsonTree } from './json-tree.ts'
import { readText } from './read-text.ts'
import type { Secret } from './secret.ts'
import { maskSecrets } from './secret-places.ts'
import { readSecrets } from './secrets.ts'
import { checkShape } from './shape.ts'
import type { ScalarTree, Tree } from './tree.ts'
import { parseTree } from './tree.ts'
import { textOfValue } from './value-text.ts'

export interface LoadResult {
  /** Present only where there is no error. */
  readonly config?: GatewayConfig
  /** As much as could be understood in spite of errors, for further checks and never to run: secrets may be empty in it. */
  readonly draft?: GatewayConfig
  readonly diagnostics: Diagnostic[]
  /** Every text that a diagnostic may point at; secrets that stand in them are masked. */
  readonly sources: Source[]
}

const textBytesMax = 4 * 1024 * 1024
const nodesMax = 200_000
const diagnosticsMax = 200
const fileNames = ['gateway.yaml', 'gateway.yml'] as const
const lockName = 'models.lock.yaml'

/** Loads a `gateway.yaml`, or the one in a folder. */
export async function loadConfig(
  path: string,
  options: { readonly env: Environment; readonly hasPolicyText?: boolean },
): Promise<LoadResult> {
  const file = await findFile(path)
  if ('refusal' in file) return refused(path, file.refusal, file.help)
  const read = await readText(file.path, textBytesMax)
  if ('refusal' in read) return refused(file.path, `\`${file.path}\` cannot be read: ${read.refusal}`)
  const absolute = resolve(file.path)
  return loadText(read.text, {
    ...options,
    shownPath: file.path,
    name: 'gateway.yaml',
    path: absolute,
    directory: dirname(absolute),
    typed: 'plain',
    hasPolicyText: options.hasPolicyText ?? false,
  })
}

/** Loads a configuration that a program hands in; relative paths start from `directory`. */
export async function loadConfigValue(
  value: unknown,
  options: { readonly env: Environment; readonly directory: string; readonly hasPolicyText?: boolean },
): Promise<LoadResult> {
  const text = textOfValue(value)
  if ('refusal' in text) {
    const source = new Source('config', '')
    return {
      diagnostics: [diagnostic('P904', { message: text.refusal, span: { source, start: 0, end: 0 } })],
      sources: [source],
    }
  }
  return loadText(text.text, {
    env: options.env,
    shownPath: 'config',
    name: 'config',
    parse: json,
    directory: resolve(options.directory),
    typed: 'all',
    hasPolicyText: options.hasPolicyText ?? false,
  })
}

type Parse = (text: string) => ReturnType<typeof parseTree>

const yaml: Parse = (text) => parseTree(text, nodesMax)

/** What a program hands in was written as JSON here, so that only its depth can be wrong. */
const json: Parse = (text) => {
  const parsed = parseJsonTree(text)
  return parsed
    ? { tree: parsed.tree, faults: [] }
    : { faults: [{ start: 0, end: 0, message: 'the text is nested too deeply' }] }
}

interface TextOptions {
  readonly env: Environment
  readonly shownPath: string
  /** What the text is called in messages. */
  readonly name: string
  readonly parse?: Parse
  readonly path?: string
  readonly directory: string
  readonly typed: 'plain' | 'all'
  readonly hasPolicyText: boolean
}

async function loadText(text: string, options: TextOptions): Promise<LoadResult> {
  const parsed = sourceOf(text, options)
  const { source } = parsed
  if (!parsed.tree) return { diagnostics: [...parsed.diagnostics], sources: [source] }
  const written = withoutEmptySections(parsed.tree)
  if (written.kind !== 'map') {
    const { diagnostics } = checkShape(
      { tree: written, source, shapes: shapes.gateway, name: options.name },
      validateGateway,
    )
    return { diagnostics: [...diagnostics], sources: [source] }
  }
  const expanded = expandEnvironment(written, { env: options.env, source, text, typed: options.typed })
  const checked = checkShape(
    { tree: expanded.tree, source, shapes: shapes.gateway, name: options.name },
    validateGateway,
  )
  const read = await readSecrets(checked.tree, { directory: options.directory, source })
  const building = buildingOf({
    source,
    directory: options.directory,
    tree: checked.tree,
    written: expanded.tree,
    secrets: read.secrets,
  })
  const lock = await loadLock(options)
  const draft = await buildConfig(building, {
    lock: lock?.building,
    path: options.path,
    hasPolicyText: options.hasPolicyText,
  })
  const diagnostics = [...expanded.diagnostics, ...checked.diagnostics, ...read.diagnostics, ...building.diagnostics]
    .toSorted((a, b) => a.span.start - b.span.start)
    .concat(lock?.diagnostics ?? [], lock?.building?.diagnostics ?? [])
    .slice(0, diagnosticsMax)
  return {
    ...(hasErrors(diagnostics) ? {} : { config: draft }),
    draft,
    diagnostics,
    sources: lock ? [source, lock.source] : [source],
  }
}

interface Lock {
  readonly source: Source
  readonly building?: Building
  readonly diagnostics: readonly Diagnostic[]
}

/** The catalogue beside the configuration; undefined where there is none. */
async function loadLock(options: TextOptions): Promise<Lock | undefined> {
  const path = join(options.directory, lockName)
  if (!(await exists(path))) return undefined
  const shownPath = options.path === undefined ? lockName : join(dirname(options.shownPath), lockName)
  const read = await readText(path, textBytesMax)
  if ('refusal' in read) {
    const { diagnostics, sources } = refused(shownPath, `\`${shownPath}\` cannot be read: ${read.refusal}`)
    return { source: sources[0]!, diagnostics }
  }
  const { tree, source, diagnostics } = sourceOf(read.text, { shownPath, name: lockName })
  if (!tree) return { source, diagnostics }
  const checked = checkShape({ tree, source, shapes: shapes.lock, name: lockName }, validateLock)
  const secrets = new Map<ScalarTree, Secret>()
  const building = buildingOf({ source, directory: options.directory, tree: checked.tree, written: tree, secrets })
  return { source, building, diagnostics: checked.diagnostics }
}

/** The tree of a text and the source that frames are drawn from; no tree where the text cannot be used. */
function sourceOf(
  text: string,
  { shownPath, name, parse = yaml }: { readonly shownPath: string; readonly name: string; readonly parse?: Parse },
): { readonly source: Source; readonly tree?: Tree; readonly diagnostics: readonly Diagnostic[] } {
  const { tree, faults } = parse(text)
  const source = new Source(shownPath, maskSecrets(text, tree, faults.length > 0))
  if (faults.length > 0) {
    const diagnostics = faults.map(({ message, start, end, related }) =>
      diagnostic('P902', {
        message,
        span: { source, start, end },
        ...(related
          ? { related: [{ message: related.message, span: { source, start: related.start, end: related.end } }] }
          : {}),
      }),
    )
    return { source, diagnostics: diagnostics.toSorted((a, b) => a.span.start - b.span.start) }
  }
  if (tree) return { source, tree, diagnostics: [] }
  const message = `\`${name}\` is empty`
  return { source, diagnostics: [diagnostic('P904', { message, span: { source, start: 0, end: 0 } })] }
}

/** Sections all of whose entries are commented out read as nothing; they count as left out. */
const mayBeEmpty = new Set(['models', 'attributes', 'tables', 'listen', 'gateway', 'bounds', 'callers'])

function withoutEmptySections(tree: Tree): Tree {
  if (tree.kind !== 'map') return tree
  const kept = [...tree.entries].filter(
    ([name, { value }]) =>
      !(mayBeEmpty.has(name) && value.kind === 'scalar' && value.value === null && value.text === ''),
  )
  return { ...tree, entries: new Map(kept) }
}

async function findFile(
  path: string,
): Promise<{ readonly path: string } | { readonly refusal: string; readonly help?: string }> {
  if (path.includes('\0')) return { refusal: 'the path is not one that a file can have' }
  const found = await stat(path).catch(() => undefined)
  if (!found?.isDirectory()) return { path }
  for (const name of fileNames) {
    if (await exists(join(path, name))) return { path: join(path, name) }
  }
  return {
    refusal: `the folder \`${path}\` holds no \`gateway.yaml\``,
    help: 'name the folder that holds it, or write one with `policyc init`',
  }
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined
}

function refused(path: string, message: string, help?: string): LoadResult {
  const source = new Source(path, '')
  return { diagnostics: [diagnostic('P901', { message, help, span: { source, start: 0, end: 0 } })], sources: [source] }
}
