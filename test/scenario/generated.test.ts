/** Scenarios of generated policies: whatever the route says, what comes of it is an outcome, within the plan. */
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { openPolicy } from '../../src/compile/load.ts'
import { allElseDone } from '../../src/gateway/environment.ts'
import { attemptsOf } from '../../src/scenario/outcome.ts'
import { runScenario } from '../../src/scenario/run-scenario.ts'
import { checkText, type LoadedWorld, loadWorld } from '../arbitraries/checked.ts'
import { withFacts } from '../arbitraries/facts.ts'
import { routePolicy } from '../arbitraries/policy.ts'

const seed = Number(process.env['LAW_SEED'] ?? Date.now() % 0x7fffffff)
let loaded: LoadedWorld

beforeAll(async () => {
  loaded = await loadWorld()
})

const how = fc.constantFrom(
  'fails 429',
  'fails 503',
  'fails 5xx',
  'fails connect',
  'fails timeout',
  'stalls',
  'cut after 2 chunks',
)

test(`law: every scenario has outcomes, and none goes beyond its plan (seed ${seed})`, async () => {
  let attempts = 0
  const provider = fc.nat().map((index) => [...loaded.config.providers.keys()][index % loaded.config.providers.size]!)
  const fault = fc.tuple(provider, how).map(([name, failure]) => `${name}/* ${failure}`)
  await fc.assert(
    fc.asyncProperty(
      withFacts(routePolicy(), { minLength: 2, maxLength: 2 }),
      fc.array(fault, { minLength: 1, maxLength: 2 }),
      async ({ policy: text, facts }, faults) => {
        const { policy } = checkText(
          `${text}\nallow all_of_them\ntest "t" { when ${faults.join(', ')} expect allowed }\n`,
          loaded,
        )
        fc.pre(policy !== undefined)
        const opened = openPolicy(loaded.config, policy, [])
        for (const each of facts) {
          const ran = await runScenario(
            { policy: opened, facts: each, isGiven: () => true, faults: policy.tests[0]!.node.faults },
            allElseDone,
          )
          if (ran.kind === 'outgrown') continue
          expect(ran.runs.length).toBeGreaterThan(0)
          for (const { decision, outcome } of ran.runs) {
            const { route } = decision
            const most = (route?.steps.length ?? 0) * (1 + (route?.retry?.count ?? 0))
            attempts += attemptsOf(outcome)
            expect(attemptsOf(outcome)).toBeLessThanOrEqual(most)
            const { deadlineMs } = route?.timeouts ?? {}
            if (deadlineMs !== undefined) expect(outcome.elapsedMs).toBeLessThanOrEqual(deadlineMs)
            if (outcome.kind === 'failed') expect(outcome.status).toBeGreaterThanOrEqual(400)
          }
        }
      },
    ),
    { numRuns: 60, seed },
  )
  expect(attempts).toBeGreaterThan(60)
}, 120_000)
