/** `budget`: so much money in a calendar window, and what happens as it is used up. */
import type { Budget } from '../../graph/decision.ts'
import type { BudgetStatement, BudgetThreshold } from '../../syntax/ast.ts'
import { shareOf } from '../numbers.ts'
import type { BudgetRule } from '../policy.ts'
import { resolveKey } from '../resolve-attribute.ts'
import type { Scope } from '../scope.ts'
import { checkMoney } from './amount.ts'
import { checkRule } from './rule.ts'

export function checkBudget(scope: Scope, node: BudgetStatement, index: number): BudgetRule {
  const by = resolveKey(scope, node.by, { called: '`by`', meters: false })
  return {
    ...checkRule(scope, node, index),
    kind: 'budget',
    amount: checkMoney(scope, node.amount),
    value: {
      rule: node.name.text,
      window: node.window,
      by: by.map((each) => each.id),
      at: checkThresholds(scope, node.at),
    },
    by,
    node,
  }
}

/** In rising order. A budget that does not say when it denies does so when it is used up. */
function checkThresholds(scope: Scope, thresholds: readonly BudgetThreshold[]): Budget['at'] {
  const deny = thresholds.find((each) => each.action === 'deny')
  const seen = new Map<number, BudgetThreshold>()
  for (const each of thresholds) {
    const used = shareOf(scope, each.used, 'a threshold')
    const before = seen.get(used)
    if (before) {
      scope.report('P209', {
        message: `the budget has two thresholds at \`${each.used.text}\``,
        span: each.span,
        related: [{ message: 'the first', span: before.span }],
        help:
          before.action === each.action
            ? 'leave one out'
            : 'a threshold that denies warns as well; leave the other out',
      })
      continue
    }
    seen.set(used, each)
    if (deny && deny !== each) checkAgainst(scope, each, deny)
  }
  const at = [...seen].map(([used, { action }]) => ({ used, action }))
  return [...at, ...(deny ? [] : [{ used: 1, action: 'deny' as const }])].sort((a, b) => a.used - b.used)
}

function checkAgainst(scope: Scope, threshold: BudgetThreshold, deny: BudgetThreshold): void {
  const related = [{ message: 'denied from here on', span: deny.span }]
  if (threshold.action === 'deny') {
    scope.report('P209', {
      message: 'the budget denies at two thresholds',
      span: threshold.span,
      related,
      help: 'keep the lower one',
    })
  } else if (threshold.used.fraction > deny.used.fraction) {
    scope.report('P209', {
      message: `the warning at \`${threshold.used.text}\` never comes, since the budget denies from \`${deny.used.text}\``,
      span: threshold.span,
      related,
      help: 'warn below the threshold that denies',
    })
  }
}
