/**
 * One attribute against literals: which operators its type has, and the test that they amount to. An
 * operator that the type lacks is reported with the one that was meant.
 */

import type { Edit } from '../diagnostics/diagnostic.ts'
import type { Span } from '../diagnostics/source.ts'
import type { Attribute } from '../graph/attribute.ts'
import type { Condition, Literal, StringLiteral, TargetRef } from '../syntax/ast-conditions.ts'
import { parseGlob, parseRegex } from '../syntax/regex.ts'
import { findListValues, reportingUse } from './lists.ts'
import { asciiLower, blockValue, literalValue, type Scalar, typeName } from './literals.ts'
import type { Cidr, Cond, Test } from './policy.ts'
import type { Scope } from './scope.ts'

type TestNode<K extends Condition['kind']> = Extract<Condition, { kind: K }>
type AnyTest = TestNode<'compare' | 'in' | 'text' | 'matches' | 'elements'>

/** The test in the core, or undefined once a mistake is reported. */
export function lowerTest(scope: Scope, node: AnyTest, attribute: Attribute): Cond | undefined {
  switch (node.kind) {
    case 'compare':
      return lowerCompare(scope, node, attribute)
    case 'in':
      return lowerIn(scope, node, attribute)
    case 'text':
      return lowerText(scope, node, attribute)
    case 'matches':
      return lowerMatches(scope, node, attribute)
    case 'elements':
      return lowerElements(scope, node, attribute)
  }
}

function atom(attribute: Attribute, test: Test, span: Span): Cond {
  return { kind: 'atom', attribute, test, span }
}

function negatedIf(negated: boolean, cond: Cond, span: Span): Cond {
  return negated ? { kind: 'not', of: cond, span } : cond
}

/** What stands between the attribute and its value: the operator, with the blanks around it. */
function operatorSpan(node: AnyTest, value: Span): Span {
  return {
    source: node.span.source,
    start: node.attribute.span.end,
    end: Math.max(node.attribute.span.end, value.start),
  }
}

interface Misfit {
  readonly node: AnyTest
  readonly operator: string
  readonly attribute: Attribute
  readonly help: string
  /** What to write between the attribute and its value; after `not `, it is the whole test that is turned round. */
  readonly instead?: string | undefined
  readonly value?: Span | undefined
}

function reportOperator(scope: Scope, { node, operator, attribute, help, instead, value }: Misfit): undefined {
  const edits: Edit[] = []
  if (instead !== undefined && value) {
    const start = node.attribute.span.start
    if (instead.startsWith('not ')) edits.push({ span: { ...node.span, start, end: start }, text: 'not ' })
    edits.push({ span: operatorSpan(node, value), text: ` ${instead.replace(/^not /, '')} ` })
  }
  scope.report('P203', {
    message: `\`${operator}\` does not apply to \`${attribute.id}\`, which is ${typeName(attribute)}`,
    span: node.span,
    help,
    edits: edits.length > 0 ? edits : undefined,
  })
  return undefined
}

const orderTests = { '<': 'below', '<=': 'at_most', '>': 'above', '>=': 'at_least' } as const

function lowerCompare(scope: Scope, node: TestNode<'compare'>, attribute: Attribute): Cond | undefined {
  const { operator, value, span } = node
  if (attribute.type === 'set') return refuseSetCompare(scope, node, attribute)
  if (reportListName(scope, node, attribute)) return undefined
  if (operator === '==' || operator === '!=') {
    const test = equality(scope, value, attribute)
    return test && negatedIf(operator === '!=', atom(attribute, test, span), span)
  }
  if (operator === '~=') {
    if (attribute.type !== 'string') {
      const help = 'only strings have upper and lower case; write `==`'
      return reportOperator(scope, { node, operator, attribute, help, instead: '==', value: value.span })
    }
    return lowerCaseless(scope, value, attribute, span)
  }
  if (attribute.type === 'string' || attribute.type === 'bool' || attribute.type === 'ip') {
    return reportOperator(scope, {
      node,
      operator,
      attribute,
      help: 'numbers and dates have an order; write `==`, `!=` or `in`',
    })
  }
  const bound = literalValue(scope, value, attribute)
  return typeof bound === 'number' ? atom(attribute, { kind: orderTests[operator], value: bound }, span) : undefined
}

function refuseSetCompare(scope: Scope, node: TestNode<'compare'>, attribute: Attribute): undefined {
  const { operator, value } = node
  const isOrder = operator !== '==' && operator !== '!=' && operator !== '~='
  return reportOperator(scope, {
    node,
    operator,
    attribute,
    help: operator === '!=' ? `write \`not ${attribute.id} has …\`` : 'write `has`',
    instead: isOrder ? undefined : operator === '!=' ? 'not has' : 'has',
    value: value.span,
  })
}

/** `caller.team == known_teams`: the set is meant to be looked into. */
function reportListName(scope: Scope, node: TestNode<'compare'>, attribute: Attribute): boolean {
  const { value, operator } = node
  if (value.kind !== 'word' || (operator !== '==' && operator !== '!=')) return false
  const declared = scope.names.byName.get(value.text)
  if (declared?.kind !== 'set' || attribute.values?.includes(value.text)) return false
  scope.names.used.add(declared)
  const instead = operator === '==' ? 'in' : 'not in'
  scope.report('P210', {
    message: `\`${value.text}\` is a set, not a value`,
    span: node.span,
    related: [{ message: 'declared here', span: declared.name.span }],
    help: `write \`${instead}\``,
    edits: [{ span: operatorSpan(node, value.span), text: ` ${instead} ` }],
  })
  return true
}

function equality(scope: Scope, literal: Literal, attribute: Attribute): Test | undefined {
  if (attribute.type === 'ip') {
    const block = blockValue(scope, literal, attribute)
    return block && { kind: 'cidr', blocks: [block] }
  }
  const value = literalValue(scope, literal, attribute)
  return value === undefined ? undefined : { kind: 'equals', value }
}

function lowerCaseless(scope: Scope, literal: Literal, attribute: Attribute, span: Span): Cond | undefined {
  const value = literalValue(scope, literal, attribute, 'caseless')
  return typeof value === 'string' ? atom(attribute, { kind: 'caseless', value: asciiLower(value) }, span) : undefined
}

function lowerIn(scope: Scope, node: TestNode<'in'>, attribute: Attribute): Cond | undefined {
  const { span, negated, values } = node
  const operator = negated ? 'not in' : 'in'
  if (attribute.type === 'bool') {
    return reportOperator(scope, {
      node,
      operator,
      attribute,
      help: `write \`${attribute.id}\` or \`not ${attribute.id}\``,
    })
  }
  if (attribute.type === 'set') {
    const help = negated ? `write \`not ${attribute.id} has any\`` : 'write `has any`'
    return reportOperator(scope, {
      node,
      operator,
      attribute,
      help,
      instead: negated ? 'not has any' : 'has any',
      value: values.span,
    })
  }
  const list = findListValues(scope, values, attribute)
  if (!list) return undefined
  const within = reportingUse(scope, values, attribute)
  const lowerItems = attribute.type === 'ip' ? inBlocks : oneOf
  const positive = lowerItems(within, list.items, attribute, span)
  const withOpen =
    positive && list.providers.length > 0 ? addProviders(scope, positive, list.providers, span) : positive
  return withOpen && negatedIf(negated, withOpen, span)
}

type Items = readonly (Literal | TargetRef)[]

function inBlocks(scope: Scope, items: Items, attribute: Attribute, span: Span): Cond | undefined {
  const blocks: Cidr[] = []
  let whole = true
  for (const item of items) {
    const block = blockValue(scope, item, attribute)
    if (block) blocks.push(block)
    else whole = false
  }
  return whole ? atom(attribute, { kind: 'cidr', blocks }, span) : undefined
}

function oneOf(scope: Scope, items: Items, attribute: Attribute, span: Span): Cond | undefined {
  const values = new Set<Scalar>()
  let whole = true
  for (const item of items) {
    const value = literalValue(scope, item, attribute)
    if (value !== undefined) values.add(value)
    else whole = false
  }
  if (!whole) return undefined
  const [only] = values
  if (values.size === 1 && only !== undefined) return atom(attribute, { kind: 'equals', value: only }, span)
  return atom(attribute, { kind: 'one_of', values: [...values] }, span)
}

/** `provider/*` in a pool stands for every target of the provider. */
function addProviders(scope: Scope, ids: Cond, providers: readonly string[], span: Span): Cond {
  const provider = scope.attributes.get('target.provider')
  if (!provider) return ids
  const test: Test = { kind: 'one_of', values: providers }
  const open = atom(provider, test, span)
  return ids.kind === 'atom' && ids.test.kind === 'one_of' && ids.test.values.length === 0
    ? open
    : { kind: 'or', of: [ids, open], span }
}

const textTests = { starts_with: 'prefix', ends_with: 'suffix', contains: 'contains' } as const

function lowerText(scope: Scope, node: TestNode<'text'>, attribute: Attribute): Cond | undefined {
  const { operator, value, span } = node
  if (attribute.type !== 'string') return refuseText(scope, node, operator, attribute, value)
  if (operator === 'like') {
    return atom(attribute, { kind: 'glob', regex: parseGlob(value.value), text: value.value }, span)
  }
  if (value.value === '') return atom(attribute, { kind: 'present' }, span)
  return atom(attribute, { kind: textTests[operator], text: value.value }, span)
}

function refuseText(
  scope: Scope,
  node: AnyTest,
  operator: string,
  attribute: Attribute,
  value: StringLiteral | undefined,
): undefined {
  if (attribute.type === 'set') {
    const instead = operator === 'contains' ? 'has' : undefined
    return reportOperator(scope, {
      node,
      operator,
      attribute,
      help: 'write `has "…"` for one of its values',
      instead,
      value: value?.span,
    })
  }
  const help =
    attribute.type === 'ip'
      ? 'write `in ["10.0.0.0/8"]` for a block of addresses'
      : `it applies to strings; write \`==\`${attribute.type === 'bool' ? '' : ', `<` or `>`'}`
  return reportOperator(scope, { node, operator, attribute, help })
}

function lowerMatches(scope: Scope, node: TestNode<'matches'>, attribute: Attribute): Cond | undefined {
  if (attribute.type !== 'string') return refuseText(scope, node, 'matches', attribute, undefined)
  const { pattern, ignoreCase } = node.pattern
  const parsed = parseRegex(pattern, ignoreCase)
  if ('error' in parsed) {
    const start = node.pattern.span.start + 1 + parsed.start
    const span = { ...node.pattern.span, start, end: Math.max(start + 1, node.pattern.span.start + 1 + parsed.end) }
    scope.report('P109', { message: parsed.error, span, help: parsed.help })
    return undefined
  }
  return atom(
    attribute,
    { kind: 'search', regex: parsed.regex, text: `/${pattern}/${ignoreCase ? 'i' : ''}` },
    node.span,
  )
}

function lowerElements(scope: Scope, node: TestNode<'elements'>, attribute: Attribute): Cond | undefined {
  const { quantifier, values, span } = node
  if (attribute.type !== 'set') return refuseElements(scope, node, attribute)
  const list = findListValues(scope, values, attribute)
  if (!list) return undefined
  const within = reportingUse(scope, values, attribute)
  const elements = new Set<string>()
  let whole = true
  for (const item of list.items) {
    const value = literalValue(within, item, attribute)
    if (typeof value === 'string') elements.add(value)
    else whole = false
  }
  if (!whole) return undefined
  const atoms = [...elements].map((value) => atom(attribute, { kind: 'element', value }, span))
  return atoms.length === 1 ? atoms[0] : { kind: quantifier === 'all' ? 'and' : 'or', of: atoms, span }
}

function refuseElements(scope: Scope, node: TestNode<'elements'>, attribute: Attribute): undefined {
  const { quantifier, values } = node
  const operator = quantifier === 'one' ? 'has' : `has ${quantifier}`
  const isText = attribute.type === 'string'
  const single = values.kind === 'list' && quantifier === 'one' ? values.items[0] : undefined
  const instead = quantifier === 'any' ? 'in' : single ? '==' : undefined
  const help =
    quantifier === 'all'
      ? 'it has one value, which cannot be all of several'
      : `write \`${instead ?? 'in'}\`${isText && single ? ', or `contains` for a part of it' : ''}`
  return reportOperator(scope, { node, operator, attribute, help, instead, value: single?.span ?? values.span })
}
