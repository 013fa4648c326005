/** What a client is told where a limit is reached or a budget used up, and when it may come again. */
import type { ClientError } from '../dialects/dialect.ts'
import type { Limit } from '../graph/decision.ts'
import { formatMoment } from '../state/calendar.ts'

/** A limit that holds a request back; without a wait none helps, or nobody knows it. */
export interface LimitReached {
  readonly kind: 'limit_reached'
  readonly limit: Limit
  /** What a limit on tokens was asked for. */
  readonly tokens?: number
  readonly waitMs?: number
}

/** A budget that has not enough left. */
export interface BudgetExhausted {
  readonly kind: 'budget_exhausted'
  readonly rule: string
  /** Absent where its window never ends. */
  readonly resetsAtMs?: number
  readonly timeZone: string
}

interface MeterTold {
  readonly error: ClientError
  readonly headers: Readonly<Record<string, string>>
}

/** A wait that is told is true: the same request would be let through then, if nothing else came. */
export function tellLimit(failure: LimitReached): MeterTold {
  const { limit, waitMs } = failure
  const headers =
    waitMs !== undefined
      ? { 'retry-after': String(Math.max(1, Math.ceil(waitMs / 1000))), 'retry-after-ms': String(waitMs) }
      : // When a place is given back nobody knows; for what is too large there is no use in trying again.
        limit.unit === 'concurrent'
        ? { 'retry-after': '1' }
        : { 'x-should-retry': 'false' }
  const message = waitMs === undefined && limit.unit !== 'concurrent' ? tooLarge(failure) : reached(failure)
  return { error: { status: 429, kind: 'rate_limited', message, code: 'rate_limit_exceeded' }, headers }
}

export function tellBudget({ rule, resetsAtMs, timeZone }: BudgetExhausted): MeterTold {
  const again =
    resetsAtMs === undefined ? 'it does not begin anew' : `it begins anew at ${formatMoment(resetsAtMs, timeZone)}`
  const message = `the budget \`${rule}\` is used up; ${again}`
  return { error: { status: 402, kind: 'budget_exhausted', message, code: 'budget_exhausted' }, headers: {} }
}

function reached({ limit, tokens }: LimitReached): string {
  const { rule, unit, amount, perMs } = limit
  if (unit === 'concurrent') return `the limit \`${rule}\` of ${amount} calls at a time is reached`
  const needed = tokens === undefined ? '' : `; this request needs about ${tokens}`
  return `the limit \`${rule}\` of ${amount} ${unit} per ${formatPeriod(perMs!)} is reached${needed}`
}

function tooLarge({ limit, tokens }: LimitReached): string {
  const { rule, unit, amount, burst = amount } = limit
  const asked = tokens === undefined ? 'the request is' : `the request needs about ${tokens} ${unit},`
  return `${asked} more than the limit \`${rule}\` lets through at once, ${burst}`
}

/** As a policy writes it: the largest unit that divides it. */
function formatPeriod(ms: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
  ] as const
  const [unit, size] = units.find(([, each]) => ms % each === 0) ?? ['ms', 1]
  return `${ms / size}${unit}`
}
