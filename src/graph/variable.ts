/**
 * Variables: what a graph branches on. A variable is an attribute's value up to what no condition of the
 * policy can tell apart: it has finitely many classes, and a classifier that finds the class of a value.
 *
 * All of it is plain data, so that it can be written into a bundle and read without the compiler.
 */
import type { Dfa } from './dfa.ts'

export interface Variable {
  /** Index into the graph's attributes. */
  readonly attribute: number
  /** How many classes; class numbers are `0 … size - 1`. */
  readonly size: number
  /** The class of a missing value; absent where the attribute cannot be missing. */
  readonly missing?: number
  readonly classifier: Classifier
  /** For each class a value that is in it; undefined stands for a missing value, or for a class that has none. */
  readonly samples: readonly Sample[]
}

/** A value in the form that facts carry it inside: numbers in the attribute's own unit, dates as days. */
export type Sample = string | number | boolean | readonly string[] | undefined

export type Classifier =
  | StringClassifier
  /** `false` is class `classes[0]`, `true` is class `classes[1]`. */
  | { readonly kind: 'bool'; readonly classes: readonly [number, number] }
  | NumberClassifier
  | IpClassifier
  /** Whether the value is there at all; 1 if it is. */
  | { readonly kind: 'present' }
  /** Whether a set holds the element; 1 if it does. */
  | { readonly kind: 'element'; readonly element: string }
  /** Whether a string, seen through `view`, satisfies one test evaluated as it stands; 1 if it does. */
  | { readonly kind: 'pattern'; readonly test: PatternTest; readonly view?: ModelView }

/**
 * The requested model as it would be called at a provider whose models are open: its `model` there is the name
 * without the provider's own prefix, its `id` is the name with it.
 */
export interface ModelView {
  readonly provider: string
  readonly part: 'id' | 'model'
}

/** The model name, or the target's id, that a requested name has at an open provider. */
export function viewModel(view: ModelView, requested: string): string {
  const prefix = `${view.provider}/`
  if (requested.startsWith(prefix)) return view.part === 'id' ? requested : requested.slice(prefix.length)
  return view.part === 'id' ? prefix + requested : requested
}

export interface StringClassifier {
  readonly kind: 'string'
  /** Named constants and their classes. */
  readonly constants: readonly (readonly [string, number])[]
  /** The class of every other value, where no pattern is in play. */
  readonly other?: number
  /** One automaton for all patterns; the label of the state where a value ends is its class. */
  readonly automaton?: Dfa
}

/** `thresholds` ascending; piece `2i` is the open interval below threshold `i`, piece `2i + 1` the threshold itself. */
export interface NumberClassifier {
  readonly kind: 'number'
  readonly thresholds: readonly number[]
  readonly classes: readonly number[]
}

/** Ranges of addresses: `starts` ascending, four 32-bit words each, the first at zero; `classes[i]` is the range's. */
export interface IpClassifier {
  readonly kind: 'ip'
  readonly starts: readonly number[]
  readonly classes: readonly number[]
}

export type PatternTest =
  | { readonly kind: 'prefix' | 'suffix' | 'contains'; readonly text: string }
  | { readonly kind: 'one_of'; readonly values: readonly string[] }
  | { readonly kind: 'automaton'; readonly automaton: Dfa }
