/**
 * The requests of a region by how they are carried out: one ordinary request for each way in which access, route and
 * candidates can turn out.
 */
import type { Facts } from '../decide/facts.ts'
import { falseRef, isLeaf, leafOf, Outgrown, type Ref } from '../graph/diagram.ts'
import { reachedBy, speakers } from './candidates.ts'
import type { Proof } from './proof.ts'
import type { Regions } from './regions.ts'

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
  const classes = refined(regions, regions.and(region, proof.possible), told)
  return classes.map((each) => proof.witness(each)).filter((each) => each !== undefined)
}

/** The region in parts that none of the diagrams tells apart. Throws `Outgrown` where there are too many. */
export function refined(regions: Regions, region: Ref, told: readonly Ref[]): readonly Ref[] {
  const pairs = new Map<string, number>()
  const refine = (a: number, b: number): number => {
    if (a === 0) return 0
    const key = `${a},${b}`
    const known = pairs.get(key)
    if (known !== undefined) return known
    pairs.set(key, pairs.size + 1)
    return pairs.size
  }
  let classes = region
  for (const each of new Set(told)) {
    if (isLeaf(each)) continue
    pairs.clear()
    classes = regions.apply({ leaves: refine, shortcut: (a) => (a === falseRef ? falseRef : undefined) }, classes, each)
    if (pairs.size > mostClasses) throw new Outgrown()
  }
  return partsByLeaf(regions, classes)
}

/** The region of each leaf but 0, in the order of the leaves. */
export function partsByLeaf(regions: Regions, diagram: Ref): readonly Ref[] {
  const leaves = isLeaf(diagram) ? [leafOf(diagram)] : [...regions.diagrams.sizeOf(diagram).leaves]
  return leaves
    .filter((leaf) => leaf !== 0)
    .sort((a, b) => a - b)
    .map((leaf) => regions.map(diagram, (each) => (each === leaf ? 1 : 0)))
}
