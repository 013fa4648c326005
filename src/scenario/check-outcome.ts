/** What a test expects of an outcome, against what came of it. */
import type { Expectation } from '../syntax/ast.ts'
import { attemptsOf, describeOutcome, type ScenarioOutcome } from './outcome.ts'

export type OutcomeExpectation = Exclude<Expectation, { kind: 'claim' }>

export interface Mismatch {
  readonly expectation: OutcomeExpectation
  /** As a test writes it: `served by openai/gpt-5`. */
  readonly expected: string
  /** What was found instead, in a few words. */
  readonly found: string
}

/** The expectations of a test that speak of an outcome; claims are about the decision. */
export function outcomeExpectations(expectations: readonly Expectation[]): readonly OutcomeExpectation[] {
  return expectations.filter((each) => each.kind !== 'claim')
}

/** The expectations that the outcome does not meet. */
export function checkOutcome(
  expectations: readonly OutcomeExpectation[],
  outcome: ScenarioOutcome,
): readonly Mismatch[] {
  return expectations
    .filter((each) => !isMet(each, outcome))
    .map((expectation) => ({
      expectation,
      expected: describeExpectation(expectation),
      found: describeOutcome(outcome),
    }))
}

function isMet(expectation: OutcomeExpectation, outcome: ScenarioOutcome): boolean {
  switch (expectation.kind) {
    case 'served_by': {
      const { provider, model } = expectation.target
      if (outcome.kind !== 'served') return false
      return model === '*' ? outcome.target.startsWith(`${provider}/`) : outcome.target === `${provider}/${model}`
    }
    case 'attempts':
      return attemptsOf(outcome) === expectation.count.value
    case 'failed_with':
      return outcome.kind === 'failed' && outcome.status === expectation.status.value
  }
}

function describeExpectation(expectation: OutcomeExpectation): string {
  switch (expectation.kind) {
    case 'served_by':
      return `served by ${expectation.target.provider}/${expectation.target.model}`
    case 'attempts':
      return `attempts ${expectation.count.value}`
    case 'failed_with':
      return `failed with ${expectation.status.value}`
  }
}
