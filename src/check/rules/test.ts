/** `test`: what is given, typed as conditions are; what fails; what is expected. */

import type { Span } from '../../diagnostics/source.ts'
import type { Attribute } from '../../graph/attribute.ts'
import type { Expectation, Fault, TestStatement } from '../../syntax/ast.ts'
import type { AttributeRef, ListLiteral, Literal } from '../../syntax/ast-conditions.ts'
import { blockValue, literalName, literalValue } from '../literals.ts'
import { wholeNumber } from '../numbers.ts'
import type { Claim, PolicyTest, Value } from '../policy.ts'
import { resolveAttribute } from '../resolve-attribute.ts'
import type { Scope } from '../scope.ts'
import { isKnownTarget } from '../targets.ts'
import { checkClaim } from './claims.ts'
import { checkFailureClass } from './route.ts'

type Given = PolicyTest['given'][number]

export function checkTest(scope: Scope, node: TestStatement): PolicyTest {
  const seen = new Map<Attribute, Span>()
  const given: Given[] = []
  for (const each of node.given) {
    const attribute = givenAttribute(scope, each.attribute, seen)
    if (!attribute) continue
    if (each.kind === 'value') {
      const value = givenValue(scope, each.value, attribute)
      if (value !== undefined) given.push({ attribute, value, span: each.span })
    } else {
      if (!attribute.optional) reportRequired(scope, each.span, attribute)
      given.push({ attribute, value: undefined, span: each.span })
    }
  }
  const states = node.faults.flatMap((each) => checkFault(scope, each, seen))
  const claims = node.expect.flatMap((each) => checkExpectation(scope, each))
  return { title: node.title.value, given, states, claims, node }
}

function reportRequired(scope: Scope, span: Span, attribute: Attribute): void {
  scope.report('P209', {
    message: `\`${attribute.id}\` is never missing`,
    span,
    help: 'only optional attributes can be missing; give it a value',
  })
}

/** The attribute of a given, which no other given of the test has. */
function givenAttribute(scope: Scope, ref: AttributeRef, seen: Map<Attribute, Span>): Attribute | undefined {
  const attribute = resolveAttribute(scope, ref)
  if (!attribute) return undefined
  if (attribute.phase === 'target') {
    scope.report('P208', {
      message: `\`${attribute.id}\` cannot be given, since a test is about a request`,
      span: ref.span,
      help: 'what candidates have in common is claimed: `expect every target.region == "eu"`',
    })
    return undefined
  }
  const before = seen.get(attribute)
  if (!before) {
    seen.set(attribute, ref.span)
    return attribute
  }
  scope.report('P209', {
    message: `\`${attribute.id}\` is given twice`,
    span: ref.span,
    related: [{ message: 'first given here', span: before }],
    help: 'leave one of the two out',
  })
  return undefined
}

function givenValue(scope: Scope, value: Literal | ListLiteral, attribute: Attribute): Value | undefined {
  if (attribute.type === 'set') return givenSet(scope, value, attribute)
  if (value.kind === 'list') {
    scope.report('P203', {
      message: `found a list, but \`${attribute.id}\` has one value`,
      span: value.span,
      help: 'give one value; a test for each of several',
    })
    return undefined
  }
  if (attribute.type !== 'ip') return literalValue(scope, value, attribute)
  const block = blockValue(scope, value, attribute)
  if (!block) return undefined
  if (!block.text.includes('/')) return block.text
  scope.report('P203', {
    message: `found a block of addresses, but \`${attribute.id}\` is one address`,
    span: value.span,
  })
  return undefined
}

function givenSet(scope: Scope, value: Literal | ListLiteral, attribute: Attribute): readonly string[] | undefined {
  if (value.kind !== 'list') {
    const text = scope.names.byName.has(value.kind === 'word' ? value.text : '')
      ? undefined
      : `[${value.span.source.text.slice(value.span.start, value.span.end)}]`
    scope.report('P203', {
      message: `found ${literalName(value)}, but \`${attribute.id}\` is a set of strings`,
      span: value.span,
      help: text === undefined ? 'write the values in brackets' : `write \`${text}\``,
      edits: text === undefined ? undefined : [{ span: value.span, text }],
    })
    return undefined
  }
  const values = new Set<string>()
  let whole = true
  for (const item of value.items) {
    const found = literalValue(scope, item, attribute)
    if (typeof found === 'string') values.add(found)
    else whole = false
  }
  return whole ? [...values] : undefined
}

function checkFault(scope: Scope, fault: Fault, seen: Map<Attribute, Span>): Given[] {
  if (fault.kind === 'state') return checkState(scope, fault, seen)
  isKnownTarget(scope, fault.target)
  if (fault.with) checkFailureClass(scope, fault.with)
  if (fault.kind === 'fails' && fault.afterChunks) reportTooLate(scope, fault.afterChunks.span)
  else if (fault.afterChunks) wholeNumber(scope, fault.afterChunks, { called: '`after … chunks`', min: 0 })
  return []
}

function reportTooLate(scope: Scope, span: Span): void {
  scope.report('P209', {
    message: 'found `after` behind `fails`, which is before the first chunk',
    span,
    help: 'write `stalls after … chunks` or `cut after … chunks`',
  })
}

function checkState(scope: Scope, fault: Extract<Fault, { kind: 'state' }>, seen: Map<Attribute, Span>): Given[] {
  const attribute = givenAttribute(scope, fault.attribute, seen)
  if (!attribute) return []
  if (attribute.phase !== 'meters') {
    scope.report('P208', {
      message: `\`${attribute.id}\` is not a state that can change under a request`,
      span: fault.attribute.span,
      help: `states are \`budget.NAME.used\`, \`limit.NAME.used\` and \`provider.NAME.healthy\`; write \`given ${attribute.id} = …\``,
    })
    return []
  }
  const value = givenValue(scope, fault.value, attribute)
  return value === undefined ? [] : [{ attribute, value, span: fault.span }]
}

function checkExpectation(scope: Scope, expectation: Expectation): Claim[] {
  switch (expectation.kind) {
    case 'claim':
      return [checkClaim(scope, expectation.claim)]
    case 'served_by':
      isKnownTarget(scope, expectation.target)
      return []
    case 'attempts':
      wholeNumber(scope, expectation.count, { called: '`attempts`', min: 0 })
      return []
    case 'failed_with':
      wholeNumber(scope, expectation.status, { called: '`failed with`', min: 400, max: 599 })
      return []
  }
}
