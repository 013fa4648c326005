/** `log`: what is recorded beside the usual. */
import type { Span } from '../../diagnostics/source.ts'
import type { Attribute } from '../../graph/attribute.ts'
import type { LogStatement } from '../../syntax/ast.ts'
import type { LogRule } from '../policy.ts'
import { resolveScalar } from '../resolve-attribute.ts'
import type { Scope } from '../scope.ts'
import { notEmpty } from './rewrite.ts'
import { checkRule } from './rule.ts'

export function checkLog(scope: Scope, node: LogStatement, index: number): LogRule {
  const captured = node.clauses.flatMap((each) => (each.kind === 'capture' ? [each.what] : []))
  const tags: { key: string; attribute: Attribute }[] = []
  const seen = new Map<string, Span>()
  for (const clause of node.clauses) {
    if (clause.kind !== 'tag') continue
    const key = notEmpty(scope, clause.key, 'the key of `tag`')
    const attribute = resolveScalar(scope, clause.attribute, { called: '`tag`', meters: true })
    const before = seen.get(key)
    if (before) {
      scope.report('P209', {
        message: `the tag ${JSON.stringify(key)} stands twice in one log`,
        span: clause.span,
        related: [{ message: 'first here', span: before }],
        help: 'leave one of the two out',
      })
      continue
    }
    seen.set(key, clause.span)
    if (attribute) tags.push({ key, attribute })
  }
  return {
    ...checkRule(scope, node, index),
    kind: 'log',
    capture: [...new Set(captured)],
    tags: tags.map((each) => ({ key: each.key, attribute: each.attribute.id })),
    reads: [...new Set(tags.map((each) => each.attribute))],
    node,
  }
}
