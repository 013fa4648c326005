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
      if (proof.isEmpty(own)) return whyUnallowed(proof)
      return isSaidByNext(proof, rule, own) ? 'the next rules that match say the same' : undefined
    }
    case 'limit':
    case 'budget':
    case 'guard':
    case 'rewrite':
    case 'shadow':
    case 'log': {
      const scope = rule.kind === 'log' ? proof.when(rule) : proof.regions.and(proof.when(rule), proof.allowed())
      if (proof.isEmpty(scope)) return whyUnallowed(proof)
      return proof.isEmpty(saidAlone(proof, rule, scope))
        ? 'other rules say the same to every request of it'
        : undefined
    }
  }
}

/** Where nothing is allowed at all, something else is wrong, and every rule would be told of. */
function whyUnallowed(proof: Proof): string | undefined {
  return proof.isEmpty(proof.allowed()) ? undefined : 'no request that it matches is allowed'
}

const reasonFor = {
  allow: 'other rules allow every request of it',
  deny: 'every request of it is denied without it',
  restrict: 'no candidate is forbidden by it alone',
} as const

/** Where the decision about access would be another without the rule: its effect, its reason or its status. */
function accessMade(proof: Proof, rule: RuleOf<'allow' | 'deny'>): Ref {
  const { regions } = proof
  const rules = proof.rulesOf<'allow' | 'deny'>(rule.kind)
  /** Where no other rule of those does the same. */
  const alone = (key: string, same: readonly GraphRule[]): Ref =>
    proof.once(`alone ${rule.kind} ${key}`, () => regions.exactlyOne(same.map(proof.when)))
  const scope =
    rule.kind === 'allow'
      ? regions.minus(proof.when(rule), proof.either('deny'))
      : regions.and(proof.when(rule), proof.either('allow'))
  const made = [regions.and(scope, alone('effect', rules))]
  const told = rule.kind === 'allow' ? scope : proof.when(rule)
  const { because, status } = rule
  if (because !== undefined)
    made.push(
      regions.and(
        told,
        alone(
          `because ${because}`,
          rules.filter((each) => each.because === because),
        ),
      ),
    )
  if (status !== undefined) {
    const others = rules.filter((each) => each !== rule && each.status !== undefined && each.status <= status)
    made.push(regions.minus(told, regions.or(others.map(proof.when))))
  }
  return regions.or(made)
}

/** Where the restrict alone takes away a target that some rule in force could use. */
function forbiddenAlone(proof: Proof, rule: RuleOf<'restrict'>): Ref {
  const { regions, graph } = proof
  const index = graph.rules.indexOf(rule)
  const own = graph.prohibitions.flatMap((each, at) => (each.rule === index ? [{ ...each, at }] : []))
  return regions.or(
    speakers(proof).map((speaker) => {
      const lost = reachedBy(proof, speaker).flatMap(({ targets, when }) => {
        const by = own.filter((each) => each.targets.includes(targets[0]!)).map((each) => proof.prohibition(each.at))
        if (by.length === 0) return []
        return [regions.and(when, regions.or(by), oneForbids(proof, targets[0]!))]
      })
      const any = regions.or(lost)
      return any === falseRef ? falseRef : regions.and(any, inForce(proof, speaker))
    }),
  )
}

/** Where a single restrict forbids the target. */
function oneForbids(proof: Proof, target: number): Ref {
  return proof.once(`one forbids ${target}`, () => {
    const byRule = new Map<number, Ref[]>()
    for (const [index, { rule, targets }] of proof.graph.prohibitions.entries())
      if (targets.includes(target)) byRule.set(rule, [...(byRule.get(rule) ?? []), proof.prohibition(index)])
    return proof.regions.exactlyOne([...byRule.values()].map(proof.regions.or))
  })
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
  const { regions } = proof
  const usable = rule.kind === 'shadow' ? regions.and(scope, whereUsable(proof, rule)) : scope
  const sayers = sayersOf(proof, rule.kind)
  const sayings = allSayingsOf(proof, rule)
  if (sayings.length === 0) return usable
  return regions.or(
    sayings.map((saying) => {
      const alone = proof.once(`alone ${rule.kind} ${saying}`, () =>
        regions.exactlyOne(sayers.get(saying)!.map(proof.when)),
      )
      return regions.and(usable, alone)
    }),
  )
}

/** The rules of a kind by each thing that they say. */
function sayersOf(proof: Proof, kind: GraphRule['kind']): ReadonlyMap<string, readonly GraphRule[]> {
  return proof.once(`sayers ${kind}`, () => {
    const found = new Map<string, GraphRule[]>()
    for (const rule of proof.rulesOf<GraphRule['kind']>(kind)) {
      for (const saying of new Set(allSayingsOf(proof, rule))) {
        const own = found.get(saying)
        if (own) own.push(rule)
        else found.set(saying, [rule])
      }
    }
    return found
  })
}

function allSayingsOf({ graph }: Proof, rule: GraphRule): readonly string[] {
  return [...sayingsOf(graph, rule), ...capturesOf(rule)]
}

function capturesOf(rule: GraphRule): readonly string[] {
  return rule.kind === 'log' ? rule.capture.map((each) => `capture ${each}`) : []
}

function whereUsable(proof: Proof, rule: Speaker): Ref {
  return proof.regions.or(reachedBy(proof, rule).map((each) => isUsable(proof, each)))
}
