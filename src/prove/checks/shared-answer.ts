/**
 * P702: two requests with one cache key that response guards or restricts treat differently. The key holds all that the
 * body says and the attributes of the scope; what else decides how an answer is guarded, or whence it may come, must be
 * in the scope too.
 */
import { atomsOf } from '../../check/atoms.ts'
import type { Facts } from '../../decide/facts.ts'
import type { Attribute } from '../../graph/attribute.ts'
import { falseRef, Outgrown, type Ref } from '../../graph/diagram.ts'
import type { RuleOf } from '../../graph/graph.ts'
import { levelsOfAttribute } from '../caller-control.ts'
import { isUsable, reachedBy } from '../candidates.ts'
import { type Check, replayed } from '../check.ts'
import type { Proof } from '../proof.ts'
import { aboutRule, checkedRule, conditionSpan } from '../rules.ts'
import { scopeRowsOf } from '../scope-rows.ts'

export const sharedAnswer: Check = {
  code: 'P702',
  run(proof, { report, each }) {
    each(
      proof.rulesOf('cache').filter((rule) => !rule.value.off),
      (rule) => aboutRule(checkedRule(proof, rule)),
      (rule) => {
        const cached = proof.regions.and(proof.taken(rule), proof.allowed(), proof.possible)
        if (proof.isEmpty(cached)) return
        for (const { by, region, reaching } of treatments(proof)) {
          const pair = sharingInScope(proof, rule, {
            treated: proof.regions.and(cached, region),
            otherwise: proof.regions.minus(proof.regions.and(cached, reaching), region),
          })
          if (!pair) continue
          const checked = checkedRule(proof, rule)
          const treating = checkedRule(proof, by)
          replayed(
            pair[0],
            pair.every((facts) => proof.replay(facts).cache?.rule === rule.name),
          )
          const depends = outsideKey(proof, rule, region)
          report({
            message: `\`${rule.name}\` shares answers between requests that \`${by.name}\` treats differently`,
            span: checked.node.kind === 'cache' ? (checked.node.scope?.span ?? checked.nameSpan) : checked.nameSpan,
            label: 'one key for both',
            related: [
              {
                message: by.kind === 'guard' ? 'guards only one of the two answers' : 'restricts only one of the two',
                span: conditionSpan(treating),
              },
            ],
            help:
              depends.length === 0
                ? 'narrow the condition of the cache rule'
                : `add ${depends.map((id) => `\`${id}\``).join(', ')} to the scope, or narrow the condition of the cache rule`,
            witnesses: pair,
          })
          break
        }
      },
    )
  },
}

interface Treatment {
  readonly by: RuleOf<'guard'> | RuleOf<'restrict'>
  /** Where the answer is treated so. */
  readonly region: Ref
  /** Where an answer could be made that must not be served where it is treated so. */
  readonly reaching: Ref
}

function* treatments(proof: Proof): Iterable<Treatment> {
  const { graph, regions } = proof
  for (const rule of proof.rulesOf('guard')) {
    if (!rule.value.clauses.some((each) => each.in.includes('response'))) continue
    yield { by: rule, region: proof.when(rule), reaching: proof.universe.natural }
  }
  const usable = new Map<number, Ref>()
  for (const { rule, targets } of graph.prohibitions) {
    const by = graph.rules[rule] as RuleOf<'restrict'>
    for (const target of targets) {
      if (usable.has(target)) continue
      const reaching = regions.or(
        proof.rulesOf('route').map((route) => {
          const reached = reachedBy(proof, route).filter((each) => each.targets[0] === target)
          if (reached.length === 0) return falseRef
          return regions.and(proof.taken(route), regions.or(reached.map((each) => isUsable(proof, each))))
        }),
      )
      usable.set(target, reaching)
      if (reaching !== falseRef) yield { by, region: proof.forbidden(target), reaching }
    }
  }
}

interface Treated {
  readonly treated: Ref
  readonly otherwise: Ref
}

type Pair = readonly [Facts, Facts]

/** Combinations of rows that one proof looks at. */
const rowsBound = 20_000

/** Two requests of one key; where the scope has columns, the rows of both agree in them. */
function sharingInScope(proof: Proof, rule: RuleOf<'cache'>, all: Treated): Pair | undefined {
  const anywhere = sharing(proof, rule, all)
  const checked = checkedRule(proof, rule)
  const rows = checked.kind === 'cache' ? scopeRowsOf(proof.policy, checked) : []
  if (!anywhere || rows.length === 0) return anywhere
  const { regions } = proof
  const differing = new Set([...regions.support(all.treated), ...regions.support(all.otherwise)])
  let parts: readonly Treated[] = [all]
  for (const groups of rows) {
    const key = proof.universe.attributes.findIndex(({ id }) => id === atomsOf(groups[0]!)[0]!.attribute.id)
    if (key < 0 || ![...levelsOfAttribute(proof, key)].some((level) => differing.has(level))) continue
    if (parts.length * groups.length > rowsBound) throw new Outgrown()
    const within = groups.map(proof.holds)
    parts = parts.flatMap(({ treated, otherwise }) =>
      within.map((own) => ({ treated: regions.and(treated, own), otherwise: regions.and(otherwise, own) })),
    )
  }
  for (const part of parts) {
    const pair = sharing(proof, rule, part)
    if (pair) return pair
  }
  return undefined
}

/** Two requests of one key, the one treated so and the other not; undefined where there are none. */
function sharing(proof: Proof, rule: RuleOf<'cache'>, { treated, otherwise }: Treated): Pair | undefined {
  if (treated === falseRef || otherwise === falseRef) return undefined
  const { regions, universe } = proof
  const free = new Set(
    universe.attributes.flatMap((attribute, index) =>
      isInKey(proof, rule, attribute) ? [] : [...levelsOfAttribute(proof, index)],
    ),
  )
  const keys = regions.and(regions.exists(treated, free), regions.exists(otherwise, free))
  if (keys === falseRef) return undefined
  // Of one key: the first request fixes it, and the second is looked for there.
  const first = proof.witness(regions.and(treated, keys))
  if (!first) return undefined
  const second = proof.witness(regions.and(otherwise, sameKey(proof, rule, first)))
  return second && [first, withKeyOf(proof, rule, first, second)]
}

/** Requests whose key attributes are in the classes that these facts have. */
function sameKey(proof: Proof, rule: RuleOf<'cache'>, facts: Facts): Ref {
  const { universe, regions } = proof
  const found: Ref[] = []
  for (const [index, { attribute }] of universe.variables.entries()) {
    if (!isInKey(proof, rule, universe.attributes[attribute]!)) continue
    const each = universe.classOf(index, facts)
    found.push(universe.where(index, [each, each + 1]))
  }
  return regions.and(...found)
}

/** The facts with the very key of the other request. */
function withKeyOf(proof: Proof, rule: RuleOf<'cache'>, key: Facts, facts: Facts): Facts {
  const result: Record<string, Record<string, unknown>> = {}
  const copy = (from: Facts, isWanted: (attribute: Attribute) => boolean): void => {
    for (const attribute of proof.universe.attributes) {
      if (!isWanted(attribute)) continue
      let value: unknown = from
      for (const name of attribute.path) value = (value as Facts | undefined)?.[name]
      if (value === undefined) continue
      let at: Record<string, unknown> = result
      for (const name of attribute.path.slice(0, -1)) at = (at[name] ??= {}) as Record<string, unknown>
      at[attribute.path[attribute.path.length - 1]!] = value
    }
  }
  copy(key, (attribute) => isInKey(proof, rule, attribute))
  copy(facts, (attribute) => !isInKey(proof, rule, attribute))
  return result
}

/**
 * Whether the cache key tells the attribute's values apart: what the body says, unless a rewrite changes it, the
 * instance, and the scope. Where similar texts share an answer, the text is not in the key.
 */
function isInKey(proof: Proof, rule: RuleOf<'cache'>, { id, path }: Attribute): boolean {
  if (rule.value.off) return false
  if (rule.value.scope.includes(id)) return true
  if (path[0] === 'gateway') return true
  if (path[0] !== 'request' || path[1] === 'header') return false
  if (rule.value.semantic !== undefined && ofText.has(id)) return false
  return !proof
    .rulesOf('rewrite')
    .some(({ set }) =>
      set.some(
        (field) =>
          `request.${field.kind}` === id ||
          (field.kind === 'metadata' && path[1] === 'metadata' && path[2] === field.key),
      ),
    )
}

/** What two texts that mean the same need not have in common. */
const ofText = new Set(['request.text', 'request.messages', 'request.input_tokens', 'request.bytes'])

/** What the region depends on and the key does not hold. */
function outsideKey(proof: Proof, rule: RuleOf<'cache'>, region: Ref): readonly string[] {
  const { universe, regions } = proof
  const ids = regions
    .support(region)
    .map((level) => universe.attributes[universe.variables[universe.variableAt[level]!]!.attribute]!)
  return [...new Set(ids.filter((each) => !isInKey(proof, rule, each)).map((each) => each.id))]
}
