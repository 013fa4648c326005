/**
 * A region as a condition of the language. What every request of it has in common comes first; what is left is a
 * negated conjunction where that is short, else split by one attribute after another.
 */
import { type ClassSet, classSet, complement, countOf } from '../graph/class-set.ts'
import { falseRef, isLeaf, Outgrown, type Ref, trueRef } from '../graph/diagram.ts'
import { type Described, type Describing, describeClasses, joined } from './describe-classes.ts'

/** Terms of one text, beyond which it is no help. */
const mostTerms = 64

export interface RegionText {
  readonly condition: string
  /** False where the region is only part of what the condition says. */
  readonly isExact: boolean
}

export function describeRegion(describing: Describing, region: Ref): RegionText {
  if (region === trueRef) return { condition: 'true', isExact: true }
  const budget = { terms: mostTerms }
  try {
    const { text } = describe(describing, region, budget)
    return { condition: text, isExact: true }
  } catch (thrown) {
    if (!(thrown instanceof Outgrown)) throw thrown
  }
  const common = commonOf(describing, region)
  const texts = [...common].flatMap(([variable, classes]): Described[] => {
    try {
      return [describeClasses(describing, variable, classes)]
    } catch (thrown) {
      if (thrown instanceof Outgrown) return []
      throw thrown
    }
  })
  return { condition: texts.length === 0 ? 'true' : joined('and', texts).text, isExact: false }
}

function describe(describing: Describing, region: Ref, budget: { terms: number }): Described {
  const { regions } = describing.universe
  const common = commonOf(describing, region)
  const terms = [...common].map(([variable, classes]) => {
    if (--budget.terms < 0) throw new Outgrown()
    return describeClasses(describing, variable, classes)
  })
  const cube = cubeOf(describing, common)
  const outside = regions.minus(cube, region)
  if (outside === falseRef) return joined('and', terms)
  // All of the common part but a simple rest.
  const missing = commonOf(describing, outside)
  const extra = new Map([...missing].filter(([variable, classes]) => common.get(variable)?.join() !== classes.join()))
  if (extra.size > 0 && regions.minus(regions.and(cube, cubeOf(describing, extra)), outside) === falseRef) {
    budget.terms -= extra.size
    if (budget.terms < 0) throw new Outgrown()
    return joined('and', [
      ...terms,
      negated(
        [...extra].map(([variable, classes]) => describeClasses(describing, variable, classes)),
        describing,
        extra,
      ),
    ])
  }
  return joined('and', [...terms, split(describing, regions, { region, cube }, budget)])
}

/** `not (a and b)`; for one variable its other classes. */
function negated(parts: readonly Described[], describing: Describing, extra: ReadonlyMap<number, ClassSet>): Described {
  if (extra.size === 1) {
    const [[variable, classes]] = [...extra] as [[number, ClassSet]]
    const size = describing.universe.variables[variable]!.classes.length
    try {
      return describeClasses(describing, variable, complement(classes, size))
    } catch (thrown) {
      if (!(thrown instanceof Outgrown)) throw thrown
    }
  }
  const inner = joined('and', parts)
  return { text: `not (${inner.text})`, binds: 'atom' }
}

/** An `or` over the classes of one variable, those together that lead to the same rest. */
function split(
  describing: Describing,
  regions: Describing['universe']['regions'],
  { region, cube }: { readonly region: Ref; readonly cube: Ref },
  budget: { terms: number },
): Described {
  const { universe } = describing
  // Inside of the common part only what is asked there is to be told.
  const free = withoutCommon(describing, region, cube)
  const level = universe.regions.support(free)[0]
  if (level === undefined) throw new Outgrown()
  const variable = universe.variableAt[level]!
  const size = universe.variables[variable]!.classes.length
  const byRest = new Map<Ref, number[]>()
  for (let each = 0; each < size; each++) {
    const rest = regions.fix(free, new Map([[level, each]]))
    if (rest !== falseRef) byRest.set(rest, [...(byRest.get(rest) ?? []), each])
  }
  const parts = [...byRest].map(([rest, classes]) => {
    if (--budget.terms < 0) throw new Outgrown()
    const own = countOf(classSet(classes)) === size ? [] : [describeClasses(describing, variable, classSet(classes))]
    return joined('and', rest === trueRef ? own : [...own, describe(describing, rest, budget)])
  })
  return joined('or', parts)
}

/** The region with the common classes of its variables taken for granted. */
function withoutCommon(describing: Describing, region: Ref, cube: Ref): Ref {
  const { universe } = describing
  const fixed = new Map<number, number>()
  for (const level of universe.regions.support(cube)) {
    const variable = universe.variableAt[level]!
    const classes = projection(describing, region, variable)
    if (countOf(classes) === 1) fixed.set(level, classes[0]!)
  }
  return universe.regions.fix(region, fixed)
}

/** For each variable that the region bounds, the classes that occur in it. */
function commonOf(describing: Describing, region: Ref): ReadonlyMap<number, ClassSet> {
  const { universe } = describing
  const found = new Map<number, ClassSet>()
  const support = universe.regions.support(region)
  for (const level of support) {
    const variable = universe.variableAt[level]!
    const classes = projection(describing, region, variable)
    if (countOf(classes) < universe.variables[variable]!.classes.length) found.set(variable, classes)
  }
  return found
}

/** The classes of the variable for which the region is not empty. */
function projection({ universe }: Describing, region: Ref, variable: number): ClassSet {
  const { regions } = universe
  const level = universe.levelOf[variable]!
  const others = new Set(regions.support(region).filter((each) => each !== level))
  const left = regions.exists(region, others)
  const size = universe.variables[variable]!.classes.length
  if (isLeaf(left)) return left === trueRef ? [0, size] : []
  const classes: number[] = []
  const runs: number[] = []
  regions.diagrams.forEachRun(left, (first, child) => runs.push(first, child))
  for (let i = 0; i < runs.length; i += 2)
    if (runs[i + 1] === trueRef) for (let each = runs[i]!; each < (runs[i + 2] ?? size); each++) classes.push(each)
  return classSet(classes)
}

function cubeOf({ universe }: Describing, classes: ReadonlyMap<number, ClassSet>): Ref {
  return universe.regions.and(...[...classes].map(([variable, own]) => universe.where(variable, own)))
}
