/**
 * `policyc/runtime`: deciding by a compiled graph, and nothing else. It holds no parser and nothing of Node, so that
 * it runs in any JavaScript runtime.
 */
export type { Decider } from './decide/decide.ts'
export { createDecider } from './decide/decide.ts'
export type { ExplainedRule, Explanation, FailedTest, FilteredCandidate } from './decide/explain.ts'
export { explain } from './decide/explain.ts'
export type { Facts, FactValue } from './decide/facts.ts'
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
