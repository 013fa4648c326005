/**
 * Explaining a decision: for every rule whether its condition held and, where it did not, the first part of it
 * that failed and the value that made it fail; for every candidate that is missing, which restricts took it away.
 */
import type { Decision } from '../graph/decision.ts'
import { type Expression, holds } from '../graph/expression.ts'
import type { GraphRule, Place } from '../graph/graph.ts'
import type { Decider } from './decide.ts'
import { type Facts, type FactValue, requestedModel } from './facts.ts'
import { refsOf } from './routes.ts'

/** A decision with its reasons: every rule with whether it matched, and the candidates that were taken away. */
export interface Explanation {
  readonly decision: Decision
  /** Every rule, in source order. */
  readonly rules: readonly ExplainedRule[]
  /** Candidates of the route that restricts took away, or that the requested model does not reach. */
  readonly filtered: readonly FilteredCandidate[]
}

/** One rule of the policy in an explanation: whether it matched and took part, and what kept it from matching. */
export interface ExplainedRule {
  readonly rule: string
  readonly kind: GraphRule['kind']
  readonly place: Place
  readonly matched: boolean
  /** Whether it took part in the decision: a route that matched behind another did not. */
  readonly decided: boolean
  /** Where it did not match. */
  readonly failed?: FailedTest
}

/** The first test that kept a rule from matching, and the value that it met. */
export interface FailedTest {
  /** The test as written; `not` before it where it held and should not have. */
  readonly condition: string
  readonly attribute: string
  /** What the attribute was; absent where it was missing. */
  readonly value?: FactValue
}

/** A target of the route that the request may not or cannot go to, and the restricts that say so. */
export interface FilteredCandidate {
  /** Number of the step, from 0. */
  readonly step: number
  /** The target; `requested` or `provider/*` where the name of the request reaches none. */
  readonly target: string
  /** The restricts that forbid it; empty where the requested model reaches no target. */
  readonly by: readonly string[]
}

/** The decision of the facts with its reasons; `explain(d, f).decision` equals `d.decide(f)`. */
export function explain(decider: Decider, facts: Facts): Explanation {
  const { graph, matcher } = decider
  const decision = decider.decide(facts)
  const used = usedRules(decision)
  const rules = graph.rules.map((rule): ExplainedRule => {
    const matched = holds(rule.when, matcher.classOf)
    const failed = matched ? undefined : failedTest(decider, rule.when)
    return {
      rule: rule.name,
      kind: rule.kind,
      place: rule.place,
      matched,
      decided: matched && (rule.kind === 'restrict' ? decision.route !== null : used.has(rule.name)),
      ...(failed === undefined ? {} : { failed }),
    }
  })
  return { decision, rules, filtered: decision.route === null ? [] : filteredOf(decider, decision.route.rule, facts) }
}

function usedRules(decision: Decision): ReadonlySet<string> {
  const { access, route, cache, limits, budgets, guards, rewrites, shadows, log } = decision
  const listed = [...limits, ...budgets, ...guards, ...rewrites, ...shadows].map((each) => each.rule)
  return new Set([
    ...access.rules,
    ...(route ? [route.rule] : []),
    ...(cache ? [cache.rule] : []),
    ...listed,
    ...log.rules,
  ])
}

/** The first test that makes the expression false. */
function failedTest(decider: Decider, expression: Expression, negated = false): FailedTest | undefined {
  const { graph, matcher } = decider
  switch (expression.kind) {
    case 'const':
      return undefined
    case 'not':
      return failedTest(decider, expression.of, !negated)
    case 'and':
    case 'or': {
      const failing = expression.of.find((each) => holds(each, matcher.classOf) === negated)
      return failing && failedTest(decider, failing, negated)
    }
    case 'test': {
      const attribute = graph.variables[expression.variable]!.attribute
      const value = matcher.valueOf(attribute)
      return {
        condition: negated ? `not ${expression.text}` : expression.text,
        attribute: graph.attributes[attribute]!.id,
        ...(value === undefined ? {} : { value }),
      }
    }
  }
}

function filteredOf(decider: Decider, ruleName: string, facts: Facts): FilteredCandidate[] {
  const { graph, matcher, candidates } = decider
  const rule = graph.rules.find((each) => each.kind === 'route' && each.name === ruleName)
  if (rule?.kind !== 'route') return []
  const model = requestedModel(facts)
  const active = matcher.itemsOf(matcher.collect.restrict()).map((item) => graph.prohibitions[item]!)
  return rule.steps.flatMap((step, index) => {
    return refsOf(step).flatMap((ref): FilteredCandidate[] => {
      const concrete = candidates.resolve(ref, model)
      if (!concrete) return [{ step: index, target: ref.kind === 'open' ? `${ref.provider}/*` : 'requested', by: [] }]
      const by = active
        .filter((each) => each.targets.includes(concrete.target))
        .map((each) => graph.rules[each.rule]!.name)
      return by.length === 0 ? [] : [{ step: index, target: concrete.id, by: [...new Set(by)] }]
    })
  })
}
