/** Reads every secret of a tree; one whose file cannot be read is reported where it stands. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { diagnostic } from '../diagnostics/diagnostic.ts'
import type { Source } from '../diagnostics/source.ts'
import { readSecret } from './expand.ts'
import { Secret } from './secret.ts'
import { isSecretPath } from './secret-places.ts'
import type { Path, ScalarTree, Tree } from './tree.ts'
import { pathText } from './tree.ts'

interface Read {
  readonly secrets: ReadonlyMap<ScalarTree, Secret>
  readonly diagnostics: readonly Diagnostic[]
}

export async function readSecrets(
  tree: Tree,
  options: { readonly directory: string; readonly source: Source },
): Promise<Read> {
  const secrets = new Map<ScalarTree, Secret>()
  const diagnostics: Diagnostic[] = []
  for (const { scalar, path } of secretScalars(tree, [])) {
    const pathsAllowed = path.at(-1) === 'credentials'
    const read = await readSecret(String(scalar.value), { directory: options.directory, pathsAllowed })
    if ('text' in read) {
      secrets.set(scalar, new Secret(read.text))
      continue
    }
    diagnostics.push(
      diagnostic('P906', {
        message: `the secret file of \`${pathText(path)}\` cannot be read: ${read.refusal}`,
        span: { source: options.source, start: scalar.start, end: scalar.end },
      }),
    )
  }
  return { secrets, diagnostics }
}

function secretScalars(tree: Tree, path: Path): readonly { readonly scalar: ScalarTree; readonly path: Path }[] {
  switch (tree.kind) {
    case 'map':
      return [...tree.entries].flatMap(([name, entry]) => secretScalars(entry.value, [...path, name]))
    case 'list':
      return tree.items.flatMap((each, index) => secretScalars(each, [...path, index]))
    case 'scalar':
      return tree.origin !== 'missing' && typeof tree.value === 'string' && isSecretPath(path)
        ? [{ scalar: tree, path }]
        : []
  }
}
