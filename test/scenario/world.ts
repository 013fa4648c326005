/** Scenarios as tests of a policy write them: the last `test` of the text is run. */
import { expect } from 'vitest'
import { openPolicy, type Policy, readPolicy } from '../../src/compile/load.ts'
import type { Facts } from '../../src/decide/facts.ts'
import { allElseDone } from '../../src/gateway/environment.ts'
import { checkOutcome, outcomeExpectations } from '../../src/scenario/check-outcome.ts'
import { describeOutcome, describeTrail } from '../../src/scenario/outcome.ts'
import { runScenario, type ScenarioRun } from '../../src/scenario/run-scenario.ts'

const capabilities = ['tools', 'vision', 'audio', 'json_schema', 'reasoning']

export const config = {
  providers: {
    a: { type: 'openai-compatible', base_url: 'https://a.example/v1', region: 'eu' },
    b: { type: 'openai-compatible', base_url: 'https://b.example/v1', region: 'us' },
    c: { type: 'openai-compatible', base_url: 'https://c.example/v1', region: 'us' },
    claude: { type: 'anthropic', api_key: 'k', region: 'us' },
  },
  models: {
    'a/x': { capabilities, price: { input: '$1', output: '$5' } },
    'a/y': { capabilities, price: { input: '$2', output: '$2' } },
    'b/x': { capabilities, price: { input: '$3', output: '$6' } },
    'b/blind': { capabilities: ['tools'], context: 1000, price: { input: '$0', output: '$0' } },
    'c/x': { capabilities, price: { input: '$1', output: '$1' } },
    'claude/x': {},
    ...Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`a/m${index}`, { capabilities }])),
  },
}

export interface Ran {
  readonly runs: readonly ScenarioRun[]
  /** Each outcome once, in the order of the runs. */
  readonly outcomes: readonly string[]
  /** What plain requests come to that does not meet the expectations of the test, each once. */
  readonly mismatches: readonly string[]
}

export async function compile(policyText: string): Promise<Policy> {
  const { config: read, checked, diagnostics } = await readPolicy({ config, policy: policyText }, { env: {} })
  expect(diagnostics.filter((each) => each.severity === 'error').map((each) => each.message)).toEqual([])
  return openPolicy(read!, checked!, diagnostics)
}

/** Runs the last test of a policy, whose facts are what it gives; `facts` are added. */
export async function runLastTest(policyText: string, facts: Facts = {}): Promise<Ran> {
  const policy = await compile(policyText)
  const test = policy.checked.tests.at(-1)!
  const given = [...test.given, ...test.states]
  const own: Record<string, unknown> = structuredClone(facts)
  for (const { attribute, value } of given) {
    let at = own
    for (const part of attribute.path.slice(0, -1)) at = (at[part] ??= {}) as Record<string, unknown>
    at[attribute.path.at(-1)!] = value
  }
  const ids = new Set(given.map((each) => each.attribute.id))
  const result = await runScenario(
    { policy, facts: own, isGiven: (id) => ids.has(id), faults: test.node.faults },
    allElseDone,
  )
  if (result.kind === 'outgrown') return { runs: [], outcomes: ['outgrown'], mismatches: [] }
  const expected = outcomeExpectations(test.node.expect)
  const mismatches = result.runs
    .filter(({ isPlain }) => isPlain)
    .flatMap(({ outcome }) => checkOutcome(expected, outcome).map((each) => `${each.expected}; found ${each.found}`))
  return {
    runs: result.runs,
    outcomes: [...new Set(result.runs.map(({ outcome }) => describeOutcome(outcome)))],
    mismatches: [...new Set(mismatches)],
  }
}

export const trailOf = ({ runs }: Ran): readonly string[] => describeTrail(runs[0]!.outcome).split(', ')
