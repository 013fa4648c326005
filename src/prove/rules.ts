/** What several checks ask of rules: whether one can match at all, and how it is told of. */
import type { AnyRule, Rule } from '../check/policy.ts'
import type { Span } from '../diagnostics/source.ts'
import { falseRef } from '../graph/diagram.ts'
import type { GraphRule } from '../graph/graph.ts'
import type { About } from './check.ts'
import type { Proof } from './proof.ts'

/** A rule as a diagnostic names it. */
export function aboutRule(rule: AnyRule): About {
  return { what: `the ${rule.kind} rule \`${rule.name}\``, span: rule.nameSpan }
}

/** Whether no request satisfies the rule's condition. */
export function isImpossible(proof: Proof, rule: Rule): boolean {
  return proof.once(`impossible ${rule.index}`, () => proof.isEmpty(proof.when(proof.ruleOf(rule))))
}

/** The rule as checked of a rule of the graph. */
export function checkedRule(proof: Proof, rule: GraphRule): AnyRule {
  return proof.policy.rules[proof.graph.rules.indexOf(rule)]!
}

export function namesOf(rules: readonly { readonly name: string }[]): string {
  const names = rules.map((each) => `\`${each.name}\``)
  if (names.length <= 1) return names.join('')
  return `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]}`
}

/** Where a rule says when it applies: its condition, or its name where it has none. */
export function conditionSpan(rule: Rule): Span {
  return rule.whenSpan ?? rule.nameSpan
}

/** Whether some request is in the first-match rule's own part. */
export function isTaken(proof: Proof, rule: Extract<GraphRule, { kind: 'route' | 'cache' }>): boolean {
  const taken = proof.taken(rule)
  return taken !== falseRef && !proof.isEmpty(taken)
}
