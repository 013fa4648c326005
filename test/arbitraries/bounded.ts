/** Shrinking within bounds: a property whose runs are dear gives the smallest counterexample found in good time. */
import fc from 'fast-check'

/** The predicate of a property, which after its first failure holds of everything once `shrinkMs` are over. */
export function bounded<T extends readonly unknown[]>(
  predicate: (...values: T) => void,
  shrinkMs = 20_000,
): (...values: T) => void {
  let failedAt: number | undefined
  return (...values) => {
    if (failedAt !== undefined && performance.now() - failedAt > shrinkMs) return
    try {
      predicate(...values)
    } catch (error) {
      if (!fc.PreconditionFailure.isFailure(error)) failedAt ??= performance.now()
      throw error
    }
  }
}
