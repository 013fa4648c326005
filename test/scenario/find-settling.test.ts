import { expect, test } from 'vitest'
import { findSettling } from '../../src/scenario/find-settling.ts'
import type { ScenarioRun } from '../../src/scenario/run-scenario.ts'
import { runLastTest } from './world.ts'

const isServed = ({ outcome }: ScenarioRun) => outcome.kind === 'served'

test('the attribute that settles it alone', async () => {
  const { runs } = await runLastTest(`allow all
route main { to a/x else b/x }
test "t" { when a/* stalls after 3 chunks expect served by b/x }`)
  expect(findSettling(runs, isServed)).toEqual({ attribute: 'request.stream', value: false })
  expect(findSettling(runs, () => false)).toBeUndefined()
})
