/**
 * What a caller controls: attributes that it may leave out or write at will. Their levels are changed in a region, to
 * see what the caller could turn a request into.
 */
import type { Attribute } from '../graph/attribute.ts'
import type { Ref } from '../graph/diagram.ts'
import type { Proof } from './proof.ts'

/** Attributes of the universe, by the question. */
export function attributesWhere(proof: Proof, wanted: (attribute: Attribute) => boolean): readonly number[] {
  return proof.universe.attributes.flatMap((each, index) => (wanted(each) ? [index] : []))
}

/** The levels of all variables that ask the attribute. */
export function levelsOfAttribute({ universe }: Proof, attribute: number): ReadonlySet<number> {
  return new Set(
    universe.variables.flatMap((each, index) => (each.attribute === attribute ? [universe.levelOf[index]!] : [])),
  )
}

/** The region as it is when the attribute is left out. */
export function withoutAttribute(proof: Proof, region: Ref, attribute: number): Ref {
  const { universe, regions } = proof
  const absent = new Map<number, number>()
  for (const [index, { attribute: own, classes }] of universe.variables.entries()) {
    if (own !== attribute) continue
    const left = classes.findIndex((each) => each.absent)
    if (left >= 0) absent.set(universe.levelOf[index]!, left)
  }
  return regions.fix(region, absent)
}

/** Where the region could be come to by writing the attributes otherwise. */
export function byClaiming(proof: Proof, region: Ref, attributes: readonly number[]): Ref {
  const levels = new Set(attributes.flatMap((each) => [...levelsOfAttribute(proof, each)]))
  return proof.regions.exists(proof.regions.and(region, proof.possible), levels)
}

/** Whether a region depends on the attribute. */
export function dependsOn(proof: Proof, region: Ref, attribute: number): boolean {
  const levels = levelsOfAttribute(proof, attribute)
  return proof.regions.support(region).some((level) => levels.has(level))
}
