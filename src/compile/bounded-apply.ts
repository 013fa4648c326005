/**
 * Operations on diagrams that are bounded one by one and together, and that keep what they came to: where two policies
 * share a space, most of what the second asks for was made for the first.
 */
import { type Diagrams, type LeafOperation, Outgrown, type Ref } from '../graph/diagram.ts'

/** Runs that one operation may make, and that the results of all may have. */
export interface ApplyBounds {
  readonly operation: number
  readonly total: number
}

/** An operation is known by its identity, so it must always come to the same. Throws `Outgrown` past a bound. */
export type Apply = (operation: LeafOperation, a: Ref, b: Ref) => Ref

/** Results by space, operation and operands; gone with the space. */
const known = new WeakMap<Diagrams, WeakMap<LeafOperation, Map<string, Ref>>>()

export function boundedApply(diagrams: Diagrams, bounds: ApplyBounds): Apply {
  const results = known.get(diagrams) ?? new WeakMap<LeafOperation, Map<string, Ref>>()
  known.set(diagrams, results)
  let spent = 0
  return (operation, a, b) => {
    const short = operation.shortcut?.(a, b)
    if (short !== undefined) return short
    let own = results.get(operation)
    if (!own) results.set(operation, (own = new Map()))
    const key = `${a},${b}`
    const before = own.get(key)
    if (before !== undefined) return before
    const result = diagrams.apply(operation, a, b, bounds.operation)
    spent += diagrams.sizeOf(result).runs
    if (spent > bounds.total) throw new Outgrown()
    own.set(key, result)
    return result
  }
}
