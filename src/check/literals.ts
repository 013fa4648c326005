/**
 * Literals against the type of the attribute that they are compared with: a value in the unit of that
 * type, or a diagnostic that offers the literal as it should be written.
 */

import { suggest } from '../diagnostics/suggest.ts'
import type { Attribute } from '../graph/attribute.ts'
import type { Literal, TargetRef, WordLiteral } from '../syntax/ast-conditions.ts'
import { parseBlock } from './addresses.ts'
import { daysSinceEpoch } from './calendar.ts'
import { mendLiteral, writtenAs } from './mend-literal.ts'
import { article } from './names.ts'
import type { Cidr } from './policy.ts'
import { oneOfHelp } from './resolve-attribute.ts'
import type { Scope } from './scope.ts'
import { asTarget, isKnownTarget } from './targets.ts'

export type Scalar = string | number | boolean

/** What an attribute is, for messages: "a string", "one of a closed list of values". */
export function typeName(attribute: Attribute): string {
  switch (attribute.type) {
    case 'string':
      return attribute.values ? 'a string out of a closed list' : 'a string'
    case 'bool':
      return 'true or false'
    case 'int':
      return 'a whole number'
    case 'number':
      return 'a number'
    case 'percent':
      return 'a percentage'
    case 'size':
      return 'a size in bytes'
    case 'duration':
      return 'a duration'
    case 'money':
      return 'an amount of money'
    case 'date':
      return 'a date'
    case 'ip':
      return 'an address'
    case 'set':
      return 'a set of strings'
  }
}

/** What a literal is, for messages. */
export function literalName(literal: Literal | TargetRef): string {
  switch (literal.kind) {
    case 'string':
      return `the string ${quoted(literal.value)}`
    case 'number':
      return `the number \`${literal.text}\``
    case 'bool':
      return `\`${literal.value}\``
    case 'duration':
      return `the duration \`${literal.text}\``
    case 'size':
      return `the size \`${literal.text}\``
    case 'money':
      return `the amount \`${literal.text}\``
    case 'percent':
      return `the percentage \`${literal.text}\``
    case 'word':
      return `the bare word \`${literal.text}\``
    case 'target':
      return `the target \`${literal.provider}/${literal.model}\``
  }
}

/** A string in quotes, cut where it is long. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
}

/** The value of a literal for an attribute of any type but `ip`, or undefined once a mistake is reported. */
export function literalValue(
  scope: Scope,
  literal: Literal | TargetRef,
  attribute: Attribute,
  compared: 'exactly' | 'caseless' = 'exactly',
): Scalar | undefined {
  if (literal.kind === 'word' && reportName(scope, literal, attribute)) return undefined
  if (literal.kind === 'target' && attribute.id === 'target.id') return targetValue(scope, literal)
  const value = plainValue(literal, attribute)
  if (value === undefined) {
    reportType(scope, literal, attribute)
    return undefined
  }
  if (typeof value === 'string' && attribute.values && !mayEqual(attribute.values, value, compared)) {
    reportEnum(scope, value, literal, attribute)
    return undefined
  }
  if (typeof value === 'number' && !isInRange(scope, value, literal, attribute)) return undefined
  if (attribute.id === 'target.id' && typeof value === 'string' && compared === 'exactly')
    return quotedTarget(scope, value, literal)
  return value
}

function mayEqual(values: readonly string[], value: string, compared: 'exactly' | 'caseless'): boolean {
  if (compared === 'exactly') return values.includes(value)
  return values.some((each) => asciiLower(each) === asciiLower(value))
}

/** Lower case for ASCII letters only. */
export function asciiLower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}

/** The value where the literal is of the attribute's type. */
function plainValue(literal: Literal | TargetRef, attribute: Attribute): Scalar | undefined {
  switch (attribute.type) {
    case 'string':
    case 'set':
      return literal.kind === 'string' ? literal.value : undefined
    case 'bool':
      return literal.kind === 'bool' ? literal.value : undefined
    case 'int':
      return literal.kind === 'number' && Number.isSafeInteger(literal.value) ? literal.value : undefined
    case 'number':
      return literal.kind === 'number' ? literal.value : undefined
    case 'percent':
      return literal.kind === 'percent' ? literal.fraction : undefined
    case 'size':
      if (literal.kind === 'number') return Number.isSafeInteger(literal.value) ? literal.value : undefined
      return literal.kind === 'size' ? literal.bytes : undefined
    case 'duration':
      return literal.kind === 'duration' ? literal.ms : undefined
    case 'money':
      return literal.kind === 'money' ? literal.nanoUsd : undefined
    case 'date':
      return literal.kind === 'string' ? daysSinceEpoch(literal.value) : undefined
    case 'ip':
      return literal.kind === 'string' ? literal.value : undefined
  }
}

function reportType(scope: Scope, literal: Literal | TargetRef, attribute: Attribute): void {
  if (attribute.type === 'date' && literal.kind === 'string') {
    scope.report('P203', {
      message: /^\d{4}-\d\d-\d\d$/.test(literal.value)
        ? `the calendar has no day ${quoted(literal.value)}`
        : `found ${literalName(literal)}, but \`${attribute.id}\` is a date`,
      span: literal.span,
      help: 'dates are written as `"YYYY-MM-DD"`',
    })
    return
  }
  const mended = mendLiteral(literal, attribute)
  scope.report('P203', {
    message: `found ${literalName(literal)}, but \`${attribute.id}\` is ${typeName(attribute)}`,
    span: literal.span,
    help: mended === undefined ? writtenAs(attribute) : `write \`${mended}\``,
    edits: mended === undefined ? undefined : [{ span: literal.span, text: mended }],
  })
}

/** Whether a bare word is the name of a set, define or pool, which is then what is reported; a rule's name is chance. */
function reportName(scope: Scope, { text, span }: WordLiteral, attribute: Attribute): boolean {
  const declared = scope.names.byName.get(text)
  if (!declared || attribute.values?.includes(text)) return false
  if (declared.kind !== 'set' && declared.kind !== 'define' && declared.kind !== 'pool') return false
  scope.names.used.add(declared)
  const string = `\`${JSON.stringify(text)}\` for the string`
  scope.report('P210', {
    message: `\`${text}\` is ${article(declared.kind)}, not a value`,
    span,
    related: [{ message: 'declared here', span: declared.name.span }],
    help: declared.kind === 'set' ? `write \`in ${text}\`, or ${string}` : `write ${string}`,
  })
  return true
}

function reportEnum(scope: Scope, value: string, literal: Literal | TargetRef, attribute: Attribute): void {
  const near = attribute.values!.find((each) => each === value.toLowerCase()) ?? suggest(value, attribute.values!)
  scope.report('P203', {
    message: `${quoted(value)} is not a value of \`${attribute.id}\``,
    span: literal.span,
    help: near === undefined ? oneOfHelp(value, attribute.values!) : `did you mean \`${near}\`?`,
    edits: near === undefined ? undefined : [{ span: literal.span, text: JSON.stringify(near) }],
  })
}

function isInRange(scope: Scope, value: number, literal: Literal | TargetRef, attribute: Attribute): boolean {
  const { min, max } = attribute
  if ((min === undefined || value >= min) && (max === undefined || value <= max)) return true
  const range = max === undefined ? `is never below ${min}` : `is between ${min ?? 'anything'} and ${max}`
  scope.report('P209', {
    message: `found ${literalName(literal)}, but \`${attribute.id}\` ${range}`,
    span: literal.span,
    help: 'a test against a value that cannot occur holds always or never',
  })
  return false
}

function targetValue(scope: Scope, ref: TargetRef): string | undefined {
  if (!isKnownTarget(scope, ref)) return undefined
  if (ref.model !== '*') return `${ref.provider}/${ref.model}`
  scope.report('P207', {
    message: `\`${ref.provider}/*\` is not one target`,
    span: ref.span,
    help: `write \`target.provider == ${JSON.stringify(ref.provider)}\` for all targets of a provider`,
  })
  return undefined
}

function quotedTarget(scope: Scope, value: string, literal: Literal | TargetRef): string | undefined {
  const target = asTarget(value)
  if (target?.model === '*') return targetValue(scope, { kind: 'target', ...target, span: literal.span })
  if (target) return isKnownTarget(scope, { ...target, span: literal.span, quoted: true }) ? value : undefined
  const entry = scope.context.catalogue.entries.find((each) => each.model === value)
  scope.report('P207', {
    message: `found ${quoted(value)}, but \`target.id\` is a target, as \`provider/model\``,
    span: literal.span,
    help: entry ? `did you mean \`${entry.id}\`?` : 'for the model alone, test `target.model`',
    edits: entry ? [{ span: literal.span, text: JSON.stringify(entry.id) }] : undefined,
  })
  return undefined
}

/** The address block of a literal, or undefined once a mistake is reported. */
export function blockValue(scope: Scope, literal: Literal | TargetRef, attribute: Attribute): Cidr | undefined {
  if (literal.kind === 'word' && reportName(scope, literal, attribute)) return undefined
  if (literal.kind !== 'string') {
    reportType(scope, literal, attribute)
    return undefined
  }
  const parsed = parseBlock(literal.value)
  switch (parsed.kind) {
    case 'block':
      return parsed.block
    case 'host_bits':
      scope.report('P203', {
        message: `${quoted(literal.value)} has bits beyond its prefix`,
        span: literal.span,
        help: `the block is \`${parsed.corrected}\`; for the address alone leave the prefix out`,
        edits: [{ span: literal.span, text: JSON.stringify(parsed.corrected) }],
      })
      return undefined
    case 'invalid':
      scope.report('P203', {
        message: `${quoted(literal.value)} is not an address or a CIDR block`,
        span: literal.span,
        help: 'addresses are written as `"10.1.2.3"` or `"2001:db8::1"`, blocks as `"10.0.0.0/8"`',
      })
      return undefined
  }
}
