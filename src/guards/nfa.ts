/**
 * Patterns as one non-deterministic automaton (Thompson's construction), a start state for each of them.
 *
 * Assertions are decided between two characters, so that a state is followed only once the next one is known.
 */
import type { Regex } from '../syntax/regex.ts'
import type { Alphabet } from './alphabet.ts'

export type NfaState =
  /** Both ways, without a character. */
  | { readonly kind: 'split'; readonly first: number; readonly second: number }
  | { readonly kind: 'chars'; readonly symbols: Uint8Array; readonly next: number }
  | { readonly kind: 'assert'; readonly what: 'start' | 'end' | 'word' | 'not_word'; readonly next: number }
  | { readonly kind: 'accept'; readonly pattern: number }

export interface Nfa {
  readonly states: readonly NfaState[]
  /** By pattern. */
  readonly starts: readonly number[]
}

/** What stands on one side of a boundary between characters. */
export type Side = 'edge' | 'word' | 'other'

export function createNfa(regexes: readonly Regex[], alphabet: Alphabet): Nfa {
  const states: NfaState[] = []
  const add = (state: NfaState): number => states.push(state) - 1
  /** Built from behind: the state from which `regex` leads to `next`. */
  const build = (regex: Regex, next: number): number => {
    switch (regex.kind) {
      case 'empty':
        return next
      case 'chars':
        return add({ kind: 'chars', symbols: alphabet.setOf(regex.ranges), next })
      case 'assert':
        return add({ kind: 'assert', what: regex.what, next })
      case 'concat':
        return regex.parts.reduceRight((after, part) => build(part, after), next)
      case 'alternate':
        return regex.parts.map((part) => build(part, next)).reduceRight((second, first) => split(first, second))
      case 'repeat':
        return buildRepeat(regex, next)
    }
  }
  const split = (first: number, second: number): number => add({ kind: 'split', first, second })
  const buildRepeat = ({ of, min, max }: Extract<Regex, { kind: 'repeat' }>, next: number): number => {
    let state = next
    if (max === Number.POSITIVE_INFINITY) {
      const loop = add({ kind: 'split', first: next, second: next })
      states[loop] = { kind: 'split', first: build(of, loop), second: next }
      state = loop
    } else for (let i = min; i < max; i++) state = split(build(of, state), next)
    for (let i = 0; i < min; i++) state = build(of, state)
    return state
  }
  const starts = regexes.map((regex, pattern) => build(regex, add({ kind: 'accept', pattern })))
  return { states, starts }
}

/** Whether an assertion holds between what stands on its two sides. */
export function holds(what: 'start' | 'end' | 'word' | 'not_word', before: Side, after: Side): boolean {
  switch (what) {
    case 'start':
      return before === 'edge'
    case 'end':
      return after === 'edge'
    case 'word':
      return (before === 'word') !== (after === 'word')
    case 'not_word':
      return (before === 'word') === (after === 'word')
  }
}
