/** What guards found in one request and its answer, as it goes into records and logs: never the text itself. */
import type { RuleName } from '../graph/decision.ts'
import type { Action, Side, Treatment } from './treatment.ts'

/** That a guard's detector found something, how often, on which side, and what was done. */
export interface Finding {
  readonly rule: RuleName
  readonly detector: string
  readonly action: Action
  readonly in: Side
  readonly count: number
}

/** Why a request or an answer is blocked: the rule, and the detector that found what it forbids. */
export interface Blocked {
  readonly rule: RuleName
  readonly detector: string
}

/** Counts what is found, each rule's detector once. */
export interface Findings {
  readonly note: (treatment: Treatment, side: Side) => void
  readonly list: () => readonly Finding[]
}

export function createFindings(): Findings {
  const counts = new Map<string, Finding>()
  return {
    note: ({ detector, wishes }, side) => {
      for (const { rule, action } of wishes) {
        const key = `${side} ${action} ${rule} ${detector}`
        counts.set(key, { rule, detector, action, in: side, count: (counts.get(key)?.count ?? 0) + 1 })
      }
    },
    list: () => [...counts.values()],
  }
}

/** The rule that a blocking match is blamed on: the first that asks for it. */
export function blockedBy({ detector, wishes }: Treatment): Blocked {
  return { rule: wishes.find((each) => each.action === 'block')!.rule, detector }
}
