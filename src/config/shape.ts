/**
 * Whether a tree has the shape of its schema: every key known, every value of its type. The validators
 * are compiled ahead; here their findings become diagnostics in the author's words, and the parts that
 * are wrong are left out, so that the rest can still be checked.
 */
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { diagnostic } from '../diagnostics/diagnostic.ts'
import type { Source } from '../diagnostics/source.ts'
import { didYouMean } from '../diagnostics/suggest.ts'
import type { SchemaError, Shape, Shapes, Validate } from './generated/validate.js'
import { mayHoldSecret } from './secret-places.ts'
import type { MapEntry, Path, ScalarTree, Tree } from './tree.ts'
import { findTree, pathText, placeAt, quoteKey, toValue } from './tree.ts'

interface Checked {
  readonly tree: Tree
  readonly diagnostics: readonly Diagnostic[]
}

interface Subject {
  readonly tree: Tree
  readonly source: Source
  readonly shapes: Shapes
  /** What the text is called in messages: `gateway.yaml`. */
  readonly name: string
}

/** The diagnostics of a tree against a schema, and the tree without what they are about. */
export function checkShape(subject: Subject, validate: Validate): Checked {
  const { tree } = subject
  if (tree.kind !== 'map') {
    const message = `found ${describeTree(tree, [])} in \`${subject.name}\`, expected a mapping`
    return {
      tree: { ...tree, kind: 'map', entries: new Map() },
      diagnostics: [diagnostic('P904', { message, span: { source: subject.source, ...placeAt(tree, []) } })],
    }
  }
  const diagnostics: Diagnostic[] = []
  const said = new Set<string>()
  let sound: Tree = tree
  for (let pass = 0; pass < 16 && !validate(toValue(sound)); pass++) {
    const broken = new Set<string>()
    for (const error of validate.errors ?? []) {
      const finding = findingOf(error, sound, subject)
      if (!finding) continue
      if (finding.drop.length > 0) broken.add(keyOf(finding.drop))
      const about = keyOf([...finding.drop, String(error.params['missingProperty'] ?? '')])
      // What later passes find is only that a part which was left out is required.
      if (pass > 0 || said.has(about) || !finding.diagnostic) continue
      said.add(about)
      diagnostics.push(finding.diagnostic)
    }
    if (broken.size === 0) break
    sound = without(sound, broken, [])
  }
  return { tree: sound, diagnostics: diagnostics.toSorted((a, b) => a.span.start - b.span.start) }
}

const keyOf = (path: Path): string => JSON.stringify(path)

interface Finding {
  readonly diagnostic?: Diagnostic
  /** The part to leave out. */
  readonly drop: Path
}

/** A piece of an address or of a quoted value that slipped into a key's place may hold a password. */
function shownKey(key: string): string {
  return /[@"']/.test(key) ? 'this text' : quoteKey(key)
}

function findingOf(error: SchemaError, tree: Tree, subject: Subject): Finding | undefined {
  const { source } = subject
  const path = pathOf(error.instancePath, tree)
  const shape = shapeAt(subject.shapes, tree, path)
  const at = (where: Path, part: 'key' | 'value' = 'value') => ({ source, ...placeAt(tree, where, part) })
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = String(error.params['additionalProperty'])
      const keys = Object.keys(shape?.keys ?? {})
      return {
        drop: [...path, key],
        diagnostic: diagnostic('P903', {
          message: `${shownKey(key)} is not a key of ${named(path, subject)}`,
          span: at([...path, key], 'key'),
          help: didYouMean(key, keys) ?? (keys.length === 0 ? undefined : `its keys are ${listed(keys)}`),
        }),
      }
    }
    case 'propertyNames': {
      const key = String(error.params['propertyName'])
      const expected = resolveShape(subject.shapes, shape?.names)?.expected ?? 'another name'
      return {
        drop: [...path, key],
        diagnostic: diagnostic('P904', {
          message: `found the key ${quoteKey(key)} in ${named(path, subject)}, expected ${expected}`,
          span: at([...path, key], 'key'),
        }),
      }
    }
    case 'required': {
      const key = String(error.params['missingProperty'])
      const value = resolveShape(subject.shapes, shape?.keys?.[key])
      const expected = shape?.types ? listed(Object.keys(shape.types)) : value?.expected
      return {
        drop: path,
        diagnostic: diagnostic('P904', {
          message: `${named(path, subject)} has no ${quoteKey(key)}`,
          span: at(path, 'key'),
          help: expected === undefined ? undefined : `give it ${shape?.types ? 'one of ' : ''}${expected}`,
        }),
      }
    }
    case 'discriminator': {
      if (error.params['tagValue'] === undefined) return undefined
      return {
        drop: path,
        ...wrongValue([...path, 'type'], { values: Object.keys(shape?.types ?? {}) }, tree, subject),
      }
    }
    case 'pattern':
      // Within `propertyNames`, which reports it itself.
      if (error.propertyName !== undefined) return undefined
      return { drop: path, ...wrongValue(path, shape, tree, subject) }
    case 'uniqueItems': {
      const repeated = [...path, Number(error.params['i'])]
      const what = describeTree(findTree(tree, repeated), repeated)
      return {
        drop: repeated,
        diagnostic: diagnostic('P904', {
          message: `found ${what} twice in ${named(path, subject)}`,
          span: at(repeated),
        }),
      }
    }
    case 'minItems':
    case 'minProperties':
      return {
        drop: path,
        diagnostic: diagnostic('P904', {
          message: `${named(path, subject)} is empty, expected at least one entry`,
          span: at(path),
        }),
      }
    default:
      return { drop: path, ...wrongValue(path, shape, tree, subject) }
  }
}

function wrongValue(path: Path, shape: Shape | undefined, tree: Tree, subject: Subject): Pick<Finding, 'diagnostic'> {
  const found = findTree(tree, path)
  if (found?.kind === 'scalar' && found.origin === 'missing') return {}
  const values = shape?.values ?? []
  const expected = shape?.expected ?? (values.length === 1 ? `\`${values[0]}\`` : `one of ${listed(values)}`)
  return {
    diagnostic: diagnostic('P904', {
      message: `found ${describeTree(found, path)} for ${named(path, subject)}, expected ${expected}`,
      span: { source: subject.source, ...placeAt(tree, path) },
      help: helpFor(found, path, shape),
    }),
  }
}

function helpFor(found: Tree | undefined, path: Path, shape: Shape | undefined): string | undefined {
  if (found?.kind !== 'scalar' || mayHoldSecret(path)) return undefined
  if (found.origin === 'environment') {
    return found.plain || !shape?.bare
      ? undefined
      : 'a reference in quotes is always a text: leave the quotes out for a number or bool'
  }
  return typeof found.value === 'string' ? didYouMean(found.value, shape?.values ?? []) : undefined
}

/** A value as a message may show it: never one that came from outside the text, nor a secret. */
export function describeTree(tree: Tree | undefined, path: Path): string {
  if (!tree) return 'nothing'
  if (tree.kind === 'map') return 'a mapping'
  if (tree.kind === 'list') return 'a list'
  if (tree.value === null) return 'nothing'
  if (tree.origin === 'environment') return 'the value of an environment variable'
  if (mayHoldSecret(path))
    return typeof tree.value === 'string' ? (tree.value === '' ? 'an empty text' : 'a text') : `a ${typeof tree.value}`
  if (tree.value === '') return 'an empty text'
  return typeof tree.value === 'string' && !tree.plain && /^[-+.\d]|^(true|false|null)$/i.test(tree.value)
    ? `the text ${quoteKey(JSON.stringify(tree.value))}`
    : quoteKey(tree.text)
}

function named(path: Path, subject: Subject): string {
  return `\`${path.length === 0 ? subject.name : pathText(path)}\``
}

function listed(names: readonly string[]): string {
  return names.map((each) => `\`${each}\``).join(', ')
}

function pathOf(pointer: string, tree: Tree): Path {
  const path: (string | number)[] = []
  let at: Tree | undefined = tree
  for (const part of pointer.split('/').slice(1)) {
    const step: string | number = at?.kind === 'list' ? Number(part) : part.replaceAll('~1', '/').replaceAll('~0', '~')
    path.push(step)
    at = findTree(at, [step])
  }
  return path
}

/** The part of a schema that a place of the tree answers to. */
function shapeAt(shapes: Shapes, tree: Tree, path: Path): Shape | undefined {
  let shape: Shape | undefined = shapes.root
  let at: Tree | undefined = tree
  for (const step of path) {
    shape = typedShape(shapes, shape, at)
    shape = typeof step === 'number' ? shape?.items : (ownKey(shape, step) ?? shape?.rest)
    at = findTree(at, [step])
  }
  return typedShape(shapes, shape, at)
}

function ownKey(shape: Shape | undefined, key: string): Shape | undefined {
  return shape?.keys && Object.hasOwn(shape.keys, key) ? shape.keys[key] : undefined
}

function resolveShape(shapes: Shapes, shape: Shape | undefined): Shape | undefined {
  return shape?.ref === undefined ? shape : resolveShape(shapes, shapes.defs[shape.ref])
}

function typedShape(shapes: Shapes, shape: Shape | undefined, tree: Tree | undefined): Shape | undefined {
  const resolved = resolveShape(shapes, shape)
  if (!resolved?.types) return resolved
  const type = findTree(tree, ['type']) as ScalarTree | undefined
  const name =
    typeof type?.value === 'string' && Object.hasOwn(resolved.types, type.value)
      ? resolved.types[type.value]
      : undefined
  return name === undefined ? resolved : shapes.defs[name]
}

function without(tree: Tree, broken: ReadonlySet<string>, path: Path): Tree {
  if (tree.kind === 'scalar') return tree
  const kept = (step: string | number) => !broken.has(keyOf([...path, step]))
  if (tree.kind === 'list') {
    const items = tree.items.flatMap((each, index) => (kept(index) ? [without(each, broken, [...path, index])] : []))
    return { ...tree, items }
  }
  const entries = new Map<string, MapEntry>()
  for (const [name, entry] of tree.entries) {
    if (kept(name)) entries.set(name, { key: entry.key, value: without(entry.value, broken, [...path, name]) })
  }
  return { ...tree, entries }
}
