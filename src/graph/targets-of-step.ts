/** The targets that a step of a decision names, in order. */
import type { Step } from './decision.ts'

export function targetsOfStep(step: Step): readonly string[] {
  switch (step.kind) {
    case 'target':
      return [step.target]
    case 'split':
      return step.arms.map((arm) => arm.target)
    case 'choice':
      return step.targets
  }
}
