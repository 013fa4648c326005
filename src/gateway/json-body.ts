/**
 * A request's body as JSON: bounded before it is parsed, and with the place of what is wrong.
 *
 * `JSON.parse` recurses, and tells the place of a mistake only now and then; so depth is measured by a scan
 * without recursion first, and a second scan finds the place once parsing has failed.
 */
import { isUtf8 } from 'node:buffer'
import type { Json } from '../dialects/neutral.ts'

export type JsonBody =
  | {
      readonly ok: true
      readonly value: Json
      /** The bytes to send on: what came, without a byte order mark. */
      readonly bytes: Uint8Array
      /** A key of the outermost object stands twice: other parsers may read the body otherwise than we do. */
      readonly ambiguous: boolean
    }
  | { readonly ok: false; readonly message: string }

/** Parses a body of at most `maxDepth` levels of objects and lists. */
export function parseJsonBody(bytes: Uint8Array, maxDepth: number): JsonBody {
  if (!isUtf8(bytes)) return { ok: false, message: 'the body is not UTF-8 text' }
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
  const plain = hasMark ? bytes.subarray(3) : bytes
  const text = Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength).toString('utf8')
  if (text.trim() === '') return { ok: false, message: 'the body is empty, and wants a JSON object' }
  const { tooDeepAt, ambiguous } = scan(text, maxDepth)
  if (tooDeepAt !== undefined) {
    return { ok: false, message: `the body is nested more than ${maxDepth} levels deep at ${placeOf(text, tooDeepAt)}` }
  }
  try {
    return { ok: true, value: JSON.parse(text) as Json, bytes: plain, ambiguous }
  } catch {
    const at = findMistake(text)
    const found =
      at >= text.length
        ? 'it ends too early'
        : `unexpected ${JSON.stringify(String.fromCodePoint(text.codePointAt(at)!))}`
    return { ok: false, message: `the body is not JSON: ${found} at ${placeOf(text, at)}` }
  }
}

const quote = 34
const backslash = 92
const colon = 58

/** Depth and the keys of the outermost object, by one pass over brackets and strings. */
function scan(text: string, maxDepth: number): { readonly tooDeepAt?: number; readonly ambiguous: boolean } {
  const keys = new Set<string>()
  let ambiguous = false
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === quote) {
      const start = i + 1
      for (i = start; i < text.length; i++) {
        const inside = text.charCodeAt(i)
        if (inside === backslash) i++
        else if (inside === quote) break
      }
      if (depth === 1 && text.charCodeAt(skipBlanks(text, i + 1)) === colon) {
        const key = unescapeKey(text.slice(start, i))
        if (keys.has(key)) ambiguous = true
        keys.add(key)
      }
    } else if (code === 123 || code === 91) {
      if (++depth > maxDepth) return { tooDeepAt: i, ambiguous }
    } else if (code === 125 || code === 93) depth--
  }
  return { ambiguous }
}

function unescapeKey(text: string): string {
  if (!text.includes('\\')) return text
  try {
    return JSON.parse(`"${text}"`) as string
  } catch {
    return text
  }
}

function skipBlanks(text: string, from: number): number {
  let at = from
  while (at < text.length && ' \t\n\r'.includes(text[at]!)) at++
  return at
}

function placeOf(text: string, offset: number): string {
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  return `line ${line}, column ${offset - before.lastIndexOf('\n')}`
}

const stringToken = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const otherToken = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y

/** The offset at which a text stops being JSON; its length where it only lacks an end. */
function findMistake(text: string): number {
  const open: ('{' | '[')[] = []
  let wants: 'value' | 'first value' | 'key' | 'first key' | 'colon' | 'next' = 'value'
  let at = 0
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match !== null) at = pattern.lastIndex
    return match !== null
  }
  const close = (bracket: string): boolean => {
    const isClosing = (bracket === '}' && open.at(-1) === '{') || (bracket === ']' && open.at(-1) === '[')
    if (isClosing) {
      open.pop()
      at++
      wants = 'next'
    }
    return isClosing
  }
  for (;;) {
    at = skipBlanks(text, at)
    if (at >= text.length) return text.length
    const character = text[at]!
    switch (wants) {
      case 'first value':
      case 'value':
        if (wants === 'first value' && close(character)) break
        if (character === '{' || character === '[') {
          open.push(character)
          wants = character === '{' ? 'first key' : 'first value'
          at++
        } else if (take(stringToken) || take(otherToken)) wants = 'next'
        else return character === '"' ? endOfBrokenString(text, at) : at
        break
      case 'first key':
      case 'key':
        if (wants === 'first key' && close(character)) break
        if (character !== '"' || !take(stringToken)) return character === '"' ? endOfBrokenString(text, at) : at
        wants = 'colon'
        break
      case 'colon':
        if (character !== ':') return at
        at++
        wants = 'value'
        break
      case 'next':
        if (character === ',' && open.length > 0) {
          at++
          wants = open.at(-1) === '{' ? 'key' : 'value'
        } else if (!close(character)) return at
    }
  }
}

/** Where a string goes wrong: at a control character or a bad escape, else at the end of the text. */
function endOfBrokenString(text: string, start: number): number {
  const sound = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y
  sound.lastIndex = start
  sound.exec(text)
  return sound.lastIndex
}
