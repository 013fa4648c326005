/** `guard`: what is looked for, on which side, and what is done with what is found. */

import { suggest } from '../../diagnostics/suggest.ts'
import type { Guard } from '../../graph/decision.ts'
import type { GuardClause, GuardStatement, Name } from '../../syntax/ast.ts'
import { detectors } from '../detectors.ts'
import type { GuardRule } from '../policy.ts'
import { oneOfHelp } from '../resolve-attribute.ts'
import type { Scope } from '../scope.ts'
import { checkRule } from './rule.ts'

export function checkGuard(scope: Scope, node: GuardStatement, index: number): GuardRule {
  const seen = new Map<string, Name>()
  const clauses = node.clauses.map((clause) => checkClause(scope, clause, seen))
  return { ...checkRule(scope, node, index), kind: 'guard', value: { rule: node.name.text, clauses }, node }
}

const known: readonly string[] = detectors.map((each) => each.name)

/** One detector does one thing on one side; a clause that names no side stands for both. */
function checkClause(scope: Scope, clause: GuardClause, seen: Map<string, Name>): Guard['clauses'][number] {
  const sides = clause.in.length > 0 ? clause.in : (['request', 'response'] as const)
  const found: string[] = []
  for (const detector of clause.detectors) {
    if (!known.includes(detector.text)) {
      const near = suggest(detector.text, known)
      scope.report('P209', {
        message: `there is no detector \`${detector.text}\``,
        span: detector.span,
        help: oneOfHelp(detector.text, known),
        edits: near === undefined ? undefined : [{ span: detector.span, text: near }],
      })
      continue
    }
    for (const side of sides) {
      const key = `${side} ${detector.text}`
      const before = seen.get(key)
      if (before) {
        scope.report('P209', {
          message: `\`${detector.text}\` stands twice for the ${side} in one guard`,
          span: detector.span,
          related: [{ message: 'first here', span: before.span }],
          help: 'of two actions on one finding only one could be taken; leave one out',
        })
      } else seen.set(key, detector)
    }
    found.push(detector.text)
  }
  return { action: clause.action, detectors: found, in: sides }
}
