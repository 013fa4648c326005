/**
 * Deciding: a graph and the facts of one request to a `Decision`. Synchronous, pure and total: no clock, no
 * chance, no I/O, and no facts that it fails on.
 *
 * What does not depend on the request beyond which rules match is made once and used again, so that the usual
 * decision allocates only itself.
 */
import type { Access, Cache, Decision, LogPlan, Rewrite, Route, Shadow } from '../graph/decision.ts'
import type { Amount, Graph, GraphRule, RuleOf } from '../graph/graph.ts'
import { type Candidates, createCandidates } from './candidates.ts'
import type { Facts, FactValue } from './facts.ts'
import { createMatcher, type Matcher } from './match.ts'

export interface Decider {
  readonly graph: Graph
  readonly decide: (facts: Facts) => Decision
  readonly matcher: Matcher
  readonly candidates: Candidates
  /** The targets that restricts forbid for the facts that the matcher holds. */
  readonly forbidden: () => ReadonlySet<number>
}

const nothing: readonly never[] = Object.freeze([])
const noLog: LogPlan = Object.freeze({ rules: nothing, capture: nothing, tags: nothing })

/** A graph made ready to decide. */
export function createDecider(graph: Graph): Decider {
  const matcher = createMatcher(graph)
  const candidates = createCandidates(graph)
  const { rules } = graph
  const attributeById = new Map(graph.attributes.map((each, index) => [each.id, index]))
  const modelAttribute = attributeById.get('request.model')

  const ruleAt = <K extends GraphRule['kind']>(index: number): RuleOf<K> => rules[index] as RuleOf<K>

  const accessOf = byItems((items): Access => {
    const own = items.map((each) => ruleAt<'allow' | 'deny'>(each))
    const reasons = [...new Set(own.flatMap((rule) => rule.because ?? []))].sort()
    const statuses = own.flatMap((rule) => rule.status ?? [])
    return Object.freeze({
      effect: own[0]?.kind === 'allow' ? 'allow' : 'deny',
      rules: Object.freeze(own.map((rule) => rule.name)),
      ...(reasons.length > 0 ? { because: reasons.join('; ') } : {}),
      ...(statuses.length > 0 ? { status: Math.min(...statuses) } : {}),
    })
  })

  const forbiddenBy = byItems(
    (items): ReadonlySet<number> => new Set(items.flatMap((each) => graph.prohibitions[each]!.targets)),
  )

  const valueText = (id: string): string | undefined => textOf(matcher.valueOf(attributeById.get(id)!))

  function amountOf(amount: Amount): number {
    if (amount.kind === 'constant') return amount.value
    const value = matcher.valueOf(amount.attribute)
    return typeof value === 'number' ? Math.max(0, Math.floor(value * amount.times)) : 0
  }

  const limitsOf = byItemsUnless(
    (items) => items.some((each) => ruleAt<'limit'>(each).amount.kind === 'attribute'),
    (items) =>
      frozen(
        items.map((each) => {
          const { name, amount, value } = ruleAt<'limit'>(each)
          return Object.freeze({ ...value, rule: name, amount: amountOf(amount) })
        }),
      ),
  )
  const budgetsOf = byItemsUnless(
    (items) => items.some((each) => ruleAt<'budget'>(each).amount.kind === 'attribute'),
    (items) =>
      frozen(
        items.map((each) => {
          const { name, amount, value } = ruleAt<'budget'>(each)
          return Object.freeze({ ...value, rule: name, amountNanoUsd: amountOf(amount) })
        }),
      ),
  )
  const guardsOf = byItems((items) => frozen(items.map((each) => ruleAt<'guard'>(each).value)))
  const rewritesOf = byItemsUnless(
    (items) => items.some((each) => ruleAt<'rewrite'>(each).set.some((field) => field.kind === 'metadata')),
    (items) =>
      frozen(
        items.map((each): Rewrite => {
          const { name, set } = ruleAt<'rewrite'>(each)
          return Object.freeze({ rule: name, set: frozen(set.map((field) => withValue(field))) })
        }),
      ),
  )
  const logOf = byItemsUnless(
    (items) => items.some((each) => ruleAt<'log'>(each).tags.length > 0),
    (items): LogPlan => {
      if (items.length === 0) return noLog
      const own = items.map((each) => ruleAt<'log'>(each))
      const captured = new Set(own.flatMap((rule) => rule.capture))
      const capture = captured.has('none') ? [] : (['body', 'headers'] as const).filter((each) => captured.has(each))
      const tags = own.flatMap((rule) => rule.tags.map(withTagValue))
      return Object.freeze({
        rules: frozen(own.map((rule) => rule.name)),
        capture: frozen(capture),
        tags: frozen(tags),
      })
    },
  )

  function withValue(field: RuleOf<'rewrite'>['set'][number]): Rewrite['set'][number] {
    if (field.kind !== 'metadata') return field
    const value = valueText(field.attribute)
    return Object.freeze({ ...field, ...(value === undefined ? {} : { value }) })
  }

  function withTagValue(tag: { readonly key: string; readonly attribute: string }): LogPlan['tags'][number] {
    const value = valueText(tag.attribute)
    return Object.freeze({ ...tag, ...(value === undefined ? {} : { value }) })
  }

  function forbidden(): ReadonlySet<number> {
    return forbiddenBy(matcher.collect('restrict'))
  }

  function model(facts: Facts): string {
    if (modelAttribute !== undefined) return String(matcher.valueOf(modelAttribute) ?? '')
    const request = facts['request'] as { readonly model?: unknown } | null | undefined
    return typeof request?.model === 'string' ? request.model : ''
  }

  function routeOf(facts: Facts): Route | null {
    const index = matcher.first('route')
    if (index < 0) return null
    const rule = ruleAt<'route'>(index)
    const off = forbidden()
    const steps = candidates.steps(rule.steps, model(facts), (target) => off.has(target))
    return Object.freeze({
      rule: rule.name,
      steps,
      timeouts: rule.timeouts,
      ...(rule.retry === undefined ? {} : { retry: rule.retry }),
      ...(rule.hedgeMs === undefined ? {} : { hedgeMs: rule.hedgeMs }),
      ...(rule.onLoss === undefined ? {} : { onLoss: rule.onLoss }),
    })
  }

  function shadowsOf(facts: Facts): readonly Shadow[] {
    const items = matcher.collect('shadow')
    if (items.length === 0) return nothing
    const off = forbidden()
    const shadows: Shadow[] = []
    for (const each of items) {
      const { name, share, candidate } = ruleAt<'shadow'>(each)
      const concrete = candidates.resolve(candidate, model(facts))
      if (concrete && !off.has(concrete.target)) shadows.push(Object.freeze({ rule: name, share, target: concrete.id }))
    }
    return frozen(shadows)
  }

  function decide(facts: Facts): Decision {
    matcher.begin(facts)
    const denies = matcher.collect('deny')
    const allows = denies.length > 0 ? denies : matcher.collect('allow')
    const access = accessOf(allows)
    const log = logOf(matcher.collect('log'))
    if (access.effect === 'deny') {
      return Object.freeze({
        access,
        route: null,
        cache: null,
        limits: nothing,
        budgets: nothing,
        guards: nothing,
        rewrites: nothing,
        shadows: nothing,
        log,
      })
    }
    const cache = matcher.first('cache')
    return Object.freeze({
      access,
      route: routeOf(facts),
      cache: cache < 0 ? null : (ruleAt<'cache'>(cache).value as Cache),
      limits: limitsOf(matcher.collect('limit')),
      budgets: budgetsOf(matcher.collect('budget')),
      guards: guardsOf(matcher.collect('guard')),
      rewrites: rewritesOf(matcher.collect('rewrite')),
      shadows: shadowsOf(facts),
      log,
    })
  }

  return { graph, decide, matcher, candidates, forbidden }
}

/** The text of a value for metadata and tags: sets joined by commas. */
function textOf(value: FactValue): string | undefined {
  if (value === undefined) return undefined
  return Array.isArray(value) ? value.join(',') : String(value)
}

function frozen<T>(list: readonly T[]): readonly T[] {
  return list.length === 0 ? nothing : Object.freeze(list)
}

/** Keeps what was made of a list of items under that very list: leaves are the same object every time. */
function byItems<T>(make: (items: readonly number[]) => T): (items: readonly number[]) => T {
  const known = new WeakMap<readonly number[], T>()
  return (items) => {
    let value = known.get(items)
    if (value === undefined) {
      value = make(items)
      known.set(items, value)
    }
    return value
  }
}

/** As `byItems`, but made anew for lists whose result depends on the request itself. */
function byItemsUnless<T>(
  depends: (items: readonly number[]) => boolean,
  make: (items: readonly number[]) => T,
): (items: readonly number[]) => T {
  const dependent = byItems(depends)
  const kept = byItems(make)
  return (items) => (dependent(items) ? make(items) : kept(items))
}
