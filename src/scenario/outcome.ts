/** What came of one request under faults, and how it is told. */
import type { AttemptError, AttemptRecord } from '../dispatch/outcome.ts'

export type ScenarioOutcome = Trail &
  (
    | { readonly kind: 'served'; readonly target: string }
    /** The client was told this status: by the answer, or by the event that ends a stream that broke off. */
    | { readonly kind: 'failed'; readonly status: number; readonly why: string }
  )

interface Trail {
  /** Every attempt and every target that was passed over, in order; times count from the beginning. */
  readonly trail: readonly AttemptRecord[]
  readonly elapsedMs: number
}

/** Calls that were made to providers. */
export function attemptsOf({ trail }: ScenarioOutcome): number {
  return trail.filter((each) => each.result !== 'skipped').length
}

/** An outcome in a few words: `served by openai/gpt-5 after 3 attempts`. */
export function describeOutcome(outcome: ScenarioOutcome): string {
  const count = attemptsOf(outcome)
  const after = ` after ${count === 0 ? 'no' : count} attempt${count === 1 ? '' : 's'}`
  switch (outcome.kind) {
    case 'served':
      return `served by ${outcome.target}${after}`
    case 'failed':
      return `failed with ${outcome.status}${after}: ${outcome.why}`
  }
}

/** Attempts that are listed before the rest is counted. */
const listedMax = 6

/** The attempts in their order: `a/x at 0 ms (429), a/x at 750 ms (429), b/x at 2250 ms`. */
export function describeTrail({ trail }: ScenarioOutcome): string {
  const listed = trail.slice(0, listedMax).map(({ target, startedAtMs, result, error }) => {
    const why = error === undefined ? '' : ` (${result === 'skipped' ? 'passed over: ' : ''}${describeError(error)})`
    return `${target} at ${Math.round(startedAtMs)} ms${why}`
  })
  const more = trail.length - listed.length
  return [...listed, ...(more > 0 ? [`… ${more} more`] : [])].join(', ')
}

function describeError(error: AttemptError): string {
  switch (error.kind) {
    case 'upstream':
      return String(error.error.status)
    case 'timeout':
      return `${error.clock} ran out`
    case 'connect':
    case 'cut':
      return error.kind
    case 'unfit':
      return error.message
  }
}
