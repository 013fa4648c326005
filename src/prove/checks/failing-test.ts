/** P602: a test that some request with what is given breaks. */
import { type Check, replayed } from '../check.ts'
import { type FailedClaim, failuresOf } from '../run-test.ts'

export const failingTest: Check = {
  code: 'P602',
  run(proof, { report, each }) {
    each(
      proof.policy.tests,
      ({ title, node }) => ({ what: `the test "${title}"`, span: node.title.span }),
      (test) => {
        for (const failed of failuresOf(proof, test)) {
          replayed(failed.witness, failed.isReplayed)
          report({
            message: `the test "${test.title}" fails: expected \`${failed.expected}\`, but ${failed.actual}`,
            span: failed.span,
            label: 'expected',
            related: failed.related,
            help: helpOf(failed),
            witness: failed.witness,
          })
        }
      },
    )
  },
}

function helpOf({ settling }: FailedClaim): string {
  return settling === undefined
    ? 'mend the rule, or what the test expects'
    : `it depends on what is not given: \`given ${settling}\` would settle it`
}
