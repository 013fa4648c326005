/** `limit`: so many requests or tokens in a rolling window, or calls at a time. */
import type { LimitStatement } from '../../syntax/ast.ts'
import { durationMs, wholeNumber } from '../numbers.ts'
import type { LimitRule } from '../policy.ts'
import { resolveKey } from '../resolve-attribute.ts'
import type { Scope } from '../scope.ts'
import { checkCount } from './amount.ts'
import { checkRule } from './rule.ts'

export function checkLimit(scope: Scope, node: LimitStatement, index: number): LimitRule {
  const by = resolveKey(scope, node.by, { called: '`by`', meters: false })
  const perMs = checkPeriod(scope, node)
  const burst = node.burst && wholeNumber(scope, node.burst, { called: '`burst`', min: 1 })
  if (node.burst && node.unit === 'concurrent') {
    scope.report('P209', {
      message: '`burst` stands in a limit on calls at a time, which has no rate to exceed',
      span: node.burst.span,
      help: 'raise the number of calls at a time instead',
    })
  }
  return {
    ...checkRule(scope, node, index),
    kind: 'limit',
    amount: checkCount(scope, node.amount),
    value: {
      rule: node.name.text,
      unit: node.unit,
      ...(perMs === undefined ? {} : { perMs }),
      ...(burst === undefined ? {} : { burst }),
      by: by.map((each) => each.id),
    },
    by,
    node,
  }
}

function checkPeriod(scope: Scope, node: LimitStatement): number | undefined {
  const { per, unit } = node
  if (unit === 'concurrent') {
    if (per)
      scope.report('P209', {
        message: 'a limit on calls at a time has no period',
        span: per.span,
        help: 'leave `per` out',
      })
    return undefined
  }
  if (per) return durationMs(scope, per, { called: '`per`' })
  scope.report('P209', {
    message: `the limit \`${node.name.text}\` does not say in what time`,
    span: node.name.span,
    help: `write \`${unit} per 1m\``,
  })
  return undefined
}
