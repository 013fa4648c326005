/**
 * Words of an automaton: for each label a short and readable value that ends in it and is none of the given
 * constants, or the knowledge that there is none. Exact: a label without such a word has no class.
 */
import type { Dfa } from '../graph/dfa.ts'
import { symbolOf } from '../graph/dfa.ts'

interface TrieNode {
  readonly children: Map<number, TrieNode>
  terminal: boolean
}

/** For each label the word, or undefined where every value of that label is one of the constants. */
export function wordsOf(dfa: Dfa, labelCount: number, constants: Iterable<string>): (string | undefined)[] {
  const readable = readableCodes(dfa)
  const shortest = shortestSuffixes(dfa, labelCount, readable)
  const trie = buildTrie(constants)
  const best: (string | undefined)[] = Array.from({ length: labelCount }, () => undefined)
  const offer = (label: number, word: string): void => {
    const known = best[label]
    if (known === undefined || word.length < known.length) best[label] = word
  }
  // Walk only along constants: leaving them by any code point that no constant has next is free from there on.
  const stack: { node: TrieNode; state: number; word: string }[] = [{ node: trie, state: dfa.start, word: '' }]
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (!at.node.terminal) offer(dfa.labels[at.state]!, at.word)
    for (let symbol = 0; symbol < dfa.symbols; symbol++) {
      const code = readable[symbol]!.find((each) => !at.node.children.has(each)) ?? freeCode(dfa, symbol, at.node)
      if (code === undefined) continue
      const next = dfa.table[at.state * dfa.symbols + symbol]!
      for (const [label, suffix] of shortest[next]!) offer(label, at.word + String.fromCodePoint(code) + suffix)
    }
    for (const [code, child] of at.node.children) {
      const next = dfa.table[at.state * dfa.symbols + symbolOf(dfa.rangeStarts, dfa.rangeSymbols, code)]!
      stack.push({ node: child, state: next, word: at.word + String.fromCodePoint(code) })
    }
  }
  return best
}

function buildTrie(constants: Iterable<string>): TrieNode {
  const root: TrieNode = { children: new Map(), terminal: false }
  for (const constant of constants) {
    let node = root
    for (const char of constant) {
      const code = char.codePointAt(0)!
      let child = node.children.get(code)
      if (!child) {
        child = { children: new Map(), terminal: false }
        node.children.set(code, child)
      }
      node = child
    }
    node.terminal = true
  }
  return root
}

/** Code points that make a word readable, best first. */
export const preferredCodes = [
  ...'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_./:@ !#$%&\'()*+,;<=>?[]^`{|}~"\\',
].map((char) => char.codePointAt(0)!)

/** For each symbol its readable code points, best first (at most a dozen), or else its first code point. */
function readableCodes(dfa: Dfa): number[][] {
  const codes: number[][] = Array.from({ length: dfa.symbols }, () => [])
  for (const code of preferredCodes) {
    const own = codes[symbolOf(dfa.rangeStarts, dfa.rangeSymbols, code)]!
    if (own.length < 12) own.push(code)
  }
  for (const [index, start] of dfa.rangeStarts.entries()) {
    const own = codes[dfa.rangeSymbols[index]!]!
    const end = dfa.rangeStarts[index + 1] ?? 0x110000
    const visible = Math.max(start, 0xa1)
    if (own.length === 0 && visible < end && !isSurrogate(visible)) own.push(visible)
  }
  for (const [index, start] of dfa.rangeStarts.entries()) {
    const own = codes[dfa.rangeSymbols[index]!]!
    if (own.length === 0) own.push(start)
  }
  return codes
}

const isSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdfff

/** Any code point of the symbol that the node has no child for. */
function freeCode(dfa: Dfa, symbol: number, node: TrieNode): number | undefined {
  for (const [index, start] of dfa.rangeStarts.entries()) {
    if (dfa.rangeSymbols[index] !== symbol) continue
    const end = dfa.rangeStarts[index + 1] ?? 0x110000
    for (let code = start; code < end; code++) {
      if (isSurrogate(code)) code = 0xe000
      if (code < end && !node.children.has(code)) return code
    }
  }
  return undefined
}

/** For each state the shortest readable suffix to each label that it can reach. */
function shortestSuffixes(
  dfa: Dfa,
  labelCount: number,
  readable: readonly (readonly number[])[],
): Map<number, string>[] {
  const states = dfa.labels.length
  const result: Map<number, string>[] = Array.from({ length: states }, () => new Map())
  const before: { state: number; symbol: number }[][] = Array.from({ length: states }, () => [])
  for (let state = 0; state < states; state++) {
    for (let symbol = 0; symbol < dfa.symbols; symbol++) {
      before[dfa.table[state * dfa.symbols + symbol]!]!.push({ state, symbol })
    }
  }
  const rank = (symbol: number): number => preferredCodes.indexOf(readable[symbol]![0]!) >>> 0
  for (const each of before) each.sort((a, b) => rank(a.symbol) - rank(b.symbol))
  for (let label = 0; label < labelCount; label++) {
    const queue: number[] = []
    for (let state = 0; state < states; state++) {
      if (dfa.labels[state] !== label) continue
      result[state]!.set(label, '')
      queue.push(state)
    }
    for (let i = 0; i < queue.length; i++) {
      const suffix = result[queue[i]!]!.get(label)!
      for (const { state, symbol } of before[queue[i]!]!) {
        if (result[state]!.has(label)) continue
        result[state]!.set(label, String.fromCodePoint(readable[symbol]![0]!) + suffix)
        queue.push(state)
      }
    }
  }
  return result
}
