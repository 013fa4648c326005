/**
 * A part: attributes and variables that conditions have been lowered to, such as those of one graph. Proofs about two
 * policies, or about a policy and an assertion, put parts together.
 */
import type { Attribute } from '../graph/attribute.ts'
import type { Variable } from '../graph/variable.ts'

export interface Part {
  readonly attributes: readonly Attribute[]
  readonly variables: readonly Variable[]
}
