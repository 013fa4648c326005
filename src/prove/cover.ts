/** A smallest set of rules that together match every request of a region. */
import { falseRef, type Ref } from '../graph/diagram.ts'
import type { GraphRule } from '../graph/graph.ts'
import type { Proof } from './proof.ts'

/** Most pairs of rules that are tried before a set is only made free of what it does not need. */
const mostPairs = 20_000

/** The rules must cover the region together. One rule, else two, else a set of which none can be left out. */
export function coverOf<R extends GraphRule>(proof: Proof, region: Ref, rules: readonly R[]): readonly R[] {
  const { regions } = proof
  const wanted = regions.and(region, proof.possible)
  const leftBy = (rule: R, of: Ref): Ref => regions.minus(of, proof.when(rule))
  const isCovered = (rest: Ref): boolean => rest === falseRef || proof.isEmpty(rest)
  const touching = rules.filter((rule) => regions.and(wanted, proof.when(rule)) !== falseRef)
  const one = touching.find((rule) => isCovered(leftBy(rule, wanted)))
  if (one) return [one]
  if (touching.length * touching.length <= mostPairs * 2) {
    for (const [index, first] of touching.entries()) {
      const rest = leftBy(first, wanted)
      const second = touching.slice(index + 1).find((rule) => isCovered(leftBy(rule, rest)))
      if (second) return [first, second]
    }
  }
  let kept = touching
  for (const rule of touching) {
    const without = kept.filter((each) => each !== rule)
    if (isCovered(without.reduce((rest, each) => leftBy(each, rest), wanted))) kept = without
  }
  return kept
}
