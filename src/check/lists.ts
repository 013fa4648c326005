/**
 * Lists of values: written in brackets, or a set or pool by name. A set has values of one kind, and says
 * so where it is declared; what an attribute makes of them is decided where it is used.
 */
import type { Attribute, AttributeType } from '../graph/attribute.ts'
import type { SetStatement } from '../syntax/ast.ts'
import type { ListLiteral, ListName, Literal, TargetRef } from '../syntax/ast-conditions.ts'
import { literalName, typeName } from './literals.ts'
import { findNamed, type NamedStatement } from './names.ts'
import type { Scope } from './scope.ts'

export interface ListValues {
  readonly items: readonly (Literal | TargetRef)[]
  /** Of a pool: the providers of which it has every target. */
  readonly providers: readonly string[]
}

/** The values that a list stands for, or undefined once a mistake is reported. */
export function findListValues(
  scope: Scope,
  list: ListLiteral | ListName,
  attribute: Attribute,
): ListValues | undefined {
  if (list.kind === 'list') {
    if (list.items.length > 0) return { items: list.items, providers: [] }
    scope.report('P209', {
      message: 'the list is empty, so nothing is ever in it',
      span: list.span,
      help: 'name at least one value',
    })
    return undefined
  }
  const ofTargets = attribute.id === 'target.id'
  const kinds: readonly ('set' | 'pool')[] = ofTargets ? ['set', 'pool'] : ['set']
  const found = findNamed(scope.names, scope.report, list.name, {
    kinds,
    called: ofTargets ? 'a set or a pool' : 'a set',
    help: (statement) => wrongKindHelp(statement),
  })
  if (!found) return undefined
  return found.kind === 'set' ? setValues(scope, found, list, attribute) : poolValues(scope, found.name.text, list)
}

/** Of a value in a set, what is wrong with it depends on the use, which is shown beside it. */
export function reportingUse(scope: Scope, list: ListLiteral | ListName, attribute: Attribute): Scope {
  if (list.kind === 'list') return scope
  const use = { message: `\`${list.name.text}\` is used for \`${attribute.id}\` here`, span: list.span }
  return {
    ...scope,
    report: (code, init, mend) => scope.report(code, { ...init, related: [...(init.related ?? []), use] }, mend),
  }
}

function wrongKindHelp(statement: NamedStatement): string | undefined {
  if (statement.kind === 'pool') return 'a pool is a list of targets; test `target.id` against it'
  return statement.kind === 'define' ? `a define is a condition; write \`and ${statement.name.text}\`` : undefined
}

function setValues(scope: Scope, set: SetStatement, use: ListName, attribute: Attribute): ListValues | undefined {
  const { items } = set.values
  const [first] = items
  if (!first || scope.brokenSets.has(set.values)) return undefined
  if (mayFit(first, attribute.type)) return { items, providers: [] }
  scope.report('P203', {
    message: `\`${set.name.text}\` is a set of ${pluralName(first)}, but \`${attribute.id}\` is ${typeName(attribute)}`,
    span: use.span,
    related: [{ message: 'declared here', span: set.name.span }],
  })
  return undefined
}

function poolValues(scope: Scope, name: string, use: ListName): ListValues | undefined {
  const candidates = scope.pools.get(name)
  if (!candidates || candidates.length === 0) return undefined
  const items: TargetRef[] = []
  const providers: string[] = []
  for (const candidate of candidates) {
    if (candidate.kind === 'open') providers.push(candidate.provider)
    if (candidate.kind !== 'entry') continue
    const slash = candidate.target.indexOf('/')
    items.push({
      kind: 'target',
      provider: candidate.target.slice(0, slash),
      model: candidate.target.slice(slash + 1),
      span: use.span,
    })
  }
  return { items, providers }
}

/** Whether literals of that kind can be values of the type at all. */
function mayFit(literal: Literal | TargetRef, type: AttributeType): boolean {
  switch (type) {
    case 'string':
    case 'set':
    case 'date':
    case 'ip':
      return literal.kind === 'string'
    case 'bool':
      return literal.kind === 'bool'
    case 'int':
    case 'number':
      return literal.kind === 'number'
    case 'size':
      return literal.kind === 'size' || literal.kind === 'number'
    case 'percent':
    case 'duration':
    case 'money':
      return literal.kind === type
  }
}

function pluralName(literal: Literal | TargetRef): string {
  switch (literal.kind) {
    case 'string':
      return 'strings'
    case 'number':
      return 'numbers'
    case 'bool':
      return 'bools'
    case 'duration':
      return 'durations'
    case 'size':
      return 'sizes'
    case 'money':
      return 'amounts of money'
    case 'percent':
      return 'percentages'
    case 'word':
      return 'words'
    case 'target':
      return 'targets'
  }
}

/** The text of a set: not empty, and values of one kind. */
export function checkSet(scope: Scope, set: SetStatement): void {
  const { items } = set.values
  const [first] = items
  const called = `the set \`${set.name.text}\``
  if (!first) {
    scope.report('P209', {
      message: `${called} is empty, so nothing is ever in it`,
      span: set.values.span,
      help: 'name at least one value',
    })
    scope.brokenSets.add(set.values)
    return
  }
  if (items.every((each) => each.kind === 'target')) {
    scope.report('P210', {
      message: `${called} lists targets, which make a pool`,
      span: set.values.span,
      help: 'write `pool` for a list of targets, or put model names in double quotes',
      edits: [{ span: { ...set.span, end: set.span.start + 'set'.length }, text: 'pool' }],
    })
    scope.brokenSets.add(set.values)
    return
  }
  for (const item of items) {
    if (item.kind === 'word') {
      scope.report('P203', {
        message: `found ${literalName(item)} in ${called}`,
        span: item.span,
        help: `write \`${JSON.stringify(item.text)}\``,
        edits: [{ span: item.span, text: JSON.stringify(item.text) }],
      })
    } else if (item.kind !== first.kind && first.kind !== 'word') {
      scope.report('P203', {
        message: `found ${literalName(item)} in ${called}, whose first value is ${literalName(first)}`,
        span: item.span,
        related: [{ message: 'the first value', span: first.span }],
        help: 'a set has values of one kind',
      })
    } else continue
    scope.brokenSets.add(set.values)
  }
}
