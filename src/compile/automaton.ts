/**
 * From patterns to one deterministic automaton: all patterns of an attribute run together, and the state in
 * which a value ends tells which of them it satisfies.
 *
 * Thompson's construction, then subset construction over symbols (code points that no pattern tells apart).
 * Assertions (`^ $ \b \B`) are decided between two symbols, so a state remembers what kind of code point came
 * last. Size is bounded: past the bound there is no automaton, and the caller takes another way.
 */
import type { Dfa } from '../graph/dfa.ts'
import type { Regex } from '../syntax/regex.ts'

export interface Pattern {
  readonly regex: Regex
  /** The whole value, or anywhere in it. */
  readonly mode: 'whole' | 'search'
}

export interface Automaton {
  /** Labels are indices into `labels`. */
  readonly dfa: Dfa
  /** For each label the indices of the patterns that hold, ascending. */
  readonly labels: readonly (readonly number[])[]
}

/** Most states × symbols of the automaton of an attribute: past it each pattern gets one of its own. */
export const jointBound = 1 << 18

/** Most states × symbols of the automaton of one pattern: past it the pattern is refused. */
export const singleBound = 1 << 20

const lastCodePoint = 0x10ffff
const any: Regex = { kind: 'chars', ranges: [[0, lastCodePoint]] }
const anything: Regex = { kind: 'repeat', of: any, min: 0, max: Number.POSITIVE_INFINITY }
const wordRanges: readonly (readonly [number, number])[] = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
]

/** A pattern for exactly this text. */
export function literal(text: string, ignoreCase = false): Regex {
  return {
    kind: 'concat',
    parts: Array.from(text, (char) => {
      const code = char.codePointAt(0)!
      const other = ignoreCase && /[a-zA-Z]/.test(char) ? code ^ 0x20 : code
      const ranges: [number, number][] = [code, other].sort((a, b) => a - b).map((each) => [each, each])
      return { kind: 'chars', ranges: other === code ? [[code, code]] : ranges }
    }),
  }
}

/** A pattern for the regex followed by anything, after anything, or both. */
export function surrounded(regex: Regex, before: boolean, after: boolean): Regex {
  return { kind: 'concat', parts: [...(before ? [anything] : []), regex, ...(after ? [anything] : [])] }
}

interface Nfa {
  readonly epsilon: number[][]
  readonly asserts: { what: Assertion; to: number }[][]
  readonly moves: { symbols: readonly number[]; to: number }[][]
  /** The pattern that a state accepts, or -1. */
  readonly accepts: number[]
  readonly starts: number[]
}

type Assertion = Extract<Regex, { kind: 'assert' }>['what']

/** The automaton of the patterns, or undefined where it would outgrow the bound. */
export function buildAutomaton(patterns: readonly Pattern[], bound = jointBound): Automaton | undefined {
  const regexes = patterns.map((each) => (each.mode === 'search' ? surrounded(each.regex, true, true) : each.regex))
  const features = { word: false, start: false }
  const alphabet = partitionAlphabet(regexes, features)
  const nfa: Nfa = { epsilon: [], asserts: [], moves: [], accepts: [], starts: [] }
  for (const [index, regex] of regexes.entries()) {
    const start = addState(nfa)
    const end = build(nfa, regex, start, alphabet, bound)
    if (end === undefined) return undefined
    nfa.accepts[end] = index
    nfa.starts.push(start)
  }
  return determinise(nfa, alphabet, features, bound)
}

interface Alphabet {
  readonly rangeStarts: readonly number[]
  readonly rangeSymbols: readonly number[]
  readonly count: number
  /** Whether a symbol's code points are word characters (meaningful where an assertion asks). */
  readonly isWord: readonly boolean[]
  /** The symbols of each list of ranges that occurs. */
  readonly symbolsOf: ReadonlyMap<string, readonly number[]>
}

function rangesKey(ranges: readonly (readonly [number, number])[]): string {
  return ranges.map(([from, to]) => `${from}-${to}`).join()
}

function partitionAlphabet(regexes: readonly Regex[], features: { word: boolean; start: boolean }): Alphabet {
  const lists = new Map<string, readonly (readonly [number, number])[]>()
  const collect = (regex: Regex): void => {
    switch (regex.kind) {
      case 'chars':
        lists.set(rangesKey(regex.ranges), regex.ranges)
        return
      case 'concat':
      case 'alternate':
        regex.parts.forEach(collect)
        return
      case 'repeat':
        collect(regex.of)
        return
      case 'assert':
        if (regex.what === 'word' || regex.what === 'not_word') features.word = true
        if (regex.what === 'start') features.start = true
        return
      case 'empty':
        return
    }
  }
  regexes.forEach(collect)
  if (features.word) lists.set(rangesKey(wordRanges), wordRanges)
  const cuts = new Set([0])
  for (const ranges of lists.values()) {
    for (const [from, to] of ranges) {
      cuts.add(from)
      if (to < lastCodePoint) cuts.add(to + 1)
    }
  }
  const rangeStarts = [...cuts].sort((a, b) => a - b)
  const members: number[][] = rangeStarts.map(() => [])
  const named = [...lists.values()]
  for (const [index, ranges] of named.entries()) {
    let at = 0
    for (const [from, to] of ranges) {
      while (rangeStarts[at]! < from) at++
      for (; at < rangeStarts.length && rangeStarts[at]! <= to; at++) members[at]!.push(index)
    }
  }
  const symbolByKey = new Map<string, number>()
  const rangeSymbols = members.map((each) => {
    const key = each.join()
    const symbol = symbolByKey.get(key) ?? symbolByKey.size
    symbolByKey.set(key, symbol)
    return symbol
  })
  const symbolSets: Set<number>[] = named.map(() => new Set())
  for (const [i, each] of members.entries()) for (const index of each) symbolSets[index]!.add(rangeSymbols[i]!)
  const symbolsOf = new Map([...lists.keys()].map((key, index) => [key, [...symbolSets[index]!]]))
  const word = new Set(features.word ? symbolsOf.get(rangesKey(wordRanges)) : [])
  const isWord = Array.from({ length: symbolByKey.size }, (_, symbol) => word.has(symbol))
  return { rangeStarts, rangeSymbols, count: symbolByKey.size, isWord, symbolsOf }
}

function addState(nfa: Nfa): number {
  nfa.epsilon.push([])
  nfa.asserts.push([])
  nfa.moves.push([])
  nfa.accepts.push(-1)
  return nfa.accepts.length - 1
}

/** Adds the regex behind `from`; the state it ends in, or undefined past the bound. */
function build(nfa: Nfa, regex: Regex, from: number, alphabet: Alphabet, bound: number): number | undefined {
  if (nfa.accepts.length > bound / 8) return undefined
  switch (regex.kind) {
    case 'empty':
      return from
    case 'chars': {
      const to = addState(nfa)
      nfa.moves[from]!.push({ symbols: alphabet.symbolsOf.get(rangesKey(regex.ranges))!, to })
      return to
    }
    case 'assert': {
      const to = addState(nfa)
      nfa.asserts[from]!.push({ what: regex.what, to })
      return to
    }
    case 'concat': {
      let at: number | undefined = from
      for (const part of regex.parts) if (at !== undefined) at = build(nfa, part, at, alphabet, bound)
      return at
    }
    case 'alternate': {
      const to = addState(nfa)
      for (const part of regex.parts) {
        const start = addState(nfa)
        nfa.epsilon[from]!.push(start)
        const end = build(nfa, part, start, alphabet, bound)
        if (end === undefined) return undefined
        nfa.epsilon[end]!.push(to)
      }
      return to
    }
    case 'repeat': {
      let at: number | undefined = from
      for (let i = 0; i < regex.min && at !== undefined; i++) at = build(nfa, regex.of, at, alphabet, bound)
      if (at === undefined) return undefined
      if (regex.max === Number.POSITIVE_INFINITY) {
        const loop = addState(nfa)
        nfa.epsilon[at]!.push(loop)
        const end = build(nfa, regex.of, loop, alphabet, bound)
        if (end === undefined) return undefined
        const to = addState(nfa)
        nfa.epsilon[end]!.push(loop)
        nfa.epsilon[loop]!.push(to)
        return to
      }
      const to = addState(nfa)
      nfa.epsilon[at]!.push(to)
      for (let i = regex.min; i < regex.max; i++) {
        const end: number | undefined = build(nfa, regex.of, at, alphabet, bound)
        if (end === undefined) return undefined
        nfa.epsilon[end]!.push(to)
        at = end
      }
      return to
    }
  }
}

/** What stands before or after a place between two code points. */
type Side = 'edge' | 'word' | 'other'

function determinise(
  nfa: Nfa,
  alphabet: Alphabet,
  features: { word: boolean; start: boolean },
  bound: number,
): Automaton | undefined {
  const contextual = features.word || features.start
  const ids = new Map<string, number>()
  const kernels: number[][] = []
  const befores: Side[] = []
  const idOf = (kernel: number[], before: Side): number => {
    const side = !contextual ? 'other' : before === 'word' && !features.word ? 'other' : before
    const key = `${side}:${kernel.join()}`
    let id = ids.get(key)
    if (id === undefined) {
      id = kernels.length
      ids.set(key, id)
      kernels.push(kernel)
      befores.push(side)
    }
    return id
  }
  const closure = (kernel: readonly number[], before: Side, after: Side): number[] => {
    const seen = new Set(kernel)
    const stack = [...kernel]
    for (let state = stack.pop(); state !== undefined; state = stack.pop()) {
      const next = nfa.epsilon[state]!.slice()
      for (const { what, to } of nfa.asserts[state]!) if (assertionHolds(what, before, after)) next.push(to)
      for (const each of next) {
        if (seen.has(each)) continue
        seen.add(each)
        stack.push(each)
      }
    }
    return [...seen]
  }
  const table: number[] = []
  const labelIds = new Map<string, number>()
  const labels: number[][] = []
  const stateLabels: number[] = []
  idOf(
    [...nfa.starts].sort((a, b) => a - b),
    'edge',
  )
  let work = 0
  for (let state = 0; state < kernels.length; state++) {
    // Large sets of states cost time even where they are few.
    work += kernels[state]!.length
    if (kernels.length * alphabet.count > bound || work > bound * 2) return undefined
    const kernel = kernels[state]!
    const before = befores[state]!
    const held = closure(kernel, before, 'edge')
      .map((each) => nfa.accepts[each]!)
      .filter((each) => each >= 0)
    const label = [...new Set(held)].sort((a, b) => a - b)
    const key = label.join()
    if (!labelIds.has(key)) {
      labelIds.set(key, labels.length)
      labels.push(label)
    }
    stateLabels.push(labelIds.get(key)!)
    const inner: Partial<Record<Side, number[]>> = {}
    const targets: number[][] = Array.from({ length: alphabet.count }, () => [])
    for (const side of ['word', 'other'] as const) {
      if (side === 'word' && !features.word) continue
      inner[side] = closure(kernel, before, side)
      for (const from of inner[side]) {
        for (const { symbols, to } of nfa.moves[from]!) {
          for (const symbol of symbols) {
            if (features.word && (side === 'word') !== alphabet.isWord[symbol]) continue
            targets[symbol]!.push(to)
          }
        }
      }
    }
    for (let symbol = 0; symbol < alphabet.count; symbol++) {
      const next = [...new Set(targets[symbol])].sort((a, b) => a - b)
      table.push(idOf(next, features.word && alphabet.isWord[symbol] ? 'word' : 'other'))
    }
  }
  return minimise(
    {
      start: 0,
      symbols: alphabet.count,
      rangeStarts: alphabet.rangeStarts,
      rangeSymbols: alphabet.rangeSymbols,
      table,
      labels: stateLabels,
    },
    labels,
  )
}

function assertionHolds(what: Assertion, before: Side, after: Side): boolean {
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

/** Moore's refinement: states that no continuation tells apart become one. */
function minimise(dfa: Dfa, labels: readonly (readonly number[])[]): Automaton {
  const count = dfa.labels.length
  let block = [...dfa.labels]
  let blocks = new Set(block).size
  for (;;) {
    const ids = new Map<string, number>()
    const next = block.map((own, state) => {
      let key = `${own}`
      for (let symbol = 0; symbol < dfa.symbols; symbol++) key += `,${block[dfa.table[state * dfa.symbols + symbol]!]}`
      const id = ids.get(key) ?? ids.size
      ids.set(key, id)
      return id
    })
    block = next
    if (ids.size === blocks) break
    blocks = ids.size
  }
  const representative: number[] = []
  for (let state = 0; state < count; state++) representative[block[state]!] ??= state
  const table: number[] = []
  for (const state of representative) {
    for (let symbol = 0; symbol < dfa.symbols; symbol++) table.push(block[dfa.table[state * dfa.symbols + symbol]!]!)
  }
  return {
    dfa: {
      start: block[dfa.start]!,
      symbols: dfa.symbols,
      rangeStarts: dfa.rangeStarts,
      rangeSymbols: dfa.rangeSymbols,
      table,
      labels: representative.map((state) => dfa.labels[state]!),
    },
    labels,
  }
}
