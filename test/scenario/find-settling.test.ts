import { expect, test } from 'vitest'
import { findSettling } from '../../src/scenario/find-settling.ts'
import type { ScenarioRun } from '../../src/scenario/run-scenario.ts'
import { runLastTest } from './world.ts'

const isServed = ({ outcome }: ScenarioRun) => outcome.kind === 'served'

test('the attribute that settles it alone', async () => {
  const { runs } = await runLastTest(`allow all
route main { to b/blind }
test "t" { given request.has_audio = false, request.has_images = false, request.has_schema = false
           expect served by b/blind }`)
  expect(findSettling(runs, isServed)).toEqual({ attribute: 'request.has_reasoning', value: false })
  expect(findSettling(runs, () => false)).toBeUndefined()
})
