/** What every rule has: name, place, condition, documentation. */
import type { Condition, Name } from '../../syntax/ast-conditions.ts'
import { lowerWhen } from '../conditions.ts'
import type { Rule } from '../policy.ts'
import type { Scope } from '../scope.ts'

interface RuleNode {
  readonly kind: string
  readonly name: Name
  readonly when?: Condition
  readonly documentation?: string
}

/** The common part of a rule; its condition is read before a target is chosen. */
export function checkRule(scope: Scope, node: RuleNode, index: number): Rule {
  const place = { called: `the condition of \`${node.name.text}\``, target: false, access: false }
  return {
    name: node.name.text,
    index,
    when: lowerWhen(scope, node.when, place),
    nameSpan: node.name.span,
    ...(node.when ? { whenSpan: node.when.span } : {}),
    ...(node.documentation === undefined ? {} : { documentation: node.documentation }),
  }
}
