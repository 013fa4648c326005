/**
 * A YAML text as a small tree of plain values in which every key and value knows its place.
 *
 * Aliases are followed and counted here, duplicate keys are refused here, and no tag, merge key or
 * second document passes. What the keys mean is for `shape.ts` and `build.ts`.
 */
import type { Node, Range, YAMLError } from 'yaml'
import { isAlias, isCollection, isMap, isNode, isPair, isScalar, isSeq, parseDocument, visit } from 'yaml'

export type Tree = MapTree | ListTree | ScalarTree

/** A range of the text. */
export interface Place {
  readonly start: number
  readonly end: number
}

export interface MapTree extends Place {
  readonly kind: 'map'
  readonly entries: ReadonlyMap<string, MapEntry>
}

export interface MapEntry {
  readonly key: Place
  readonly value: Tree
}

export interface ListTree extends Place {
  readonly kind: 'list'
  readonly items: readonly Tree[]
}

export interface ScalarTree extends Place {
  readonly kind: 'scalar'
  readonly value: string | number | boolean | null
  /** Numbers as they were written: decimal text is exact where binary is not. */
  readonly text: string
  /** Without quotes, so that it is read by YAML's rules for numbers and bools. */
  readonly plain: boolean
  /** Where the value came from: `missing` stands for a variable that is not set. */
  readonly origin: 'text' | 'environment' | 'missing'
}

/** A place in a tree: keys of mappings and numbers of list entries. */
export type Path = readonly (string | number)[]

/** Something wrong with the text itself. */
export interface Fault extends Place {
  readonly message: string
  readonly related?: Place & { readonly message: string }
}

/** Past so many levels a text is refused: everything that walks a tree recurses. */
const depthMax = 100

/** Past so many faults the rest is left out. */
const faultsMax = 50

/**
 * The tree of a YAML text, and everything that is wrong with it; no tree where the text is empty.
 * Aliases make a small text a large value: one of more than `nodesMax` parts is refused.
 */
export function parseTree(text: string, nodesMax: number): { readonly tree?: Tree; readonly faults: readonly Fault[] } {
  try {
    const first = parseNodes(text)
    const second =
      first.faults.length > 0 && indexed.test(text)
        ? parseNodes(text.replaceAll(indexed, '$1\u{e000}$2\u{e001}'))
        : first
    const { contents, faults } = second.faults.length > 0 ? first : second
    if (contents === null || (isScalar(contents) && contents.value === null && contents.source === ''))
      return { faults: withoutEchoes(faults, text) }
    const tree = grow(contents, { text, nodesMax, faults })
    return { tree: second === first ? tree : withBrackets(tree), faults: withoutEchoes(faults, text) }
  } catch (error) {
    // The parser recurses: a text of a hundred thousand brackets ends its stack.
    if (error instanceof RangeError) return { faults: [{ start: 0, end: 0, message: 'the text is nested too deeply' }] }
    throw error
  }
}

function sentenceOf(message: string): string {
  const short = message
    .slice(0, 200)
    .replaceAll(/\s+/g, ' ')
    .replace(/[.:]? ?$/, '')
  return /^[A-Z][a-z]/.test(short) ? short[0]!.toLowerCase() + short.slice(1) : short
}

/**
 * `groups[0]`, a path into a list. YAML takes the bracket for the start of a list where it stands within
 * `{…}`, so a text that does not parse is read again with other characters of the same length for it.
 */
const indexed = /([A-Za-z0-9_\]])\[(\d+)\]/g

function withBrackets(tree: Tree): Tree {
  const back = (text: string) => text.replaceAll('\u{e000}', '[').replaceAll('\u{e001}', ']')
  return mapScalars(tree, (scalar) => ({
    ...scalar,
    value: typeof scalar.value === 'string' ? back(scalar.value) : scalar.value,
    text: back(scalar.text),
  }))
}

function parseNodes(text: string): { readonly contents: Node | null; readonly faults: Fault[] } {
  const document = parseDocument(text, {
    uniqueKeys: false,
    merge: false,
    schema: 'core',
    version: '1.2',
    prettyErrors: false,
    logLevel: 'error',
  })
  const contents = document.contents as Node | null
  const faults = [...document.errors, ...document.warnings]
    .slice(0, faultsMax)
    .map((each) => faultOf(each, contents, text))
  // A quote that does not end swallows the brackets that would have closed.
  const quoted = faults.some((each) => each.message === openQuote)
  return { contents, faults: quoted ? faults.filter((each) => !each.message.endsWith(openBracket)) : faults }
}

const openQuote = 'the text in quotes that begins here does not end'
const openBracket = 'is not closed'

/** What the parser says, in this project's words; what does not end is shown where it begins. */
function faultOf(error: YAMLError, contents: Node | null, text: string): Fault {
  const start = Math.min(error.pos[0], text.length)
  const place = { start, end: Math.min(Math.max(error.pos[1], start), text.length) }
  if (error.code === 'MULTIPLE_DOCS')
    return { ...place, end: Math.min(start + 3, text.length), message: 'the text holds more than one document' }
  const open = /closing ["']quote/.test(error.message)
    ? 'quote'
    : /end with a [}\]]/.test(error.message)
      ? 'bracket'
      : undefined
  const begin = open && contents ? findOpening(contents, open, start) : undefined
  if (begin === undefined) return { ...place, message: sentenceOf(error.message) }
  const message = open === 'quote' ? openQuote : `the \`${text[begin]}\` that stands here ${openBracket}`
  return { start: begin, end: begin + 1, message }
}

/** Where the innermost text in quotes, or collection in brackets, begins that reaches a place. */
function findOpening(contents: Node, kind: 'quote' | 'bracket', at: number): number | undefined {
  let found: number | undefined
  visit(contents, {
    Node(_, node) {
      const isOpening = isScalar(node)
        ? kind === 'quote' && /QUOTE/.test(node.type ?? '')
        : kind === 'bracket' && isCollection(node) && node.flow
      if (isOpening && node.range && node.range[0] < at && node.range[2] >= at) found = node.range[0]
    },
  })
  return found
}

/** One fault for each line, and none that only follows from the one before: what the parser says once it is lost. */
function withoutEchoes(faults: readonly Fault[], text: string): readonly Fault[] {
  const kept: Fault[] = []
  let lineEnd = -1
  for (const fault of faults.toSorted((a, b) => a.start - b.start)) {
    if (fault.start < lineEnd || (kept.length > 0 && /in YAML stream/.test(fault.message))) continue
    if (kept.push(fault) >= faultsMax) break
    const next = text.indexOf('\n', fault.start)
    lineEnd = next === -1 ? text.length + 1 : next + 1
  }
  return kept
}

/** Turns the parser's nodes into a tree; what is wrong is added to `faults`. */
function grow(
  contents: Node,
  growing: { readonly text: string; readonly nodesMax: number; readonly faults: Fault[] },
): Tree {
  const { text, nodesMax, faults } = growing
  const anchors = new Map<string, { readonly tree: Tree; readonly size: number; readonly height: number }>()
  let count = 0
  let depth = 0
  let deepest = 0

  const follow = (name: string, place: Place): Tree => {
    const anchored = anchors.get(name)
    if (!anchored) {
      faults.push({
        ...place,
        message: `no anchor ${quoteKey(`&${name}`)} stands before the alias ${quoteKey(`*${name}`)}`,
      })
      return nothing(place)
    }
    count += anchored.size
    deepest = Math.max(deepest, depth + anchored.height)
    if (depth + anchored.height > depthMax) return tooMuch(place, 'the text is nested too deeply')
    return count > nodesMax ? tooMuch(place) : anchored.tree
  }
  const tooMuch = (place: Place, message = 'the text is too large once its aliases are followed'): Tree => {
    if (count < Infinity) faults.push({ ...place, message })
    count = Infinity
    return nothing(place)
  }
  const growMap = (items: readonly unknown[], place: Place): Tree => {
    const entries = new Map<string, MapEntry>()
    for (const pair of items) {
      if (!isPair(pair)) continue
      const keyPlace = isNode(pair.key) ? placeOf(pair.key, text) : place
      if (!isScalar(pair.key) || pair.key.value === null || typeof pair.key.value === 'object') {
        faults.push({ ...keyPlace, message: 'a key must be a name' })
        continue
      }
      const name = typeof pair.key.value === 'string' ? pair.key.value : (pair.key.source ?? String(pair.key.value))
      if (name === '<<' && pair.key.type === 'PLAIN') {
        faults.push({ ...keyPlace, message: 'merge keys are not supported: the keys must be written out' })
        continue
      }
      const first = entries.get(name)
      if (first) {
        const related = { ...first.key, message: 'it first stands here' }
        faults.push({ ...keyPlace, message: `the key ${quoteKey(name)} stands twice`, related })
        continue
      }
      const value = isNode(pair.value) ? growNode(pair.value) : nothing({ start: keyPlace.end, end: keyPlace.end })
      entries.set(name, { key: keyPlace, value })
    }
    return { kind: 'map', entries, ...place }
  }
  const growBare = (node: Node, place: Place): Tree => {
    if (isMap(node)) return growMap(node.items, place)
    if (isSeq(node)) {
      return {
        kind: 'list',
        items: node.items.map((each) => (isNode(each) ? growNode(each) : nothing(place))),
        ...place,
      }
    }
    if (!isScalar(node)) return nothing(place)
    const { value } = node
    const plain = node.type === 'PLAIN'
    const shown = plain ? (node.source ?? '') : String(value)
    if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      return { kind: 'scalar', value, text: shown, plain, origin: 'text', ...place }
    }
    return { kind: 'scalar', value: shown, text: shown, plain, origin: 'text', ...place }
  }
  const growNode = (node: Node): Tree => {
    const place = placeOf(node, text)
    if (isAlias(node)) return follow(node.source, place)
    const before = count
    count++
    if (count > nodesMax) return tooMuch(place)
    if (depth >= depthMax) return tooMuch(place, 'the text is nested too deeply')
    const above = deepest
    deepest = ++depth
    const tree = growBare(node, place)
    depth--
    const anchor = (node as { anchor?: string }).anchor
    if (anchor) anchors.set(anchor, { tree, size: count - before, height: deepest - depth })
    deepest = Math.max(above, deepest)
    return tree
  }
  return growNode(contents)
}

function placeOf(node: Node, text: string): Place {
  const range: Range | null | undefined = node.range
  if (!range) return { start: 0, end: 0 }
  let end = Math.min(range[1], text.length)
  const start = Math.min(range[0], end)
  // A block collection ends with the line that follows it.
  while (end > start && /\s/.test(text[end - 1]!)) end--
  return { start, end }
}

function nothing(place: Place): ScalarTree {
  return { kind: 'scalar', value: null, text: '', plain: true, origin: 'text', ...place }
}

/** A key or value as a message shows it: a long one is cut, and who logs in at an address is left out. */
export function quoteKey(name: string): string {
  return `\`${shortened(name).replaceAll(/[\s`]+/g, ' ')}\``
}

function shortened(text: string): string {
  const shown = text.slice(0, 4000).replaceAll(/:\/\/[^\s/"'@]+@/g, '://…@')
  return shown.length > 60 ? `${shown.slice(0, 57)}…` : shown
}

/** A path as a message shows it: `listen.port`, `models["local/llama"].context`. */
export function pathText(path: Path): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`
      if (!/^[A-Za-z0-9_-]+$/.test(step)) return `["${shortened(step)}"]`
      return index === 0 ? step : `.${step}`
    })
    .join('')
    .replaceAll(/[\s`]+/g, ' ')
}

/** The part of a tree at a path, or undefined where it does not reach. */
export function findTree(tree: Tree | undefined, path: Path): Tree | undefined {
  let at = tree
  for (const step of path) {
    if (at?.kind === 'map') at = at.entries.get(String(step))?.value
    else if (at?.kind === 'list') at = typeof step === 'number' ? at.items[step] : undefined
    else return undefined
  }
  return at
}

/** The place of the key or value at a path, or of the nearest part above it that exists. */
export function placeAt(tree: Tree | undefined, path: Path, part: 'key' | 'value' = 'value'): Place {
  if (!tree) return { start: 0, end: 0 }
  for (let length = path.length; length > 0; length--) {
    const parent = findTree(tree, path.slice(0, length - 1))
    const step = path[length - 1]!
    const entry = parent?.kind === 'map' ? parent.entries.get(String(step)) : undefined
    const reached = entry?.value ?? findTree(tree, path.slice(0, length))
    if (!reached) continue
    // A mapping or list is pointed at by its key: its text is too much to underline. So is a missing value.
    if (entry && (part === 'key' || length < path.length || reached.kind !== 'scalar' || reached.start === reached.end))
      return entry.key
    return { start: reached.start, end: reached.end }
  }
  return { start: 0, end: 0 }
}

/** A tree as plain values. */
export function toValue(tree: Tree): unknown {
  if (tree.kind === 'scalar') return tree.value
  if (tree.kind === 'list') return tree.items.map(toValue)
  const value: Record<string, unknown> = {}
  for (const [key, entry] of tree.entries) {
    Object.defineProperty(value, key, {
      value: toValue(entry.value),
      enumerable: true,
      configurable: true,
      writable: true,
    })
  }
  return value
}

/** The tree with every scalar replaced by what `change` makes of it. */
export function mapScalars(tree: Tree, change: (scalar: ScalarTree, path: Path) => Tree, path: Path = []): Tree {
  if (tree.kind === 'scalar') return change(tree, path)
  if (tree.kind === 'list') {
    return { ...tree, items: tree.items.map((each, index) => mapScalars(each, change, [...path, index])) }
  }
  const entries = new Map<string, MapEntry>()
  for (const [name, entry] of tree.entries) {
    entries.set(name, { key: entry.key, value: mapScalars(entry.value, change, [...path, name]) })
  }
  return { ...tree, entries }
}
