/** `cache`: how long answers are kept, and among whom they are shared. */
import type { Attribute } from '../../graph/attribute.ts'
import type { Cache } from '../../graph/decision.ts'
import type { CacheScope, CacheStatement } from '../../syntax/ast.ts'
import { durationMs, realNumber } from '../numbers.ts'
import type { CacheRule } from '../policy.ts'
import { resolveKey } from '../resolve-attribute.ts'
import type { Scope } from '../scope.ts'
import { checkRule } from './rule.ts'

export function checkCache(scope: Scope, node: CacheStatement, index: number): CacheRule {
  const shared = node.scope ? checkScope(scope, node.scope) : []
  const value = checkValue(scope, node, node.scope ? shared.map((each) => each.id) : ['caller.id'])
  return { ...checkRule(scope, node, index), kind: 'cache', value, scope: shared, node }
}

function checkValue(scope: Scope, node: CacheStatement, shared: readonly string[]): Cache {
  const rule = node.name.text
  if (node.off) return { rule, off: true }
  if (!node.ttl) {
    scope.report('P209', {
      message: `the cache \`${rule}\` does not say how long answers are kept`,
      span: node.name.span,
      help: 'write a `ttl`, or `off` for a rule that keeps requests out of the cache',
    })
  }
  return {
    rule,
    off: false,
    ttlMs: node.ttl ? durationMs(scope, node.ttl, { called: '`ttl`' }) : 0,
    staleMs: node.stale ? durationMs(scope, node.stale, { called: '`stale`', mayBeZero: true }) : 0,
    scope: shared,
    ...(node.semantic ? { semantic: checkSemantic(scope, node) } : {}),
  }
}

function checkSemantic(scope: Scope, { semantic }: CacheStatement): number {
  if (!semantic) return 1
  const value = realNumber(scope, semantic, { called: '`semantic`', min: 0, max: 1 })
  if (semantic.value === 0) {
    scope.report('P209', {
      message: 'a similarity of `0` would take every answer for every question',
      span: semantic.span,
      help: 'values near 1, as `0.95`, ask for a close resemblance',
    })
  }
  return value
}

/** One of these says whose answer it is. */
const owners: readonly string[] = ['caller.id', 'caller.user', 'caller.key', 'caller.team', 'caller.org']

function checkScope(scope: Scope, node: CacheScope): readonly Attribute[] {
  const attributes = resolveKey(scope, node.attributes, { called: '`scope`', meters: false })
  const ids = attributes.map((each) => each.id)
  const whole = ids.length === node.attributes.length
  if (whole && !node.everyone && !ids.some((each) => owners.includes(each))) {
    scope.report('P209', {
      message: 'the scope holds nothing that tells callers apart, so that one caller gets the answers of another',
      span: node.span,
      help: `add one of ${owners.map((each) => `\`${each}\``).join(', ')}, or the word \`everyone\` where that is meant`,
    })
  }
  return attributes
}
