/**
 * What a decision's guards mean for one side, the request or the answer: which detectors look through it, and what
 * is done with what each of them finds.
 */
import type { Guard, RuleName } from '../graph/decision.ts'

export type Side = 'request' | 'response'
export type Action = Guard['clauses'][number]['action']

/** All that the guards want of one detector's matches. */
export interface Treatment {
  readonly detector: string
  /** The strongest of the wishes that bears on the text: `flag` leaves it as it is. */
  readonly action: Action
  /** Every rule that names the detector, with what it wants, in source order. */
  readonly wishes: readonly { readonly rule: RuleName; readonly action: Action }[]
}

const strength: Readonly<Record<Action, number>> = { flag: 0, mask: 1, redact: 2, block: 3 }

/** How much an action takes away; of two that bear on one text the stronger is carried out. */
export function strengthOf(action: Action): number {
  return strength[action]
}

/** The treatments of one side, each detector once, in the order in which the policy first names them. */
export function treatmentsOf(guards: readonly Guard[], side: Side): readonly Treatment[] {
  const byDetector = new Map<string, { rule: RuleName; action: Action }[]>()
  for (const { rule, clauses } of guards)
    for (const clause of clauses)
      if (clause.in.includes(side))
        for (const detector of clause.detectors) {
          const wishes = byDetector.get(detector) ?? []
          byDetector.set(detector, wishes)
          wishes.push({ rule, action: clause.action })
        }
  return [...byDetector].map(([detector, wishes]) => ({
    detector,
    action: wishes.map((each) => each.action).reduce((a, b) => (strength[a] >= strength[b] ? a : b)),
    wishes,
  }))
}
