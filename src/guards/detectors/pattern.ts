/** Writing the patterns of built-in detectors, and what their picks have in common. */
import { parseRegex, type Regex } from '../../syntax/regex.ts'
import { type DetectorPattern, type Region, type Span, usualMaxLength } from '../detector.ts'
import { withLikenesses } from '../plain-form.ts'

interface PatternOptions {
  readonly ignoreCase?: boolean
  readonly maxLength?: number
  readonly pick?: DetectorPattern['pick']
}

/** A pattern in the linear-time dialect; characters that look like those it names are taken for them. */
export function pattern(source: string, { ignoreCase = false, maxLength, pick }: PatternOptions = {}): DetectorPattern {
  const parsed = parseRegex(source, ignoreCase)
  if ('error' in parsed) throw new Error(`${source}: ${parsed.error}`)
  const regex = withLookalikes(parsed.regex)
  return { regex, maxLength: maxLength ?? usualMaxLength, ...(pick === undefined ? {} : { pick }) }
}

function withLookalikes(regex: Regex): Regex {
  switch (regex.kind) {
    case 'chars':
      return { kind: 'chars', ranges: withLikenesses(regex.ranges) }
    case 'concat':
    case 'alternate':
      return { kind: regex.kind, parts: regex.parts.map(withLookalikes) }
    case 'repeat':
      return { ...regex, of: withLookalikes(regex.of) }
    case 'assert':
    case 'empty':
      return regex
  }
}

/** Picks the whole region where `is` holds of it. */
export function whole(is: (region: Region) => boolean): (region: Region) => readonly Span[] {
  return (region) => (is(region) ? [{ start: 0, end: region.text.length }] : [])
}

/**
 * Picks what `form` finds within a region, where `is` holds of it; `form` is global, and every way through it is
 * the only one. Each place shows its own surroundings.
 */
export function each(form: RegExp, is: (found: string, place: Region) => boolean): (region: Region) => readonly Span[] {
  return ({ text, before, after }) => {
    const spans: Span[] = []
    form.lastIndex = 0
    for (let match = form.exec(text); match !== null; match = form.exec(text)) {
      const [found] = match
      const start = match.index
      const end = start + found.length
      const place = { text, before: before + text.slice(0, start), after: end < text.length ? text[end]! : after }
      if (is(found, place)) spans.push({ start, end })
      // A place that held nothing may be the middle of one that does.
      else form.lastIndex = start + 1
    }
    return spans
  }
}

/** Whether a text stands by itself: no letter, digit or `_` on either side. */
export function standsAlone({ before, after }: Pick<Region, 'before' | 'after'>): boolean {
  return !/[\p{L}\p{N}_]$/u.test(before) && !/^[\p{L}\p{N}_]/u.test(after)
}

/** Whether one of some words stands shortly before; what a guard put there says nothing. */
export function follows({ before }: Pick<Region, 'before'>, words: RegExp): boolean {
  return words.test(before.replace(/\[redacted \w+\]|^\w+\]/g, ''))
}

/** The digits of a text. */
export function digitsOf(text: string): string {
  return text.replace(/\D/g, '')
}
