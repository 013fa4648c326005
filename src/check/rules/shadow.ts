/** `shadow`: a copy of some requests to another target. */
import type { ShadowStatement } from '../../syntax/ast.ts'
import { shareOf } from '../numbers.ts'
import type { ShadowRule } from '../policy.ts'
import type { Scope } from '../scope.ts'
import { resolveCandidate } from '../targets.ts'
import { checkRule } from './rule.ts'

export function checkShadow(scope: Scope, node: ShadowStatement, index: number): ShadowRule {
  const candidate = resolveCandidate(scope, node.target) ?? { kind: 'requested', span: node.target.span }
  return {
    ...checkRule(scope, node, index),
    kind: 'shadow',
    share: shareOf(scope, node.share, 'a share'),
    candidate,
    node,
  }
}
