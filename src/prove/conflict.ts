/**
 * Which parts of a condition contradict each other: a smallest set of its conjuncts that nothing satisfies. It is
 * found in a small universe of its own, that of the condition and the assumptions.
 */
import type { Cond } from '../check/policy.ts'
import { createPartition } from '../compile/partition.ts'
import type { Span } from '../diagnostics/source.ts'
import { Outgrown, type Ref } from '../graph/diagram.ts'
import type { Proof } from './proof.ts'
import { createUniverse } from './universe.ts'
import { createWitnesses } from './witness.ts'
import { withFixed, worldOf } from './world.ts'

type Part = Cond & { readonly span: Span }

/** Conjuncts in the order written, each needed; undefined where none can be told. */
export function conflictOf(proof: Proof, condition: Cond): readonly Part[] | undefined {
  try {
    return smallest(conjunctsOf(condition), refutation(proof, condition))
  } catch (thrown) {
    if (thrown instanceof Outgrown) return undefined
    throw thrown
  }
}

/** `a and b`, and what `not (a or b)` comes to. */
function conjunctsOf(condition: Cond): readonly Part[] {
  if (condition.kind === 'const') return []
  return condition.kind === 'and' ? condition.of.flatMap(conjunctsOf) : [condition]
}

/** Whether nothing satisfies several conditions at once. */
function refutation({ policy, config }: Proof, condition: Cond): (parts: readonly Part[]) => boolean {
  const assumed = policy.assumptions.flatMap((each) => [each.when, each.then])
  const partition = createPartition([condition, ...assumed], policy.tables, policy.tableKeys)
  const attributes = partition.attributes.map((each) => withFixed(each, policy.fixed))
  const world = worldOf(policy, config, new Set(attributes.map((each) => each.id)))
  const universe = createUniverse([{ attributes, variables: partition.variables }, world.part], [])
  const { regions } = universe
  const holds = (each: Cond): Ref => universe.region(0, partition.lower(each))
  const possible = regions.and(
    universe.natural,
    ...world.facts.map((each) => universe.region(1, each)),
    ...policy.assumptions.map((each) => regions.or([regions.not(holds(each.when)), holds(each.then)])),
  )
  const witnesses = createWitnesses(universe, possible)
  return (parts) => witnesses.isEmpty(regions.and(...parts.map(holds)))
}

/** Leaves out, from the last on, whatever is not needed. */
function smallest(parts: readonly Part[], isRefuted: (parts: readonly Part[]) => boolean): readonly Part[] | undefined {
  if (!isRefuted(parts)) return undefined
  let kept = parts
  for (const each of [...parts].reverse()) {
    const without = kept.filter((other) => other !== each)
    if (isRefuted(without)) kept = without
  }
  return kept
}
