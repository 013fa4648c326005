/**
 * The linear-time dialect of regular expressions, parsed to a tree that an automaton can be built from.
 *
 * Everything here is regular in the strict sense: there is nothing whose matching needs more than one pass. Groups
 * are only brackets, lazy `?` changes nothing (only whether a text matches is asked), `.` is any code point but line
 * feed and carriage return, `\d \w \s` and ignoring case are ASCII, `^` and `$` are the ends of the whole value.
 */
import { parseClass, readEscapedCodePoint, shorthand } from './regex-class.ts'
import { anyBut, type CodeRange, chars, foldCase, normalize, type Regex, type RegexError } from './regex-tree.ts'

export type { CodeRange, Regex, RegexError } from './regex-tree.ts'

/** Counted repetitions may ask for at most so many. */
export const maxRepeat = 1000
/** The tree may have so many nodes once repetitions are written out. */
export const maxRegexSize = 10_000
/** Groups may nest so deep. */
export const maxRegexNesting = 100

/** Parses a pattern (what stands between the slashes). */
export function parseRegex(pattern: string, ignoreCase: boolean): { regex: Regex } | RegexError {
  const front = pattern.startsWith('(?i)') ? 4 : 0
  const state: State = { pattern, at: front, ignoreCase: ignoreCase || front > 0, depth: 0 }
  const regex = parseAlternatives(state)
  if ('error' in regex) return regex
  if (state.at < pattern.length)
    return fail(state.at, state.at + 1, 'found `)` without a group that it closes', 'write `\\)` for the character')
  const size = sizeOf(regex)
  if (size > maxRegexSize) {
    return fail(
      0,
      pattern.length,
      `this expression has more than ${maxRegexSize.toLocaleString('en')} parts once its repetitions are written out`,
      'write smaller repetitions',
    )
  }
  return { regex }
}

interface State {
  readonly pattern: string
  at: number
  readonly ignoreCase: boolean
  depth: number
}

type Parsed = Regex | RegexError

function fail(start: number, end: number, error: string, help?: string): RegexError {
  return help === undefined ? { error, start, end } : { error, start, end, help }
}

function parseAlternatives(state: State): Parsed {
  const parts: Regex[] = []
  for (;;) {
    const part = parseSequence(state)
    if ('error' in part) return part
    parts.push(part)
    if (state.pattern[state.at] !== '|') break
    state.at++
  }
  return parts.length === 1 ? parts[0]! : { kind: 'alternate', parts }
}

function parseSequence(state: State): Parsed {
  const parts: Regex[] = []
  while (state.at < state.pattern.length && state.pattern[state.at] !== '|' && state.pattern[state.at] !== ')') {
    const start = state.at
    const atom = parseAtom(state)
    if ('error' in atom) return atom
    const part = parseRepeats(state, atom, start)
    if ('error' in part) return part
    parts.push(part)
  }
  if (parts.length === 0) return { kind: 'empty' }
  return parts.length === 1 ? parts[0]! : { kind: 'concat', parts }
}

function parseAtom(state: State): Parsed {
  const { pattern, at } = state
  const character = pattern[at]!
  switch (character) {
    case '(':
      return parseGroup(state)
    case '[': {
      const parsed = parseClass(pattern, at)
      if ('error' in parsed) return parsed
      state.at = parsed.end
      const ranges = state.ignoreCase ? foldCase(parsed.ranges) : parsed.ranges
      return chars(parsed.negated ? anyBut(ranges) : ranges)
    }
    case '.':
      state.at++
      return chars(
        anyBut([
          [10, 10],
          [13, 13],
        ]),
      )
    case '^':
    case '$':
      state.at++
      return { kind: 'assert', what: character === '^' ? 'start' : 'end' }
    case '\\':
      return parseEscape(state)
    case '*':
    case '+':
    case '?':
      return fail(at, at + 1, `\`${character}\` repeats nothing`, `write \`\\${character}\` for the character`)
    case '{':
      if (/^\{\d*(,\d*)?\}/.test(pattern.slice(at, at + 16)))
        return fail(at, at + 1, '`{` repeats nothing', 'write `\\{` for the character')
      return literal(state, at, 1)
    default: {
      const width = pattern.codePointAt(at)! > 0xffff ? 2 : 1
      return literal(state, at, width)
    }
  }
}

function literal(state: State, at: number, width: number): Regex {
  state.at = at + width
  return fold(state, [[state.pattern.codePointAt(at)!, state.pattern.codePointAt(at)!]])
}

function fold(state: State, ranges: readonly CodeRange[]): Regex {
  return chars(state.ignoreCase ? foldCase(ranges) : normalize(ranges))
}

function parseGroup(state: State): Parsed {
  const { pattern, at } = state
  if (state.depth >= maxRegexNesting)
    return fail(at, at + 1, `groups nest deeper than ${maxRegexNesting}`, 'write a flatter expression')
  const opening = /^\((?:\?(?::|P?<[A-Za-z_]\w*>))?/.exec(pattern.slice(at, at + 100))![0]
  if (opening === '(' && pattern[at + 1] === '?') return refuseGroup(pattern, at)
  state.at = at + opening.length
  state.depth++
  const inner = parseAlternatives(state)
  state.depth--
  if ('error' in inner) return inner
  if (pattern[state.at] !== ')')
    return fail(at, at + 1, 'found `(` without the `)` that closes it', 'write `\\(` for the character')
  state.at++
  return inner
}

function refuseGroup(pattern: string, at: number): RegexError {
  const written = /^\(\?(?:<[=!]|[=!>|#(]|P[=>]|[A-Za-z-]*[:)]?|.?)/.exec(pattern.slice(at, at + 20))?.[0] ?? '(?'
  const end = at + written.length
  if (/^\(\?<?[=!]/.test(written)) {
    return fail(
      at,
      end,
      `found look-around \`${written}\`, which is not in the linear-time dialect`,
      'write two conditions joined by `and`, `not` or `or`',
    )
  }
  if (written === '(?>')
    return fail(at, end, 'found the atomic group `(?>`, which is not in the linear-time dialect', 'write `(?:`')
  if (/^\(\?[A-Za-z-]+/.test(written)) {
    return fail(
      at,
      end,
      `found the inline flags \`${written}\``,
      'the only flag is `i`, after the closing slash or as `(?i)` in front',
    )
  }
  return fail(
    at,
    end,
    `found \`${written}\`, which begins no kind of group`,
    'groups are `(…)`, `(?:…)` and `(?<name>…)`',
  )
}

function parseEscape(state: State): Parsed {
  const { pattern, at } = state
  const letter = pattern[at + 1]
  const pair = pattern.slice(at, at + 2)
  if (letter === undefined)
    return fail(at, at + 1, 'the expression ends in a backslash', 'write `\\\\` for a backslash')
  if (letter === 'b' || letter === 'B') {
    state.at += 2
    return { kind: 'assert', what: letter === 'b' ? 'word' : 'not_word' }
  }
  if (/[1-9]/.test(letter) || letter === 'k') {
    return fail(
      at,
      at + 2,
      `found the back-reference \`${pair}\`, which is not in the linear-time dialect`,
      'write the alternatives out',
    )
  }
  const set = shorthand(letter)
  if (set) {
    state.at += 2
    return chars(set)
  }
  const escaped = readEscapedCodePoint(pattern, at)
  if ('error' in escaped) return escaped
  state.at = escaped.end
  return fold(state, [[escaped.codePoint, escaped.codePoint]])
}

function parseRepeats(state: State, atom: Regex, start: number): Parsed {
  const { pattern } = state
  const found = /^(?:[*+?]|\{(\d{1,9})(?:(,)(\d{1,9})?)?\})/.exec(pattern.slice(state.at, state.at + 24))
  if (!found) {
    const long = /^\{\d+(,\d*)?\}/.exec(pattern.slice(state.at, state.at + 64))
    return long
      ? fail(state.at, state.at + long[0].length, `\`${long[0]}\` asks for more than ${maxRepeat} repetitions`)
      : atom
  }
  const [sign] = found
  const from = state.at
  state.at += sign.length
  const { min, max } = bounds(found)
  if (min > maxRepeat || (max !== Number.POSITIVE_INFINITY && max > maxRepeat)) {
    return fail(
      from,
      state.at,
      `\`${sign}\` asks for more than ${maxRepeat} repetitions`,
      'write a smaller number, or `*`',
    )
  }
  if (max < min)
    return fail(from, state.at, `\`${sign}\` has its bounds the wrong way round`, `write \`{${max},${min}}\``)
  if (atom.kind === 'assert')
    return fail(start, state.at, `\`${sign}\` repeats a position, which has no length`, `delete \`${sign}\``)
  if (pattern[state.at] === '+') {
    return fail(
      from,
      state.at + 1,
      `found the possessive \`${sign}+\`, which is not in the linear-time dialect`,
      `write \`${sign}\``,
    )
  }
  if (pattern[state.at] === '?') state.at++
  if (/^(?:[*+?]|\{\d+(,\d*)?\})/.test(pattern.slice(state.at, state.at + 64))) {
    return fail(
      state.at,
      state.at + 1,
      `found \`${pattern[state.at]}\` after another repetition`,
      'put the first one into a group',
    )
  }
  return { kind: 'repeat', of: atom, min, max }
}

function bounds(found: RegExpExecArray): { min: number; max: number } {
  const [sign, least, comma, most] = found
  if (sign === '*') return { min: 0, max: Number.POSITIVE_INFINITY }
  if (sign === '+') return { min: 1, max: Number.POSITIVE_INFINITY }
  if (sign === '?') return { min: 0, max: 1 }
  const min = Number(least)
  return { min, max: comma === undefined ? min : most === undefined ? Number.POSITIVE_INFINITY : Number(most) }
}

/** Nodes once repetitions are written out. */
function sizeOf(regex: Regex): number {
  switch (regex.kind) {
    case 'empty':
    case 'chars':
    case 'assert':
      return 1
    case 'concat':
    case 'alternate':
      return regex.parts.reduce((sum, part) => sum + sizeOf(part), 1)
    case 'repeat':
      return 1 + sizeOf(regex.of) * Math.max(1, regex.max === Number.POSITIVE_INFINITY ? regex.min + 1 : regex.max)
  }
}

/** Parses the glob of `like`: `*` any run, `?` one code point, `\` takes the next character as it is; the whole value. */
export function parseGlob(text: string): Regex {
  const parts: Regex[] = [{ kind: 'assert', what: 'start' }]
  const any = anyBut([])
  const characters = [...text]
  for (let i = 0; i < characters.length; i++) {
    let character = characters[i]!
    if (character === '*') parts.push({ kind: 'repeat', of: chars(any), min: 0, max: Number.POSITIVE_INFINITY })
    else if (character === '?') parts.push(chars(any))
    else {
      if (character === '\\' && i + 1 < characters.length) character = characters[++i]!
      const code = character.codePointAt(0)!
      parts.push(chars([[code, code]]))
    }
  }
  parts.push({ kind: 'assert', what: 'end' })
  return { kind: 'concat', parts }
}
