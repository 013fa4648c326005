/** A scenario: a request that a test speaks of, and what goes wrong while it is served. */
import type { Policy } from '../compile/load.ts'
import type { Facts } from '../decide/facts.ts'
import type { Fault } from '../syntax/ast.ts'

export interface Scenario {
  readonly policy: Pick<Policy, 'decide' | 'explain' | 'config'>
  /** One request that agrees with the test, the states of its faults among them. */
  readonly facts: Facts
  /** Whether the test gives the attribute (by id, such as `request.stream`): it is then as the facts have it. */
  readonly isGiven: (attribute: string) => boolean
  /** Whether a request can be; all can where absent. */
  readonly admits?: (facts: Facts) => boolean
  /** Of the test, as written. */
  readonly faults: readonly Fault[]
}
