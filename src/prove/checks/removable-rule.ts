/**
 * P303: a rule whose removal changes no decision but for the names of rules in it. What another code says already
 * (impossible, shadowed, overridden) is not said again.
 */
import { sayingsOf } from '../../compile/meaning-payload.ts'
import { falseRef, type Ref } from '../../graph/diagram.ts'
import type { GraphRule, RuleOf } from '../../graph/graph.ts'
import { inForce, isUsable, reachedBy, type Speaker, speakers } from '../candidates.ts'
import type { Check } from '../check.ts'
import type { Proof } from '../proof.ts'
import { aboutRule, checkedRule, isImpossible } from '../rules.ts'
import { isOverridden } from './overridden-allow.ts'
import { untaken } from './shadowed-rule.ts'

export const removableRule: Check = {
  code: 'P303',
  run(proof, { report, each }) {
    const isUntaken = { route: untaken(proof, 'route'), cache: untaken(proof, 'cache') }
    const meters = new Set(proof.graph.attributes.flatMap(({ path }) => (path[2] === 'used' ? [path[1]!] : [])))
    each(
      proof.graph.rules,
      (rule) => aboutRule(checkedRule(proof, rule)),
      (rule) => {
        // A meter that conditions read is there for its name.
        if ((rule.kind === 'limit' || rule.kind === 'budget') && meters.has(rule.name)) return
        if (rule.kind === 'route' || rule.kind === 'cache') {
          if (isUntaken[rule.kind](proof.rulesOf(rule.kind).indexOf(rule as never))) return
        }
        if (isImpossible(proof, checkedRule(proof, rule)) || (rule.kind === 'allow' && isOverridden(proof, rule)))
          return
        const reason = whyRemovable(proof, rule)
        if (reason === undefined) return
        report({
          message: `removing the ${rule.kind} \`${rule.name}\` changes no decision`,
          span: checkedRule(proof, rule).nameSpan,
          label: reason,
          help: 'remove it, or mend what it was meant to do',
        })
      },
    )
  },
}

/** Why the rule can go, or undefined where some decision would change without it. */
function whyRemovable(proof: Proof, rule: GraphRule): string | undefined {
  switch (rule.kind) {
    case 'allow':
    case 'deny':
      return proof.isEmpty(accessMade(proof, rule)) ? reasonFor[rule.kind] : undefined
    case 'restrict':
      return proof.isEmpty(forbiddenAlone(proof, rule)) ? reasonFor.restrict : undefined
    case 'route':
    case 'cache': {
      const own = proof.regions.and(proof.taken(rule), proof.allowed())
      if (proof.isEmpty(own)) return unallowed
      return isSaidByNext(proof, rule, own) ? 'the next rules that match say the same' : undefined
    }
    case 'limit':
    case 'budget':
    case 'guard':
    case 'rewrite':
    case 'shadow':
    case 'log': {
      const scope = rule.kind === 'log' ? proof.when(rule) : proof.regions.and(proof.when(rule), proof.allowed())
      if (proof.isEmpty(scope)) return unallowed
      return proof.isEmpty(saidAlone(proof, rule, scope))
        ? 'other rules say the same to every request of it'
        : undefined
    }
  }
}

const unallowed = 'no request that it matches is allowed'
const reasonFor = {
  allow: 'other rules allow every request of it',
  deny: 'every request of it is denied without it',
  restrict: 'no candidate is forbidden by it alone',
} as const

/** Where the decision about access would be another without the rule: its effect, its reason or its status. */
function accessMade(proof: Proof, rule: RuleOf<'allow' | 'deny'>): Ref {
  const { regions } = proof
  const others: readonly RuleOf<'allow' | 'deny'>[] = proof
    .rulesOf<'allow' | 'deny'>(rule.kind)
    .filter((each) => each !== rule)
  const whereSome = (rules: readonly GraphRule[]): Ref => regions.or(rules.map(proof.when))
  const scope = rule.kind === 'allow' ? regions.minus(proof.when(rule), proof.either('deny')) : proof.when(rule)
  const effect =
    rule.kind === 'allow'
      ? regions.minus(scope, whereSome(others))
      : regions.minus(regions.and(scope, proof.either('allow')), whereSome(others))
  const says = (same: (each: RuleOf<'allow' | 'deny'>) => boolean): Ref =>
    regions.minus(scope, whereSome(others.filter(same)))
  const reason = rule.because === undefined ? falseRef : says((each) => each.because === rule.because)
  const status = rule.status === undefined ? falseRef : says((each) => (each.status ?? Infinity) <= rule.status!)
  return regions.or([effect, reason, status])
}

/** Where the restrict alone takes away a target that some rule in force could use. */
function forbiddenAlone(proof: Proof, rule: RuleOf<'restrict'>): Ref {
  const { regions, graph } = proof
  const index = graph.rules.indexOf(rule)
  const own = graph.prohibitions.flatMap((each, at) => (each.rule === index ? [{ ...each, at }] : []))
  return regions.or(
    speakers(proof).map((speaker) => {
      const lost = reachedBy(proof, speaker).flatMap(({ targets, when }) => {
        const target = targets[0]!
        const by = own.filter((each) => each.targets.includes(target)).map((each) => proof.prohibition(each.at))
        if (by.length === 0) return []
        const others = graph.prohibitions.flatMap((each, at) =>
          each.rule !== index && each.targets.includes(target) ? [proof.prohibition(at)] : [],
        )
        return [regions.minus(regions.and(when, regions.or(by)), regions.or(others))]
      })
      const any = regions.or(lost)
      return any === falseRef ? falseRef : regions.and(any, inForce(proof, speaker))
    }),
  )
}

/** Whether each request of the rule would be taken by a later rule that says the same. */
function isSaidByNext(proof: Proof, rule: RuleOf<'route' | 'cache'>, own: Ref): boolean {
  const rules: readonly RuleOf<'route' | 'cache'>[] = proof.rulesOf(rule.kind)
  const [saying] = sayingsOf(proof.graph, rule)
  const { regions } = proof
  let left = regions.and(own, proof.possible)
  for (const later of rules.slice(rules.indexOf(rule) + 1)) {
    const hit = regions.and(left, proof.when(later))
    if (hit === falseRef) continue
    if (sayingsOf(proof.graph, later)[0] !== saying && !proof.isEmpty(hit)) return false
    left = regions.minus(left, hit)
  }
  return proof.isEmpty(left)
}

/** Where the rule says something that no other rule says. */
function saidAlone(proof: Proof, rule: GraphRule, scope: Ref): Ref {
  const { regions, graph } = proof
  const others = proof.rulesOf<GraphRule['kind']>(rule.kind).filter((each) => each !== rule)
  const usable = rule.kind === 'shadow' ? regions.and(scope, whereUsable(proof, rule)) : scope
  const sayings = [...sayingsOf(graph, rule), ...capturesOf(rule)]
  if (sayings.length === 0) return usable
  return regions.or(
    sayings.map((saying) =>
      regions.minus(
        usable,
        regions.or(
          others.filter((each) => [...sayingsOf(graph, each), ...capturesOf(each)].includes(saying)).map(proof.when),
        ),
      ),
    ),
  )
}

function capturesOf(rule: GraphRule): readonly string[] {
  return rule.kind === 'log' ? rule.capture.map((each) => `capture ${each}`) : []
}

function whereUsable(proof: Proof, rule: Speaker): Ref {
  return proof.regions.or(reachedBy(proof, rule).map((each) => isUsable(proof, each)))
}
