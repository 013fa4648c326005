/** `assert` and `assume`: laws about every request. */
import type { AssertStatement, AssumeStatement } from '../../syntax/ast.ts'
import { lowerCondition, lowerWhen } from '../conditions.ts'
import type { Assertion, Assumption } from '../policy.ts'
import type { Scope } from '../scope.ts'
import { checkClaim } from './claims.ts'

/** An assertion; its condition may speak of access, which is decided before anything is claimed. */
export function checkAssert(scope: Scope, node: AssertStatement): Assertion {
  const place = { called: `the condition of \`${node.name.text}\``, target: false, access: true }
  return {
    name: node.name.text,
    when: lowerWhen(scope, node.when, place),
    claims: node.claims.map((each) => checkClaim(scope, each)),
    nameSpan: node.name.span,
    node,
  }
}

/** An assumption; it is about requests, so neither targets nor access have a part in it. */
export function checkAssume(scope: Scope, node: AssumeStatement): Assumption {
  const place = { called: `the assumption \`${node.name.text}\``, target: false, access: false }
  return {
    name: node.name.text,
    when: lowerWhen(scope, node.when, place),
    // biome-ignore lint/suspicious/noThenProperty: the word of the language, and no promise is near
    then: lowerCondition(scope, node.then, place),
    nameSpan: node.name.span,
    node,
  }
}
