/**
 * A deterministic automaton over code points, as data, and its run over a string.
 *
 * Code points fall into symbols (those that no pattern tells apart); `table[state * symbols + symbol]` is the
 * next state, `labels[state]` what a value that ends there means. One step a code point, whatever the patterns.
 */
export interface Dfa {
  readonly start: number
  readonly symbols: number
  /** The first code points of the ranges, ascending from 0, and the symbol of each range. */
  readonly rangeStarts: readonly number[]
  readonly rangeSymbols: readonly number[]
  readonly table: readonly number[]
  readonly labels: readonly number[]
}

/** A `Dfa` made ready to run: typed arrays, and a direct table for ASCII. */
export interface RunnableDfa {
  readonly start: number
  readonly symbols: number
  readonly ascii: Uint16Array
  readonly rangeStarts: Int32Array
  readonly rangeSymbols: Int32Array
  readonly table: Int32Array
  readonly labels: Int32Array
}

/** The automaton with its tables laid out for running. */
export function toRunnable(dfa: Dfa): RunnableDfa {
  const rangeStarts = Int32Array.from(dfa.rangeStarts)
  const rangeSymbols = Int32Array.from(dfa.rangeSymbols)
  return {
    start: dfa.start,
    symbols: dfa.symbols,
    ascii: Uint16Array.from({ length: 128 }, (_, code) => symbolOf(rangeStarts, rangeSymbols, code)),
    rangeStarts,
    rangeSymbols,
    table: Int32Array.from(dfa.table),
    labels: Int32Array.from(dfa.labels),
  }
}

/** The symbol of a code point. */
export function symbolOf(rangeStarts: ArrayLike<number>, rangeSymbols: ArrayLike<number>, code: number): number {
  let low = 0
  let high = rangeStarts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (rangeStarts[middle]! <= code) low = middle
    else high = middle - 1
  }
  return rangeSymbols[low]!
}

/** The label of the state in which a value ends. */
export function runDfa(dfa: RunnableDfa, value: string): number {
  const { table, symbols, ascii } = dfa
  let state = dfa.start
  for (let i = 0; i < value.length; i++) {
    const unit = value.charCodeAt(i)
    let symbol: number
    if (unit < 128) symbol = ascii[unit]!
    else {
      const code = unit < 0xd800 || unit > 0xdbff ? unit : value.codePointAt(i)!
      if (code > 0xffff) i++
      symbol = symbolOf(dfa.rangeStarts, dfa.rangeSymbols, code)
    }
    state = table[state * symbols + symbol]!
  }
  return dfa.labels[state]!
}
