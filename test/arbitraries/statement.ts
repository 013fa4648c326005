/** Statements about access and targets, caching, and what is to be proved, as functions from a name to their text. */
import fc from 'fast-check'
import { clauses, duration, guarded, optional, reason, type Statement } from './clause.ts'
import { requestCondition, targetCondition } from './condition.ts'

/** `allow` and `deny`; a deny is seldom unconditional. */
export const allow: fc.Arbitrary<Statement> = fc.tuple(guarded(requestCondition, 5), reason).map(
  ([condition, because]) =>
    (name, scope) =>
      `allow ${name}${condition(scope)} ${because}`,
)

export const deny: fc.Arbitrary<Statement> = fc
  .tuple(requestCondition, reason, optional(fc.constantFrom('status 403', 'status 429', 'status 451'), 1))
  .map(
    ([condition, because, status]) =>
      (name, scope) =>
        `deny ${name} when ${condition(scope)} ${because} ${status}`,
  )

export const restrict: fc.Arbitrary<Statement> = fc.tuple(guarded(requestCondition, 1), targetCondition, reason).map(
  ([condition, to, because]) =>
    (name, scope) =>
      `restrict ${name}${condition(scope)} to ${to(scope)} ${because}`,
)

export const cache: fc.Arbitrary<Statement> = fc
  .tuple(
    guarded(requestCondition, 2),
    fc.oneof(
      { weight: 1, arbitrary: fc.constant('off') },
      {
        weight: 4,
        arbitrary: clauses(
          duration.map((each) => `ttl ${each}`),
          optional(
            duration.map((each) => `stale ${each}`),
            1,
          ),
          optional(
            fc.constantFrom(
              'scope caller.team',
              'scope caller.org, caller.region',
              'scope everyone',
              'scope everyone, caller.region',
            ),
            1,
          ),
          optional(fc.constant('semantic 0.95')),
        ),
      },
    ),
  )
  .map(
    ([condition, body]) =>
      (name, scope) =>
        `cache ${name}${condition(scope)} { ${body} }`,
  )

export const assertion: fc.Arbitrary<Statement> = fc
  .tuple(
    requestCondition,
    fc.constantFrom('allowed', 'not denied', 'every target.region == "eu"', 'no target.provider == "sand"', 'routed'),
  )
  .map(
    ([condition, claim]) =>
      (name, scope) =>
        `assert ${name} when ${condition(scope)} { ${claim} }`,
  )

export const assumption: fc.Arbitrary<Statement> = fc.tuple(requestCondition, requestCondition).map(
  ([condition, then]) =>
    (name, scope) =>
      `assume ${name} when ${condition(scope)} then ${then(scope)}`,
)

export const test: fc.Arbitrary<Statement> = fc
  .tuple(fc.constantFrom('core', 'growth', ''), fc.constantFrom('allowed', 'denied', 'not allowed'))
  .map(
    ([team, claim]) =>
      (name) =>
        `test "${name}" {\n  given caller.team = "${team}", request.stream = true\n  expect ${claim}\n}`,
  )
