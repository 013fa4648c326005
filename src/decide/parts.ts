/** The parts of a decision that are collected: access, limits, budgets, guards, rewrites, and the log. */

import type { AttributeType } from '../graph/attribute.ts'
import type { Access, Budget, Guard, Limit, LogPlan, Rewrite } from '../graph/decision.ts'
import type { Amount, Graph, GraphRule, RuleOf } from '../graph/graph.ts'
import { formatDate, formatMoney } from '../graph/literal-text.ts'
import { byLeaf } from './by-leaf.ts'
import type { FactValue } from './facts.ts'
import type { Matcher } from './match.ts'

export interface Parts {
  readonly access: (leaf: number) => Access
  readonly limits: (leaf: number) => readonly Limit[]
  readonly budgets: (leaf: number) => readonly Budget[]
  readonly guards: (leaf: number) => readonly Guard[]
  readonly rewrites: (leaf: number) => readonly Rewrite[]
  readonly log: (leaf: number) => LogPlan
}

export const nothing: readonly never[] = Object.freeze([])

/** A list, frozen; all empty lists are one. */
export function frozen<T>(list: readonly T[]): readonly T[] {
  return list.length === 0 ? nothing : Object.freeze(list)
}

export function createParts(graph: Graph, matcher: Matcher): Parts {
  const attributeById = new Map(graph.attributes.map((each, index) => [each.id, index]))
  const ruleAt = <K extends GraphRule['kind']>(index: number): RuleOf<K> => graph.rules[index] as RuleOf<K>
  const valueText = (id: string): string | undefined => {
    const index = attributeById.get(id)!
    return textOf(graph.attributes[index]!.type, matcher.valueOf(index))
  }

  function amountOf(amount: Amount): number {
    if (amount.kind === 'constant') return amount.value
    const value = matcher.valueOf(amount.attribute)
    return typeof value === 'number' ? Math.max(0, Math.floor(value * amount.times)) : 0
  }

  /** Made once a leaf, or anew each time where `depends` says so of its items. */
  function part<T>(
    depends: (items: readonly number[]) => boolean,
    make: (items: readonly number[]) => T,
  ): (leaf: number) => T {
    const kept = byLeaf(matcher, (items) => (depends(items) ? { items } : { items, value: make(items) }))
    return (leaf) => {
      const known = kept(leaf)
      return 'value' in known ? known.value : make(known.items)
    }
  }

  function withValue<F extends { readonly attribute: string }>(field: F): F & { readonly value?: string } {
    const value = valueText(field.attribute)
    return Object.freeze(value === undefined ? { ...field } : { ...field, value })
  }

  return {
    access: byLeaf(matcher, (items): Access => {
      const own = items.map((each) => ruleAt<'allow' | 'deny'>(each))
      const reasons = [...new Set(own.flatMap((rule) => rule.because ?? []))].sort()
      const statuses = own.flatMap((rule) => rule.status ?? [])
      return Object.freeze({
        effect: own[0]?.kind === 'allow' ? 'allow' : 'deny',
        rules: frozen(own.map((rule) => rule.name)),
        ...(reasons.length > 0 ? { because: reasons.join('; ') } : {}),
        ...(statuses.length > 0 ? { status: Math.min(...statuses) } : {}),
      })
    }),
    limits: part(
      (items) => items.some((each) => ruleAt<'limit'>(each).amount.kind === 'attribute'),
      (items) =>
        frozen(
          items.map((each) => {
            const rule = ruleAt<'limit'>(each)
            return limitOf(rule, amountOf(rule.amount))
          }),
        ),
    ),
    budgets: part(
      (items) => items.some((each) => ruleAt<'budget'>(each).amount.kind === 'attribute'),
      (items) =>
        frozen(
          items.map((each) => {
            const { name, amount, value } = ruleAt<'budget'>(each)
            const { window, by, at } = value
            return Object.freeze({ rule: name, amountNanoUsd: amountOf(amount), window, by, at })
          }),
        ),
    ),
    guards: byLeaf(matcher, (items) => frozen(items.map((each) => ruleAt<'guard'>(each).value))),
    rewrites: part(
      (items) => items.some((each) => ruleAt<'rewrite'>(each).set.some((field) => field.kind === 'metadata')),
      (items) =>
        frozen(
          items.map((each): Rewrite => {
            const { name, set } = ruleAt<'rewrite'>(each)
            const fields = set.map((field) => (field.kind === 'metadata' ? withValue(field) : field))
            return Object.freeze({ rule: name, set: frozen(fields) })
          }),
        ),
    ),
    log: part(
      (items) => items.some((each) => ruleAt<'log'>(each).tags.length > 0),
      (items): LogPlan => {
        const own = items.map((each) => ruleAt<'log'>(each))
        const captured = new Set(own.flatMap((rule) => rule.capture))
        const capture = captured.has('none') ? [] : (['body', 'headers'] as const).filter((each) => captured.has(each))
        const tags = own.flatMap((rule) => rule.tags.map(withValue))
        return Object.freeze({
          rules: frozen(own.map((rule) => rule.name)),
          capture: frozen(capture),
          tags: frozen(tags),
        })
      },
    ),
  }
}

/** Written out by shape: copying an object's fields would cost more than the rest of a decision. */
function limitOf({ name: rule, value: { unit, perMs, burst, by } }: RuleOf<'limit'>, amount: number): Limit {
  if (perMs === undefined) return Object.freeze({ rule, unit, amount, by })
  if (burst === undefined) return Object.freeze({ rule, unit, amount, perMs, by })
  return Object.freeze({ rule, unit, amount, perMs, burst, by })
}

/** The text of a value for metadata and tags: as facts write it, sets joined by commas, money in dollars. */
function textOf(type: AttributeType, value: FactValue): string | undefined {
  if (value === undefined) return undefined
  if (Array.isArray(value)) return value.join(',')
  if (type === 'date') return formatDate(Number(value))
  return type === 'money' ? formatMoney(Number(value)) : String(value)
}
