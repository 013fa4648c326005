/**
 * The decision graph: what a policy compiles to and everything that deciding needs. A small, immutable,
 * serialisable value that knows neither syntax nor HTTP.
 */
import type { Attribute } from './attribute.ts'
import type { Budget, Cache, Guard, Limit, Retry, RewriteField, Timeouts } from './decision.ts'
import type { Expression } from './expression.ts'
import type { Variable } from './variable.ts'

/** The slots whose matching rules are collected; `route` and `cache` take the first match. */
export const collectingSlots = [
  'deny',
  'allow',
  'restrict',
  'limit',
  'budget',
  'guard',
  'rewrite',
  'shadow',
  'log',
] as const
export type CollectingSlot = (typeof collectingSlots)[number]
export const firstMatchSlots = ['route', 'cache'] as const
export const slotNames = [...collectingSlots, ...firstMatchSlots] as const
export type SlotName = (typeof slotNames)[number]

/** A compiled policy as plain data: its attributes, the classes of their values, and the diagrams that decide. */
export interface Graph {
  readonly attributes: readonly Attribute[]
  readonly variables: readonly Variable[]
  readonly slots: Readonly<Record<SlotName, Slot>>
  /** Every node of every cluster, see `flat.ts`. */
  readonly code: Int32Array
  /** Leaves of collecting slots: sets of item numbers, ascending; leaf 0 is empty. */
  readonly leaves: readonly (readonly number[])[]
  readonly rules: readonly GraphRule[]
  /** What restricts forbid, as items of the `restrict` slot. */
  readonly prohibitions: readonly Prohibition[]
  readonly targets: readonly Target[]
  /** Model name as a request may write it → index into `targets`. */
  readonly requested: ReadonlyMap<string, number>
  /** Columns of tables that decisions read, by table. */
  readonly tables: readonly GraphTable[]
  /** IANA name of the zone that `time.*` is in. */
  readonly timeZone: string
}

/**
 * One slot of the decision. Items are rule numbers, but for `restrict`, whose items are prohibitions.
 */
export interface Slot {
  readonly clusters: readonly Cluster[]
}

/**
 * Rules that are decided by one walk or one index.
 * - `diagram`: `root` is a place in `code`, or `~leaf`;
 * - `bitmap`: for each variable a bit set a class, whose intersection is what matches.
 */
export type Cluster =
  | { readonly kind: 'diagram'; readonly root: number; readonly items: readonly number[] }
  | { readonly kind: 'bitmap'; readonly index: BitmapIndex; readonly items: readonly number[] }

/** Which cubes may match, by variable and class. Bits are numbered as `cubes` is, 32 to a word. */
export interface BitmapIndex {
  readonly variables: readonly number[]
  /** Where each variable's rows begin in `bits`: row `class` of variable `i` is at `offsets[i] + class * words`. */
  readonly offsets: readonly number[]
  readonly words: number
  readonly bits: Int32Array
  /** The item that each cube belongs to; ascending. */
  readonly cubes: readonly number[]
}

interface RuleBase {
  readonly name: string
  /** What the rule's condition says over classes, for explanations. */
  readonly when: Expression
  readonly place: Place
}

/** Where a rule stands: file, and line and column from 1. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

export type GraphRule = RuleBase &
  (
    | { readonly kind: 'allow' | 'deny'; readonly because?: string; readonly status?: number }
    | { readonly kind: 'restrict'; readonly because?: string }
    | {
        readonly kind: 'route'
        readonly steps: readonly GraphStep[]
        readonly retry?: Retry
        readonly timeouts: Timeouts
        readonly hedgeMs?: number
        readonly onLoss?: 'reject' | 'degrade'
      }
    | { readonly kind: 'cache'; readonly value: Cache }
    | { readonly kind: 'limit'; readonly amount: Amount; readonly value: Omit<Limit, 'amount'> }
    | { readonly kind: 'budget'; readonly amount: Amount; readonly value: Omit<Budget, 'amountNanoUsd'> }
    | { readonly kind: 'guard'; readonly value: Guard }
    | { readonly kind: 'rewrite'; readonly set: readonly RewriteField[] }
    | { readonly kind: 'shadow'; readonly share: number; readonly candidate: CandidateRef }
    | {
        readonly kind: 'log'
        readonly capture: readonly ('body' | 'headers' | 'none')[]
        readonly tags: readonly { readonly key: string; readonly attribute: string }[]
      }
  )

export type RuleOf<K extends GraphRule['kind']> = Extract<GraphRule, { kind: K }>

/** A constant, or an attribute (by index into the graph's attributes) times a constant. */
export type Amount =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'attribute'; readonly attribute: number; readonly times: number }

/** A target by number, whatever the request names, or the model that it names at a provider. */
export type CandidateRef =
  | { readonly kind: 'target'; readonly target: number }
  | { readonly kind: 'requested' }
  /** `target` is the provider's target without an entry. */
  | { readonly kind: 'open'; readonly provider: string; readonly target: number }

export type GraphStep =
  | { readonly kind: 'target'; readonly candidate: CandidateRef }
  | {
      readonly kind: 'split'
      readonly arms: readonly { readonly candidate: CandidateRef; readonly share: number }[]
      readonly stickyBy?: string
    }
  | {
      readonly kind: 'choice'
      readonly by: 'cheapest' | 'fastest' | 'least_busy' | 'any'
      readonly candidates: readonly CandidateRef[]
    }

export interface Target {
  /** `provider/model`; `provider/*` for a provider's models that have no entry. */
  readonly id: string
  readonly provider: string
}

/** One fact about targets: where the condition holds, the restrict forbids these targets. */
export interface Prohibition {
  /** Index of the restrict rule. */
  readonly rule: number
  readonly when: Expression
  /** Indices into `targets`, ascending. */
  readonly targets: readonly number[]
}

export interface GraphTable {
  readonly name: string
  /** Index of the key attribute. */
  readonly key: number
  readonly columns: readonly string[]
  readonly rows: ReadonlyMap<string, readonly (string | number | boolean | readonly string[] | undefined)[]>
}
