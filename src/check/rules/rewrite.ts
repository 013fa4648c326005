/** `rewrite`: fields of the request that the operator sets; each at most once in one rule. */
import type { Span } from '../../diagnostics/source.ts'
import type { Attribute } from '../../graph/attribute.ts'
import type { RewriteField } from '../../graph/decision.ts'
import type { RewriteClause, RewriteStatement } from '../../syntax/ast.ts'
import type { StringLiteral } from '../../syntax/ast-conditions.ts'
import { realNumber, wholeNumber } from '../numbers.ts'
import type { RewriteRule } from '../policy.ts'
import { resolveScalar } from '../resolve-attribute.ts'
import type { Scope } from '../scope.ts'
import { checkRule } from './rule.ts'

export function checkRewrite(scope: Scope, node: RewriteStatement, index: number): RewriteRule {
  const seen = new Map<string, Span>()
  const reads: Attribute[] = []
  const set: RewriteField[] = []
  for (const clause of node.clauses) {
    const field = checkClause(scope, clause, reads)
    if (!field) continue
    const name = fieldName(field)
    const before = seen.get(name)
    if (before) {
      scope.report('P209', {
        message: `\`${name}\` is set twice in one rewrite`,
        span: clause.span,
        related: [{ message: 'first set here', span: before }],
        help: 'leave one of the two out',
      })
      continue
    }
    seen.set(name, clause.span)
    set.push(field)
  }
  return { ...checkRule(scope, node, index), kind: 'rewrite', set, reads: [...new Set(reads)], node }
}

function fieldName(field: RewriteField): string {
  switch (field.kind) {
    case 'header':
      return `header ${JSON.stringify(field.name)}`
    case 'metadata':
      return `metadata ${JSON.stringify(field.key)}`
    case 'system_prepend':
      return 'system prepend'
    case 'max_tokens':
    case 'temperature':
    case 'service_tier':
      return field.kind
  }
}

function checkClause(scope: Scope, clause: RewriteClause, reads: Attribute[]): RewriteField | undefined {
  switch (clause.kind) {
    case 'max_tokens':
      return { kind: 'max_tokens', atMost: wholeNumber(scope, clause.atMost, { called: '`max_tokens`', min: 1 }) }
    case 'temperature':
      return {
        kind: 'temperature',
        value: realNumber(scope, clause.value, { called: '`temperature`', min: 0, max: 2 }),
      }
    case 'system_prepend':
      return { kind: 'system_prepend', text: notEmpty(scope, clause.text, 'the text of `system prepend`') }
    case 'header':
      return { kind: 'header', name: checkHeaderName(scope, clause.name), value: checkHeaderValue(scope, clause.value) }
    case 'metadata': {
      const key = notEmpty(scope, clause.key, 'the key of `metadata`')
      const attribute = resolveScalar(scope, clause.attribute, { called: '`metadata`', meters: true })
      if (!attribute) return undefined
      reads.push(attribute)
      return { kind: 'metadata', key, attribute: attribute.id }
    }
    case 'service_tier':
      return { kind: 'service_tier', value: notEmpty(scope, clause.value, 'the value of `service_tier`') }
  }
}

/** The text, which must not be empty. */
export function notEmpty(scope: Scope, literal: StringLiteral, called: string): string {
  if (literal.value === '') scope.report('P209', { message: `${called} is empty`, span: literal.span })
  return literal.value
}

/** Credentials are the provider's configuration; the rest is between two ends of one connection (RFC 9110 §7.6.1). */
const reservedHeaders: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'proxy-authenticate',
  'proxy-connection',
  'cookie',
  'set-cookie',
  'api-key',
  'x-api-key',
  'x-goog-api-key',
  'host',
  'connection',
  'content-length',
  'content-type',
  'content-encoding',
  'accept-encoding',
  'transfer-encoding',
  'te',
  'trailer',
  'upgrade',
  'keep-alive',
  'expect',
])

function checkHeaderName(scope: Scope, literal: StringLiteral): string {
  const name = literal.value.toLowerCase()
  if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name)) {
    scope.report('P209', {
      message: `${JSON.stringify(literal.value)} cannot be the name of a header`,
      span: literal.span,
    })
  } else if (reservedHeaders.has(name) || name.startsWith('x-amz-')) {
    scope.report('P209', {
      message: `the header \`${name}\` cannot be set by a policy`,
      span: literal.span,
      help: 'credentials and the framing of a message are made from `providers` in gateway.yaml',
    })
  }
  return name
}

function checkHeaderValue(scope: Scope, literal: StringLiteral): string {
  if (/[^\t\x20-\x7e]/.test(literal.value) || literal.value !== literal.value.trim()) {
    scope.report('P209', {
      message: 'the value of the header holds a character that headers cannot carry',
      span: literal.span,
      help: 'values are printable ASCII, without blanks at either end',
    })
  }
  return literal.value
}
