/**
 * Finds the matches of several detectors in a text that comes in pieces, and tells as early as it is certain which
 * part of the text is free of them. How the text is cut makes no difference.
 *
 * One automaton runs over every character. While no pattern is under way the text is free; from the first character
 * of a stretch in which one is, up to the place where none is any more, the text is held. A stretch in which some
 * pattern matched is then searched exactly. One that goes on and on is searched as it goes: what began further
 * back than the longest match is certain. So no more than two longest matches are ever held.
 */
import { type Alphabet, createAlphabet, noSymbol } from './alphabet.ts'
import { contextLength, type Detector, type DetectorPattern } from './detector.ts'
import { type Anchored, findRegions, noBeginnings, symbolAt } from './find-regions.ts'
import { createLazyDfa, type LazyDfa } from './lazy-dfa.ts'
import { createNfa } from './nfa.ts'
import { plainForm } from './plain-form.ts'

/** Detectors made ready to search texts with; may be used for any number of texts. */
export interface Scanner {
  readonly detectors: readonly Detector[]
  /** Begins a text; `name` stands before it as context: the key of a field, say. */
  readonly open: (name?: string) => Scan
}

export interface Scan {
  /** Takes more of the text; gives what is decided by now. */
  readonly push: (text: string) => Decided
  /** The text is over; gives the rest. */
  readonly end: () => Decided
}

/** The next part of the text, decided: its length, and the matches that begin in it, by where they begin. */
export interface Decided {
  readonly text: string
  readonly matches: readonly Match[]
}

/** A match; places are counted from the beginning of the text. */
export interface Match {
  /** Index into the scanner's detectors. */
  readonly detector: number
  readonly start: number
  readonly end: number
  readonly text: string
}

interface Compiled {
  readonly alphabet: Alphabet
  readonly dfa: LazyDfa
  readonly patterns: readonly CompiledPattern[]
  readonly longest: number
}

interface CompiledPattern extends Anchored, Pick<DetectorPattern, 'pick'> {
  readonly detector: number
}

/** Bounds of the automata: of all patterns together, and of one alone, which few texts lead through. */
const jointEntries = 1 << 20
const singleEntries = 1 << 15

export function createScanner(detectors: readonly Detector[]): Scanner {
  const patterns = detectors.flatMap((each, detector) => each.patterns.map((pattern) => ({ ...pattern, detector })))
  const regexes = patterns.map((each) => each.regex)
  const alphabet = createAlphabet(regexes)
  const nfa = createNfa(regexes, alphabet)
  const compiled: Compiled = {
    alphabet,
    dfa: createLazyDfa(nfa, alphabet, { initial: [], everywhere: nfa.starts, maxEntries: jointEntries }),
    patterns: patterns.map(({ detector, maxLength, pick }, index) => {
      const alone = { initial: [nfa.starts[index]!], everywhere: [], maxEntries: singleEntries }
      const dfa = createLazyDfa(nfa, alphabet, alone)
      return {
        detector,
        maxLength,
        dfa,
        alphabet,
        beginnings: noBeginnings(alphabet),
        ...(pick === undefined ? {} : { pick }),
      }
    }),
    longest: Math.max(1, ...patterns.map((each) => each.maxLength)),
  }
  return { detectors, open: (name = '') => openScan(compiled, name) }
}

function openScan(compiled: Compiled, name: string): Scan {
  const { alphabet, dfa, patterns, longest } = compiled
  const { units } = alphabet
  // The text from `base` on: what is held, and before it what detectors are shown as context.
  const context = name.slice(-contextLength)
  let held = context
  let base = -context.length
  /** Places of the text, all counted from its beginning. */
  let at = 0
  let decided = 0
  let stretch = -1
  let saved = dfa.save(dfa.start('edge'))
  let state = 0
  const matched = new Set<number>()
  const resume = patterns.map(() => 0)
  let found: Match[] = []

  const search = (before: number, isEnd: boolean): void => {
    for (const index of matched) {
      const pattern = patterns[index]!
      const from = Math.max(resume[index]!, stretch) - base
      const regions = findRegions(pattern, {
        text: held,
        floor: -base,
        from,
        before: before - base,
        to: at - base,
        isEnd,
      })
      for (const { start, end } of regions) {
        resume[index] = end + base
        for (const span of pick(pattern, start, end)) {
          const text = held.slice(span.start, span.end)
          found.push({ detector: pattern.detector, start: span.start + base, end: span.end + base, text })
        }
      }
    }
  }
  const pick = (pattern: CompiledPattern, start: number, end: number) => {
    if (pattern.pick === undefined) return [{ start, end }]
    const { text, offset } = plainForm(held.slice(start, end))
    const before = held.slice(Math.max(0, start - contextLength), start)
    const after = end < held.length ? String.fromCodePoint(held.codePointAt(end)!) : ''
    return pattern.pick({ text, before, after }).map((span) => ({
      start: start + offset(span.start),
      end: start + offset(span.end - 1) + 1,
    }))
  }
  const close = (isEnd: boolean): void => {
    if (stretch >= 0 && matched.size > 0) search(at, isEnd)
    stretch = -1
    matched.clear()
  }
  /** A step over the character at `place`. */
  const step = (symbol: number, place: number): void => {
    const entry = dfa.step(state, symbol)
    if (entry & 1) for (const each of dfa.matched()) matched.add(each)
    state = entry >> 1
    if (dfa.isQuiet(state)) {
      if (stretch < 0) return
      at = place
      close(false)
    } else if (stretch < 0) stretch = place
    else if (place - stretch > 2 * longest) {
      at = place
      const certain = place - longest
      if (matched.size > 0) search(certain, false)
      stretch = certain
    }
  }
  const run = (): void => {
    const text = held
    state = dfa.load(saved)
    let i = at - base
    for (; i < text.length; i++) {
      const unit = text.charCodeAt(i)
      if ((unit & 0xfc00) === 0xd800) {
        // Half a character waits for its other half.
        if (i + 1 === text.length) break
        const { symbol, width } = symbolAt(alphabet, text, i)
        step(symbol, base + i)
        i += width - 1
        continue
      }
      const symbol = units[unit]!
      if (symbol !== noSymbol) step(symbol, base + i)
    }
    at = base + i
    saved = dfa.save(state)
  }
  /** Gives the text up to `upTo`, with the matches that begin in it, and forgets what nobody is shown any more. */
  const release = (upTo: number): Decided => {
    found.sort((a, b) => a.start - b.start || b.end - a.end || a.detector - b.detector)
    const matches = found.filter((each) => each.start < upTo)
    found = found.filter((each) => each.start >= upTo)
    const text = held.slice(decided - base, upTo - base)
    decided = upTo
    const keep = Math.max(base, upTo - contextLength)
    held = held.slice(keep - base)
    base = keep
    return { text, matches }
  }
  return {
    push: (text) => {
      held += text
      run()
      return release(stretch >= 0 ? stretch : at)
    },
    end: () => {
      const end = base + held.length
      state = dfa.load(saved)
      // A lone half at the end is a character of its own.
      if (at < end) step(units[held.charCodeAt(at - base)]!, at)
      at = end
      if (dfa.step(state, alphabet.size) & 1) for (const each of dfa.matched()) matched.add(each)
      close(true)
      return release(end)
    },
  }
}
