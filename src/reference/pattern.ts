/**
 * `matches`: regular expressions of the dialect, carried out by JavaScript's own.
 *
 * Each piece of a pattern is written out so that both agree on it: `.` is all but line feed and carriage
 * return, `\s` and ignoring case are ASCII, and every character that stands for itself is named by its code.
 */

/** Whether a pattern is found in the value: anywhere unless anchored; `$` is the end of the value. */
export function matchesPattern(text: string, pattern: string, ignoreCase: boolean): boolean {
  const hasFlag = pattern.startsWith('(?i)')
  return new RegExp(translated(hasFlag ? pattern.slice(4) : pattern, ignoreCase || hasFlag), 'u').test(text)
}

const piece =
  /\\(?:u\{[0-9A-Fa-f]+\}|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|.)|\((?:\?(?::|P?<\w+>))?|\{\d+(?:,\d*)?\}|\[\^?|./gsu

function translated(pattern: string, ignoreCase: boolean): string {
  const pieces: readonly string[] = pattern.match(piece) ?? []
  let out = ''
  for (let at = 0; at < pieces.length; at += 1) {
    const each = pieces[at]!
    if (each === '[' || each === '[^') {
      const end = pieces.indexOf(']', at)
      out += `${each}${classBody(pieces.slice(at + 1, end), ignoreCase)}]`
      at = end
    } else if (each === '.') out += '[^\\n\\r]'
    else if (each === '\\s') out += '[\\t-\\r ]'
    else if (each === '\\S') out += '[^\\t-\\r ]'
    else if (each.startsWith('(')) out += each === '(' ? '(' : '(?:'
    else if (/^(?:\\[dDwWbB]|[)|^$*+?]|\{\d.*\})$/.test(each)) out += each
    else out += `[${characters(codeOf(each), codeOf(each), ignoreCase)}]`
  }
  return out
}

/** What stands between the brackets of a class. */
function classBody(pieces: readonly string[], ignoreCase: boolean): string {
  // Pieces that mean nothing special in a class are characters of their own.
  const members = pieces.flatMap((each) => (each.startsWith('\\') ? [each] : [...each]))
  let out = ''
  for (let at = 0; at < members.length; at += 1) {
    const each = members[at]!
    if (each === '\\s') out += '\\t-\\r '
    else if (each === '\\S') out += '\\0-\\x08\\x0e-\\x1f!-\\u{10ffff}'
    else if (/^\\[dDwW]$/.test(each)) out += each
    else if (members[at + 1] === '-' && at + 2 < members.length) {
      out += characters(codeOf(each), codeOf(members[at + 2]!), ignoreCase)
      at += 2
    } else out += characters(each === '\\b' ? 8 : codeOf(each), each === '\\b' ? 8 : codeOf(each), ignoreCase)
  }
  return out
}

/** A range, with the letters of the other case of those ASCII letters that it holds. */
function characters(first: number, last: number, ignoreCase: boolean): string {
  let out = `\\u{${first.toString(16)}}-\\u{${last.toString(16)}}`
  if (!ignoreCase) return out
  for (const lower of 'abcdefghijklmnopqrstuvwxyz') {
    const upper = lower.toUpperCase()
    const holds = (letter: string) => first <= letter.charCodeAt(0) && letter.charCodeAt(0) <= last
    if (holds(lower)) out += upper
    if (holds(upper)) out += lower
  }
  return out
}

const controls: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, f: 12, v: 11, 0: 0 }

/** The code point that a piece stands for. */
function codeOf(each: string): number {
  if (!each.startsWith('\\')) return each.codePointAt(0)!
  const hex = /^\\[ux]\{?([0-9A-Fa-f]+)\}?$/.exec(each)
  return hex ? Number.parseInt(hex[1]!, 16) : (controls[each[1]!] ?? each.codePointAt(1)!)
}
