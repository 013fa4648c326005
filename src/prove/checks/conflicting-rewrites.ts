/** P501: two rewrites that set one field differently for some request. */
import type { RewriteRule } from '../../check/policy.ts'
import type { RewriteField } from '../../graph/decision.ts'
import { falseRef } from '../../graph/diagram.ts'
import { type Check, replayed } from '../check.ts'
import { aboutRule, conditionSpan } from '../rules.ts'

export const conflictingRewrites: Check = {
  code: 'P501',
  run(proof, { report, each }) {
    const rewrites = proof.policy.rules.filter((rule) => rule.kind === 'rewrite')
    each(
      rewrites.entries(),
      ([, rule]) => aboutRule(rule),
      ([index, rule]) => {
        for (const before of rewrites.slice(0, index)) {
          const field = conflictOf(before, rule)
          if (field === undefined) continue
          const both = proof.regions.and(proof.when(proof.ruleOf(before)), proof.when(proof.ruleOf(rule)))
          if (both === falseRef) continue
          const witness = proof.witness(proof.regions.and(both, proof.allowed()))
          if (!witness) continue
          const names = proof.replay(witness).rewrites.map((rewrite) => rewrite.rule)
          replayed(witness, names.includes(before.name) && names.includes(rule.name))
          report({
            message: `\`${rule.name}\` and \`${before.name}\` set ${field} differently for one request`,
            span: rule.nameSpan,
            related: [{ message: 'also applies', span: conditionSpan(before) }],
            help: 'make their conditions exclude each other, or set the field in one rule',
            witness,
          })
        }
      },
    )
  },
}

/** The field that both set to different values. Bounds and texts that are put in front go together. */
function conflictOf(a: RewriteRule, b: RewriteRule): string | undefined {
  for (const one of a.set) {
    for (const other of b.set) {
      const field = fieldOf(one)
      if (field !== undefined && field === fieldOf(other) && wantedOf(one) !== wantedOf(other)) return field
    }
  }
  return undefined
}

function fieldOf(field: RewriteField): string | undefined {
  switch (field.kind) {
    case 'max_tokens':
    case 'system_prepend':
      return undefined
    case 'temperature':
    case 'service_tier':
      return `\`${field.kind}\``
    case 'header':
      return `the header \`${field.name}\``
    case 'metadata':
      return `the metadata \`${field.key}\``
  }
}

function wantedOf(field: RewriteField): unknown {
  switch (field.kind) {
    case 'max_tokens':
      return field.atMost
    case 'system_prepend':
      return field.text
    case 'temperature':
    case 'service_tier':
    case 'header':
      return field.value
    case 'metadata':
      return field.attribute
  }
}
