/** Scenarios reach providers of every type that can be called, whatever they speak. */
import { expect, test } from 'vitest'
import { openPolicy, readPolicy } from '../../src/compile/load.ts'
import { providerTypes } from '../../src/config/config.ts'
import { allElseDone } from '../../src/gateway/environment.ts'
import { describeOutcome } from '../../src/scenario/outcome.ts'
import { runScenario } from '../../src/scenario/run-scenario.ts'

const settings: Readonly<Record<string, object>> = {
  'openai-compatible': { base_url: 'https://x.example/v1' },
  'azure-openai': { base_url: 'https://x.openai.azure.com', api_key: 'unset' },
  bedrock: { api_key: 'unset', aws_region: 'eu-central-1' },
  vertex: { project: 'p', location: 'europe-west1', api_key: 'unset' },
  simulator: {},
}

test.each(providerTypes)('%s', async (type) => {
  const config = {
    providers: { one: { type, ...(settings[type] ?? { api_key: 'unset' }) }, two: { type: 'simulator' } },
    models: { 'one/m': {}, 'two/m': {} },
  }
  const policy = `allow all
route main { to one/m else two/m }
test "t" { when one/* fails 503 expect allowed }
`
  const { config: read, checked, diagnostics } = await readPolicy({ config, policy }, { env: {} })
  expect(diagnostics.filter((each) => each.severity === 'error').map((each) => each.message)).toEqual([])
  const opened = openPolicy(read!, checked!, diagnostics)
  const { faults } = checked!.tests[0]!.node
  for (const stream of [false, true]) {
    const facts = { request: { stream } }
    const outcomesUnder = async (own: typeof faults) => {
      const ran = await runScenario({ policy: opened, facts, isGiven: () => true, faults: own }, allElseDone)
      return ran.kind === 'ran' ? ran.runs.map(({ outcome }) => describeOutcome(outcome)) : []
    }
    expect(await outcomesUnder([])).toEqual(['served by one/m after 1 attempt'])
    expect(await outcomesUnder(faults)).toEqual(['served by two/m after 2 attempts'])
  }
})
