/**
 * A scanner over the bytes of a JSON object: where its own members are, without building values. It is exact for
 * texts that `JSON.parse` takes, gives undefined for what it cannot follow, and never looks past the end.
 */
export interface ScannedObject {
  readonly members: readonly Member[]
  /** Where the closing brace is. */
  readonly end: number
}

export interface Member {
  readonly key: string
  /** The bytes of the value, without the space around it: from `start` to before `end`. */
  readonly start: number
  readonly end: number
}

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const colon = 0x3a
const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b
const closeBracket = 0x5d

const text = new TextDecoder('utf-8', { ignoreBOM: true })

/** The members of the object that begins at `from` (after space), in their order; duplicates are kept. */
export function scanObject(bytes: Uint8Array, from = 0): ScannedObject | undefined {
  let at = skipSpace(bytes, from)
  if (bytes[at] !== openBrace) return undefined
  at = skipSpace(bytes, at + 1)
  const members: Member[] = []
  if (bytes[at] === closeBrace) return { members, end: at }
  for (;;) {
    if (bytes[at] !== quote) return undefined
    const keyEnd = skipString(bytes, at)
    const key = keyEnd === undefined ? undefined : readString(bytes, at, keyEnd)
    if (keyEnd === undefined || key === undefined) return undefined
    at = skipSpace(bytes, keyEnd)
    if (bytes[at] !== colon) return undefined
    const start = skipSpace(bytes, at + 1)
    const end = skipValue(bytes, start)
    if (end === undefined) return undefined
    members.push({ key, start, end })
    at = skipSpace(bytes, end)
    if (bytes[at] === closeBrace) return { members, end: at }
    if (bytes[at] !== comma) return undefined
    at = skipSpace(bytes, at + 1)
  }
}

function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from
  while (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09) at++
  return at
}

/** Past the string that begins at `from`. UTF-8 never has a quote or a backslash inside a longer character. */
function skipString(bytes: Uint8Array, from: number): number | undefined {
  for (let at = from + 1; at < bytes.length; at++) {
    if (bytes[at] === backslash) at++
    else if (bytes[at] === quote) return at + 1
  }
  return undefined
}

/** Past the value that begins at `from`. */
function skipValue(bytes: Uint8Array, from: number): number | undefined {
  const first = bytes[from]
  if (first === quote) return skipString(bytes, from)
  if (first === openBrace || first === openBracket) return skipNested(bytes, from)
  let at = from
  while (at < bytes.length && !endsScalar(bytes[at]!)) at++
  return at === from ? undefined : at
}

function endsScalar(byte: number): boolean {
  return byte === comma || byte === closeBrace || byte === closeBracket || byte <= 0x20
}

/** Counts brackets and forgets which kind each was: the text is known to be JSON, so they match. */
function skipNested(bytes: Uint8Array, from: number): number | undefined {
  let depth = 0
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === quote) {
      const end = skipString(bytes, at)
      if (end === undefined) return undefined
      at = end - 1
    } else if (byte === openBrace || byte === openBracket) {
      depth++
    } else if (byte === closeBrace || byte === closeBracket) {
      depth--
      if (depth === 0) return at + 1
    }
  }
  return undefined
}

function readString(bytes: Uint8Array, start: number, end: number): string | undefined {
  try {
    const value: unknown = JSON.parse(text.decode(bytes.subarray(start, end)))
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}
