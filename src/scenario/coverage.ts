/**
 * What the tests of a policy reach. A rule is reached by a test where it has its part in the decision of every request
 * that the test speaks of; a target, or a fallback from one step to the next, where a run of a test comes to it.
 */
import type { AnyRule, PolicyTest } from '../check/policy.ts'
import { refsOf } from '../decide/routes.ts'
import { falseRef, type Ref } from '../graph/diagram.ts'
import type { GraphRule } from '../graph/graph.ts'
import { inForce } from '../prove/candidates.ts'
import { givenOf } from '../prove/given.ts'
import type { Proof } from '../prove/proof.ts'
import type { ScenarioRun } from './run-scenario.ts'

export interface Coverage {
  readonly rules: readonly CoveredRule[]
  /** `route target`, in the order of the text. */
  readonly candidates: readonly Covered[]
  /** `route step 1 → 2`. */
  readonly fallbacks: readonly Covered[]
}

export interface CoveredRule {
  readonly rule: AnyRule
  /** Titles of the tests that reach it. */
  readonly by: readonly string[]
}

export interface Covered {
  readonly name: string
  readonly isReached: boolean
}

/** `runs` are those of the tests whose expectations are about outcomes. */
export function coverageOf(proof: Proof, runs: ReadonlyMap<PolicyTest, readonly ScenarioRun[]>): Coverage {
  const given = proof.policy.tests.map((test) => {
    const region = proof.regions.and(givenOf(proof, test).region, proof.possible)
    return { test, region }
  })
  const rules = proof.policy.rules.map((rule) => ({
    rule,
    by: given
      .filter(
        ({ region }) =>
          region !== falseRef && proof.isEmpty(proof.regions.minus(region, whereDecides(proof, proof.ruleOf(rule)))),
      )
      .map(({ test }) => test.title),
  }))
  const reached = new Set(rules.filter((each) => each.by.length > 0).map((each) => each.rule.name))
  return { rules, ...trailsOf(proof, [...runs.values()].flat(), reached) }
}

/** Where the rule has a part in the decision. */
export function whereDecides(proof: Proof, rule: GraphRule): Ref {
  const { regions } = proof
  switch (rule.kind) {
    case 'deny':
    case 'log':
      return proof.when(rule)
    case 'route':
    case 'shadow':
      return inForce(proof, rule)
    case 'cache':
      return regions.and(proof.taken(rule), proof.allowed())
    case 'allow':
    case 'restrict':
    case 'limit':
    case 'budget':
    case 'guard':
    case 'rewrite':
      return regions.and(proof.when(rule), proof.allowed())
  }
}

/** Targets and fallbacks of each route that runs came to; a route of one target is reached as its rule is. */
function trailsOf(
  proof: Proof,
  runs: readonly ScenarioRun[],
  reached: ReadonlySet<string>,
): Pick<Coverage, 'candidates' | 'fallbacks'> {
  const tried = new Map<string, Set<string>>()
  for (const { decision, outcome } of runs) {
    if (!decision.route) continue
    const own = tried.get(decision.route.rule) ?? new Set<string>()
    tried.set(decision.route.rule, own)
    for (const { target, result } of outcome.trail) if (result !== 'skipped') own.add(target)
  }
  const candidates: Covered[] = []
  const fallbacks: Covered[] = []
  for (const route of proof.rulesOf('route')) {
    const own = tried.get(route.name) ?? new Set()
    const targetsOf = (at: number): readonly string[] =>
      refsOf(route.steps[at]!).flatMap((ref) => (ref.kind === 'target' ? [proof.graph.targets[ref.target]!.id] : []))
    for (const at of route.steps.keys()) {
      const targets = targetsOf(at)
      const isOnly = at === 0 && targets.length === 1 && reached.has(route.name)
      for (const target of targets)
        candidates.push({ name: `${route.name} ${target}`, isReached: isOnly || own.has(target) })
      if (at > 0 && targets.length > 0)
        fallbacks.push({
          name: `${route.name} step ${at} → ${at + 1}`,
          isReached: targets.some((each) => own.has(each)),
        })
    }
  }
  return { candidates, fallbacks }
}
