/** What the partition of one attribute comes to: its variables, and where each test holds. */
import type { Atom } from '../check/policy.ts'
import type { ClassSet } from '../graph/class-set.ts'
import type { ModelView, Variable } from '../graph/variable.ts'

/** A variable without its place in the graph. */
export type DraftVariable = Omit<Variable, 'attribute'>

/** Where a test holds: in these classes of all of these variables. */
export type Where = readonly { readonly variable: number; readonly classes: ClassSet }[]

export interface PartitionedAttribute {
  readonly variables: readonly DraftVariable[]
  /** For each test, by index. */
  readonly where: readonly Where[]
}

/** An atom, perhaps of the requested model as an open provider would see it. */
export type AnyAtom = Atom & { readonly view?: ModelView }
