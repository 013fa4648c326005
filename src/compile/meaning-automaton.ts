/**
 * What a string classifier says of every string, in one canonical form: a list of constants where all but a few
 * strings are of one class, else the minimal automaton, numbered from its start. Which patterns and constants the
 * author wrote it with leaves no trace.
 */
import type { Dfa } from '../graph/dfa.ts'
import { runDfa, toRunnable } from '../graph/dfa.ts'
import type { StringClassifier } from '../graph/variable.ts'

/** For every string a label: a list of constants and the label of all others, or an automaton. */
export type StringMap =
  | { readonly kind: 'list'; readonly other: number; readonly constants: readonly (readonly [string, number])[] }
  | {
      readonly kind: 'automaton'
      readonly states: readonly State[]
      readonly constants: readonly (readonly [string, number])[]
    }

interface State {
  readonly label: number
  /** First code points of ranges and the states that they lead to, flat; no two neighbours are alike. */
  readonly runs: readonly number[]
}

/** Most constants that are made part of an automaton, and most characters of them. */
const mostConstants = 500
const mostCharacters = 20_000
/** Most steps of listing the strings of an automaton. */
const mostSteps = 50_000
const codePoints = 0x110000

/** The map of a classifier, its classes joined by `labelOf`. */
export function stringMapOf(
  classifier: StringClassifier,
  missing: number,
  labelOf: (each: number) => number,
): StringMap {
  const { constants, automaton, other = missing } = classifier
  const labelled = constants.map(([text, each]) => [text, labelOf(each)] as const)
  if (!automaton) return listed(labelled, labelOf(other))
  const dfa = toRunnable(automaton)
  const exceptions = labelled.filter(([text, label]) => labelOf(runDfa(dfa, text)) !== label)
  const base = minimal(automaton, labelOf)
  const characters = exceptions.reduce((sum, [text]) => sum + text.length, 0)
  if (exceptions.length > mostConstants || characters > mostCharacters) {
    return { kind: 'automaton', ...numbered(base), constants: sorted(exceptions) }
  }
  const whole = numbered(withConstants(base, exceptions))
  return listOf(whole.states) ?? { kind: 'automaton', ...whole, constants: [] }
}

function sorted(constants: readonly (readonly [string, number])[]): readonly (readonly [string, number])[] {
  return [...constants].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
}

function listed(constants: readonly (readonly [string, number])[], other: number): StringMap {
  return { kind: 'list', other, constants: sorted(constants.filter(([, label]) => label !== other)) }
}

interface Started {
  readonly start: number
  readonly states: readonly State[]
}

/** Moore's refinement by the joined labels. */
function minimal(
  { start, symbols, table, labels, rangeStarts, rangeSymbols }: Dfa,
  labelOf: (each: number) => number,
): Started {
  let blocks = labels.map(labelOf)
  for (let count = 0; ; ) {
    const ids = new Map<string, number>()
    blocks = blocks.map((own, state) => {
      let key = `${own}`
      for (let symbol = 0; symbol < symbols; symbol++) key += `,${blocks[table[state * symbols + symbol]!]}`
      const id = ids.get(key) ?? ids.size
      ids.set(key, id)
      return id
    })
    if (ids.size === count) break
    count = ids.size
  }
  const states: State[] = []
  for (const [state, block] of blocks.entries()) {
    states[block] ??= {
      label: labelOf(labels[state]!),
      runs: joined(rangeStarts, (at) => blocks[table[state * symbols + rangeSymbols[at]!]!]!),
    }
  }
  return { start: blocks[start]!, states }
}

/** Runs of ascending starts, neighbours with one target being one. */
function joined(starts: readonly number[], targetAt: (index: number) => number): number[] {
  const runs: number[] = []
  for (const [index, from] of starts.entries()) {
    const target = targetAt(index)
    if (runs.length === 0 || runs[runs.length - 1] !== target) runs.push(from, target)
  }
  return runs
}

function targetOf(runs: readonly number[], code: number): number {
  let found = runs[1]!
  for (let i = 0; i < runs.length && runs[i]! <= code; i += 2) found = runs[i + 1]!
  return found
}

interface TrieNode {
  /** Where the automaton is after the same characters. */
  readonly state: number
  readonly children: Map<number, number>
  label?: number
}

/**
 * The automaton with other labels for some constants: a tree of the constants that falls back into the automaton.
 * From its leaves upwards, what is equal to a state that there is becomes it, so the result is minimal again.
 */
function withConstants({ start, states }: Started, constants: readonly (readonly [string, number])[]): Started {
  const nodes: TrieNode[] = [{ state: start, children: new Map() }]
  for (const [text, label] of constants) {
    let at = 0
    for (const char of text) {
      const code = char.codePointAt(0)!
      const { state, children } = nodes[at]!
      let next = children.get(code)
      if (next === undefined) {
        next = nodes.push({ state: targetOf(states[state]!.runs, code), children: new Map() }) - 1
        children.set(code, next)
      }
      at = next
    }
    nodes[at]!.label = label
  }
  const all = [...states]
  const ids = new Map(all.map((each, id) => [`${each.label}:${each.runs.join()}`, id]))
  const resolved: number[] = []
  // Children come behind their parents.
  for (let at = nodes.length - 1; at >= 0; at--) {
    const { state, children, label = states[state]!.label } = nodes[at]!
    const base = states[state]!.runs
    const cuts = new Set(base.filter((_, i) => i % 2 === 0))
    for (const code of children.keys()) cuts.add(code).add(Math.min(code + 1, codePoints))
    cuts.delete(codePoints)
    const starts = [...cuts].sort((a, b) => a - b)
    const runs = joined(starts, (index) => {
      const child = children.get(starts[index]!)
      return child === undefined ? targetOf(base, starts[index]!) : resolved[child]!
    })
    const key = `${label}:${runs.join()}`
    let id = ids.get(key)
    if (id === undefined) {
      id = all.push({ label, runs }) - 1
      ids.set(key, id)
    }
    resolved[at] = id
  }
  return { start: resolved[0]!, states: all }
}

/** The states that can be reached, numbered in the order in which they are, code points ascending. */
function numbered({ start, states }: Started): { readonly states: readonly State[] } {
  const numbers = new Map([[start, 0]])
  const order = [start]
  const result: State[] = []
  for (let i = 0; i < order.length; i++) {
    const { label, runs } = states[order[i]!]!
    result.push({
      label,
      runs: runs.map((each, at) => {
        if (at % 2 === 0) return each
        let number = numbers.get(each)
        if (number === undefined) {
          number = order.push(each) - 1
          numbers.set(each, number)
        }
        return number
      }),
    })
  }
  return { states: result }
}

/** The strings of an automaton in which all but a few have one label, or undefined where there are many. */
function listOf(states: readonly State[]): StringMap | undefined {
  const isEnd = states.map(({ runs }, state) => runs.length === 2 && runs[1] === state)
  const ends = states.filter((_, state) => isEnd[state])
  if (ends.length !== 1) return undefined
  const other = ends[0]!.label
  const constants: [string, number][] = []
  const stack: { readonly state: number; readonly text: string }[] = [{ state: 0, text: '' }]
  let steps = 0
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (isEnd[at.state]) continue
    const { label, runs } = states[at.state]!
    if (label !== other && constants.push([at.text, label]) > mostConstants) return undefined
    for (let i = 0; i < runs.length; i += 2) {
      if (isEnd[runs[i + 1]!]) continue
      const end = runs[i + 2] ?? codePoints
      steps += end - runs[i]!
      if (steps > mostSteps) return undefined
      for (let code = runs[i]!; code < end; code++)
        stack.push({ state: runs[i + 1]!, text: at.text + String.fromCodePoint(code) })
    }
  }
  return listed(constants, other)
}
