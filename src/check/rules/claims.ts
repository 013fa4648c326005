/** Claims of assertions and tests: the rules that they name, and their conditions on candidates. */
import type { Claim as ClaimNode, ClaimWord } from '../../syntax/ast.ts'
import { lowerCondition } from '../conditions.ts'
import { findNamed, type NamedKind } from '../names.ts'
import type { Claim } from '../policy.ts'
import type { Scope } from '../scope.ts'
import { resolveEntry } from '../targets.ts'

/** Which rules a claim may be by. */
const kindOf = {
  allowed: 'allow',
  denied: 'deny',
  routed: 'route',
  cached: 'cache',
  limited: 'limit',
  budgeted: 'budget',
  guarded: 'guard',
  rewritten: 'rewrite',
  shadowed: 'shadow',
} as const satisfies Record<ClaimWord, NamedKind>

/** The claim with its condition typed. */
export function checkClaim(scope: Scope, claim: ClaimNode): Claim {
  switch (claim.kind) {
    case 'outcome': {
      const kind = kindOf[claim.word]
      if (claim.by) {
        findNamed(scope.names, scope.report, claim.by, {
          kinds: [kind],
          called: kind === 'allow' ? 'an allow' : `a ${kind}`,
          help: (found) =>
            found.kind === 'restrict'
              ? 'a restrict drops candidates and does not decide access; claim `every` or `no` of the target'
              : undefined,
        })
      }
      return claim
    }
    case 'candidates': {
      const place = { called: `the condition after \`${claim.quantifier}\``, target: true, access: false }
      return { ...claim, condition: lowerCondition(scope, claim.condition, place) }
    }
    case 'target':
      resolveEntry(
        scope,
        claim.target,
        `write \`every target.provider == ${JSON.stringify(claim.target.provider)}\` for all targets of a provider`,
      )
      return claim
    case 'not':
      return { kind: 'not', claim: checkClaim(scope, claim.claim), span: claim.span }
  }
}
