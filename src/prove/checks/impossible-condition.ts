/** P301: a condition that no request satisfies, and laws and tests that speak of none. */
import type { Cond } from '../../check/policy.ts'
import type { Related } from '../../diagnostics/diagnostic.ts'
import type { Span } from '../../diagnostics/source.ts'
import type { Check, Reporting } from '../check.ts'
import { scopeOf } from '../claims.ts'
import { conflictOf } from '../conflict.ts'
import { givenOf } from '../given.ts'
import type { Proof } from '../proof.ts'
import { aboutRule, conditionSpan, isImpossible } from '../rules.ts'

export const impossibleCondition: Check = {
  code: 'P301',
  run(proof, reporting) {
    const { policy } = proof
    if (proof.isEmpty(proof.universe.natural)) return reportAssumptions(proof, reporting)
    reporting.each(policy.rules, aboutRule, (rule) => {
      if (isImpossible(proof, rule))
        reporting.report({
          message: `no request satisfies the condition of \`${rule.name}\``,
          ...explained(proof, rule.when, conditionSpan(rule)),
        })
    })
    reportLaws(proof, reporting)
  },
}

/** Assumptions that contradict each other leave nothing to prove, so nothing else is said. */
function reportAssumptions({ policy }: Proof, { report }: Reporting): void {
  const [first] = policy.assumptions
  if (!first) return
  report({
    message:
      policy.assumptions.length === 1
        ? `no request satisfies the assumption \`${first.name}\``
        : 'no request satisfies all assumptions together',
    span: first.nameSpan,
    related: policy.assumptions.slice(1).map((each) => ({ message: 'together with this', span: each.nameSpan })),
    help: 'an assumption is a fact about every request; mend or remove the one that is not so',
  })
}

function reportLaws(proof: Proof, { report, each }: Reporting): void {
  const { policy } = proof
  each(
    policy.assertions,
    ({ name, nameSpan }) => ({ what: `the assertion \`${name}\``, span: nameSpan }),
    (assertion) => {
      const { name, when, claims, nameSpan } = assertion
      const span = assertion.node.when?.span ?? nameSpan
      if (proof.isEmpty(proof.holds(when))) {
        report({ message: `the assertion \`${name}\` speaks of no request`, ...explained(proof, when, span) })
      } else if (claims.every((claim) => proof.isEmpty(scopeOf(proof, when, claim)))) {
        report({
          message: `the assertion \`${name}\` speaks of no request: all that satisfy its condition are denied`,
          span,
          help: 'what is denied goes nowhere; claim `denied`, or mend the condition',
        })
      }
    },
  )
  each(
    policy.tests,
    ({ title, node }) => ({ what: `the test "${title}"`, span: node.title.span }),
    (test) => {
      if (!proof.isEmpty(givenOf(proof, test).region)) return
      report({
        message: `the test "${test.title}" speaks of no request`,
        span: test.node.title.span,
        related: [...test.given, ...test.states].map(({ attribute, span }) => ({
          message: `given \`${attribute.id}\``,
          span,
        })),
        help: 'no request has all that is given; a table row, an enum or an assumption forbids it',
      })
    },
  )
}

interface Explained {
  readonly span: Span
  readonly label?: string
  readonly related?: readonly Related[]
  readonly help?: string
}

/** The smallest part of a condition that nothing satisfies. */
function explained(proof: Proof, condition: Cond, whole: Span): Explained {
  const conflict = conflictOf(proof, condition)
  const last = conflict?.[conflict.length - 1]
  if (!conflict || !last) return { span: whole }
  const label = labelOf(conflict)
  return {
    span: last.span,
    label,
    related: conflict.slice(0, -1).map((each) => ({ message: 'because of this', span: each.span })),
    ...(conflict.length === 1 ? { help: helpFor(proof, last) } : {}),
  }
}

function labelOf(conflict: readonly (Cond & { readonly span: Span })[]): string {
  const last = conflict[conflict.length - 1]!
  const attributes = new Set(conflict.map((each) => (each.kind === 'atom' ? each.attribute.id : undefined)))
  if (conflict.length === 1) return 'nothing can satisfy this'
  if (last.kind === 'atom' && attributes.size === 1) {
    const { test, attribute } = last
    const isText = test.kind === 'equals' && typeof test.value === 'string'
    return isText
      ? `\`${attribute.id}\` cannot also be ${JSON.stringify(test.value)}`
      : `\`${attribute.id}\` cannot also be so`
  }
  return 'nothing can satisfy this too'
}

function helpFor({ policy }: Proof, condition: Cond): string {
  if (condition.kind === 'atom' && condition.attribute.id === 'caller.kind')
    return `callers can be ${policy.possibleKinds.map((each) => `\`${each}\``).join(', ')}, as \`callers\` of gateway.yaml says`
  if (condition.kind === 'atom' && policy.fixed.has(condition.attribute.id))
    return `gateway.yaml says that \`${condition.attribute.id}\` is ${JSON.stringify(policy.fixed.get(condition.attribute.id))}`
  return 'mend the condition, or remove the rule'
}
