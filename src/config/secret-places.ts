/**
 * Which places of a configuration hold secrets, and the masking of those that are written out.
 *
 * A source is kept for code frames, so a key that stands in the file itself is replaced in it by
 * asterisks of the same length; references (`${NAME}`, `file:…`) stay, for they are no secrets.
 */
import type { Path, Place, ScalarTree, Tree } from './tree.ts'

/** Whether the value at a path is a `Secret`. */
export function isSecretPath(path: Path): boolean {
  const [top, second, third, fourth] = path
  switch (top) {
    case 'providers':
      return (path.length === 3 && providerSecrets.has(String(third))) || (path.length === 4 && third === 'api_keys')
    case 'listen':
      return path.length === 3 && second === 'admin' && third === 'token'
    case 'callers':
      return (
        (path.length === 3 && second === 'keys' && third === 'pepper') ||
        (path.length === 4 && second === 'introspection' && fourth === 'client_secret')
      )
    case 'guards':
      return path.length === 3 && third === 'secret'
    case 'state':
    case 'ledger':
      return path.length === 2 && second === 'url'
    default:
      return false
  }
}

const providerSecrets = new Set([
  'api_key',
  'access_key_id',
  'secret_access_key',
  'session_token',
  'credentials',
  'client_secret',
])

const secretWords =
  'api[_-]?keys?|token|pepper|secret[a-z_-]{0,20}|access[_-]?key(?:[_-]?id)?|password|passwd|credentials?|authorization|cookie'
const secretKey = new RegExp(`^(?:[a-z_-]*[_-])?(?:${secretWords})$`, 'i')
const secretHeader = /key|token|secret|auth|cookie|password/i

/** Whether a value at a path may be a secret, also where the key is misspelt or misplaced. */
export function mayHoldSecret(path: Path): boolean {
  if (isSecretPath(path)) return true
  if (path[0] === 'attributes' || path[0] === 'tables' || path[0] === 'models') return false
  if (path[0] === 'providers' && path[2] === 'headers') return secretHeader.test(String(path[3]))
  return path.some((step) => typeof step === 'string' && isTelling(step))
}

/** A key of no sensible length may be a secret itself, slipped into the place of a key. */
function isTelling(key: string): boolean {
  return key.length > 100 || secretKey.test(key.replaceAll(/([a-z])([A-Z])/g, '$1_$2'))
}

/** The text with every secret that is written out in it replaced by asterisks. */
export function maskSecrets(text: string, tree: Tree | undefined, faulty: boolean): string {
  const places: Place[] = []
  if (tree) collect(tree, [], text, places)
  for (const match of text.matchAll(/:\/\/([^\s/"'@${}]+)@/g)) {
    places.push({ start: match.index + 3, end: match.index + 3 + match[1]!.length })
  }
  // A text that does not parse has no reliable places: whatever follows a telling name is masked as well.
  if (faulty) collectByLine(text, places)
  if (places.length === 0) return text
  places.sort((a, b) => a.start - b.start)
  let masked = ''
  let at = 0
  for (const { start, end } of places) {
    if (end <= at) continue
    const from = Math.max(at, start)
    masked += text.slice(at, from) + text.slice(from, end).replaceAll(/[^\r\n]/g, '*')
    at = end
  }
  return masked + text.slice(at)
}

function collect(tree: Tree, path: Path, text: string, places: Place[]): void {
  switch (tree.kind) {
    case 'map':
      for (const [name, entry] of tree.entries) collect(entry.value, [...path, name], text, places)
      return
    case 'list':
      for (const [index, each] of tree.items.entries()) collect(each, [...path, index], text, places)
      return
    case 'scalar':
      if (mayHoldSecret(path) && typeof tree.value === 'string') places.push(...literalParts(tree, text))
  }
}

/** The parts of a scalar that are neither a reference nor its quotes. */
function literalParts(scalar: ScalarTree, text: string): readonly Place[] {
  const raw = text.slice(scalar.start, scalar.end)
  const quote = raw[0] === '"' || raw[0] === "'" ? 1 : 0
  const from = scalar.start + quote
  const inner = raw.slice(quote, raw.length - quote)
  if (inner.startsWith('file:')) return []
  const parts: Place[] = []
  let at = 0
  for (const match of inner.matchAll(/(?<!\$)\$\{[A-Za-z_][A-Za-z0-9_]*(:-(?:[^}$]|\$(?!\{))*)?\}/g)) {
    parts.push({ start: from + at, end: from + match.index })
    at = match.index + match[0].length
    // A default is as much a secret as the value that it stands for.
    if (match[1]) parts.push({ start: from + at - 1 - (match[1].length - 2), end: from + at - 1 })
  }
  parts.push({ start: from + at, end: from + inner.length })
  return parts.filter(({ start, end }) => start < end)
}

function collectByLine(text: string, places: Place[]): void {
  const telling = new RegExp(
    `(?:${secretWords}|url)["']?[ \\t]*:[ \\t]*([^\\r\\n]+)((?:\\r?\\n[ \\t]*-[^\\r\\n]*)*)`,
    'gid',
  )
  for (const match of text.matchAll(telling)) {
    for (const group of [1, 2]) {
      const range = match.indices?.[group]
      if (
        range &&
        range[0] < range[1] &&
        !/^\s*["']?(\$\{[A-Za-z0-9_]+\}|file:\S+)["']?,?\s*\}*\s*$/.test(match[group]!)
      ) {
        places.push({ start: range[0], end: range[1] })
      }
    }
  }
  for (const match of text.matchAll(/\b(?:sk|pk|key|ghp|xai|gsk|pplx|AKIA|AIza)[-_A-Za-z0-9]{12,}/g)) {
    places.push({ start: match.index, end: match.index + match[0].length })
  }
}
