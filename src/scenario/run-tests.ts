/**
 * The tests of a policy that speak of outcomes: for every way in which what is given can be decided, the plan is
 * carried out under the faults of the test.
 */
import type { PolicyTest } from '../check/policy.ts'
import type { Policy } from '../compile/load.ts'
import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.ts'
import { Outgrown } from '../graph/diagram.ts'
import { decisionClasses } from '../prove/decision-classes.ts'
import { givenOf } from '../prove/given.ts'
import type { Proof } from '../prove/proof.ts'
import { checkOutcome, type Mismatch, type OutcomeExpectation, outcomeExpectations } from './check-outcome.ts'
import { findSettling } from './find-settling.ts'
import { describeTrail } from './outcome.ts'
import { mostRuns, runScenario, type ScenarioRun } from './run-scenario.ts'

export interface OutcomeResult {
  readonly diagnostics: readonly Diagnostic[]
  /** Every run, for what they reach. */
  readonly runs: readonly ScenarioRun[]
}

/** What comes of a test that has faults or expects an outcome; nothing for other tests. */
export async function runOutcomes(
  policy: Policy,
  proof: Proof,
  test: PolicyTest,
  allElseDone: () => Promise<void>,
): Promise<OutcomeResult> {
  const expectations = outcomeExpectations(test.node.expect)
  if (expectations.length === 0) return { diagnostics: [], runs: [] }
  const runs: ScenarioRun[] = []
  try {
    const given = givenOf(proof, test)
    const ids = new Set([...test.given, ...test.states].map(({ attribute }) => attribute.id))
    const speaksOf = proof.regions.and(given.region, proof.possible)
    for (const facts of decisionClasses(proof, given.region)) {
      const ran = await runScenario(
        {
          policy,
          facts: given.within(facts),
          isGiven: (attribute) => ids.has(attribute),
          admits: (each) => proof.contains(speaksOf, each),
          faults: test.node.faults,
        },
        allElseDone,
      )
      if (ran.kind === 'outgrown') return { diagnostics: [undecided(test)], runs }
      runs.push(...ran.runs)
      if (runs.length > mostRuns) return { diagnostics: [undecided(test)], runs }
    }
  } catch (thrown) {
    if (thrown instanceof Outgrown) return { diagnostics: [undecided(test)], runs }
    throw thrown
  }
  const diagnostics = expectations.flatMap((expectation) => judge(test, expectation, runs))
  return { diagnostics, runs }
}

/** An error where a plain request does not meet the expectation; a note where only one does that asks for more. */
function judge(test: PolicyTest, expectation: OutcomeExpectation, runs: readonly ScenarioRun[]): readonly Diagnostic[] {
  const mismatchOf = (run: ScenarioRun): Mismatch | undefined => checkOutcome([expectation], run.outcome)[0]
  const broken = runs.filter((run) => mismatchOf(run) !== undefined)
  const shown = broken.find((run) => run.isPlain) ?? broken[0]
  if (shown === undefined) return []
  const settles = settling(runs, (run) => mismatchOf(run) === undefined)
  const found = { run: shown, mismatch: mismatchOf(shown)!, settles }
  return [shown.isPlain ? failed(test, found) : holdsOfPlain(test, found)]
}

function settling(runs: readonly ScenarioRun[], passes: (run: ScenarioRun) => boolean): string | undefined {
  const found = findSettling(runs, passes)
  return found && `${found.attribute} = ${found.value}`
}

interface Broken {
  readonly run: ScenarioRun
  readonly mismatch: Mismatch
  /** What would settle it if it were given. */
  readonly settles: string | undefined
}

function failed(test: PolicyTest, { run, mismatch, settles }: Broken): Diagnostic {
  return diagnostic('P602', {
    message: `the test "${test.title}" fails: expected \`${mismatch.expected}\`, but it is ${mismatch.found}`,
    span: mismatch.expectation.span,
    label: 'expected',
    related: test.node.faults.map((each) => ({ message: 'under this fault', span: each.span })),
    help: [
      settles === undefined
        ? 'mend the route, or what the test expects'
        : `it depends on what is not given: \`given ${settles}\` would settle it`,
      ...(run.outcome.trail.length === 0 ? [] : [`tried: ${describeTrail(run.outcome)}`]),
    ].join('; '),
    witness: run.facts,
  })
}

function holdsOfPlain(test: PolicyTest, { run, mismatch, settles }: Broken): Diagnostic {
  return diagnostic('P604', {
    message: `the test "${test.title}" holds of plain requests; of one that asks for more it is ${mismatch.found}`,
    span: mismatch.expectation.span,
    help:
      settles === undefined
        ? 'give more of the request, or add a target that can do what it asks'
        : `\`given ${settles}\` says that the test is not about it`,
    witness: run.facts,
  })
}

function undecided(test: PolicyTest): Diagnostic {
  return diagnostic('P603', {
    message: `the test "${test.title}" is undecided: there are more than ${mostRuns.toLocaleString('en-US')} ways to carry it out`,
    span: test.node.title.span,
    help: 'give more of the request, so that fewer routes and targets are left',
  })
}
