/** Strings and regular expressions as written: where they end, what they mean, what is wrong with them. */

/** A quoted text read from the source. */
export interface Quoted {
  readonly value: string
  readonly end: number
  /** What is wrong, and where; `end` is then where reading may go on. */
  readonly bad?: { readonly message: string; readonly help: string; readonly start: number; readonly end: number }
}

const escapes: Readonly<Record<string, string>> = {
  ...{ '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' },
}

/** Reads a string that `opening` begins at `at`; it ends at `closing`, and at the end of the line at the latest. */
export function readString(text: string, at: number, closing: string): Quoted {
  const pieces: string[] = []
  let bad: Quoted['bad']
  let from = at + 1
  let here = from
  for (;;) {
    const character = text[here]
    if (character === undefined || character === '\n' || character === '\r') {
      const end = at + text.slice(at, here).trimEnd().length
      const message = 'this string has no closing quote'
      return {
        value: '',
        end,
        bad: { message, help: `write \`${closing === "'" ? '"' : closing}\` at its end`, start: at, end },
      }
    }
    if (character === closing) break
    if (character === '\\') {
      pieces.push(text.slice(from, here))
      const escaped = readEscape(text, here, closing)
      if (typeof escaped === 'string') {
        const next = text[here + 1]
        const width = next === undefined || next === '\n' || next === '\r' ? 1 : 2
        bad ??= { message: escaped.split('\n')[0]!, help: escaped.split('\n')[1]!, start: here, end: here + width }
        here += width
      } else {
        pieces.push(escaped.value)
        here = escaped.end
      }
      from = here
    } else if (character < ' ') {
      const written = `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
      const help = `write it as \`${character === '\t' ? '\\t' : written}\``
      bad ??= { message: 'a control character stands in this string', help, start: here, end: here + 1 }
      here++
    } else here++
  }
  pieces.push(text.slice(from, here))
  const value = pieces.join('')
  const end = here + 1
  if (bad === undefined && /\p{Surrogate}/u.test(value)) {
    const help = 'write both halves of the pair, or the character itself'
    bad = { message: 'this string has half of a surrogate pair', help, start: at, end }
  }
  return bad ? { value, end, bad } : { value, end }
}

function readEscape(text: string, at: number, closing: string): { value: string; end: number } | string {
  const letter = text[at + 1] ?? ''
  if (letter === closing) return { value: closing, end: at + 2 }
  if (Object.hasOwn(escapes, letter)) return { value: escapes[letter]!, end: at + 2 }
  if (letter === 'u') {
    const digits = text.slice(at + 2, at + 6)
    if (/^[0-9A-Fa-f]{4}$/.test(digits)) return { value: String.fromCharCode(Number.parseInt(digits, 16)), end: at + 6 }
    return 'the escape `\\u` has not four hexadecimal digits\nwrite it like `\\u00e9`'
  }
  if (letter === '' || letter < ' ') return 'a backslash ends this line\nwrite `\\\\` for a backslash'
  return `\`\\${letter}\` is not an escape\nwrite \`\\\\\` for a backslash; escapes are those of JSON`
}

/** Where the regular expression at `at` closes (the offset of its last slash), or undefined if not on its line. */
export function findRegexEnd(text: string, at: number, limit: number): number | undefined {
  let inClass = false
  for (let here = at + 1; here < text.length && here - at < limit; here++) {
    const character = text[here]
    if (character === '\n' || character === '\r') return undefined
    if (character === '\\' && text[here + 1] !== '\n' && text[here + 1] !== '\r') here++
    else if (character === '[') inClass = true
    else if (character === ']') inClass = false
    else if (character === '/' && !inClass) return here
  }
  return undefined
}
