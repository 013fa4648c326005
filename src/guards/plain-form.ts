/**
 * Characters that look or mean the same as one of ASCII, and characters that cannot be seen: a number written in
 * full-width digits, or a key with a zero-width space in it, is found all the same.
 */
import type { CodeRange } from '../syntax/regex-tree.ts'
import { normalize } from '../syntax/regex-tree.ts'

/** First code points of the decimal digits of other scripts (Unicode's category Nd, basic plane). */
const digitZeros = [
  0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0xf20, 0x1040,
  0x17e0, 0x1810, 0xff10,
]
const blanks = [0xa0, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a, 0x202f]
const hyphens = [0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0x2212, 0xfe58, 0xfe63]

/** By code point beyond ASCII, the ASCII character that it stands for. */
const plainOf = new Map<number, number>([
  ...Array.from({ length: 94 }, (_, i): [number, number] => [0xff01 + i, 0x21 + i]),
  ...digitZeros.flatMap((zero) => Array.from({ length: 10 }, (_, i): [number, number] => [zero + i, 0x30 + i])),
  ...[...blanks, 0x205f, 0x3000].map((code): [number, number] => [code, 0x20]),
  ...hyphens.map((code): [number, number] => [code, 0x2d]),
  [0x2024, 0x2e],
  [0xfe6b, 0x40],
])

const likenesses = new Map<number, number[]>()
for (const [code, plain] of plainOf) likenesses.set(plain, [...(likenesses.get(plain) ?? []), code])

/** The ranges with all that looks like the ASCII characters in them. */
export function withLikenesses(ranges: readonly CodeRange[]): readonly CodeRange[] {
  const more: CodeRange[] = []
  for (const [from, to] of ranges)
    for (let code = from; code <= Math.min(to, 0x7e); code++)
      for (const like of likenesses.get(code) ?? []) more.push([like, like])
  return more.length === 0 ? ranges : normalize([...ranges, ...more])
}

/** Whether a character shows nothing and joins or separates nothing: marks of direction, zero-width blanks, selectors. */
export function isInvisible(code: number): boolean {
  return (
    code === 0xad ||
    code === 0x180e ||
    (0x200b <= code && code <= 0x200f) ||
    (0x202a <= code && code <= 0x202e) ||
    (0x2060 <= code && code <= 0x2069) ||
    (0xfe00 <= code && code <= 0xfe0f) ||
    code === 0xfeff
  )
}

/** A text in its plain form, and where each of its characters (and its end) stood. */
export interface PlainForm {
  readonly text: string
  readonly offset: (at: number) => number
}

export function plainForm(text: string): PlainForm {
  if (!/[^\0-\x7f]/.test(text)) return { text, offset: (at) => at }
  let plain = ''
  const offsets: number[] = []
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (isInvisible(code)) continue
    const other = plainOf.get(code)
    plain += other === undefined ? text[i]! : String.fromCharCode(other)
    offsets.push(i)
  }
  // A span ends behind its last character, not before the next one: what cannot be seen in between stays outside.
  return { text: plain, offset: (at) => (at < offsets.length ? offsets[at]! : text.length) }
}
