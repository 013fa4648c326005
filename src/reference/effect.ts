/** Guards, rewrites, shadows and the log: all that match apply, in source order. */
import type { Guard, LogPlan, Rewrite, RewriteField, Shadow } from '../graph/decision.ts'
import type { RewriteClause } from '../syntax/ast.ts'
import type { AttributeRef } from '../syntax/ast-conditions.ts'
import { nameOf } from './attribute.ts'
import { allowedTargets } from './candidate.ts'
import { applies } from './condition.ts'
import { readAttribute, typeOf } from './facts.ts'
import { type Situation, statementsOf } from './policy.ts'
import { textOf } from './value.ts'

/** The guards slot; a clause that does not say where looks at request and response. */
export function guardsOf(situation: Situation): Guard[] {
  return statementsOf(situation.policy, 'guard')
    .filter((rule) => applies(situation, rule))
    .map((rule) => ({
      rule: rule.name.text,
      clauses: rule.clauses.map((clause) => ({
        action: clause.action,
        detectors: clause.detectors.map((each) => each.text),
        in: clause.in.length === 0 ? (['request', 'response'] as const) : clause.in,
      })),
    }))
}

/** The rewrites slot. */
export function rewritesOf(situation: Situation): Rewrite[] {
  return statementsOf(situation.policy, 'rewrite')
    .filter((rule) => applies(situation, rule))
    .map((rule) => ({ rule: rule.name.text, set: rule.clauses.map((clause) => fieldOf(situation, clause)) }))
}

function fieldOf(situation: Situation, clause: RewriteClause): RewriteField {
  switch (clause.kind) {
    case 'max_tokens':
      return { kind: 'max_tokens', atMost: clause.atMost.value }
    case 'temperature':
      return { kind: 'temperature', value: clause.value.value }
    case 'system_prepend':
      return { kind: 'system_prepend', text: clause.text.value }
    case 'header':
      // Header names do not differ by case, so decisions show them in lower case.
      return { kind: 'header', name: clause.name.value.toLowerCase(), value: clause.value.value }
    case 'metadata':
      return { kind: 'metadata', key: clause.key.value, ...copyOf(situation, clause.attribute) }
    case 'service_tier':
      return { kind: 'service_tier', value: clause.value.value }
  }
}

/** An attribute's name and its value as text, which is absent where it is missing. */
function copyOf(situation: Situation, attribute: AttributeRef): { attribute: string; value?: string } {
  const value = readAttribute(situation, attribute)
  return {
    attribute: nameOf(attribute),
    ...(value === undefined ? {} : { value: textOf(value, typeOf(situation.policy, attribute)) }),
  }
}

/** The shadows slot; a shadow whose target a restrict forbids is left out. */
export function shadowsOf(situation: Situation): Shadow[] {
  return statementsOf(situation.policy, 'shadow')
    .filter((rule) => applies(situation, rule))
    .flatMap((rule) =>
      allowedTargets(situation, [rule.target]).map((target) => ({
        rule: rule.name.text,
        share: rule.share.fraction,
        target,
      })),
    )
}

/** The log slot, which denied requests have too; `capture none` in any matching rule wins over all. */
export function logOf(situation: Situation): LogPlan {
  const rules = statementsOf(situation.policy, 'log').filter((rule) => applies(situation, rule))
  const clauses = rules.flatMap((rule) => rule.clauses)
  const captured = clauses.flatMap((clause) => (clause.kind === 'capture' ? [clause.what] : []))
  const kinds = (['body', 'headers'] as const).filter((kind) => captured.includes(kind))
  return {
    rules: rules.map((rule) => rule.name.text),
    capture: captured.includes('none') ? [] : kinds,
    tags: clauses.flatMap((clause) =>
      clause.kind === 'tag' ? [{ key: clause.key.value, ...copyOf(situation, clause.attribute) }] : [],
    ),
  }
}
