/**
 * What a detector is: a name, and patterns that say where a match may lie and which part of that is one.
 *
 * Finding has two stages. A regular language of *regions* is searched for by one automaton for all detectors at
 * once, in time linear in the text; then a pure function looks at each region, which is bounded, with its check
 * digits and the words around it, and picks what is really there.
 */
import type { Regex } from '../syntax/regex.ts'

export interface Detector {
  readonly name: string
  readonly patterns: readonly DetectorPattern[]
}

export interface DetectorPattern {
  /** Where a match may lie: the leftmost, longest texts of this language that are not longer than `maxLength`. */
  readonly regex: Regex
  /** In UTF-16 units; what is longer is cut there. It bounds what a stream holds back. */
  readonly maxLength: number
  /** The matches in a region, ascending and apart; the whole region where absent. */
  readonly pick?: (region: Region) => readonly Span[]
}

/** A text that may hold matches, with what stands around it. */
export interface Region {
  /** With look-alike characters in their plain form: full-width letters, other digits, typographic hyphens and blanks. */
  readonly text: string
  /** At most `contextLength` units of what comes before; where it is known, a name for the text stands in front. */
  readonly before: string
  /** The character behind, or nothing at the end of the text. */
  readonly after: string
}

/** A part of a text: from `start`, up to and without `end`. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** How much of what stands before a region its detector is shown. */
export const contextLength = 64

/** The longest match of a pattern that says nothing else. */
export const usualMaxLength = 2048
