/** `restrict … to`: the one rule whose second condition is about the target. */
import type { Span } from '../../diagnostics/source.ts'
import type { Condition, RestrictStatement } from '../../syntax/ast.ts'
import { lowerCondition, type TargetRead } from '../conditions.ts'
import type { Cond, RestrictRule } from '../policy.ts'
import type { Scope } from '../scope.ts'
import { checkRule } from './rule.ts'

export function checkRestrict(scope: Scope, node: RestrictStatement, index: number): RestrictRule {
  return {
    ...checkRule(scope, node, index),
    kind: 'restrict',
    to: lowerTargetCondition(scope, node.to, {
      called: `the condition after \`to\` of \`${node.name.text}\``,
      span: node.to.span,
    }),
    ...(node.because ? { because: node.because.value } : {}),
    node,
  }
}

/** A condition on candidates; one that asks nothing of them is most likely a slip, and would drop all or none. */
export function lowerTargetCondition(scope: Scope, condition: Condition, at: { called: string; span: Span }): Cond {
  const reads: TargetRead[] = []
  const cond = lowerCondition(scope, condition, { called: at.called, target: true, access: false, reads })
  if (reads.length === 0 && !isBroken(cond)) {
    scope.report('P209', {
      message: `${at.called} says nothing of the target`,
      span: at.span,
      help: 'compare `target.region`, `target.provider`, `target.model`, `target.id` or `target.tags`; conditions on the caller stand after `when`',
    })
  }
  return cond
}

/** Whether some part of it is reported, and stands as a constant. */
function isBroken(cond: Cond): boolean {
  if (cond.kind === 'and' || cond.kind === 'or') return cond.of.some(isBroken)
  return cond.kind === 'not' ? isBroken(cond.of) : cond.kind === 'const'
}
