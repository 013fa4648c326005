/** Tests of texts: equality without case, globs, regular expressions. */

/** The text with its ASCII letters in lower case and all else as it is. */
export function asciiLower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}

/** `like`: `*` stands for any text, `?` for any one character, and the glob for the whole value. */
export function matchesGlob(text: string, glob: string): boolean {
  return matchesFrom([...text], [...glob])
}

function matchesFrom(text: readonly string[], glob: readonly string[]): boolean {
  // Which prefixes of the text the glob read so far can stand for.
  let reached = text.map(() => false)
  reached = [true, ...reached]
  for (const wanted of glob) {
    const next = reached.map(() => false)
    for (let length = 0; length <= text.length; length += 1) {
      if (wanted === '*') next[length] = reached.slice(0, length + 1).includes(true)
      else next[length] = length > 0 && reached[length - 1]! && (wanted === '?' || wanted === text[length - 1])
    }
    reached = next
  }
  return reached[text.length]!
}

/** `matches`: anywhere in the value unless anchored; `i` ignores the case of ASCII letters and of no others. */
export function matchesPattern(text: string, pattern: string, ignoreCase: boolean): boolean {
  return new RegExp(ignoreCase ? eitherCase(pattern) : pattern, 'u').test(text)
}

/** The pattern with each ASCII letter that stands for itself replaced by both of its cases. */
function eitherCase(pattern: string): string {
  let out = ''
  let inClass = false
  const parts = pattern.match(/\\(?:u\{[^}]*\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[pP]\{[^}]*\}|.)|\(\?(?::|<\w+>)|./gsu)
  const tokens = parts ?? []
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index]!
    if (!inClass) {
      if (token === '[') {
        inClass = true
        out += token
      } else {
        const letter = letterOf(token)
        out += letter === undefined ? token : `[${letter.toLowerCase()}${letter.toUpperCase()}]`
      }
      continue
    }
    if (token === ']') inClass = false
    const end = tokens[index + 2]
    if (tokens[index + 1] === '-' && end !== undefined && end !== ']') {
      out += `${token}-${end}${otherCases(codeOf(token), codeOf(end))}`
      index += 2
    } else {
      const letter = letterOf(token)
      out += letter === undefined ? token : letter.toLowerCase() + letter.toUpperCase()
    }
  }
  return out
}

/** The letters of the other case of those ASCII letters that a range holds. */
function otherCases(first: number | undefined, last: number | undefined): string {
  let out = ''
  for (const lower of 'abcdefghijklmnopqrstuvwxyz') {
    const upper = lower.toUpperCase()
    const holds = (letter: string) =>
      first !== undefined && last !== undefined && first <= letter.codePointAt(0)! && letter.codePointAt(0)! <= last
    if (holds(lower)) out += upper
    if (holds(upper)) out += lower
  }
  return out
}

function letterOf(token: string): string | undefined {
  const code = codeOf(token)
  const letter = code === undefined ? '' : String.fromCodePoint(code)
  return /^[A-Za-z]$/.test(letter) ? letter : undefined
}

/** The code point that one token of a pattern stands for, where it stands for one. */
function codeOf(token: string): number | undefined {
  const escaped = /^\\(?:u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))$/.exec(token)
  if (escaped) return Number.parseInt(escaped[1] ?? escaped[2] ?? escaped[3]!, 16)
  if (/^\\[^A-Za-z0-9]$/u.test(token)) return token.codePointAt(1)
  return [...token].length === 1 ? token.codePointAt(0) : undefined
}
