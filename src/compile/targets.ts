/**
 * Targets and what restricts forbid of them. A target is an entry of the catalogue, or a provider whose models
 * are open; all that a restrict may ask of it is a function of which target it is, so `restrict … to COND`
 * becomes, for each target, a condition on the facts alone.
 */
import type { Atom, Candidate, CheckedPolicy, Cond, RestrictRule, Test } from '../check/policy.ts'
import type { Attribute } from '../graph/attribute.ts'
import type { Target } from '../graph/graph.ts'
import type { AnyAtom } from './partitioned.ts'
import { predicateOf } from './satisfies.ts'

/** What `target.*` is for one target; undefined is missing. Lists are sets. */
type TargetFacts = Readonly<Record<string, string | number | readonly string[] | undefined>>

export interface TargetTable {
  readonly targets: readonly Target[]
  /** Facts of each target, by index; `target.id` and `target.model` are absent for open ones. */
  readonly facts: readonly TargetFacts[]
  readonly indexOf: ReadonlyMap<string, number>
  /** Model name as a request may write it → index. */
  readonly requested: ReadonlyMap<string, number>
}

/** Every entry that a candidate of the policy can come to, and the open targets of its providers. */
export function targetsOf(policy: CheckedPolicy): TargetTable {
  const candidates = candidatesOf(policy)
  const requested = candidates.some((each) => each.kind === 'requested')
  const open = new Set(candidates.flatMap((each) => (each.kind === 'open' ? [each.provider] : [])))
  const named = new Set(candidates.flatMap((each) => (each.kind === 'entry' ? [each.target] : [])))
  const targets: Target[] = []
  const facts: TargetFacts[] = []
  for (const entry of policy.catalogue.entries) {
    if (!requested && !named.has(entry.id) && !open.has(entry.provider)) continue
    targets.push({ id: entry.id, provider: entry.provider })
    facts.push({
      id: entry.id,
      provider: entry.provider,
      model: entry.model,
      region: entry.region,
      tags: entry.tags,
      context: entry.context,
      price_in: entry.price?.input,
      price_out: entry.price?.output,
    })
  }
  const known = new Set(targets.map((each) => each.id))
  // Targets of a provider that takes any model without an entry.
  for (const id of named) {
    if (known.has(id)) continue
    const provider = id.slice(0, id.indexOf('/'))
    targets.push({ id, provider })
    facts.push({
      id,
      provider,
      model: id.slice(provider.length + 1),
      region: policy.providerRegions.get(provider),
      tags: [],
    })
  }
  for (const provider of open) {
    targets.push({ id: `${provider}/*`, provider })
    facts.push({ provider, region: policy.providerRegions.get(provider), tags: [] })
  }
  const indexOf = new Map(targets.map((each, index) => [each.id, index]))
  const names = new Map<string, number>()
  if (requested || open.size > 0) {
    for (const entry of policy.catalogue.entries) {
      const index = indexOf.get(entry.id)
      if (index !== undefined) names.set(entry.id, index)
    }
  }
  if (requested) {
    for (const [model, entry] of policy.catalogue.byModel) {
      if (!names.has(model)) names.set(model, indexOf.get(entry.id)!)
    }
  }
  return { targets, facts, indexOf, requested: names }
}

function candidatesOf(policy: CheckedPolicy): Candidate[] {
  return policy.rules.flatMap((rule) => {
    if (rule.kind === 'shadow') return [rule.candidate]
    if (rule.kind !== 'route') return []
    return rule.steps.flatMap((step) => {
      if (step.kind === 'target') return [step.candidate]
      return step.kind === 'split' ? step.arms.map((arm) => arm.candidate) : step.candidates
    })
  })
}

/** Where `when` holds, the restrict forbids these targets. */
export interface ProhibitionDraft {
  readonly rule: number
  readonly when: Cond
  readonly targets: readonly number[]
}

/** The restrict as prohibitions: one for each different condition that it comes to. */
export function prohibitionsOf(rule: RestrictRule, table: TargetTable, requestModel: Attribute): ProhibitionDraft[] {
  const groups = new Map<string, { to: Cond; targets: number[] }>()
  for (const [index, facts] of table.facts.entries()) {
    const to = atTarget(rule.to, facts, requestModel)
    if (to.kind === 'const' && to.value) continue
    const key = to.kind === 'const' ? 'never' : keyOf(to)
    const group = groups.get(key)
    if (group) group.targets.push(index)
    else groups.set(key, { to, targets: [index] })
  }
  return [...groups.values()].map(({ to, targets }) => ({
    rule: rule.index,
    when: conjoin(rule.when, negated(to)),
    targets,
  }))
}

function conjoin(a: Cond, b: Cond): Cond {
  if (b.kind === 'const') return b.value ? a : b
  if (a.kind === 'const') return a.value ? b : a
  return { kind: 'and', of: [a, b], span: b.kind === 'atom' || 'span' in b ? b.span : a.span }
}

function negated(condition: Cond): Cond {
  if (condition.kind === 'const') return { kind: 'const', value: !condition.value }
  return { kind: 'not', of: condition, span: condition.span }
}

/** The condition with everything about the target decided. */
export function atTarget(condition: Cond, facts: TargetFacts, requestModel: Attribute): Cond {
  switch (condition.kind) {
    case 'const':
    case 'access':
      return condition
    case 'not': {
      const of = atTarget(condition.of, facts, requestModel)
      return of.kind === 'const' ? { kind: 'const', value: !of.value } : { ...condition, of }
    }
    case 'and':
    case 'or': {
      const absorbing = condition.kind === 'or'
      const kept: Cond[] = []
      for (const each of condition.of) {
        const at = atTarget(each, facts, requestModel)
        if (at.kind !== 'const') kept.push(at)
        else if (at.value === absorbing) return at
      }
      if (kept.length === 0) return { kind: 'const', value: !absorbing }
      return kept.length === 1 ? kept[0]! : { ...condition, of: kept }
    }
    case 'atom':
      return condition.attribute.phase === 'target' ? atomAtTarget(condition, facts, requestModel) : condition
  }
}

function atomAtTarget(atom: Atom, facts: TargetFacts, requestModel: Attribute): Cond {
  const name = atom.attribute.path[1]!
  if ((name === 'id' || name === 'model') && facts.id === undefined) {
    const seen: AnyAtom = { ...atom, attribute: requestModel, view: { provider: String(facts.provider), part: name } }
    return seen
  }
  const value = facts[name]
  if (value === undefined) return { kind: 'const', value: false }
  if (Array.isArray(value)) {
    const held = atom.test.kind === 'element' ? value.includes(atom.test.value) : atom.test.kind === 'present'
    return { kind: 'const', value: held }
  }
  return { kind: 'const', value: testHolds(atom.test, value as string | number) }
}

const predicates = new WeakMap<Test, (value: string | number | boolean) => boolean>()

function testHolds(test: Test, value: string | number): boolean {
  if (test.kind === 'element') return false
  let predicate = predicates.get(test)
  if (!predicate) {
    predicate = predicateOf(test) ?? (() => false)
    predicates.set(test, predicate)
  }
  return predicate(value)
}

/** A text that is equal for equal conditions. */
export function keyOf(condition: Cond): string {
  return JSON.stringify(condition, (name, value: unknown) => {
    if (name === 'span') return undefined
    if (typeof value === 'bigint') return String(value)
    return name === 'attribute' ? (value as Attribute).id : value
  })
}
