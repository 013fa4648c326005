/** Everything that `validate` proves: the checks, and the tests whose expectations are about outcomes. */
import type { Policy } from '../compile/load.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { ProveOptions } from '../prove/check.ts'
import { inTextOrder, proveWith, tryOpen } from '../prove/prove.ts'

/** Every diagnostic of the proofs, in the order of the text. */
export async function proveAll(
  policy: Policy,
  options: ProveOptions,
  allElseDone: () => Promise<void>,
): Promise<readonly Diagnostic[]> {
  const opened = tryOpen(policy)
  if (opened.kind === 'undecided') return [opened.diagnostic]
  const { proof } = opened
  const found = [...proveWith(proof, options)]
  const tests = policy.checked.tests.filter(({ node }) => node.expect.some((each) => each.kind !== 'claim'))
  if (tests.length > 0) {
    // Only these need providers, and all that hangs on them.
    const { runOutcomes } = await import('./run-tests.ts')
    for (const test of tests) {
      options.tell?.(`running the test "${test.title}"`)
      found.push(...(await runOutcomes(policy, proof, test, allElseDone)).diagnostics)
    }
  }
  return inTextOrder(policy.checked, found)
}
