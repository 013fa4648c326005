/** Whatever chance, keys and measures pick, the outcome is among the runs of the scenario. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createDispatcher } from '../../src/dispatch/dispatch.ts'
import { allElseDone } from '../../src/gateway/environment.ts'
import type { Route } from '../../src/graph/decision.ts'
import { createBehaviours, targetFaults } from '../../src/scenario/faults.ts'
import { dispatchRequest } from '../../src/scenario/fitness.ts'
import { callOf } from '../../src/scenario/request-facts.ts'
import { createScriptedProvider } from '../../src/scenario/scripted-provider.ts'
import { createVirtualClock } from '../../src/scenario/virtual-clock.ts'
import { compile, runLastTest } from './world.ts'

const targets = ['a/x', 'a/y', 'b/x', 'c/x'] as const
const target = fc.constantFrom(...targets)
const several = fc.uniqueArray(target, { minLength: 2, maxLength: 3 })
const step = fc.oneof(
  target,
  several.map((own) =>
    own.map((each, index) => `${index === 0 ? 100 - 20 * (own.length - 1) : 20}% ${each}`).join(' | '),
  ),
  fc
    .tuple(fc.constantFrom('any', 'fastest', 'least_busy', 'cheapest'), several)
    .map(([by, own]) => `${by} of [${own.join(', ')}]`),
)
const failure = fc.constantFrom(
  'fails 429',
  'fails 500',
  'fails 400',
  'fails connect',
  'fails timeout',
  'fails cut',
  'stalls',
)
const faults = fc
  .uniqueArray(target, { minLength: 1, maxLength: 3 })
  .chain((own) => fc.tuple(...own.map((each) => failure.map((how) => `${each} ${how}`))).map((each) => each.join(', ')))
const route = fc
  .tuple(
    fc.array(step, { minLength: 1, maxLength: 3 }),
    fc.constantFrom('', 'retry 1 on 429, 5xx', 'retry 2 on 5xx, timeout, cut'),
  )
  .map(([steps, retry]) => `route main { to ${steps.join(' else ')} ${retry} timeout 30s deadline 100s }`)

test('law: a dispatch by chance comes to what some run came to', async () => {
  await fc.assert(
    fc.asyncProperty(
      route,
      faults,
      fc.boolean(),
      fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
      async (text, failing, stream, draws) => {
        const policy = `allow all\n${text}\n`
        const given = `request.stream = ${stream}, request.input_tokens = 10, request.max_tokens = 10`
        const ran = await runLastTest(`${policy}test "t" { given ${given} when ${failing} expect allowed }`)
        const outcomes = ran.runs.map(
          ({ outcome }) =>
            outcome.trail.filter((each) => each.result !== 'skipped').length +
            (outcome.kind === 'served' ? outcome.target : 'failed'),
        )

        const { decide, config, checked } = await compile(`${policy}test "t" { when ${failing} expect allowed }`)
        const clock = createVirtualClock({ allElseDone })
        const own = targetFaults(checked.tests[0]!.node.faults)
        const behaviourOf = createBehaviours({ faults: own, choose: () => 0, retriedOn: [] })
        const providers = new Map(
          [...config.providers].map(([name, each]) => [name, createScriptedProvider(each, { clock, behaviourOf })]),
        )
        const random = () => draws.next().value as number
        const { now, setTimer } = clock
        const dispatcher = createDispatcher({ providers, catalogue: config.catalogue, now, setTimer, random })
        const facts = { request: { stream, input_tokens: 10, max_tokens: 10 } }
        const found = await clock.drive(
          dispatcher.run(dispatchRequest(callOf(facts, []), decide(facts).route as Route, 10)),
        )
        const attempts = found.attempts.filter((each) => each.result !== 'skipped').length
        expect(outcomes).toContain(attempts + (found.kind === 'failed' ? 'failed' : found.target))
      },
    ),
    { numRuns: 40 },
  )
})
