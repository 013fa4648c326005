/**
 * Witnesses: an ordinary request of a region, with nothing in it that does not matter. The path with the fewest
 * attributes that are not simply left out is found in one pass over the diagram. Where several variables ask one
 * attribute (patterns that were too many for one automaton), a value for all of them is looked for on demand.
 */
import { findValue, type Wanted } from '../compile/sample.ts'
import type { Facts, FactValue } from '../decide/facts.ts'
import type { Attribute } from '../graph/attribute.ts'
import { falseRef, isLeaf, Outgrown, type Ref, trueRef } from '../graph/diagram.ts'
import { isAlwaysThere, type Universe } from './universe.ts'
import { nested, outerValue, placed } from './values.ts'

export interface Witnesses {
  /** An ordinary request of the region, or undefined where it has none. */
  readonly find: (region: Ref) => Facts | undefined
  readonly isEmpty: (region: Ref) => boolean
}

/** A class for each joint variable that matters. */
type Choice = ReadonlyMap<number, number>

/** For each linked attribute that a path has asked for, a value that is in all classes so far. */
type Held = ReadonlyMap<number, FactValue>

interface Looked {
  readonly held: Held
  /** What was found before for the same classes. */
  readonly values: Map<string, Found>
}

/** Steps of one search past the cheapest path. */
const searchBound = 20_000

export function createWitnesses(universe: Universe, possible: Ref): Witnesses {
  const { variables, regions } = universe
  const linked = linkedAttributes(universe)
  const prices = variables.map((_, variable) => pricesOf(universe, variable))

  function find(region: Ref): Facts | undefined {
    const choice = search(regions.and(region, possible))
    return choice && factsOf(universe, choice)
  }

  function search(region: Ref): Choice | undefined {
    const costs = costsOf(region)
    let steps = 0
    const values = new Map<string, Found>()
    /** Depth first along the cheapest runs; only linked attributes can make it turn round. */
    const walk = (ref: Ref, chosen: Choice, held: Held): Choice | undefined => {
      if (ref === trueRef) return chosen
      if (ref === falseRef) return undefined
      if (steps++ > searchBound) throw new Outgrown()
      const variable = universe.variableAt[regions.diagrams.levelOf(ref)]!
      const { attribute } = variables[variable]!
      for (const [each, child] of runsByCost(ref, variable, costs)) {
        const next = new Map(chosen).set(variable, each)
        const value = linked.has(attribute) ? valueWith(variable, next, { held, values }) : undefined
        if (value === none) continue
        const found = walk(child, next, linked.has(attribute) ? new Map(held).set(attribute, value) : held)
        if (found) return found
        if (linked.size === 0) return undefined
      }
      return undefined
    }
    return walk(region, new Map(), new Map())
  }

  /** The least price of a path from each node to `true`. */
  function costsOf(root: Ref): ReadonlyMap<Ref, number> {
    const costs = new Map<Ref, number>()
    const costOf = (ref: Ref): number => {
      if (isLeaf(ref)) return ref === trueRef ? 0 : Number.POSITIVE_INFINITY
      const known = costs.get(ref)
      if (known !== undefined) return known
      const variable = universe.variableAt[regions.diagrams.levelOf(ref)]!
      let least = Number.POSITIVE_INFINITY
      forEachRun(ref, variable, (from, to, child) => {
        const rest = costOf(child)
        if (rest < least) least = Math.min(least, rest + prices[variable]!.cheapest(from, to).price)
      })
      costs.set(ref, least)
      return least
    }
    costOf(root)
    return costs
  }

  function runsByCost(ref: Ref, variable: number, costs: ReadonlyMap<Ref, number>): [number, Ref][] {
    const found: [each: number, child: Ref, cost: number][] = []
    forEachRun(ref, variable, (from, to, child) => {
      const rest = isLeaf(child) ? (child === trueRef ? 0 : Number.POSITIVE_INFINITY) : costs.get(child)!
      if (rest === Number.POSITIVE_INFINITY) return
      const isLinked = linked.has(variables[variable]!.attribute)
      // Of classes that lead to one place, the cheapest stands for all, unless not all have a value beside others.
      const { each, price } = prices[variable]!.cheapest(from, to)
      found.push([each, child, rest + price])
      for (let other = from; isLinked && other < to; other++)
        if (other !== each) found.push([other, child, rest + prices[variable]!.of(other)])
    })
    return found.sort((a, b) => a[2] - b[2]).map(([each, child]) => [each, child])
  }

  function forEachRun(ref: Ref, variable: number, visit: (from: number, to: number, child: Ref) => void): void {
    const runs: number[] = []
    regions.diagrams.forEachRun(ref, (first, child) => runs.push(first, child))
    for (let i = 0; i < runs.length; i += 2)
      visit(runs[i]!, runs[i + 2] ?? variables[variable]!.classes.length, runs[i + 1]!)
  }

  /** A value of the variable's attribute for all that is chosen: the one that is held, where it will do. */
  function valueWith(variable: number, choice: Choice, { held, values }: Looked): Found {
    const { attribute } = variables[variable]!
    if (held.has(attribute)) {
      const { type, path } = universe.attributes[attribute]!
      const value = held.get(attribute)
      const facts = value === undefined ? {} : placed(path, outerValue(type, value))
      if (universe.classOf(variable, facts) === choice.get(variable)) return value
    }
    const own = [...choice].filter(([each]) => variables[each]!.attribute === attribute)
    const key = `${attribute}:${own.sort(([a], [b]) => a - b).join(';')}`
    if (!values.has(key)) values.set(key, valueFor(universe, attribute, new Map(own)))
    return values.get(key)
  }

  return {
    find,
    isEmpty: (region) => {
      const possibly = regions.and(region, possible)
      return possibly === falseRef || (linked.size > 0 && search(possibly) === undefined)
    },
  }
}

/** Attributes whose value several variables ask, so that not every combination of classes has one. */
function linkedAttributes({ variables }: Universe): ReadonlySet<number> {
  const asked = new Set<number>()
  const linked = new Set<number>()
  for (const { kind, attribute } of variables) {
    if (kind === 'pattern' || (kind === 'value' && asked.has(attribute))) linked.add(attribute)
    if (kind === 'value') asked.add(attribute)
  }
  return linked
}

interface Prices {
  readonly of: (each: number) => number
  /** The cheapest class of `from … to - 1`, the first of several. */
  readonly cheapest: (from: number, to: number) => { readonly each: number; readonly price: number }
}

/** What it costs a witness to say that a variable is in a class: nothing where the attribute may be left out. */
function pricesOf({ variables, attributes }: Universe, variable: number): Prices {
  const { classes, attribute, kind } = variables[variable]!
  const always = isAlwaysThere(attributes[attribute]!)
  const list = classes.map((each) => {
    if (kind === 'element') return isEmptySet(each.value) || each.absent ? 0 : 1
    return each.absent && !always ? 0 : 1
  })
  const free = list.flatMap((price, each) => (price === 0 ? [each] : []))
  return {
    of: (each) => list[each]!,
    cheapest: (from, to) => {
      const each = free.find((candidate) => candidate >= from && candidate < to)
      return each === undefined ? { each: from, price: 1 } : { each, price: 0 }
    },
  }
}

const isEmptySet = (value: FactValue): boolean => Array.isArray(value) && value.length === 0

/** There is no such value. */
const none = Symbol('none')

type Found = FactValue | typeof none

/** A value of the attribute in all of the classes; undefined where it may be left out. */
function valueFor(universe: Universe, attribute: number, choice: Choice): FactValue | typeof none {
  const { variables, attributes, parts } = universe
  const own = [...choice].map(([variable, each]) => ({
    ...variables[variable]!,
    chosen: variables[variable]!.classes[each]!,
  }))
  const isAlways = isAlwaysThere(attributes[attribute]!)
  if (own.every((each) => each.chosen.absent) && !isAlways) return undefined
  if (own.some((each) => each.kind === 'present' || each.kind === 'element')) {
    if (own.some((each) => each.kind === 'present' && each.chosen.absent)) return undefined
    return own.flatMap(({ kind, chosen }) =>
      kind === 'element' ? ((chosen.value as readonly string[] | undefined) ?? []) : [],
    )
  }
  if (own.length === 1 && own[0]!.kind === 'value') return own[0]!.chosen.value
  const wanted = own.flatMap(({ members, chosen }) =>
    members.map(
      ({ part, variable }, at): Wanted => ({ variable: parts[part]!.variables[variable]!, class: chosen.of[at]! }),
    ),
  )
  const found = findValue(attributes[attribute]!, wanted)
  if (found.kind === 'undecided') throw new Outgrown()
  return found.kind === 'none' ? none : found.value
}

/** The facts that a choice of classes comes to. */
function factsOf(universe: Universe, choice: Choice): Facts {
  const byAttribute = new Map<number, Map<number, number>>()
  for (const [variable, each] of choice) {
    const { attribute } = universe.variables[variable]!
    const own = byAttribute.get(attribute) ?? new Map<number, number>()
    byAttribute.set(attribute, own.set(variable, each))
  }
  const values: [Attribute, unknown][] = []
  for (const [attribute, own] of byAttribute) {
    const value = valueFor(universe, attribute, own)
    const { type } = universe.attributes[attribute]!
    if (value !== undefined && value !== none) values.push([universe.attributes[attribute]!, outerValue(type, value)])
  }
  values.sort(([a], [b]) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1))
  return nested(values.map(([{ path }, value]) => [path, value]))
}

const groups = ['caller', 'request', 'time', 'gateway']
const rank = ({ path }: Attribute): number => (groups.includes(path[0]!) ? groups.indexOf(path[0]!) : groups.length)
