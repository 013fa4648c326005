/**
 * A value for several variables of one attribute at once. Where patterns were too many for one automaton, each is a
 * variable of its own, and not every combination of their classes has a value: that is decided here, exactly and
 * only when it is asked. A value that is found is short and readable.
 *
 * The search runs all automata in step, from the start, over words that are none of the named constants; it is
 * breadth first, so that a shortest word is found, and bounded.
 */

import { createClassifier } from '../decide/classify.ts'
import { type Attribute, isMissingWhenEmpty } from '../graph/attribute.ts'
import type { Dfa } from '../graph/dfa.ts'
import { symbolOf } from '../graph/dfa.ts'
import { type PatternTest, type Sample, type Variable, viewModel } from '../graph/variable.ts'
import { buildAutomaton, literal, singleBound, surrounded } from './automaton.ts'
import { preferredCodes } from './words.ts'

export type Sampled =
  | { readonly kind: 'value'; readonly value: Sample }
  /** No value is in all of the classes. */
  | { readonly kind: 'none' }
  /** The search outgrew its bound. */
  | { readonly kind: 'undecided' }

/** A variable of the attribute, and the class that is wanted of it. */
export interface Wanted {
  readonly variable: Variable
  readonly class: number
}

/** Most combined states that one search looks at. */
export const searchBound = 1 << 17

/** A value of the attribute that is in every wanted class. */
export function findValue(attribute: Attribute, wanted: readonly Wanted[]): Sampled {
  if (attribute.type === 'set') return setOf(wanted)
  const [only] = wanted
  if (!only) return { kind: 'value', value: undefined }
  if (wanted.length === 1 && only.variable.classifier.kind !== 'pattern')
    return { kind: 'value', value: only.variable.samples[only.class] }
  const fits = (value: Sample): boolean => wanted.every((each) => classifierOf(each.variable)(value) === each.class)
  const mayMiss = wanted.some((each) => each.variable.missing !== undefined)
  if (mayMiss && fits(undefined)) return { kind: 'value', value: undefined }
  const named = constantsOf(wanted)
  const constants = isMissingWhenEmpty(attribute) ? [...new Set([...named, ''])] : named
  const constant = constants.find((each) => fits(each) && !(each === '' && isMissingWhenEmpty(attribute)))
  if (constant !== undefined) return { kind: 'value', value: constant }
  const guess = guesses(wanted).find((each) => !constants.includes(each) && fits(each))
  return guess === undefined ? searchWord(wanted, constants) : { kind: 'value', value: guess }
}

/** A variable is asked for in search after search. */
const classifiers = new WeakMap<Variable, Classify>()

type Classify = ReturnType<typeof createClassifier>

function classifierOf(variable: Variable): Classify {
  let known = classifiers.get(variable)
  if (!known) classifiers.set(variable, (known = createClassifier(variable)))
  return known
}

/** A set has exactly the elements that are wanted in it; it is missing where its presence is not wanted. */
function setOf(wanted: readonly Wanted[]): Sampled {
  const absent = wanted.some((each) => each.variable.classifier.kind === 'present' && each.class === 0)
  if (absent) return { kind: 'value', value: undefined }
  const elements = wanted.flatMap((each) =>
    each.variable.classifier.kind === 'element' && each.class === 1 ? [each.variable.classifier.element] : [],
  )
  return { kind: 'value', value: elements }
}

/** Words that hold what is wanted, put together: most often one of them is a value, and no search is needed. */
function guesses(wanted: readonly Wanted[]): readonly string[] {
  const texts = (kind: 'prefix' | 'contains' | 'suffix'): readonly string[] =>
    wanted.flatMap(({ variable: { classifier }, class: own }) =>
      classifier.kind === 'pattern' && classifier.test.kind === kind && own === 1 ? [classifier.test.text] : [],
    )
  const longest = (all: readonly string[]): string => all.reduce((a, b) => (b.length > a.length ? b : a), '')
  const parts = [longest(texts('prefix')), ...texts('contains'), longest(texts('suffix'))].filter((each) => each !== '')
  const samples = wanted
    .map(({ variable, class: own }) => variable.samples[own])
    .filter((each) => typeof each === 'string')
  const joined = parts.length === 0 ? ['other', 'a', 'other-2'] : [parts.join(''), parts.join('-'), parts.join(' ')]
  return [...samples, ...joined]
}

/** The constants that equality tests name; every other value is told apart by automata alone. */
function constantsOf(wanted: readonly Wanted[]): string[] {
  const names = wanted.flatMap(({ variable: { classifier } }): readonly string[] => {
    if (classifier.kind === 'string') return classifier.constants.map(([value]) => value)
    if (classifier.kind !== 'pattern' || classifier.test.kind !== 'one_of') return []
    const { test, view } = classifier
    return view ? test.values.flatMap((each) => [each, `${view.provider}/${each}`]) : test.values
  })
  return [...new Set(names)]
}

/** An automaton that runs beside the others, and which of its labels are accepted. */
interface Runner {
  readonly dfa: Dfa
  readonly start: number
  readonly accepts: (label: number) => boolean
}

/** The states of a runner from which some word is accepted: in any other the search has nothing to look for. */
function liveStates({ dfa, accepts }: Runner): ReadonlySet<number> {
  const before: number[][] = dfa.labels.map(() => [])
  for (let state = 0; state < dfa.labels.length; state++)
    for (let symbol = 0; symbol < dfa.symbols; symbol++) before[dfa.table[state * dfa.symbols + symbol]!]!.push(state)
  const live = new Set<number>()
  const queue = dfa.labels.flatMap((label, state) => (accepts(label) ? [state] : []))
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    if (live.has(at)) continue
    live.add(at)
    queue.push(...before[at]!)
  }
  return live
}

/** Words apart from the constants: with the prefix of one of the providers that views are of, or of none. */
function searchWord(wanted: readonly Wanted[], constants: readonly string[]): Sampled {
  const providers = new Set(
    wanted.flatMap(({ variable: { classifier } }) =>
      classifier.kind === 'pattern' && classifier.view ? [classifier.view.provider] : [],
    ),
  )
  let undecided = false
  for (const prefix of ['', ...[...providers].map((each) => `${each}/`)]) {
    const runners = wanted.flatMap((each) => runnersOf(each, prefix))
    if (prefix === '') for (const provider of providers) runners.push(without(`${provider}/`))
    const found = breadthFirst(runners, prefix, new Set(constants))
    if (found === 'undecided') undecided = true
    else if (found !== undefined) return { kind: 'value', value: found }
  }
  return { kind: undecided ? 'undecided' : 'none' }
}

/** The automaton that a wanted class asks for, over what follows the prefix. */
function runnersOf({ variable: { classifier }, class: wanted }: Wanted, prefix: string): Runner[] {
  if (classifier.kind === 'string') {
    const { automaton } = classifier
    if (automaton)
      return [
        { dfa: automaton, start: after(automaton, automaton.start, prefix), accepts: (label) => label === wanted },
      ]
    // Apart from constants every string is in one class.
    return classifier.other === wanted ? [] : [nothing]
  }
  if (classifier.kind !== 'pattern') return []
  const accepts = (label: number): boolean => label === wanted
  const dfa = automatonOf(classifier.test)
  if (!dfa) return classifier.test.kind === 'one_of' && wanted === 1 ? [nothing] : []
  const seen = classifier.view ? viewModel(classifier.view, prefix) : prefix
  return [{ dfa, start: after(dfa, dfa.start, seen), accepts }]
}

/** A runner that accepts nothing: the class has no word but constants. */
const nothing: Runner = {
  dfa: { start: 0, symbols: 1, rangeStarts: [0], rangeSymbols: [0], table: [0], labels: [0] },
  start: 0,
  accepts: () => false,
}

/** Words that do not begin with the prefix. */
function without(prefix: string): Runner {
  const { dfa, labels } = buildAutomaton([{ regex: surrounded(literal(prefix), false, true), mode: 'whole' }])!
  return { dfa, start: dfa.start, accepts: (label) => labels[label]!.length === 0 }
}

/** The automaton of a test, its labels 1 where it holds; a list of values has none: they are constants. */
function automatonOf(test: PatternTest): Dfa | undefined {
  if (test.kind === 'automaton') return test.automaton
  if (test.kind === 'one_of') return undefined
  const regex = literal(test.text)
  const whole = {
    prefix: surrounded(regex, false, true),
    suffix: surrounded(regex, true, false),
    contains: surrounded(regex, true, true),
  }
  const { dfa, labels } = buildAutomaton([{ regex: whole[test.kind], mode: 'whole' }], singleBound)!
  return { ...dfa, labels: dfa.labels.map((label) => labels[label]!.length) }
}

function after(dfa: Dfa, state: number, text: string): number {
  let at = state
  for (const char of text)
    at = dfa.table[at * dfa.symbols + symbolOf(dfa.rangeStarts, dfa.rangeSymbols, char.codePointAt(0)!)]!
  return at
}

/** A shortest word that every runner accepts and that is no constant; undefined where there is none. */
function breadthFirst(
  runners: readonly Runner[],
  prefix: string,
  constants: ReadonlySet<string>,
): string | 'undecided' | undefined {
  const codes = alphabetOf(runners, constants)
  const live = runners.map(liveStates)
  const isLive = (states: readonly number[]): boolean => states.every((state, i) => live[i]!.has(state))
  const accepted = (states: readonly number[]): boolean =>
    states.every((state, i) => runners[i]!.accepts(runners[i]!.dfa.labels[state]!))
  // Words that begin a constant are told apart by their text, all others by their states.
  const begins = new Set<string>()
  for (const constant of constants) for (let i = 0; i <= constant.length; i++) begins.add(constant.slice(0, i))
  const seen = new Set<string>()
  let layer: { states: readonly number[]; word: string }[] = [
    { states: runners.map((each) => each.start), word: prefix },
  ]
  while (layer.length > 0) {
    const next: typeof layer = []
    for (const { states, word } of layer) {
      if (accepted(states) && !constants.has(word)) return word
      for (const code of codes) {
        const longer = word + String.fromCodePoint(code)
        const moved = states.map((state, i) => step(runners[i]!.dfa, state, code))
        if (!isLive(moved)) continue
        const key = begins.has(longer) ? `=${longer}` : moved.join()
        if (seen.has(key)) continue
        if (seen.size >= searchBound) return 'undecided'
        seen.add(key)
        next.push({ states: moved, word: longer })
      }
    }
    layer = next
  }
  return undefined
}

function step(dfa: Dfa, state: number, code: number): number {
  return dfa.table[state * dfa.symbols + symbolOf(dfa.rangeStarts, dfa.rangeSymbols, code)]!
}

/** One readable code point for each way in which automata and constants tell code points apart. */
function alphabetOf(runners: readonly Runner[], constants: ReadonlySet<string>): number[] {
  const named = new Set([...constants].flatMap((each) => Array.from(each, (char) => char.codePointAt(0)!)))
  const candidates = [...preferredCodes, ...named, ...runners.flatMap((each) => each.dfa.rangeStarts)]
  const chosen = new Map<string, number>()
  for (const code of candidates) {
    if (code >= 0xd800 && code <= 0xdfff) continue
    const kinds = runners.map(({ dfa }) => symbolOf(dfa.rangeStarts, dfa.rangeSymbols, code)).join()
    const key = named.has(code) ? `${kinds}=${code}` : kinds
    if (!chosen.has(key)) chosen.set(key, code)
  }
  return [...chosen.values()]
}
