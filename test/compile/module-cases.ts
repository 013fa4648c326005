/** Policies emitted as modules, with requests and what the compiled policies decide of them. */
import fc from 'fast-check'
import { compilePolicy } from '../../src/compile/compile.ts'
import { digestOf } from '../../src/compile/digest.ts'
import { type EmittedModule, type EmittedRuntime, emitModule } from '../../src/compile/emit.ts'
import { meaningOf } from '../../src/compile/meaning.ts'
import { createDecider } from '../../src/decide/decide.ts'
import type { Digests } from '../../src/graph/bundle.ts'
import { checkText, type LoadedWorld } from '../arbitraries/checked.ts'
import { withFacts } from '../arbitraries/facts.ts'
import { keyedPolicy, policyText } from '../arbitraries/policy.ts'

export interface ModuleCase {
  readonly module: EmittedModule
  readonly digests: Digests
  readonly facts: readonly object[]
  /** As JSON, which is how they come out of other processes. */
  readonly decisions: readonly unknown[]
}

export function moduleCases(
  loaded: LoadedWorld,
  runtime: EmittedRuntime,
  options: { count: number; seed: number },
): ModuleCase[] {
  const policies = fc.oneof(policyText({ rules: 20 }), keyedPolicy({ rules: 30 }))
  const sample = fc.sample(withFacts(policies, { minLength: 30, maxLength: 30 }), {
    numRuns: options.count,
    seed: options.seed,
  })
  return sample.flatMap(({ policy, facts }) => {
    const checked = checkText(policy, loaded).policy
    if (!checked) return []
    const graph = compilePolicy(checked)
    const digests = { build: digestOf(graph), meaning: meaningOf(graph) }
    // Requests come as JSON everywhere else.
    const plain = facts.map((each) => JSON.parse(JSON.stringify(each)) as Record<string, unknown>)
    const { decide } = createDecider(graph)
    const decisions = plain.map((each) => JSON.parse(JSON.stringify(decide(each))) as unknown)
    return [{ module: emitModule(graph, digests, runtime), digests, facts: plain, decisions }]
  })
}
