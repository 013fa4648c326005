/** `allow` and `deny`: a reason for both, a status for what is denied. */
import type { AccessStatement } from '../../syntax/ast.ts'
import { wholeNumber } from '../numbers.ts'
import type { AccessRule } from '../policy.ts'
import type { Scope } from '../scope.ts'
import { checkRule } from './rule.ts'

export function checkAccess(scope: Scope, node: AccessStatement, index: number): AccessRule {
  const { because, status } = node
  if (status && node.kind === 'allow') {
    scope.report('P209', {
      message: '`status` stands in an `allow`, whose requests get the status of their answer',
      span: status.span,
      help: 'a `status` belongs to a `deny`',
    })
  }
  return {
    ...checkRule(scope, node, index),
    kind: node.kind,
    ...(because ? { because: because.value } : {}),
    ...(status ? { status: wholeNumber(scope, status, { called: 'the status of a `deny`', min: 400, max: 599 }) } : {}),
    node,
  }
}
