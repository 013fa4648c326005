/**
 * JSON as a tree (RFC 8259), for data too large for a YAML parser: a hundred thousand rows in a fraction
 * of a second. What is not JSON has no tree here, and is YAML's to report.
 */
import type { ListTree, MapEntry, MapTree, Place, ScalarTree, Tree } from './tree.ts'

/** A key that stands twice in one object. */
export interface RepeatedKey extends Place {
  readonly name: string
  readonly first: Place
}

const depthMax = 100
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y
const string = /"(?:[^"\\\u0000-\u001f]|\\.)*"/y
const blank = /[ \t\r\n]*/y
const word = /true|false|null/y

/** The tree of a JSON text and its repeated keys, or undefined where it is not JSON. */
export function parseJsonTree(
  text: string,
): { readonly tree: Tree; readonly repeated: readonly RepeatedKey[] } | undefined {
  const repeated: RepeatedKey[] = []
  let at = 0

  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0]
    if (found !== undefined) at += found.length
    return found
  }
  const skip = (character: string): boolean => {
    take(blank)
    if (text[at] !== character) return false
    at++
    return true
  }
  const scalar = (value: ScalarTree['value'], start: number, plain: boolean): ScalarTree => {
    const written = plain || typeof value !== 'string' ? text.slice(start, at) : value
    return { kind: 'scalar', value, text: written, plain, origin: 'text', start, end: at }
  }
  const takeString = (): string | undefined => {
    const raw = take(string)
    if (raw === undefined) return undefined
    if (!raw.includes('\\')) return raw.slice(1, -1)
    try {
      return JSON.parse(raw) as string
    } catch {
      return undefined
    }
  }
  const takeMap = (depth: number): MapTree | undefined => {
    const start = at++
    const entries = new Map<string, MapEntry>()
    if (skip('}')) return { kind: 'map', entries, start, end: at }
    do {
      take(blank)
      const key = { start: at, end: at }
      const name = takeString()
      key.end = at
      if (name === undefined || !skip(':')) return undefined
      const value = takeValue(depth + 1)
      if (!value) return undefined
      const first = entries.get(name)
      if (first) repeated.push({ ...key, name, first: first.key })
      else entries.set(name, { key, value })
    } while (skip(','))
    return skip('}') ? { kind: 'map', entries, start, end: at } : undefined
  }
  const takeList = (depth: number): ListTree | undefined => {
    const start = at++
    const items: Tree[] = []
    if (skip(']')) return { kind: 'list', items, start, end: at }
    do {
      const value = takeValue(depth + 1)
      if (!value) return undefined
      items.push(value)
    } while (skip(','))
    return skip(']') ? { kind: 'list', items, start, end: at } : undefined
  }
  const takeValue = (depth: number): Tree | undefined => {
    take(blank)
    if (depth > depthMax) return undefined
    const start = at
    switch (text[at]) {
      case '{':
        return takeMap(depth)
      case '[':
        return takeList(depth)
      case '"': {
        const value = takeString()
        return value === undefined ? undefined : scalar(value, start, false)
      }
      default: {
        const literal = take(word)
        if (literal !== undefined) return scalar(literal === 'null' ? null : literal === 'true', start, true)
        const digits = take(number)
        return digits === undefined || digits === '' ? undefined : scalar(Number(digits), start, true)
      }
    }
  }

  const tree = takeValue(0)
  take(blank)
  return tree && at === text.length ? { tree, repeated } : undefined
}
