/**
 * The exact regions of one pattern within a stretch of text: leftmost, longest, apart.
 *
 * From each place an automaton of that pattern alone runs as far as it can. A run ends with the longest match, so
 * that the work is at most the length of the stretch times that; most runs end at once.
 */
import { type Alphabet, noSymbol } from './alphabet.ts'
import type { Span } from './detector.ts'
import type { LazyDfa } from './lazy-dfa.ts'
import type { Side } from './nfa.ts'

export interface Stretch {
  readonly text: string
  /** Where the text itself begins: what stands before is its name. */
  readonly floor: number
  /** Regions begin in `from … before`, and end by `to`. */
  readonly from: number
  readonly before: number
  readonly to: number
  /** Whether the text ends at `to`. */
  readonly isEnd: boolean
}

/** A pattern made ready: an automaton that matches it from one place on. */
export interface Anchored {
  readonly dfa: LazyDfa
  readonly alphabet: Alphabet
  readonly maxLength: number
  /** By side and symbol, whether a match may begin there: 0 where that is not known yet, 1 for no, 2 for yes. */
  readonly beginnings: Uint8Array
}

/** `beginnings` before anything is known. */
export function noBeginnings(alphabet: Alphabet): Uint8Array {
  return new Uint8Array(3 * alphabet.size)
}

export function findRegions(pattern: Anchored, stretch: Stretch): readonly Span[] {
  const { text, from, before } = stretch
  const { alphabet } = pattern
  const { units, isWord } = alphabet
  const regions: Span[] = []
  let side = sideBefore(alphabet, stretch)
  for (let start = from; start < before; ) {
    const unit = text.charCodeAt(start)
    const isPair = (unit & 0xfc00) === 0xd800
    const symbol = isPair ? symbolAt(alphabet, text, start).symbol : units[unit]!
    if (symbol === noSymbol) {
      start++
      continue
    }
    const end = mayBegin(pattern, side, symbol) ? findEnd(pattern, stretch, start, side) : undefined
    if (end === undefined) {
      side = isWord[symbol]! ? 'word' : 'other'
      start += isPair ? symbolAt(alphabet, text, start).width : 1
      continue
    }
    regions.push({ start, end })
    side = sideBefore(alphabet, { ...stretch, from: end })
    start = end
  }
  return regions
}

const sideNumbers: Readonly<Record<Side, number>> = { edge: 0, word: 1, other: 2 }

/** Most places are no beginning, and this tells so without running the automaton. */
function mayBegin({ dfa, alphabet, beginnings }: Anchored, side: Side, symbol: number): boolean {
  const at = sideNumbers[side] * alphabet.size + symbol
  if (beginnings[at] === 0) {
    const entry = dfa.step(dfa.start(side), symbol)
    beginnings[at] = dfa.isQuiet(entry >> 1) ? 1 : 2
  }
  return beginnings[at] === 2
}

/** The end of the longest match that begins at `start`. */
function findEnd(pattern: Anchored, stretch: Stretch, start: number, side: Side): number | undefined {
  const { dfa, alphabet, maxLength } = pattern
  const { text, to, isEnd } = stretch
  const { units } = alphabet
  const longest = Math.min(to, start + maxLength)
  let state = dfa.start(side)
  let end: number | undefined
  for (let at = start; at <= longest; ) {
    if (at >= to && isEnd) {
      if (dfa.step(state, alphabet.size) & 1) end = at
      break
    }
    const unit = text.charCodeAt(at)
    let symbol = units[unit]!
    let width = 1
    if ((unit & 0xfc00) === 0xd800) ({ symbol, width } = symbolAt(alphabet, text, at))
    if (symbol !== noSymbol) {
      const entry = dfa.step(state, symbol)
      if (entry & 1 && at > start) end = at
      state = entry >> 1
      if (dfa.isQuiet(state)) break
    }
    at += width
  }
  // What cannot be seen at its end does not belong to a match.
  while (end !== undefined && end > start && units[text.charCodeAt(end - 1)] === noSymbol) end--
  return end
}

/** The symbol of the character at a place, and how long the character is. */
export function symbolAt(alphabet: Alphabet, text: string, at: number): { symbol: number; width: number } {
  const unit = text.charCodeAt(at)
  const code = (unit & 0xfc00) === 0xd800 && at + 1 < text.length ? text.codePointAt(at)! : unit
  return code > 0xffff ? { symbol: alphabet.symbolOf(code), width: 2 } : { symbol: alphabet.units[unit]!, width: 1 }
}

function sideBefore(alphabet: Alphabet, { text, floor, from }: Stretch): Side {
  for (let at = from - 1; at >= floor; at--) {
    const symbol = alphabet.units[text.charCodeAt(at)]!
    if (symbol !== noSymbol) return alphabet.isWord[symbol]! ? 'word' : 'other'
  }
  return 'edge'
}
