/** A checked condition as a region: tests are looked up, and access is that of a policy. */
import type { Cond } from '../check/policy.ts'
import type { Ref } from '../graph/diagram.ts'
import type { Regions } from './regions.ts'
import type { Subject } from './subject.ts'

export interface Looking {
  readonly regions: Regions
  /** Where a test, or a constant, holds. */
  readonly atom: (condition: Cond) => Ref
  readonly access: Pick<Subject, 'allowed' | 'denied'>
}

export function regionOf(condition: Cond, looking: Looking): Ref {
  const { regions, atom, access } = looking
  switch (condition.kind) {
    case 'const':
    case 'atom':
      return atom(condition)
    case 'and':
      return regions.and(...condition.of.map((each) => regionOf(each, looking)))
    case 'or':
      return regions.or(condition.of.map((each) => regionOf(each, looking)))
    case 'not':
      return regions.not(regionOf(condition.of, looking))
    case 'access':
      return condition.effect === 'allow' ? access.allowed() : access.denied()
  }
}
