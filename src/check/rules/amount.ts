/** The amount of a limit or a budget: a constant, an attribute, or an attribute times a constant. */
import type { Attribute } from '../../graph/attribute.ts'
import type { Amount } from '../../syntax/ast.ts'
import type { MoneyLiteral, NumberLiteral } from '../../syntax/ast-conditions.ts'
import { literalName, typeName } from '../literals.ts'
import { wholeNumber } from '../numbers.ts'
import type { AmountValue } from '../policy.ts'
import { resolveScalar } from '../resolve-attribute.ts'
import type { Scope } from '../scope.ts'

const use = { called: 'an amount', meters: false }

const nothing: AmountValue = { kind: 'constant', value: 0 }

/** A count of requests, tokens or calls at a time. */
export function checkCount(scope: Scope, amount: Amount): AmountValue {
  if (amount.kind === 'literal') {
    const { value } = amount
    if (value.kind === 'number')
      return { kind: 'constant', value: wholeNumber(scope, value, { called: 'a limit', min: 1 }) }
    return refuse(scope, value, 'a limit counts requests, tokens or calls', 'money is limited by a `budget`')
  }
  if (amount.times?.kind === 'money') {
    refuse(scope, amount.times, 'a limit counts requests, tokens or calls', 'money is limited by a `budget`')
  }
  const attribute = resolveScalar(scope, amount.attribute, use)
  if (!attribute) return nothing
  if (attribute.type !== 'int' && attribute.type !== 'number')
    return misfit(scope, amount, attribute, 'a limit takes a count')
  return { kind: 'attribute', attribute, times: amount.times?.kind === 'number' ? factor(scope, amount.times) : 1 }
}

/** An amount of money in nano-dollars. */
export function checkMoney(scope: Scope, amount: Amount): AmountValue {
  if (amount.kind === 'literal') {
    const { value } = amount
    if (value.kind === 'number') {
      const edit = /^[\d.]+$/.test(value.text) ? `$${value.text}` : undefined
      return refuse(scope, value, 'a budget is an amount of money', edit && `write \`${edit}\``, edit)
    }
    return { kind: 'constant', value: positiveMoney(scope, value) }
  }
  const attribute = resolveScalar(scope, amount.attribute, use)
  if (!attribute) return nothing
  const { times } = amount
  if (attribute.type === 'money') {
    if (times?.kind === 'money')
      return refuse(scope, times, `\`${attribute.id}\` is an amount of money already`, 'multiply it by a plain number')
    return { kind: 'attribute', attribute, times: times ? factor(scope, times) : 1 }
  }
  if (attribute.type !== 'int' && attribute.type !== 'number')
    return misfit(scope, amount, attribute, 'a budget takes an amount of money')
  if (times?.kind === 'money') return { kind: 'attribute', attribute, times: positiveMoney(scope, times) }
  scope.report('P203', {
    message: `\`${attribute.id}\` is ${typeName(attribute)}, but a budget takes an amount of money`,
    span: times?.span ?? amount.span,
    help: `multiply it by an amount, as in \`${attribute.id} * $5\``,
  })
  return nothing
}

function refuse(
  scope: Scope,
  literal: NumberLiteral | MoneyLiteral,
  why: string,
  help?: string,
  edit?: string,
): AmountValue {
  scope.report('P203', {
    message: `found ${literalName(literal)}, but ${why}`,
    span: literal.span,
    help,
    edits: edit === undefined ? undefined : [{ span: literal.span, text: edit }],
  })
  return nothing
}

function misfit(
  scope: Scope,
  amount: Extract<Amount, { kind: 'attribute' }>,
  attribute: Attribute,
  wanted: string,
): AmountValue {
  scope.report('P203', {
    message: `\`${attribute.id}\` is ${typeName(attribute)}, but ${wanted}`,
    span: amount.attribute.span,
  })
  return nothing
}

function factor(scope: Scope, literal: NumberLiteral): number {
  if (literal.value > 0) return literal.value
  scope.report('P209', {
    message: `found \`${literal.text}\`, but an attribute is multiplied by a number above zero`,
    span: literal.span,
  })
  return 1
}

function positiveMoney(scope: Scope, literal: MoneyLiteral): number {
  if (literal.nanoUsd <= 0) {
    scope.report('P209', {
      message: `found \`${literal.text}\`, but a budget takes an amount above zero`,
      span: literal.span,
      help: 'to forbid what costs money, write a `deny`',
    })
  }
  return literal.nanoUsd
}
