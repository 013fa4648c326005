/**
 * The requests of a region by how they are carried out: one ordinary request for each way in which access, route and
 * candidates can turn out.
 */
import type { Facts } from '../decide/facts.ts'
import { falseRef, isLeaf, leafOf, Outgrown, type Ref } from '../graph/diagram.ts'
import { reachedBy, speakers } from './candidates.ts'
import type { Proof } from './proof.ts'

/** Most ways that are told apart. */
const mostClasses = 512

/** Throws `Outgrown` where there are more than `mostClasses`. */
export function decisionClasses(proof: Proof, region: Ref): readonly Facts[] {
  const { regions } = proof
  const told: Ref[] = [proof.allowed(), proof.first('route')]
  for (const speaker of speakers(proof)) {
    if (speaker.kind === 'shadow') continue
    for (const { targets, when } of reachedBy(proof, speaker)) told.push(when, proof.forbidden(targets[0]!))
  }
  for (const rewrite of proof.rulesOf('rewrite')) told.push(proof.when(rewrite))
  const pairs = new Map<string, number>()
  const refine = (a: number, b: number): number => {
    if (a === 0) return 0
    const key = `${a},${b}`
    const known = pairs.get(key)
    if (known !== undefined) return known
    pairs.set(key, pairs.size + 1)
    return pairs.size
  }
  let classes = regions.and(region, proof.possible)
  for (const each of new Set(told)) {
    if (isLeaf(each)) continue
    pairs.clear()
    classes = regions.apply({ leaves: refine, shortcut: (a) => (a === falseRef ? falseRef : undefined) }, classes, each)
    if (pairs.size > mostClasses) throw new Outgrown()
  }
  const leaves = isLeaf(classes) ? [leafOf(classes)] : [...regions.diagrams.sizeOf(classes).leaves]
  return leaves
    .filter((leaf) => leaf !== 0)
    .sort((a, b) => a - b)
    .map((leaf) => proof.witness(regions.map(classes, (each) => (each === leaf ? 1 : 0))))
    .filter((each) => each !== undefined)
}
