/** Limits and budgets: all that match apply. */
import type { Budget, Limit } from '../graph/decision.ts'
import type { Amount, BudgetThreshold } from '../syntax/ast.ts'
import { nameOf } from './attribute.ts'
import { applies, literalValue } from './condition.ts'
import { readAttribute } from './facts.ts'
import { type Situation, statementsOf } from './policy.ts'

/** The limits slot. */
export function limitsOf(situation: Situation): Limit[] {
  return statementsOf(situation.policy, 'limit')
    .filter((rule) => applies(situation, rule))
    .map((rule) => ({
      rule: rule.name.text,
      unit: rule.unit,
      amount: amountOf(situation, rule.amount),
      ...(rule.per ? { perMs: rule.per.ms } : {}),
      ...(rule.burst ? { burst: rule.burst.value } : {}),
      by: rule.by.map(nameOf),
    }))
}

/** The budgets slot. */
export function budgetsOf(situation: Situation): Budget[] {
  return statementsOf(situation.policy, 'budget')
    .filter((rule) => applies(situation, rule))
    .map((rule) => ({
      rule: rule.name.text,
      amountNanoUsd: amountOf(situation, rule.amount),
      window: rule.window,
      by: rule.by.map(nameOf),
      at: thresholdsOf(rule.at),
    }))
}

/** An amount may be an attribute or an attribute times a constant; a missing attribute makes it 0; it is whole and never below 0. */
function amountOf(situation: Situation, amount: Amount): number {
  if (amount.kind === 'literal') return Number(literalValue(amount.value))
  const value = readAttribute(situation, amount.attribute) ?? 0
  return Math.max(0, Math.floor(Number(value) * (amount.times ? Number(literalValue(amount.times)) : 1)))
}

/** In rising order; a budget that never says `deny` denies at 100 %. */
function thresholdsOf(at: readonly BudgetThreshold[]): Budget['at'] {
  const written = at.map((each) => ({ used: each.used.fraction, action: each.action }))
  const denies = written.some((each) => each.action === 'deny')
  const all = denies ? written : [...written, { used: 1, action: 'deny' as const }]
  return all.sort((a, b) => a.used - b.used)
}
