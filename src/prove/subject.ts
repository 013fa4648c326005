/**
 * A policy as the subject of proofs: the regions in which its rules match, decide, and forbid targets. Everything is
 * made when it is first asked for, and once.
 */
import { falseRef, type Ref, trueRef } from '../graph/diagram.ts'
import type { Graph, GraphRule, RuleOf } from '../graph/graph.ts'
import type { Universe } from './universe.ts'

export interface Subject {
  readonly graph: Graph
  /** Where the condition of a rule holds. */
  readonly when: (rule: GraphRule) => Ref
  readonly rulesOf: <K extends GraphRule['kind']>(...kinds: readonly K[]) => readonly RuleOf<K>[]
  /** Where some rule of the kind matches. */
  readonly either: (kind: GraphRule['kind']) => Ref
  readonly allowed: () => Ref
  readonly denied: () => Ref
  /** For each request the first rule that matches: its place among the rules of the kind, from 1; 0 where none does. */
  readonly first: (kind: 'route' | 'cache') => Ref
  /** Where a rule of a first-match slot is the one that is taken. */
  readonly taken: (rule: RuleOf<'route' | 'cache'>) => Ref
  /** Where restricts forbid a target. */
  readonly forbidden: (target: number) => Ref
  /** Where one prohibition holds. */
  readonly prohibition: (index: number) => Ref
  /** Makes something of this policy once. */
  readonly once: <T>(key: string, make: () => T) => T
}

export function createSubject(universe: Universe, part: number, graph: Graph): Subject {
  const { regions, region } = universe
  const once = memo()
  const when = (rule: GraphRule): Ref => region(part, rule.when)
  const rulesOf = <K extends GraphRule['kind']>(...kinds: readonly K[]): readonly RuleOf<K>[] =>
    once(`rules ${kinds.join()}`, () =>
      graph.rules.filter((rule): rule is RuleOf<K> => kinds.some((kind) => kind === rule.kind)),
    )
  const either = (kind: GraphRule['kind']): Ref => once(`either ${kind}`, () => regions.or(rulesOf(kind).map(when)))
  const denied = (): Ref => once('denied', () => regions.not(allowed()))
  const allowed = (): Ref => once('allowed', () => regions.minus(either('allow'), either('deny')))
  const first = (kind: 'route' | 'cache'): Ref =>
    once(`first ${kind}`, () =>
      regions.least(
        rulesOf(kind).map((rule, place) => regions.map(when(rule), (leaf) => (leaf === 1 ? place + 1 : 0))),
      ),
    )
  const byTarget = (): readonly (readonly number[])[] =>
    once('by target', () => {
      const found = graph.targets.map((): number[] => [])
      for (const [index, { targets }] of graph.prohibitions.entries())
        for (const target of targets) found[target]!.push(index)
      return found
    })
  const prohibition = (index: number): Ref => region(part, graph.prohibitions[index]!.when)
  return {
    graph,
    when,
    rulesOf,
    either,
    allowed,
    denied,
    first,
    taken: (rule) => {
      const place = rulesOf(rule.kind).indexOf(rule as never) + 1
      return once(`taken ${rule.kind} ${place}`, () =>
        regions.map(regions.within(first(rule.kind), when(rule)), (leaf) => (leaf === place ? 1 : 0)),
      )
    },
    once,
    prohibition,
    forbidden: (target) => {
      const items = byTarget()[target] ?? []
      return once(`forbidden ${items.join()}`, () => regions.or(items.map(prohibition)))
    },
  }
}

function memo(): <T>(key: string, make: () => T) => T {
  const known = new Map<string, unknown>()
  return <T>(key: string, make: () => T): T => {
    if (!known.has(key)) known.set(key, make())
    return known.get(key) as T
  }
}

/** Everything, and nothing. */
export const everything: Ref = trueRef
export const nothing: Ref = falseRef
