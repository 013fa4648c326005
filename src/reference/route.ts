/** Routes: the first match in source order, with the candidates that every matching restrict lets through. */
import type { Arm, Retry, Route, Step, Timeouts } from '../graph/decision.ts'
import type { RouteStatement, Step as StepNode } from '../syntax/ast.ts'
import type { TargetRef } from '../syntax/ast-conditions.ts'
import { nameOf } from './attribute.ts'
import { allowedTargets } from './candidate.ts'
import { applies } from './condition.ts'
import { type ReferencePolicy, type Situation, statementsOf } from './policy.ts'

/** The route slot; its steps may be none. */
export function routeOf(situation: Situation): Route | null {
  const rule = statementsOf(situation.policy, 'route').find((each) => applies(situation, each))
  if (!rule) return null
  const retry = retryOf(rule)
  return {
    rule: rule.name.text,
    steps: rule.steps.flatMap((step) => stepOf(situation, step)),
    ...(retry ? { retry } : {}),
    timeouts: timeoutsOf(rule),
    ...(rule.hedge ? { hedgeMs: rule.hedge.after.ms } : {}),
    ...(rule.onLoss ? { onLoss: rule.onLoss.value } : {}),
  }
}

/** A filtered candidate is left out of its step, and an empty step is left out. */
function stepOf(situation: Situation, step: StepNode): Step[] {
  switch (step.kind) {
    case 'target':
      return allowedTargets(situation, [step.target]).map((target) => ({ kind: 'target', target }))
    case 'split': {
      const arms = step.arms.flatMap((arm) =>
        allowedTargets(situation, [arm.target]).map((target) => ({ target, share: arm.share.fraction })),
      )
      if (arms.length === 0) return []
      const scaled = arms.length === step.arms.length ? arms : scaledToOne(arms)
      return [{ kind: 'split', arms: scaled, ...(step.stickyBy ? { stickyBy: nameOf(step.stickyBy) } : {}) }]
    }
    case 'choice': {
      const refs = step.of.kind === 'pool' ? targetsOfPool(situation.policy, step.of.name.text) : step.of.targets
      const targets = allowedTargets(situation, refs)
      const distinct = targets.filter((each, index) => targets.indexOf(each) === index)
      return distinct.length === 0 ? [] : [{ kind: 'choice', by: step.by, targets: distinct }]
    }
  }
}

/** The shares that remain are scaled to 100 %. */
function scaledToOne(arms: readonly Arm[]): Arm[] {
  const sum = arms.reduce((total, arm) => total + arm.share, 0)
  return arms.map((arm) => ({ target: arm.target, share: arm.share / sum }))
}

function targetsOfPool(policy: ReferencePolicy, name: string): readonly TargetRef[] {
  return statementsOf(policy, 'pool').find((each) => each.name.text === name)?.targets ?? []
}

/** `retry N on CLASSES backoff A to B`, with the classes and the wait that are usual where none are written. */
function retryOf(rule: RouteStatement): Retry | undefined {
  if (!rule.retry) return undefined
  const { count, on, backoff } = rule.retry
  return {
    count: count.value,
    on: on.length === 0 ? ['429', '5xx', 'timeout', 'connect', 'cut'] : on.map((each) => each.text),
    backoffMinMs: backoff ? backoff.min.ms : 200,
    backoffMaxMs: backoff ? backoff.max.ms : 5_000,
  }
}

/** Only the clocks that are written. */
function timeoutsOf(rule: RouteStatement): Timeouts {
  const names = {
    connect: 'connectMs',
    first_token: 'firstTokenMs',
    idle: 'idleMs',
    timeout: 'attemptMs',
    deadline: 'deadlineMs',
  } as const
  return Object.fromEntries(rule.timeouts.map((each) => [names[each.kind], each.duration.ms]))
}
