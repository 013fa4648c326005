/** Look-alike attacks: characters that make a text read differently than it is enforced (UTS 39, UTS 55). */
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { diagnostic } from '../diagnostics/diagnostic.ts'
import type { Source, Span } from '../diagnostics/source.ts'

const bidirectional = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
const latin = /\p{Script=Latin}/u
const lookalikeScripts = /[\p{Script=Cyrillic}\p{Script=Greek}]/u
const words = /[\p{L}\p{M}]+/gu

/** A character as `U+0430`. */
export function codePoint(character: string): string {
  return `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`
}

/** Every bidirectional control character of a text, wherever it stands. */
export function findBidirectional(source: Source, limit: number): Diagnostic[] {
  const found: Diagnostic[] = []
  for (const match of source.text.matchAll(bidirectional)) {
    if (found.length === limit) break
    found.push(
      diagnostic('P105', {
        message: `found the bidirectional control character ${codePoint(match[0])}`,
        span: { source, start: match.index, end: match.index + 1 },
        help: 'delete it: it makes the text look different from what is enforced',
      }),
    )
  }
  return found
}

/** What is wrong with a word that is used as a name and has letters beyond ASCII, if anything. */
export function checkName(text: string, span: Span): Diagnostic | undefined {
  const foreign = [...new Set(text.match(/[^\x00-\x7f]/gu) ?? [])]
  if (foreign.length === 0) return undefined
  return diagnostic('P105', {
    message: `the name \`${text}\` has ${foreign.map((each) => `\`${each}\` (${codePoint(each)})`).join(', ')}`,
    span,
    help: 'names are made of the letters `a` to `z`, digits and underscores',
  })
}

/** The first word of a string that mixes Latin letters with Cyrillic or Greek ones, if there is one. */
export function checkString(value: string, span: Span): Diagnostic | undefined {
  if (!/[^\x00-\x7f]/.test(value)) return undefined
  for (const [word] of value.matchAll(words)) {
    if (!latin.test(word) || !lookalikeScripts.test(word)) continue
    const foreign = [...new Set([...word].filter((each) => lookalikeScripts.test(each)))]
    return diagnostic('P105', {
      message: `the word \`${word}\` mixes scripts: ${foreign.map((each) => `\`${each}\` (${codePoint(each)})`).join(', ')}`,
      span,
      help: 'write each word in one script, or the character as an escape such as `\\u0430`',
    })
  }
  return undefined
}
