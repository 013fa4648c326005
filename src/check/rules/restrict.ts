/** `restrict … to`: the one rule whose second condition may be about the target. */
import type { RestrictStatement } from '../../syntax/ast.ts'
import { lowerCondition } from '../conditions.ts'
import type { RestrictRule } from '../policy.ts'
import type { Scope } from '../scope.ts'
import { checkRule } from './rule.ts'

export function checkRestrict(scope: Scope, node: RestrictStatement, index: number): RestrictRule {
  const place = { called: `the condition after \`to\` of \`${node.name.text}\``, target: true, access: false }
  return {
    ...checkRule(scope, node, index),
    kind: 'restrict',
    to: lowerCondition(scope, node.to, place),
    ...(node.because ? { because: node.because.value } : {}),
    node,
  }
}
