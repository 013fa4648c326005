/**
 * Conditions, from the tree to the small core of `policy.ts`: names resolved, values typed, defines
 * written in. A broken part is reported and stands as `true`, so that the rest is still checked.
 */

import type { Span } from '../diagnostics/source.ts'
import type { Attribute } from '../graph/attribute.ts'
import type { AttributeRef, Condition, Name } from '../syntax/ast-conditions.ts'
import type { TargetRead } from './checked-define.ts'
import { lowerTest } from './comparisons.ts'
import { typeName } from './literals.ts'
import { findNamed } from './names.ts'
import type { Cond } from './policy.ts'
import { nearAttribute, resolveAttribute } from './resolve-attribute.ts'
import type { Measure, Scope } from './scope.ts'

/** Where a condition stands, and what is known there. */
export interface Place {
  /** For messages: "the condition of `deny`". */
  readonly called: string
  readonly target: boolean
  readonly access: boolean
  /** In a define: what it reads of the target, decided on where it is used. */
  readonly reads?: TargetRead[]
}

export const always: Cond = { kind: 'const', value: true }

/** Most tests in one condition once its defines are written out, and the most levels of it. */
const mostTests = 20_000
const mostLevels = 1_000

/** A condition that may be left out. */
export function lowerWhen(scope: Scope, condition: Condition | undefined, place: Place): Cond {
  return condition ? lowerCondition(scope, condition, place) : always
}

/** The condition in the core; within stated bounds, whatever its defines grow to. */
export function lowerCondition(scope: Scope, condition: Condition, place: Place): Cond {
  const cond = lower(scope, condition, place)
  const { size, depth } = measure(scope, cond)
  if (size <= mostTests && depth <= mostLevels) return cond
  scope.report('P107', {
    message:
      size > mostTests
        ? `${place.called} grows to more than ${mostTests} tests once its defines are written out`
        : `${place.called} is nested more than ${mostLevels} deep once its defines are written out`,
    span: condition.span,
    help: 'use a `set`, or a table in gateway.yaml, for long lists of values',
  })
  return always
}

function lower(scope: Scope, condition: Condition, place: Place): Cond {
  switch (condition.kind) {
    case 'or':
    case 'and':
      return { kind: condition.kind, of: flatten(scope, condition, place), span: condition.span }
    case 'not':
      return { kind: 'not', of: lower(scope, condition.operand, place), span: condition.span }
    case 'compare':
    case 'in':
    case 'text':
    case 'matches':
    case 'elements': {
      const attribute = readAttribute(scope, condition.attribute, place)
      return (attribute && lowerTest(scope, condition, attribute)) ?? always
    }
    case 'present': {
      const attribute = readAttribute(scope, condition.attribute, place)
      return attribute ? { kind: 'atom', attribute, test: { kind: 'present' }, span: condition.span } : always
    }
    case 'attribute':
      return lowerBool(scope, condition.attribute, place)
    case 'define':
      return inlineDefine(scope, condition.name, condition.span, place)
    case 'access':
      return lowerAccess(scope, condition.effect, condition.span, place)
  }
}

/** Groups of one kind in one another are one group; a define that is used stays a group of its own. */
function flatten(scope: Scope, group: Condition & { kind: 'or' | 'and' }, place: Place): Cond[] {
  return group.operands.flatMap((each) =>
    each.kind === group.kind ? flatten(scope, each, place) : [lower(scope, each, place)],
  )
}

function readAttribute(scope: Scope, ref: AttributeRef, place: Place): Attribute | undefined {
  const attribute = resolveAttribute(scope, ref)
  if (attribute?.phase !== 'target') return attribute
  place.reads?.push({ id: attribute.id, span: ref.span })
  if (place.target) return attribute
  scope.report('P208', {
    message: `\`${attribute.id}\` is read in ${place.called}, before a target is chosen`,
    span: ref.span,
    help: targetHelp,
  })
  return undefined
}

const targetHelp = '`target.*` is known after `to` in a `restrict`, and after `every`, `some` and `no` in a claim'

function lowerBool(scope: Scope, ref: AttributeRef, place: Place): Cond {
  const attribute = readAttribute(scope, ref, place)
  if (!attribute) return always
  if (attribute.type === 'bool')
    return { kind: 'atom', attribute, test: { kind: 'equals', value: true }, span: ref.span }
  scope.report('P203', {
    message: `\`${attribute.id}\` is ${typeName(attribute)} and not a condition by itself`,
    span: ref.span,
    help: `compare it, or write \`has ${attribute.id}\``,
    edits: [{ span: { ...ref.span, end: ref.span.start }, text: 'has ' }],
  })
  return always
}

function inlineDefine(scope: Scope, name: Name, span: Span, place: Place): Cond {
  const found = findNamed(scope.names, scope.report, name, {
    kinds: ['define'],
    called: 'a define',
    help: (statement) => {
      if (statement.kind === 'set') return `test an attribute against it, as in \`caller.team in ${name.text}\``
      return statement.kind === 'pool' ? `test the target against it, as in \`target.id in ${name.text}\`` : undefined
    },
    others: (text) => nearAttribute(scope, text),
  })
  const define = found && scope.defines.get(found.name.text)
  if (!define) return always
  const [read] = define.reads
  if (read) place.reads?.push(read)
  if (read && !place.target) {
    scope.report('P208', {
      message: `\`${name.text}\` reads \`${read.id}\`, which is not known in ${place.called}`,
      span,
      related: [{ message: 'read here', span: read.span }],
      help: targetHelp,
    })
    return always
  }
  return define.cond.kind === 'const' ? define.cond : { ...define.cond, span }
}

function lowerAccess(scope: Scope, effect: 'allowed' | 'denied', span: Span, place: Place): Cond {
  if (place.access) return { kind: 'access', effect: effect === 'allowed' ? 'allow' : 'deny', span }
  scope.report('P208', {
    message: `\`${effect}\` is read in ${place.called}, where access is not decided yet`,
    span,
    help: 'it may stand in the condition of an `assert`',
  })
  return always
}

/** Size and depth; what defines share is counted each time, as a reader of the condition walks it. */
export function measure(scope: Scope, cond: Cond): Measure {
  if (cond.kind !== 'and' && cond.kind !== 'or' && cond.kind !== 'not') return single
  const known = scope.measures.get(cond)
  if (known) return known
  let size = 0
  let depth = 0
  for (const part of cond.kind === 'not' ? [cond.of] : cond.of) {
    const inner = measure(scope, part)
    size += inner.size
    depth = Math.max(depth, inner.depth)
  }
  const found = { size, depth: depth + 1 }
  scope.measures.set(cond, found)
  return found
}

const single: Measure = { size: 1, depth: 1 }
