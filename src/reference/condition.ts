/** Conditions: whether one holds in a situation. Nothing can go wrong, so there is no third answer. */
import type { Condition, ListLiteral, ListName, Literal, TargetRef } from '../syntax/ast-conditions.ts'
import { inBlock, parseAddress } from './address.ts'
import { readAttribute, typeOf } from './facts.ts'
import { matchesPattern } from './pattern.ts'
import { type ReferencePolicy, type Situation, statementsOf } from './policy.ts'
import { asciiLower, matchesGlob } from './text.ts'
import type { Value } from './value.ts'

/** `when` is optional: a rule without one applies to every request. */
export function applies(situation: Situation, rule: { readonly when?: Condition }): boolean {
  return rule.when === undefined || holds(situation, rule.when)
}

/** Whether a condition holds. */
export function holds(situation: Situation, condition: Condition): boolean {
  switch (condition.kind) {
    case 'or':
      return condition.operands.some((each) => holds(situation, each))
    case 'and':
      return condition.operands.every((each) => holds(situation, each))
    case 'not':
      // `not` is always plain negation.
      return !holds(situation, condition.operand)
    case 'present':
      return readAttribute(situation, condition.attribute) !== undefined
    case 'attribute':
      return readAttribute(situation, condition.attribute) === true
    case 'define': {
      const define = statementsOf(situation.policy, 'define').find((each) => each.name.text === condition.name.text)
      return define !== undefined && holds(situation, define.condition)
    }
    case 'access':
      return situation.access === (condition.effect === 'allowed' ? 'allow' : 'deny')
    default:
      return passes(situation, condition)
  }
}

type Test = Extract<Condition, { readonly kind: 'compare' | 'in' | 'text' | 'matches' | 'elements' }>

/** An attribute tested against literals. */
function passes(situation: Situation, test: Test): boolean {
  const value = readAttribute(situation, test.attribute)
  const isAddress = typeOf(situation.policy, test.attribute) === 'ip'
  switch (test.kind) {
    case 'compare':
      return compares(value, test.operator, literalValue(test.value), isAddress)
    case 'in':
      // `not in` is the negation of `in`, so it is true of a missing value.
      return isOneOf(situation.policy, value, test.values, isAddress) !== test.negated
    case 'text':
      return typeof value === 'string' && passesText(value, test.operator, test.value.value)
    case 'matches':
      return typeof value === 'string' && matchesPattern(value, test.pattern.pattern, test.pattern.ignoreCase)
    case 'elements':
      return hasElements(situation.policy, value, test.quantifier, test.values)
  }
}

/** A missing value is equal to nothing: `==`, `<` and the like are false on it, `!=` is true. */
function compares(value: Value | undefined, operator: string, wanted: Value, isAddress: boolean): boolean {
  if (operator === '==') return equals(value, wanted, isAddress)
  if (operator === '!=') return !equals(value, wanted, isAddress)
  if (value === undefined) return false
  if (operator === '~=') return typeof value === 'string' && asciiLower(value) === asciiLower(String(wanted))
  if (operator === '<') return value < wanted
  if (operator === '<=') return value <= wanted
  if (operator === '>') return value > wanted
  return value >= wanted
}

function equals(value: Value | undefined, wanted: Value, isAddress: boolean): boolean {
  if (value === undefined) return false
  if (isAddress) return inBlock(String(value), String(wanted))
  return value === wanted
}

/** `in` a list, a `set` or a CIDR list; for `target.id` also a pool. */
function isOneOf(
  policy: ReferencePolicy,
  value: Value | undefined,
  list: ListLiteral | ListName,
  isAddress: boolean,
): boolean {
  if (value === undefined) return false
  if (isAddress && parseAddress(String(value)) === undefined) return false
  return itemsOf(policy, list).some((item) => {
    if (item.kind !== 'target') return equals(value, literalValue(item), isAddress)
    if (item.model === '*') return String(value).startsWith(`${item.provider}/`)
    return value === `${item.provider}/${item.model}`
  })
}

function itemsOf(policy: ReferencePolicy, list: ListLiteral | ListName): readonly (Literal | TargetRef)[] {
  if (list.kind === 'list') return list.items
  const set = statementsOf(policy, 'set').find((each) => each.name.text === list.name.text)
  if (set) return set.values.items
  return statementsOf(policy, 'pool').find((each) => each.name.text === list.name.text)?.targets ?? []
}

function passesText(value: string, operator: 'starts_with' | 'ends_with' | 'contains' | 'like', text: string): boolean {
  switch (operator) {
    case 'starts_with':
      return value.startsWith(text)
    case 'ends_with':
      return value.endsWith(text)
    case 'contains':
      return value.includes(text)
    case 'like':
      return matchesGlob(value, text)
  }
}

/** `has "a"`, `has any [..]`, `has all [..]` on a set; none holds of a missing set. */
function hasElements(
  policy: ReferencePolicy,
  value: Value | undefined,
  quantifier: 'one' | 'any' | 'all',
  list: ListLiteral | ListName,
): boolean {
  if (!Array.isArray(value)) return false
  const wanted = itemsOf(policy, list).map((item) => (item.kind === 'target' ? '' : String(literalValue(item))))
  if (quantifier === 'any') return wanted.some((each) => value.includes(each))
  return wanted.every((each) => value.includes(each))
}

/** The value that a literal stands for, in the unit of facts as they are read. */
export function literalValue(literal: Literal): Value {
  switch (literal.kind) {
    case 'string':
    case 'number':
    case 'bool':
      return literal.value
    case 'duration':
      return literal.ms
    case 'size':
      return literal.bytes
    case 'money':
      return literal.nanoUsd
    case 'percent':
      return literal.fraction
    case 'word':
      return literal.text
  }
}
