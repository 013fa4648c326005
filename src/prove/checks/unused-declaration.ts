/** P304: a set, define, pool or import that nothing uses. */
import type { Check } from '../check.ts'

export const unusedDeclaration: Check = {
  code: 'P304',
  run({ policy }, { report }) {
    for (const { kind, name, span, used } of policy.declarations) {
      if (used) continue
      report({
        message:
          kind === 'import' ? `nothing of ${JSON.stringify(name)} is used` : `the ${kind} \`${name}\` is not used`,
        span,
        help: kind === 'import' ? 'remove the import' : 'use it, or remove it',
      })
    }
  },
}
