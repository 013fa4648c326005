/** `guard`: what is looked for, on which side, and what is done with what is found. */

import { type GuardConfig, givesVerdict } from '../../config/guards.ts'
import type { Span } from '../../diagnostics/source.ts'
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

const builtIn: readonly string[] = detectors.map((each) => each.name)

/** A clause that names no side stands for both. */
function checkClause(scope: Scope, clause: GuardClause): Guard['clauses'][number] {
  const configured = scope.context.guards ?? []
  const known = [...builtIn, ...configured.map((each) => each.name)]
  const sides = clause.in.length > 0 ? clause.in : (['request', 'response'] as const)
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
    const guard = builtIn.includes(text) ? undefined : configured.find((each) => each.name === text)
    if (guard !== undefined) checkVerdict(scope, clause, { guard, span, sides })
  }
  return { action: clause.action, detectors: [...found], in: sides }
}

interface Named {
  readonly guard: Pick<GuardConfig, 'name' | 'kind'>
  readonly span: Span
  readonly sides: readonly ('request' | 'response')[]
}

/** What only says yes or no to a whole text can block or flag it; a schema speaks of answers. */
function checkVerdict(scope: Scope, { action }: GuardClause, { guard, span, sides }: Named): void {
  if (!givesVerdict(guard)) return
  if (action === 'redact' || action === 'mask') {
    scope.report('P706', {
      message: `\`${guard.name}\` says yes or no to a whole text, and \`${action}\` takes a part out of it`,
      span,
      help: 'write `block` or `flag`',
    })
  } else if (guard.kind === 'json_schema' && sides.includes('request')) {
    scope.report('P706', {
      message: `\`${guard.name}\` is a schema of answers, and the clause covers requests`,
      span,
      help: 'write `in response`',
    })
  }
}
