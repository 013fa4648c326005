/**
 * The regions of a policy: for each thing that a decision can say, the requests for which it says it. Names are not
 * said, nor are rules: a thing that two rules say is said where either matches, and one that is never said is none.
 */
import { falseRef, type Ref, trueRef } from '../graph/diagram.ts'
import type { Graph, GraphRule, RuleOf } from '../graph/graph.ts'
import { grouped, type Region, type Regioning, regioningOf } from './meaning-algebra.ts'
import type { Levels } from './meaning-levels.ts'
import { sayingsOf } from './meaning-payload.ts'
import { forbiddenRegions, type Reached } from './meaning-targets.ts'

export interface Regions {
  readonly regions: readonly Region[]
  /** What the leaves from 2 on mean; 0 is no or nothing, 1 is yes. */
  readonly leaves: readonly string[]
  /** Rules that say something somewhere. */
  readonly live: readonly GraphRule[]
}

/** Things said in an order that may matter; of more, each keeps its place in the text. */
const mostOrdered = 64

/** What the regions of one policy are gathered with. */
interface Gathering extends Regioning {
  readonly graph: Graph
  /** Notes a region unless it is empty, and the rules that say so as live. */
  readonly add: (label: string, root: Ref, by?: readonly GraphRule[]) => void
  /** The leaf of a thing that is said. */
  readonly leafOf: (text: string) => number
}

export function regionsOf(graph: Graph, levels: Levels): Regions {
  const leaves: string[] = []
  const leafByText = new Map<string, number>()
  const regions: Region[] = []
  const live = new Set<GraphRule>()
  const gathering: Gathering = {
    ...regioningOf(levels),
    graph,
    add: (label, root, by = []) => {
      if (root === falseRef) return
      regions.push({ label, root })
      for (const rule of by) live.add(rule)
    },
    leafOf: (text) => {
      const known = leafByText.get(text) ?? leaves.push(text) + 1
      leafByText.set(text, known)
      return known
    },
  }
  const allowed = addAccess(gathering)
  for (const kind of ['route', 'cache'] as const) addFirstMatch(gathering, kind, allowed)
  for (const kind of ['limit', 'budget', 'shadow'] as const) addCollected(gathering, kind, allowed)
  for (const kind of ['guard', 'rewrite'] as const) addOrder(gathering, kind, addCollected(gathering, kind, allowed))
  addCollected(gathering, 'log', trueRef)
  addCapture(gathering)
  const routed = takenRoutes(gathering, allowed)
  for (const { rule } of routed.routes) live.add(rule)
  regions.push(...forbiddenRegions(graph, [...live], { allowed, ...routed, regioning: gathering }))
  return { regions, leaves, live: [...live] }
}

function rulesOf<K extends GraphRule['kind']>(graph: Graph, kind: K): RuleOf<K>[] {
  return graph.rules.filter((rule): rule is RuleOf<K> => rule.kind === kind)
}

/** Who is allowed, and what is told to whom; the region of what is allowed. */
function addAccess({ graph, either, first, within, map, add, leafOf }: Gathering): Ref {
  const rulesOfEffect = (effect: 'allow' | 'deny') =>
    graph.rules.filter((rule): rule is RuleOf<'allow' | 'deny'> => rule.kind === effect)
  const whens = (rules: readonly GraphRule[]) => rules.map((each) => each.when)
  const denied = either(whens(rulesOfEffect('deny')))
  const allowed = within(
    either(whens(rulesOfEffect('allow'))),
    map(denied, (each) => 1 - each),
  )
  add('allowed', allowed)
  for (const effect of ['deny', 'allow'] as const) {
    const rules = rulesOfEffect(effect)
    const limit = effect === 'allow' ? allowed : trueRef
    for (const [reason, own] of grouped(rules, (rule) => (rule.because === undefined ? [] : [rule.because])))
      add(`${effect} because ${JSON.stringify(reason)}`, within(either(whens(own)), limit))
    // The least status is the first that holds, from the least on.
    const stated = rules.filter((rule) => rule.status !== undefined).sort((a, b) => a.status! - b.status!)
    const least = first(stated.map((rule) => ({ when: rule.when, leaf: leafOf(String(rule.status)) })))
    add(`${effect} status`, within(least, limit))
  }
  return allowed
}

function addFirstMatch({ graph, first, within, add, leafOf }: Gathering, kind: 'route' | 'cache', allowed: Ref): void {
  const said = rulesOf<GraphRule['kind']>(graph, kind).map((rule) => {
    return { when: rule.when, leaf: leafOf(sayingsOf(graph, rule)[0]!) }
  })
  add(kind, within(first(said), allowed))
}

/** One region for each thing said in the slot; the regions by what is said. */
function addCollected(
  { graph, either, within, add }: Gathering,
  kind: 'limit' | 'budget' | 'shadow' | 'guard' | 'rewrite' | 'log',
  limit: Ref,
): ReadonlyMap<string, Ref> {
  const said = new Map<string, Ref>()
  for (const [text, rules] of grouped<GraphRule>(rulesOf(graph, kind), (rule) => sayingsOf(graph, rule))) {
    const root = within(either(rules.map((each) => each.when)), limit)
    if (root === falseRef) continue
    said.set(text, root)
    add(`${kind} ${text}`, root, rules)
  }
  return said
}

/** Where two things are said whose order may matter, where the one comes first. */
function addOrder(gathering: Gathering, kind: 'guard' | 'rewrite', said: ReadonlyMap<string, Ref>): void {
  const { graph, first, within, map, add } = gathering
  const sayers = rulesOf<GraphRule['kind']>(graph, kind).flatMap((rule) =>
    sayingsOf(graph, rule).map((text) => ({ when: rule.when, text })),
  )
  const byText = grouped([...sayers.entries()], ([, { text }]) => [text])
  const topicOf = (text: string): string => (kind === 'guard' ? '' : topicOfField(text))
  for (const texts of grouped([...said.keys()].sort(), (text) => [topicOf(text)]).values()) {
    if (texts.length > mostOrdered) {
      add(`${kind} order ${JSON.stringify([...said.keys()])}`, trueRef)
      continue
    }
    for (const [before, after] of pairsOf(texts)) {
      const both = within(said.get(before)!, said.get(after)!)
      if (both === falseRef) continue
      const ordered = [...byText.get(before)!, ...byText.get(after)!]
        .sort(([a], [b]) => a - b)
        .map(([, { when, text }]) => ({ when, leaf: text === before ? 1 : 2 }))
      const isFirst = map(first(ordered), (each) => (each === 1 ? 1 : 0))
      add(`${kind} ${before} before ${after}`, within(isFirst, both))
    }
  }
}

/** What is recorded; `none` wins. */
function addCapture({ graph, either, within, map, add }: Gathering): void {
  const capturing = (what: 'body' | 'headers' | 'none'): Ref =>
    either(rulesOf(graph, 'log').flatMap((rule) => (rule.capture.includes(what) ? [rule.when] : [])))
  const captured = map(capturing('none'), (each) => 1 - each)
  for (const what of ['body', 'headers'] as const) add(`log ${what}`, within(capturing(what), captured))
}

/** Which route is taken, by a leaf of its own, and the routes that are taken at all. */
function takenRoutes({ graph, first, within, map }: Gathering, allowed: Ref): Pick<Reached, 'taken' | 'routes'> {
  const routes = rulesOf(graph, 'route').map((rule, index) => ({ rule, leaf: index + 2 }))
  const taken = within(first(routes.map(({ rule, leaf }) => ({ when: rule.when, leaf }))), allowed)
  const leaves = new Set<number>()
  map(taken, (leaf) => {
    leaves.add(leaf)
    return leaf
  })
  return { taken, routes: routes.filter(({ leaf }) => leaves.has(leaf)) }
}

function pairsOf(texts: readonly string[]): [string, string][] {
  return texts.flatMap((before, index) => texts.slice(index + 1).map((after): [string, string] => [before, after]))
}

/** Fields of one name overwrite each other or are put together in order; others do not meet. */
function topicOfField(text: string): string {
  const { kind, name, key } = JSON.parse(text) as { kind: string; name?: string; key?: string }
  return JSON.stringify([kind, name ?? key])
}
