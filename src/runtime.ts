/**
 * `policyc/runtime`: deciding by a compiled graph or a bundle of one, and nothing else. It holds no parser and nothing
 * of Node, so that it runs in any JavaScript runtime.
 */
import { createDecider } from './decide/decide.ts'
import { type Explanation, explain } from './decide/explain.ts'
import type { Facts } from './decide/facts.ts'
import { type Digests, decodeBundle } from './graph/bundle.ts'
import type { Decision } from './graph/decision.ts'

export type { Decider } from './decide/decide.ts'
export { createDecider } from './decide/decide.ts'
export type { ExplainedRule, Explanation, FailedTest, FilteredCandidate } from './decide/explain.ts'
export { explain } from './decide/explain.ts'
export type { Facts, FactValue } from './decide/facts.ts'
export type { Digests } from './graph/bundle.ts'
export type {
  Access,
  Arm,
  Budget,
  Cache,
  Decision,
  Guard,
  Limit,
  LogPlan,
  Retry,
  Rewrite,
  RewriteField,
  Route,
  RuleName,
  Shadow,
  Step,
  Timeouts,
} from './graph/decision.ts'
export type { Graph } from './graph/graph.ts'

/** A bundle made ready to decide. */
export interface OpenBundle {
  /** The decision of the facts: synchronous, never throws. */
  readonly decide: (facts: Facts) => Decision
  /** The decision with its reasons, rule by rule. */
  readonly explain: (facts: Facts) => Explanation
  /** SHA-256 of everything that was built, and of what it means. */
  readonly digests: Digests
}

/**
 * Opens what `policyc build` wrote, once it is verified from end to end.
 *
 * @throws {Error} saying why, where the bundle is truncated, changed, of another version or none at all.
 */
export async function openBundle(bundle: Uint8Array | string): Promise<OpenBundle> {
  const decoded = await decodeBundle(bundle)
  if (!decoded.ok) throw new Error(decoded.message)
  const decider = createDecider(decoded.graph)
  return { decide: decider.decide, explain: (facts) => explain(decider, facts), digests: decoded.digests }
}
