/** Classes of characters in regular expressions, and the escapes that stand for one character or a class. */
import { anyBut, type CodeRange, maxCodePoint, normalize, type RegexError } from './regex-tree.ts'

const digits: readonly CodeRange[] = [[48, 57]]
const wordCharacters: readonly CodeRange[] = [
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122],
]
const blanks: readonly CodeRange[] = [
  [9, 13],
  [32, 32],
]
const controls: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, f: 12, v: 11, 0: 0 }

/** The set of `\d \w \s \D \W \S`. */
export function shorthand(letter: string): readonly CodeRange[] | undefined {
  switch (letter) {
    case 'd':
      return digits
    case 'w':
      return wordCharacters
    case 's':
      return blanks
    case 'D':
      return anyBut(digits)
    case 'W':
      return anyBut(wordCharacters)
    case 'S':
      return anyBut(blanks)
    default:
      return undefined
  }
}

/** The character that the escape at `at` (its backslash) stands for. */
export function readEscapedCodePoint(pattern: string, at: number): { codePoint: number; end: number } | RegexError {
  const rest = pattern.slice(at + 1, at + 14)
  const letter = rest[0] ?? ''
  const hex = /^(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|u\{([0-9A-Fa-f]{1,8})\})/.exec(rest)
  if (hex) {
    const codePoint = Number.parseInt(hex[1] ?? hex[2] ?? hex[3] ?? '', 16)
    const end = at + 1 + hex[0].length
    if (codePoint > maxCodePoint) return { error: `\`\\${hex[0]}\` is beyond the last code point`, start: at, end }
    return { codePoint, end }
  }
  if (Object.hasOwn(controls, letter) && !/^0\d/.test(rest)) return { codePoint: controls[letter]!, end: at + 2 }
  if (/^[!-/:-@[-`{-~ ]$/.test(letter)) return { codePoint: letter.charCodeAt(0), end: at + 2 }
  if (letter === 'p' || letter === 'P') {
    const error = `found \`\\${letter}\`: classes of Unicode properties are not in the dialect`
    return { error, start: at, end: at + 2, help: 'write the ranges out, such as `[\\u0370-\\u03ff]`' }
  }
  const error = `\`\\${letter}\` is not an escape of regular expressions`
  return { error, start: at, end: at + 1 + letter.length, help: 'write `\\\\` for a backslash' }
}

/** Reads the class whose `[` is at `at`; `ranges` are those written, before negation. */
export function parseClass(
  pattern: string,
  at: number,
): { ranges: readonly CodeRange[]; negated: boolean; end: number } | RegexError {
  const negated = pattern[at + 1] === '^'
  const ranges: CodeRange[] = []
  let here = at + (negated ? 2 : 1)
  while (here < pattern.length && pattern[here] !== ']') {
    const first = readMember(pattern, here)
    if ('error' in first) return first
    here = first.end
    const isRange = pattern[here] === '-' && here + 1 < pattern.length && pattern[here + 1] !== ']'
    if ('set' in first || !isRange) {
      ranges.push(...('set' in first ? first.set : [[first.codePoint, first.codePoint] as const]))
      continue
    }
    const last = readMember(pattern, here + 1)
    if ('error' in last) return last
    const written = pattern.slice(first.start, last.end)
    if ('set' in last)
      return {
        error: `\`${written}\` is not a range`,
        start: first.start,
        end: last.end,
        help: 'write `\\-` for the character',
      }
    if (last.codePoint < first.codePoint) {
      return { error: `the range \`${written}\` is the wrong way round`, start: first.start, end: last.end }
    }
    ranges.push([first.codePoint, last.codePoint])
    here = last.end
  }
  if (here >= pattern.length)
    return {
      error: 'found `[` without the `]` that closes it',
      start: at,
      end: at + 1,
      help: 'write `\\[` for the character',
    }
  if (here === at + (negated ? 2 : 1))
    return {
      error: 'this class is empty',
      start: at,
      end: here + 1,
      help: 'write `\\]` for the character within a class',
    }
  return { ranges: normalize(ranges), negated, end: here + 1 }
}

type Member =
  | { readonly codePoint: number; readonly start: number; readonly end: number }
  | { readonly set: readonly CodeRange[]; readonly start: number; readonly end: number }

function readMember(pattern: string, at: number): Member | RegexError {
  if (pattern[at] !== '\\') {
    const codePoint = pattern.codePointAt(at)!
    return { codePoint, start: at, end: at + (codePoint > 0xffff ? 2 : 1) }
  }
  const letter = pattern[at + 1] ?? ''
  const set = shorthand(letter)
  if (set) return { set, start: at, end: at + 2 }
  if (letter === 'b') return { codePoint: 8, start: at, end: at + 2 }
  const read = readEscapedCodePoint(pattern, at)
  return 'error' in read ? read : { codePoint: read.codePoint, start: at, end: read.end }
}
