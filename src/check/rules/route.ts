/** `route`: the chain of steps, and the clocks and retries of carrying it out. */

import type { Retry, Timeouts } from '../../graph/decision.ts'
import type { FailureClass, RetryClause, RouteStatement, SplitStep, Step } from '../../syntax/ast.ts'
import { formatDecimal, isInteger, parseDecimal, sumDecimals } from '../decimal.ts'
import { findNamed } from '../names.ts'
import { durationMs, shareOf, wholeNumber } from '../numbers.ts'
import type { Candidate, RouteRule, RouteStep } from '../policy.ts'
import { resolveScalar } from '../resolve-attribute.ts'
import type { Scope } from '../scope.ts'
import { resolveCandidate, resolveCandidates } from '../targets.ts'
import { checkRule } from './rule.ts'

export function checkRoute(scope: Scope, node: RouteStatement, index: number): RouteRule {
  return {
    ...checkRule(scope, node, index),
    kind: 'route',
    steps: node.steps.flatMap((step) => checkStep(scope, step)),
    ...(node.retry ? { retry: checkRetry(scope, node.retry) } : {}),
    timeouts: checkTimeouts(scope, node),
    ...(node.hedge ? { hedgeMs: durationMs(scope, node.hedge.after, { called: '`hedge after`', timed: true }) } : {}),
    ...(node.onLoss ? { onLoss: node.onLoss.value } : {}),
    node,
  }
}

function checkStep(scope: Scope, step: Step): RouteStep[] {
  switch (step.kind) {
    case 'target': {
      const candidate = resolveCandidate(scope, step.target)
      return candidate ? [{ kind: 'target', candidate, span: step.span }] : []
    }
    case 'split':
      return [checkSplit(scope, step)]
    case 'choice':
      return [{ kind: 'choice', by: step.by, candidates: choiceOf(scope, step), span: step.span }]
  }
}

function choiceOf(scope: Scope, { of }: Extract<Step, { kind: 'choice' }>): readonly Candidate[] {
  if (of.kind === 'targets') {
    if (of.targets.length === 0) {
      scope.report('P209', {
        message: 'the list of targets is empty',
        span: of.span,
        help: 'name at least one target in it',
      })
    }
    return resolveCandidates(scope, of.targets, 'the list')
  }
  const pool = findNamed(scope.names, scope.report, of.name, {
    kinds: ['pool'],
    called: 'a pool',
    help: (found) => (found.kind === 'set' ? 'a pool is declared as `pool NAME = [provider/model, …]`' : undefined),
  })
  return pool ? (scope.pools.get(pool.name.text) ?? []) : []
}

function checkSplit(scope: Scope, step: SplitStep): RouteStep {
  const arms: { candidate: Candidate; share: number }[] = []
  resolveCandidates(
    scope,
    step.arms.map((arm) => arm.target),
    'the split',
  )
  for (const arm of step.arms) {
    const candidate = resolveCandidate(scope, arm.target)
    const share = shareOf(scope, arm.share, 'a share')
    if (candidate) arms.push({ candidate, share })
  }
  checkSum(scope, step)
  const use = { called: '`sticky by`', meters: false }
  const stickyBy = step.stickyBy && resolveScalar(scope, step.stickyBy, use)
  return { kind: 'split', arms, ...(stickyBy ? { stickyBy } : {}), span: step.span }
}

/** Shares are summed as they are written: 33.3% and 66.7% are all, 33% and 66% are not. */
function checkSum(scope: Scope, step: SplitStep): void {
  const sum = sumDecimals(step.arms.map((arm) => parseDecimal(arm.share.text.replace('%', ''))))
  const [first] = step.arms
  const last = step.arms.at(-1)
  if (isInteger(sum, 100) || !first || !last) return
  scope.report('P209', {
    message: `the shares sum to ${formatDecimal(sum)}%, not to 100%`,
    span: { ...step.span, start: first.span.start, end: last.span.end },
    help: 'shares are parts of a whole; change one of them',
  })
}

/** A status, or a word for several; which words there are is the grammar's. */
export function checkFailureClass(scope: Scope, { text, span }: FailureClass): void {
  if (!/^\d+$/.test(text) || /^[45]\d\d$/.test(text)) return
  scope.report('P209', {
    message: `\`${text}\` is not the status of a failure`,
    span,
    help: 'write a status from 400 to 599, `4xx`, `5xx`, `timeout`, `connect` or `cut`',
  })
}

/** Where no classes are written: what another try may mend. */
const plainClasses: readonly string[] = ['429', '5xx', 'timeout', 'connect', 'cut']

/** Where no backoff is written. */
const plainBackoff = { backoffMinMs: 200, backoffMaxMs: 5_000 } as const

function checkRetry(scope: Scope, retry: RetryClause): Retry {
  const seen = new Set<string>()
  for (const failure of retry.on) {
    checkFailureClass(scope, failure)
    if (seen.has(failure.text)) {
      scope.report('P209', {
        message: `\`${failure.text}\` stands twice in \`retry\``,
        span: failure.span,
        help: 'name it once',
      })
    }
    seen.add(failure.text)
  }
  const count = wholeNumber(scope, retry.count, { called: '`retry`', min: 0, max: 10 })
  return {
    count,
    on: seen.size > 0 ? [...seen] : plainClasses,
    ...(retry.backoff ? checkBackoff(scope, retry.backoff) : plainBackoff),
  }
}

function checkBackoff(
  scope: Scope,
  { min, max }: NonNullable<RetryClause['backoff']>,
): Pick<Retry, 'backoffMinMs' | 'backoffMaxMs'> {
  const range = { called: '`backoff`', mayBeZero: true, timed: true }
  const [backoffMinMs, backoffMaxMs] = [durationMs(scope, min, range), durationMs(scope, max, range)]
  if (backoffMinMs > backoffMaxMs) {
    scope.report('P209', {
      message: `the backoff goes from \`${min.text}\` down to \`${max.text}\``,
      span: { ...min.span, end: max.span.end },
      help: `write \`${max.text} to ${min.text}\``,
      edits: [
        { span: min.span, text: max.text },
        { span: max.span, text: min.text },
      ],
    })
  }
  return { backoffMinMs, backoffMaxMs }
}

const timeoutFields = {
  connect: 'connectMs',
  first_token: 'firstTokenMs',
  idle: 'idleMs',
  timeout: 'attemptMs',
  deadline: 'deadlineMs',
} as const satisfies Record<string, keyof Timeouts>

function checkTimeouts(scope: Scope, node: RouteStatement): Timeouts {
  const timeouts: { -readonly [K in keyof Timeouts]: number } = {}
  for (const clause of node.timeouts) {
    timeouts[timeoutFields[clause.kind]] = durationMs(scope, clause.duration, {
      called: `\`${clause.kind}\``,
      timed: true,
    })
  }
  return timeouts
}
