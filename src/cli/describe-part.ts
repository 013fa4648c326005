/** One part of a decision in a line. */
import type { Decision, Step } from '../graph/decision.ts'
import { formatMoney } from '../graph/literal-text.ts'
import type { DecisionPart } from '../prove/changes.ts'

export function describePart(part: DecisionPart, decision: Decision): string {
  switch (part) {
    case 'access': {
      const { effect, rules, because, status } = decision.access
      const by = rules.length === 0 ? 'by default' : `by ${rules.join(', ')}`
      return `${effect} ${by}${because === undefined ? '' : `: ${because}`}${status === undefined ? '' : ` (${status})`}`
    }
    case 'route': {
      const { route } = decision
      if (route === null) return 'no route'
      const steps = route.steps.map(describeStep).join(', else ')
      return `route ${route.rule}: ${steps === '' ? 'no candidate is left' : steps}`
    }
    case 'cache': {
      const { cache } = decision
      if (cache === null) return 'no cache'
      if (cache.off) return `cache ${cache.rule}: off`
      return `cache ${cache.rule}: ${cache.ttlMs} ms, scope ${cache.scope.length === 0 ? 'everyone' : cache.scope.join(', ')}`
    }
    case 'limits':
      return listed(
        'limits',
        decision.limits.map((each) => `${each.rule} ${each.amount} ${each.unit}`),
      )
    case 'budgets':
      return listed(
        'budgets',
        decision.budgets.map((each) => `${each.rule} $${formatMoney(each.amountNanoUsd)} a ${each.window}`),
      )
    case 'guards':
      return listed(
        'guards',
        decision.guards.map(
          (each) =>
            `${each.rule} (${each.clauses.map((clause) => `${clause.action} ${clause.detectors.join(', ')} in ${clause.in.join(', ')}`).join('; ')})`,
        ),
      )
    case 'rewrites':
      return listed(
        'rewrites',
        decision.rewrites.map((each) => `${each.rule} (${each.set.map((field) => field.kind).join(', ')})`),
      )
    case 'shadows':
      return listed(
        'shadows',
        decision.shadows.map((each) => `${each.rule} ${percent(each.share)} to ${each.target}`),
      )
    case 'log':
      return listed('log', [
        ...decision.log.capture.map((each) => `capture ${each}`),
        ...decision.log.tags.map((each) => `tag ${each.key}`),
      ])
  }
}

function listed(what: string, items: readonly string[]): string {
  return items.length === 0 ? `no ${what}` : `${what}: ${items.join('; ')}`
}

export function describeStep(step: Step): string {
  switch (step.kind) {
    case 'target':
      return step.target
    case 'split':
      return step.arms.map((arm) => `${percent(arm.share)} ${arm.target}`).join(' | ')
    case 'choice':
      return `${step.by} of ${step.targets.join(', ')}`
  }
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(4))}%`
}
