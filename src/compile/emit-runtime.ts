/** What every emitted module holds beside its graph: deciding, and nothing that verifies or compiles. */
import { createDecider } from '../decide/decide.ts'
import { type Explanation, explain } from '../decide/explain.ts'
import type { Facts } from '../decide/facts.ts'
import { graphOfPlain, type PlainGraph } from '../graph/bundle-graph.ts'
import type { Decision } from '../graph/decision.ts'

/** A graph as the emitter wrote it, made ready to decide. */
export function open(plain: PlainGraph): {
  readonly decide: (facts: Facts) => Decision
  readonly explain: (facts: Facts) => Explanation
} {
  const decider = createDecider(graphOfPlain(plain))
  return { decide: decider.decide, explain: (facts) => explain(decider, facts) }
}
