/** `guard`: what is looked for, on which side, and what is done with what is found. */

import { suggest } from '../../diagnostics/suggest.ts'
import type { Guard } from '../../graph/decision.ts'
import type { GuardClause, GuardStatement } from '../../syntax/ast.ts'
import { detectors } from '../detectors.ts'
import type { GuardRule } from '../policy.ts'
import { oneOfHelp } from '../resolve-attribute.ts'
import type { Scope } from '../scope.ts'
import { checkRule } from './rule.ts'

export function checkGuard(scope: Scope, node: GuardStatement, index: number): GuardRule {
  const clauses = node.clauses.map((clause) => checkClause(scope, clause))
  return { ...checkRule(scope, node, index), kind: 'guard', value: { rule: node.name.text, clauses }, node }
}

const known: readonly string[] = detectors.map((each) => each.name)

/** A clause that names no side stands for both. */
function checkClause(scope: Scope, clause: GuardClause): Guard['clauses'][number] {
  const found = new Set<string>()
  for (const { text, span } of clause.detectors) {
    if (!known.includes(text)) {
      const near = suggest(text, known)
      scope.report('P209', {
        message: `there is no detector \`${text}\``,
        span,
        help: oneOfHelp(text, known),
        edits: near === undefined ? undefined : [{ span, text: near }],
      })
    } else if (found.has(text)) {
      scope.report('P209', { message: `\`${text}\` stands twice in one clause`, span, help: 'name it once' })
    }
    found.add(text)
  }
  return {
    action: clause.action,
    detectors: [...found],
    in: clause.in.length > 0 ? clause.in : ['request', 'response'],
  }
}
