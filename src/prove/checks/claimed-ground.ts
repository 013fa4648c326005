/** P705: a grant, a way around a restrict, a cache scope or the key of a meter that rests on what the caller claims. */
import { atomsOf } from '../../check/atoms.ts'
import type { AnyRule, BudgetRule, CacheRule, Cond, LimitRule, RestrictRule } from '../../check/policy.ts'
import type { Span } from '../../diagnostics/source.ts'
import type { Attribute } from '../../graph/attribute.ts'
import { falseRef } from '../../graph/diagram.ts'
import { attributesWhere, byClaiming, dependsOn } from '../caller-control.ts'
import { type Check, type Reporting, replayed } from '../check.ts'
import type { Proof } from '../proof.ts'
import { aboutRule } from '../rules.ts'

export const claimedGround: Check = {
  code: 'P705',
  run(proof, reporting) {
    reporting.each(proof.policy.rules, aboutRule, (rule) => {
      switch (rule.kind) {
        case 'allow':
          return checkGrant(proof, rule, reporting)
        case 'restrict':
          return checkRestrict(proof, rule, reporting)
        case 'cache':
          return checkScope(proof, rule, reporting)
        case 'limit':
        case 'budget':
          return checkKey(proof, rule, reporting)
        case 'deny':
        case 'route':
        case 'guard':
        case 'rewrite':
        case 'shadow':
        case 'log':
          return
      }
    })
  },
}

const isClaimed = ({ trust }: Attribute): boolean => trust === 'claimed'

/** The attribute by which a caller chooses the value: of a column, the one that picks the row. */
function claimedBehind({ policy }: Proof, attribute: Attribute): Attribute | undefined {
  const { column } = attribute
  const behind = column === undefined ? attribute : (policy.tableKeys.get(column.table) ?? attribute)
  return isClaimed(behind) ? behind : undefined
}

/** How a column comes to be the caller's own choice. */
function pickedBy(attribute: Attribute, behind: Attribute): string {
  return behind.id === attribute.id ? '' : ` by \`${behind.id}\``
}
const help =
  'a caller may write anything there or leave it out; decide by an attribute of its key or token, or add one to the condition'

/** An allow without which a request is denied, and that another claim would let in. */
function checkGrant(proof: Proof, rule: AnyRule, { report }: Reporting): void {
  const { regions } = proof
  const own = proof.when(proof.ruleOf(rule))
  for (const attribute of attributesWhere(proof, isClaimed)) {
    if (!dependsOn(proof, own, attribute)) continue
    const granted = regions.minus(regions.and(own, proof.possible), proof.either('deny'))
    const gained = regions.minus(byClaiming(proof, granted, [attribute]), proof.either('allow'))
    const witness = gained === falseRef ? undefined : proof.witness(gained)
    if (!witness) continue
    replayed(witness, proof.replay(witness).access.effect === 'deny')
    const { id } = proof.universe.attributes[attribute]!
    report({
      message: `\`${rule.name}\` grants access by \`${id}\`, which the caller itself may claim`,
      span: spanIn(rule.when, id) ?? rule.nameSpan,
      label: 'is what the caller says',
      help,
      witness,
    })
  }
}

/** A target that is forbidden, and would not be with another claim. */
function checkRestrict(proof: Proof, rule: RestrictRule, { report }: Reporting): void {
  const { regions, graph } = proof
  for (const attribute of attributesWhere(proof, isClaimed)) {
    for (const [index, { rule: owner, targets }] of graph.prohibitions.entries()) {
      if (owner !== rule.index) continue
      const own = proof.prohibition(index)
      if (!dependsOn(proof, own, attribute)) continue
      const target = targets[0]!
      const evaded = byClaiming(proof, regions.minus(proof.allowed(), proof.forbidden(target)), [attribute])
      const gained = regions.and(evaded, own, proof.allowed())
      const witness = gained === falseRef ? undefined : proof.witness(gained)
      if (!witness) continue
      const { id } = proof.universe.attributes[attribute]!
      report({
        message: `\`${rule.name}\` can be got around by \`${id}\`, which the caller itself may claim`,
        span: spanIn(rule.when, id) ?? spanIn(rule.to, id) ?? rule.nameSpan,
        label: 'is what the caller says',
        help,
        witness,
      })
      break
    }
  }
}

/** Attributes of which one alone keeps an entry to the caller that made it. */
const personal = new Set(['caller.id', 'caller.user', 'caller.key'])

function checkScope(proof: Proof, rule: CacheRule, { report }: Reporting): void {
  const { scope, node, value } = rule
  if (value.off || scope.some(({ id }) => personal.has(id))) return
  for (const [index, attribute] of scope.entries()) {
    const behind = claimedBehind(proof, attribute)
    if (!behind) continue
    report({
      message: `\`${rule.name}\` parts its entries by \`${attribute.id}\`, which the caller itself may claim${pickedBy(attribute, behind)}`,
      span: node.scope?.attributes[index]?.span ?? rule.nameSpan,
      label: 'is what the caller says',
      help: 'add `caller.id` or another attribute of the key to the scope, or leave this one out',
    })
  }
}

function checkKey(proof: Proof, rule: LimitRule | BudgetRule, { report }: Reporting): void {
  for (const [index, attribute] of rule.by.entries()) {
    const behind = claimedBehind(proof, attribute)
    if (!behind) continue
    report({
      message: `the ${rule.kind} \`${rule.name}\` counts by \`${attribute.id}\`, which the caller itself may claim${pickedBy(attribute, behind)}`,
      span: rule.node.by[index]?.span ?? rule.nameSpan,
      label: 'is what the caller says',
      help: 'whoever writes another value gets another account; count by an attribute of the key or token',
    })
  }
}

/** The first test of the attribute in a condition. */
function spanIn(condition: Cond, id: string): Span | undefined {
  return atomsOf(condition).find(({ attribute }) => attribute.id === id || attribute.column?.key === id)?.span
}
