/**
 * The arguments of a tool call on their way through guards: JSON text, in pieces, of which every key and every value
 * is guarded as the text that it means. An escape (`\u0040`) hides nothing, what is replaced stays JSON, and what is
 * not replaced goes out as it was spelt.
 *
 * A number or another bare word in which something is found becomes a string. Text that does not begin as JSON does is
 * guarded as plain text; text that breaks off or breaks the rules later on is guarded as far as it can be read.
 */
import { type GuardedText, type Guarding, openText, type Part } from './guarded-text.ts'
import { decodeEscape, isOpenEscape, openSpelt, type SpeltText } from './spelt-text.ts'

/** A bare word longer than this is no number any more: it is guarded piece by piece. */
const longestBare = 64

export function openJson(guarding: Guarding): GuardedText {
  let mode: 'begin' | 'plain' | 'outside' | 'string' = 'begin'
  let blank = ''
  let plain: GuardedText | undefined
  let string: SpeltText | undefined
  /** The last string that may be a key: the context of the value behind it. */
  let key = ''
  let isValue = true
  /** The brackets that are open. */
  const open: string[] = []
  /** An escape that has begun. */
  let pending = ''
  let bare = ''
  let out: Part[] = []

  const keep = (text: string) => {
    if (text !== '') out.push({ kind: 'keep', text })
  }
  const openString = () => {
    flushBare()
    mode = 'string'
    keep('"')
    string = openSpelt(guarding, isValue ? nameOf(key) : undefined)
  }
  const closeString = () => {
    out.push(...string!.end())
    if (!isValue) key = string!.decoded()
    string = undefined
    mode = 'outside'
    keep('"')
  }
  const flushBare = () => {
    if (plain !== undefined) out.push(...plain.end())
    else if (bare !== '') out.push(...guardBare(guarding, bare, nameOf(key)))
    plain = undefined
    bare = ''
  }
  const takeBare = (character: string) => {
    if (plain !== undefined) {
      out.push(...plain.push(character))
      return
    }
    bare += character
    if (bare.length <= longestBare) return
    plain = openText(guarding, nameOf(key))
    out.push(...plain.push(bare))
    bare = ''
  }
  const outside = (character: string) => {
    switch (character) {
      case '"':
        openString()
        return
      case ':':
      case ',':
      case '[':
      case ']':
      case '{':
      case '}':
        flushBare()
        nest(character)
        keep(character)
        return
      default:
        takeBare(character)
    }
  }
  const nest = (character: string) => {
    if (character === '[' || character === '{') open.push(character)
    else if (character === ']' || character === '}') open.pop()
    if (character === ':') isValue = true
    else if (character !== ']' && character !== '}') isValue = open.at(-1) !== '{'
  }
  const inString = (text: string, from: number): number => {
    const character = text[from]!
    if (pending !== '') {
      pending += character
      if (isOpenEscape(pending)) return from + 1
      spell(pending)
      pending = ''
      return from + 1
    }
    if (character === '"') {
      closeString()
      return from + 1
    }
    if (character === '\\') {
      pending = '\\'
      return from + 1
    }
    const end = endOfRun(text, from)
    out.push(...string!.push(text.slice(from, end)))
    return end
  }
  const spell = (spelling: string) => {
    const character = decodeEscape(spelling)
    // What is no escape stands for itself.
    if (character === undefined) for (const each of spelling) out.push(...string!.push(each))
    else out.push(...string!.spell(character, spelling))
  }
  const begin = (character: string) => {
    blank += character
    if (/\s/.test(character)) return
    const isJson = '{["'.includes(character)
    mode = isJson ? 'outside' : 'plain'
    if (isJson) {
      keep(blank.slice(0, -1))
      outside(character)
    } else {
      plain = openText(guarding)
      out.push(...plain.push(blank))
    }
    blank = ''
  }
  const push = (text: string): readonly Part[] => {
    out = []
    for (let at = 0; at < text.length; ) {
      if (mode === 'string') at = inString(text, at)
      else if (mode === 'plain') {
        out.push(...plain!.push(text.slice(at)))
        break
      } else {
        if (mode === 'begin') begin(text[at]!)
        else outside(text[at]!)
        at++
      }
    }
    return out
  }
  const end = (): readonly Part[] => {
    out = []
    keep(blank)
    if (string !== undefined) {
      if (pending !== '') spell(pending)
      out.push(...string.end())
    }
    flushBare()
    return out
  }
  return { push, end }
}

/** What detectors are shown before the value of a key. */
export function nameOf(key: string): string | undefined {
  return key === '' ? undefined : `${key}: `
}

function endOfRun(text: string, from: number): number {
  let end = from
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end)
    if (code === 34 || code === 92) break
  }
  return end
}

/** A word outside strings: it stays, or becomes a string. */
function guardBare(guarding: Guarding, bare: string, name: string | undefined): readonly Part[] {
  const word = bare.trim()
  if (word === '') return [{ kind: 'keep', text: bare }]
  const text = openText(guarding, name)
  const parts = [...text.push(word), ...text.end()]
  const block = parts.find((each) => each.kind === 'block')
  if (block !== undefined) return [block]
  if (!parts.some((each) => each.kind === 'put')) return [{ kind: 'keep', text: bare }]
  const said = parts.map((each) => (each.kind === 'keep' || each.kind === 'put' ? each.text : '')).join('')
  const at = bare.indexOf(word)
  return [
    { kind: 'keep', text: bare.slice(0, at) },
    {
      kind: 'put',
      text: JSON.stringify(said),
      isRestored: parts.every((each) => each.kind !== 'put' || each.isRestored),
    },
    { kind: 'drop', length: word.length },
    { kind: 'keep', text: bare.slice(at + word.length) },
  ]
}
