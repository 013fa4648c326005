/**
 * The counters of limits and budgets, for the facts of one request: which counter a rule means, how large it is, and
 * what the facts `limit.NAME.used` and `budget.NAME.used` are.
 */
import type { AmountValue, BudgetRule, LimitRule } from '../check/policy.ts'
import type { Facts, Policy } from '../compile/load.ts'
import type { Reader } from '../decide/facts.ts'
import { createReader } from '../decide/facts.ts'
import type { Attribute } from '../graph/attribute.ts'
import type { Budget, Limit } from '../graph/decision.ts'
import { meterKey } from '../state/meter-key.ts'
import type { BudgetAccount, LimitCharge, State } from '../state/state.ts'

/** What a limit or a budget of a decision counts in, by the facts that were decided on. */
export interface Meters {
  readonly charge: (limit: Limit, cost: number, facts: Facts) => LimitCharge
  readonly account: (budget: Budget, facts: Facts) => BudgetAccount
  /** The facts of the meters that the policy reads; empty where it reads none. */
  readonly read: (facts: Facts, state: State) => Promise<MeterFacts>
}

export interface MeterFacts {
  readonly limit?: Readonly<Record<string, { readonly used: number }>>
  readonly budget?: Readonly<Record<string, { readonly used: number }>>
}

export function createMeters(policy: Policy): Meters {
  const { rules } = policy.checked
  const readerOf = createReaders(policy.checked)
  const limits = rules.filter((each) => each.kind === 'limit')
  const budgets = rules.filter((each) => each.kind === 'budget')
  const keys = new Map([...limits, ...budgets].map((each) => [each.name, keyOf(each, readerOf)]))
  const isRead = ({ kind, name }: LimitRule | BudgetRule) => policy.reads(`${kind}.${name}.used`)
  const readLimits = limits.filter(isRead).map((rule) => ({ rule, amount: amountOf(rule.amount, readerOf) }))
  const readBudgets = budgets.filter(isRead).map((rule) => ({ rule, amount: amountOf(rule.amount, readerOf) }))

  const charge = ({ rule, unit, amount, perMs, burst }: Limit, cost: number, facts: Facts): LimitCharge => {
    const key = keys.get(rule)!(facts)
    if (unit === 'concurrent') return { kind: 'concurrency', key, amount }
    return { kind: 'rate', key, amount, perMs: perMs!, burst: burst ?? amount, cost }
  }
  const account = ({ rule, window, amountNanoUsd, at }: Budget, facts: Facts): BudgetAccount => {
    const share = at.find((each) => each.action === 'deny')?.used ?? 1
    return { key: keys.get(rule)!(facts), window, capNanoUsd: Math.floor(amountNanoUsd * share) }
  }

  return {
    charge,
    account,
    async read(facts, state) {
      if (readLimits.length + readBudgets.length === 0) return {}
      const charges = readLimits.map(({ rule, amount }) => charge({ ...rule.value, amount: amount(facts) }, 0, facts))
      const owned = readBudgets.map(({ rule, amount }) => {
        const amountNanoUsd = amount(facts)
        return { amountNanoUsd, account: account({ ...rule.value, amountNanoUsd }, facts) }
      })
      const [used, spent] = await Promise.all([
        state.limits.used(charges),
        state.budgets.used(owned.map((each) => each.account)),
      ])
      const shares = owned.map(({ amountNanoUsd }, index) => shareOf(spent[index]!, amountNanoUsd))
      return { limit: usedBy(readLimits, used), budget: usedBy(readBudgets, shares) }
    },
  }
}

/** How much of a budget is used, as a fraction; one of nothing is used up. */
export function shareOf(nanoUsd: number, amountNanoUsd: number): number {
  return amountNanoUsd > 0 ? nanoUsd / amountNanoUsd : 1
}

function usedBy(
  read: readonly { readonly rule: { readonly name: string } }[],
  used: readonly number[],
): Readonly<Record<string, { readonly used: number }>> {
  return Object.fromEntries(read.map(({ rule }, index) => [rule.name, { used: used[index]! }]))
}

function keyOf(rule: LimitRule | BudgetRule, readerOf: (attribute: Attribute) => Reader): (facts: Facts) => string {
  const measure = rule.kind === 'budget' ? rule.value.window : `${rule.value.unit} ${rule.value.perMs ?? ''}`
  const by = rule.by.map((each) => ({ id: each.id, read: readerOf(each) }))
  return (facts) =>
    meterKey({ rule: rule.name, measure, by: by.map(({ id, read }) => [id, read(facts) ?? null] as const) })
}

/** As the decision computes it: whole, never below zero, zero where the attribute is missing. */
function amountOf(amount: AmountValue, readerOf: (attribute: Attribute) => Reader): (facts: Facts) => number {
  if (amount.kind === 'constant') return () => amount.value
  const read = readerOf(amount.attribute)
  return (facts) => {
    const value = read(facts)
    return typeof value === 'number' ? Math.max(0, Math.floor(value * amount.times)) : 0
  }
}

/** Readers of attributes, columns of tables too, each made once. */
export function createReaders(checked: Policy['checked']): (attribute: Attribute) => Reader {
  const attributes = [...checked.tableKeys.values()]
  const tables = checked.tables.map(({ name, columns, rows }) => {
    const key = attributes.indexOf(checked.tableKeys.get(name)!)
    return { name, key, columns: columns.map((each) => each.name), rows }
  })
  const readers = new Map<string, Reader>()
  return (attribute) => {
    const reader = readers.get(attribute.id) ?? createReader(attribute, attributes, tables)
    readers.set(attribute.id, reader)
    return reader
  }
}
