/** Which one attribute, once given, would make a claim hold. */
import { isLeaf, type Ref } from '../graph/diagram.ts'
import { literalText } from '../graph/literal-text.ts'
import type { Proof } from './proof.ts'

/** An attribute and a value of it for which every request of the region is inside: `caller.tier = "paid"`. */
export function settlingAttribute(proof: Proof, region: Ref, inside: Ref): string | undefined {
  const { universe, regions } = proof
  const wanted = regions.and(region, inside, proof.possible)
  const unwanted = regions.minus(regions.and(region, proof.possible), inside)
  if (isLeaf(wanted)) return undefined
  const levels = regions.support(regions.apply(either, wanted, unwanted))
  for (const level of levels) {
    const others = new Set(levels.filter((each) => each !== level))
    const settled = regions.minus(regions.exists(wanted, others), regions.exists(unwanted, others))
    const facts = proof.witness(regions.and(settled, wanted))
    if (!facts) continue
    const index = universe.variableAt[level]!
    const { attribute, kind, classes } = universe.variables[index]!
    if (kind !== 'value') continue
    const { id, type } = universe.attributes[attribute]!
    const { absent, value } = classes[universe.classOf(index, facts)]!
    if (absent && value === undefined) return `not has ${id}`
    if (typeof value === 'object' || value === undefined) continue
    return `${id} = ${literalText(type, value)}`
  }
  return undefined
}

/** Both diagrams told apart everywhere, so that what either depends on is seen. */
const either = { leaves: (a: number, b: number): number => a + 2 * b }
