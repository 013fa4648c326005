/**
 * The regions of a policy: for each thing that a decision can say, the requests for which it says it. Names are not
 * said, nor are rules: a thing that two rules say is said where either matches, and one that is never said is none.
 */
import { falseRef, type Ref, trueRef } from '../graph/diagram.ts'
import type { Graph, GraphRule, RuleOf } from '../graph/graph.ts'
import { grouped, type Region, regioningOf } from './meaning-algebra.ts'
import type { Levels } from './meaning-levels.ts'
import { sayingsOf } from './meaning-payload.ts'
import { forbiddenRegions } from './meaning-targets.ts'

export interface Regions {
  readonly regions: readonly Region[]
  /** What the leaves from 2 on mean; 0 is no or nothing, 1 is yes. */
  readonly leaves: readonly string[]
  /** Rules that say something somewhere. */
  readonly live: readonly GraphRule[]
}

/** Things said in an order that may matter; of more, each keeps its place in the text. */
const mostOrdered = 64

export function regionsOf(graph: Graph, levels: Levels): Regions {
  const { either, first, within, map } = regioningOf(levels)
  const leaves: string[] = []
  const leafByText = new Map<string, number>()
  const leafOf = (text: string): number => {
    const known = leafByText.get(text) ?? leaves.push(text) + 1
    leafByText.set(text, known)
    return known
  }
  const regions: Region[] = []
  const live = new Set<GraphRule>()
  const add = (label: string, root: Ref, by: readonly GraphRule[] = []): void => {
    if (root === falseRef) return
    regions.push({ label, root })
    for (const rule of by) live.add(rule)
  }
  const rulesOf = <K extends GraphRule['kind']>(kind: K): RuleOf<K>[] =>
    graph.rules.filter((rule): rule is RuleOf<K> => rule.kind === kind)

  const accessRules = (kind: 'allow' | 'deny') =>
    graph.rules.filter((rule): rule is RuleOf<'allow' | 'deny'> => rule.kind === kind)

  const denied = either(accessRules('deny').map((each) => each.when))
  const allowed = within(
    either(accessRules('allow').map((each) => each.when)),
    map(denied, (each) => 1 - each),
  )
  add('allowed', allowed)
  for (const kind of ['deny', 'allow'] as const) {
    const limit = kind === 'allow' ? allowed : trueRef
    for (const [reason, rules] of grouped(accessRules(kind), (rule) =>
      rule.because === undefined ? [] : [rule.because],
    ))
      add(`${kind} because ${JSON.stringify(reason)}`, within(either(rules.map((each) => each.when)), limit))
    const stated = accessRules(kind).filter((rule) => rule.status !== undefined)
    stated.sort((a, b) => a.status! - b.status!)
    const least = first(stated.map((rule) => ({ when: rule.when, leaf: leafOf(String(rule.status)) })))
    add(`${kind} status`, within(least, limit))
  }

  for (const kind of ['route', 'cache'] as const) {
    const rules = rulesOf(kind)
    const said = rules.map((rule) => ({ when: rule.when, leaf: leafOf(sayingsOf(graph, rule)[0]!) }))
    add(kind, within(first(said), allowed))
  }

  for (const kind of ['limit', 'budget', 'shadow', 'guard', 'rewrite', 'log'] as const) {
    const limit = kind === 'log' ? trueRef : allowed
    const sayings = grouped<GraphRule>(rulesOf(kind), (rule) => sayingsOf(graph, rule))
    const said = new Map<string, Ref>()
    for (const [text, rules] of sayings) {
      const root = within(either(rules.map((each) => each.when)), limit)
      if (root === falseRef) continue
      said.set(text, root)
      add(`${kind} ${text}`, root, rules)
    }
    if (kind !== 'guard' && kind !== 'rewrite') continue
    const topicOf = (text: string): string => (kind === 'guard' ? '' : topicOfField(text))
    for (const texts of grouped([...said.keys()].sort(), (text) => [topicOf(text)]).values()) {
      if (texts.length > mostOrdered) add(`${kind} order ${JSON.stringify([...said.keys()])}`, trueRef)
      else
        for (const [before, after] of pairsOf(texts)) {
          const both = within(said.get(before)!, said.get(after)!)
          if (both === falseRef) continue
          const ordered = rulesOf(kind).flatMap((rule) =>
            sayingsOf(graph, rule).flatMap((text) =>
              text === before || text === after ? [{ when: rule.when, leaf: text === before ? 1 : 2 }] : [],
            ),
          )
          add(
            `${kind} ${before} before ${after}`,
            within(
              map(first(ordered), (each) => (each === 1 ? 1 : 0)),
              both,
            ),
          )
        }
    }
  }

  const capturing = (what: 'body' | 'headers' | 'none'): Ref =>
    either(rulesOf('log').flatMap((rule) => (rule.capture.includes(what) ? [rule.when] : [])))
  const captured = map(capturing('none'), (each) => 1 - each)
  for (const what of ['body', 'headers'] as const) add(`log ${what}`, within(capturing(what), captured))

  const routes = rulesOf('route').map((rule, index) => ({ rule, leaf: index + 2 }))
  const taken = within(first(routes.map(({ rule, leaf }) => ({ when: rule.when, leaf }))), allowed)
  const takenLeaves = new Set<number>()
  map(taken, (leaf) => {
    takenLeaves.add(leaf)
    return leaf
  })
  for (const { rule, leaf } of routes) if (takenLeaves.has(leaf)) live.add(rule)
  const regioning = { either, first, within, map }
  for (const { label, root } of forbiddenRegions(graph, [...live], { allowed, taken, routes, regioning }))
    regions.push({ label, root })
  return { regions, leaves, live: [...live] }
}

function pairsOf(texts: readonly string[]): [string, string][] {
  return texts.flatMap((before, index) => texts.slice(index + 1).map((after): [string, string] => [before, after]))
}

/** Fields of one name overwrite each other or are put together in order; others do not meet. */
function topicOfField(text: string): string {
  const { kind, name, key } = JSON.parse(text) as { kind: string; name?: string; key?: string }
  return JSON.stringify([kind, name ?? key])
}
