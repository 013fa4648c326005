/**
 * A deterministic automaton whose states are made when a text first leads to them (the lazy subset construction of
 * RE2 and grep), and thrown away all together when there are too many: memory is bounded, and a step is one look-up
 * as a rule and never more than a walk over the patterns.
 */
import type { Alphabet } from './alphabet.ts'
import { holds, type Nfa, type Side } from './nfa.ts'

export interface LazyDfa {
  /** The state at the beginning, behind what stands there. */
  readonly start: (before: Side) => number
  /**
   * Twice the next state, for a symbol of the alphabet or for the end of the text (`alphabet.size`); odd where a
   * pattern matches up to this place, and then `matched` tells which.
   */
  readonly step: (state: number, symbol: number) => number
  /** The patterns that matched at the last step. */
  readonly matched: () => readonly number[]
  /** Whether nothing is under way in a state. */
  readonly isQuiet: (state: number) => boolean
  /** A state by what it means, for keeping it while others use the automaton. */
  readonly save: (state: number) => DfaState
  readonly load: (saved: DfaState) => number
}

export interface DfaState {
  /** States of the NFA that wait for the next character, but for those that every place begins with. */
  readonly kernel: readonly number[]
  readonly before: Side
}

export interface DfaOptions {
  /** States of the NFA that a text begins with. */
  readonly initial: readonly number[]
  /** States of the NFA that every place begins with again. */
  readonly everywhere: readonly number[]
  /** Most entries of the table, at four bytes each. */
  readonly maxEntries: number
}

const sides: readonly Side[] = ['edge', 'word', 'other']

export function createLazyDfa(nfa: Nfa, alphabet: Alphabet, options: DfaOptions): LazyDfa {
  const { initial, everywhere, maxEntries } = options
  const width = alphabet.size + 1
  let table = new Int32Array(8 * width).fill(-1)
  let matches = new Map<number, readonly number[]>()
  let states: DfaState[] = []
  let ids = new Map<string, number>()
  let last = 0

  const intern = (state: DfaState): number => {
    const key = `${state.before} ${state.kernel.join()}`
    const known = ids.get(key)
    if (known !== undefined) return known
    if ((states.length + 1) * width > table.length) table = grown(table)
    ids.set(key, states.length)
    return states.push(state) - 1
  }
  /** The three quiet states come first, so that `isQuiet` is a comparison; then the three that texts begin in. */
  const reset = () => {
    table.fill(-1)
    matches = new Map()
    states = []
    ids = new Map()
    for (const before of sides) intern({ kernel: [], before })
    for (const before of sides) intern({ kernel: initial, before })
  }
  reset()

  /** What begins at a place depends on nothing that came before; it is followed once. */
  const begun = new Map<string, Step>()
  const beginnings = (place: Place): Step => {
    const key = `${place.before} ${place.symbol}`
    const known = begun.get(key) ?? follow(nfa, [...everywhere], place)
    begun.set(key, known)
    return known
  }
  const compute = (id: number, symbol: number): number => {
    const { kernel, before } = states[id]!
    const after: Side = symbol === alphabet.size ? 'edge' : alphabet.isWord[symbol]! ? 'word' : 'other'
    const place = { before, after, symbol }
    const { next, matched } = joined(follow(nfa, [...kernel], place), beginnings(place))
    // After a reset the state that we came from has no row: the step is made and not remembered.
    const isFull = (states.length + 1) * width > maxEntries
    if (isFull) reset()
    const entry = intern({ kernel: next, before: after }) * 2 + (matched.length > 0 ? 1 : 0)
    if (!isFull) table[last] = entry
    if (matched.length > 0) matches.set(last, matched)
    return entry
  }

  return {
    start: (before) => (initial.length === 0 ? 0 : 3) + sides.indexOf(before),
    step: (state, symbol) => {
      last = state * width + symbol
      const known = table[last]!
      return known >= 0 ? known : compute(state, symbol)
    },
    matched: () => matches.get(last) ?? [],
    isQuiet: (state) => state < 3,
    save: (state) => states[state]!,
    load: (saved) => intern(saved),
  }
}

interface Step {
  /** Ascending. */
  readonly next: readonly number[]
  readonly matched: readonly number[]
}

function joined(a: Step, b: Step): Step {
  if (b.next.length === 0 && b.matched.length === 0) return a
  const next = a.next.length === 0 ? b.next : [...new Set([...a.next, ...b.next])].sort((x, y) => x - y)
  return { next, matched: [...new Set([...a.matched, ...b.matched])] }
}

interface Place {
  readonly before: Side
  readonly after: Side
  readonly symbol: number
}

function follow(nfa: Nfa, from: number[], { before, after, symbol }: Place): Step {
  const seen = new Set<number>()
  const matched = new Set<number>()
  const next = new Set<number>()
  for (let id = from.pop(); id !== undefined; id = from.pop()) {
    if (seen.has(id)) continue
    seen.add(id)
    const state = nfa.states[id]!
    switch (state.kind) {
      case 'split':
        from.push(state.first, state.second)
        break
      case 'assert':
        if (holds(state.what, before, after)) from.push(state.next)
        break
      case 'accept':
        matched.add(state.pattern)
        break
      case 'chars':
        if (state.symbols[symbol] === 1) next.add(state.next)
    }
  }
  return { next: [...next].sort((a, b) => a - b), matched: [...matched] }
}

function grown(table: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(table.length * 2).fill(-1)
  larger.set(table)
  return larger
}
