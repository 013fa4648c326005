/** What the builders of the parts of a configuration share: the tree, its secrets, and how to report. */
import { readdirSync, statSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import type { Code } from '../diagnostics/catalogue.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { diagnostic } from '../diagnostics/diagnostic.ts'
import type { Source, Span } from '../diagnostics/source.ts'
import { didYouMean } from '../diagnostics/suggest.ts'
import type { RawConfig } from './raw.ts'
import { Secret } from './secret.ts'
import type { Path, ScalarTree, Tree } from './tree.ts'
import { findTree, placeAt, quoteKey, toValue } from './tree.ts'

export interface Building {
  readonly source: Source
  /** Absolute folder that relative paths start from. */
  readonly directory: string
  /** The tree without what is wrong in it. */
  readonly tree: Tree
  /** The tree as written, for what exists although it is wrong. */
  readonly written: Tree
  /** `tree` as plain values. */
  readonly raw: RawConfig
  readonly secrets: ReadonlyMap<ScalarTree, Secret>
  readonly diagnostics: Diagnostic[]
}

export function buildingOf(parts: Omit<Building, 'raw' | 'diagnostics'>): Building {
  return { ...parts, raw: toValue(parts.tree) as RawConfig, diagnostics: [] }
}

/** The span of the value (or key) at a path of what was written. */
export function spanAt(building: Building, path: Path, part: 'key' | 'value' = 'value'): Span {
  return { source: building.source, ...placeAt(building.written, path, part) }
}

export function report(
  building: Building,
  code: Code,
  path: Path,
  said: { readonly message: string; readonly help?: string | undefined; readonly part?: 'key' | 'value' },
): void {
  const span = spanAt(building, path, said.part)
  building.diagnostics.push(diagnostic(code, { message: said.message, span, help: said.help }))
}

/** The secret at a path; an empty one where its reference could not be read, which is reported already. */
export function secretAt(building: Building, path: Path): Secret | undefined {
  const tree = findTree(building.tree, path)
  if (tree?.kind !== 'scalar') return undefined
  return building.secrets.get(tree) ?? new Secret('')
}

/** Whether a key was written at a path, right or wrong. */
export function isWritten(building: Building, path: Path): boolean {
  return findTree(building.written, path) !== undefined
}

/** The absolute path of a file that the configuration names; where there is none it is reported. */
export function fileAt(building: Building, path: Path, file: string): string {
  const absolute = resolve(building.directory, file)
  const refusal = refusalOf(absolute)
  const written = findTree(building.written, path)
  const shown = written?.kind === 'scalar' && written.origin === 'text' ? quoteKey(file) : 'the file'
  if (refusal)
    report(building, 'P901', path, { message: `${shown} cannot be read: ${refusal}`, help: nearFile(absolute) })
  return absolute
}

/** Did-you-mean among the files beside one that is not there. */
function nearFile(path: string): string | undefined {
  try {
    const names = readdirSync(dirname(path), { withFileTypes: true }).filter((each) => each.isFile())
    return didYouMean(
      basename(path),
      names.map((each) => each.name),
    )
  } catch {
    return undefined
  }
}

function refusalOf(path: string): string | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false })
    if (!found) return 'there is no such file'
    return found.isFile() ? undefined : 'it is not a file'
  } catch {
    return 'its name is not one that a file can have, or its folder is closed'
  }
}
