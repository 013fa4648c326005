/**
 * The budgets of the decision: before each attempt its expected cost is reserved on all of them, and what it really
 * cost is booked when it is over, once. An attempt that there is no money for is not made; a cheaper target may serve.
 */
import type { Catalogue } from '../config/catalogue.ts'
import type { Usage } from '../dialects/neutral.ts'
import type { AttemptRecord, Permit } from '../dispatch/outcome.ts'
import type { Budget } from '../graph/decision.ts'
import type { BudgetAccount, Budgets } from '../state/state.ts'
import { costNanoUsd } from './cost.ts'
import type { Failure } from './failure.ts'
import { shareOf } from './meters.ts'
import { usageOfFailed } from './settle.ts'
import type { BudgetWarning } from './usage-record.ts'

/** What the attempts of one call are paid from. */
export interface Spending {
  readonly permit: Permit
  /**
   * Books what each attempt that was made came to, in their order; where nothing is known of one, what was reserved for
   * it stands. Called once, when the call is over.
   */
  readonly settle: (costs: readonly number[] | undefined) => Promise<void>
  /** Why some target was left alone. */
  readonly refusal: () => Failure | undefined
  /** The budgets that have passed a threshold that warns. */
  readonly warnings: () => readonly BudgetWarning[]
}

/** What an attempt is likely to use. */
export interface Expected extends Pick<Usage, 'searches' | 'images'> {
  readonly input: number
  readonly output: number
}

export interface SpendingOptions {
  readonly budgets: readonly Budget[]
  /** Those of `budgets`, in order. */
  readonly accounts: readonly BudgetAccount[]
  readonly state: Budgets
  readonly catalogue: Catalogue
  readonly model: string
  readonly timeZone: string
  readonly expected: Expected
  /** A fresh id for an attempt. */
  readonly id: () => string
}

interface Reserved {
  readonly attempt: string
  readonly nanoUsd: number
}

export function createSpending(options: SpendingOptions): Spending {
  const { budgets, accounts, state, catalogue, expected } = options
  const reserved: Reserved[] = []
  let booked = 0
  let refusal: Failure | undefined
  let used: readonly number[] = []

  /** Books the attempts that are not booked yet, as far as it is told what they came to. */
  async function book(costs: readonly number[]): Promise<void> {
    const from = booked
    booked = Math.max(from, costs.length)
    await Promise.all(reserved.slice(from, booked).map(({ attempt }, at) => state.settle(attempt, costs[from + at]!)))
  }

  return {
    async permit(target, attempts) {
      const made = attempts.filter((each) => each.result !== 'skipped')
      const costOf = (each: AttemptRecord) =>
        costNanoUsd(usageOfFailed(each, expected.input) ?? {}, catalogue.byId.get(each.target)?.price) ?? 0
      await book(made.map(costOf))
      const nanoUsd = costNanoUsd(expected, catalogue.byId.get(target)?.price)
      if (nanoUsd === undefined) {
        refusal ??= { kind: 'unpriced', model: options.model }
        return { field: 'model', message: `\`${target}\` has no known price, and a budget applies` }
      }
      const attempt = options.id()
      const answer = await state.reserve(attempt, accounts, nanoUsd)
      if (answer.kind === 'reserved') {
        reserved.push({ attempt, nanoUsd })
        used = answer.used
        return undefined
      }
      if (answer.kind === 'unavailable') refusal = { kind: 'state', why: answer.why }
      else {
        const resets = answer.resetsAtMs === undefined ? {} : { resetsAtMs: answer.resetsAtMs }
        refusal = { kind: 'budget_exhausted', rule: budgets[answer.index]!.rule, timeZone: options.timeZone, ...resets }
      }
      return { field: 'budget', message: `there is no money left for \`${target}\`` }
    },
    settle: (costs) =>
      book(reserved.map(({ nanoUsd }, index) => (costs === undefined ? nanoUsd : (costs[index] ?? 0)))),
    refusal: () => refusal,
    warnings: () =>
      budgets.flatMap(({ rule, amountNanoUsd, at }, index) => {
        const share = shareOf(used[index] ?? 0, amountNanoUsd)
        return used.length > 0 && at.some((each) => each.action === 'warn' && each.used <= share)
          ? [{ budget: rule, used: share }]
          : []
      }),
  }
}
