/** Routes: steps of every shape, with the clauses that may stand beside them. */
import fc from 'fast-check'
import { clauses, ids, optional, type Statement, target, whenMetered } from './clause.ts'
import { type Draft, pick } from './condition.ts'

const shares = fc.constantFrom(
  ...[['100%'], ['90%', '10%'], ['50%', '50%'], ['70%', '20%', '10%'], ['33.3%', '33.3%', '33.4%'], ['0.5%', '99.5%']],
)

const split = fc
  .tuple(
    shares,
    fc.shuffledSubarray([...ids, 'requested', 'sand/*'], { minLength: 3, maxLength: 3 }),
    optional(fc.constantFrom('sticky by caller.id', 'sticky by caller.team'), 1),
  )
  .map(
    ([parts, targets, sticky]): Draft =>
      () =>
        `${parts.map((share, index) => `${share} ${targets[index]}`).join(' | ')} ${sticky}`,
  )

const choice = fc
  .tuple(
    fc.constantFrom('cheapest', 'fastest', 'least_busy', 'any'),
    fc.nat(5),
    fc.shuffledSubarray([...ids, 'alpha/*', 'beta/*'], { minLength: 1, maxLength: 4 }),
  )
  .map(
    ([how, index, targets]): Draft =>
      (scope) => {
        const pool = index < 3 ? pick(scope.pools, index) : undefined
        return `${how} of ${pool ?? `[${targets.join(', ')}]`}`
      },
  )

const step: fc.Arbitrary<Draft> = fc.oneof(
  target.map(
    (each): Draft =>
      () =>
        each,
  ),
  split,
  choice,
)

const retry = fc
  .tuple(
    fc.constantFrom('0', '1', '2'),
    optional(fc.constantFrom('on 429', 'on 5xx, timeout', 'on 429, 503, connect, cut'), 1),
    optional(fc.constant('backoff 100ms to 2s'), 1),
  )
  .map((each) => `retry ${each.join(' ')}`)

export function route(condition: fc.Arbitrary<Draft> = whenMetered): fc.Arbitrary<Statement> {
  const rest = clauses(
    optional(retry),
    ...['connect 1s', 'first_token 8s', 'idle 20s', 'timeout 60s', 'deadline 90s', 'hedge after 2s'].map((each) =>
      optional(fc.constant(each), 5),
    ),
    optional(fc.constantFrom('on_loss reject', 'on_loss degrade'), 5),
  )
  return fc.tuple(condition, fc.array(step, { minLength: 1, maxLength: 3 }), rest).map(
    ([guard, steps, more]) =>
      (name, scope) =>
        `route ${name}${guard(scope)} {\n  to ${steps.map((each) => each(scope)).join('\n  else ')}\n  ${more}\n}`,
  )
}
