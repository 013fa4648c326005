/** Statements of the kinds that all apply where they match: limits, budgets, guards, rewrites, shadows, logs. */
import fc from 'fast-check'
import { by, guarded, optional, type Statement, target, when } from './clause.ts'
import { pick, requestCondition } from './condition.ts'
import { attributes } from './world.ts'

const percent = fc.constantFrom('0.5%', '5%', '33.3%', '100%')
const copied = [
  ...['caller.team', 'caller.kind', 'caller.ip', 'request.max_tokens', 'request.stream', 'request.header["X-Team"]'],
  ...['time.date', 'signal.score', 'signal.topic', 'tenant.plan', 'tenant.seats', 'tenant.trial', 'request.bytes'],
]
const declaredNumbers = attributes.filter((each) => each.type === 'int').map((each) => each.path)

const count = fc.oneof(
  fc.constantFrom('60', '1', '200k'),
  fc.constantFrom('tenant.seats', 'tenant.seats * 20', '2 * signal.count', ...declaredNumbers),
)

export const limit: fc.Arbitrary<Statement> = fc
  .tuple(
    when,
    count,
    fc.constantFrom('requests per 1m', 'tokens per 1h', 'concurrent'),
    optional(by('by'), 1),
    optional(fc.constant('burst 10')),
  )
  .map(
    ([condition, amount, unit, key, burst]) =>
      (name, scope) =>
        `limit ${name}${condition(scope)} { ${amount} ${unit} ${key} ${unit === 'concurrent' ? '' : burst} }`,
  )

export const budget: fc.Arbitrary<Statement> = fc
  .tuple(
    when,
    fc.constantFrom(
      '$500',
      '$0.25',
      'tenant.monthly_cap',
      'tenant.monthly_cap * 2',
      'signal.spend',
      'tenant.seats * $5',
    ),
    fc.constantFrom('day', 'week', 'month', 'total'),
    optional(by('by'), 1),
    optional(fc.constantFrom('at 80% warn', 'at 100% deny', 'at 90% deny at 50% warn', 'at 100% warn'), 1),
  )
  .map(
    ([condition, amount, window, key, at]) =>
      (name, scope) =>
        `budget ${name}${condition(scope)} { ${amount} per ${window} ${key} ${at} }`,
  )

/** A guard names a detector once: the second clause takes others than the first. */
const detectors = [
  ['email', 'phone', 'card', 'jwt'],
  ['iban', 'aws_key', 'private_key', 'api_key'],
] as const

const guardClause = fc
  .tuple(
    fc.constantFrom('redact', 'mask', 'block', 'flag'),
    fc.uniqueArray(fc.nat(3), { minLength: 1, maxLength: 3 }),
    fc.constantFrom('request', 'response', 'request, response'),
  )
  .map(([action, found, where]) => (group: number) => {
    const names = found.map((each) => pick(detectors[group % 2]!, each))
    return `${action} ${names.join(', ')} in ${where}`
  })

export const guard: fc.Arbitrary<Statement> = fc.tuple(when, fc.array(guardClause, { minLength: 1, maxLength: 2 })).map(
  ([condition, body]) =>
    (name, scope) =>
      `guard ${name}${condition(scope)} {\n  ${body.map((each, index) => each(index)).join('\n  ')}\n}`,
)

/** Each rewrite sets fields of its own, by its name, so that no two set one field differently. */
export const rewrite: fc.Arbitrary<Statement> = fc
  .tuple(
    when,
    fc.constantFrom(...copied),
    optional(
      fc.constantFrom(
        'max_tokens at most 1024',
        'temperature = 0.5',
        'system prepend "Be kind.\\n"',
        'service_tier = "flex"',
      ),
      1,
    ),
  )
  .map(
    ([condition, attribute, field]) =>
      (name, scope) =>
        `rewrite ${name}${condition(scope)} {\n  header "x-${name.replaceAll('_', '-')}" = "1"\n  metadata "${name}" = ${attribute}\n  ${field}\n}`,
  )

export const shadow: fc.Arbitrary<Statement> = fc.tuple(when, percent, target).map(
  ([condition, share, to]) =>
    (name, scope) =>
      `shadow ${name}${condition(scope)} { ${share} to ${to} }`,
)

export const log: fc.Arbitrary<Statement> = fc
  .tuple(
    guarded(requestCondition, 2),
    fc.constantFrom('capture body', 'capture headers', 'capture none', ''),
    fc.constantFrom(...copied),
  )
  .map(
    ([condition, capture, attribute]) =>
      (name, scope) =>
        `log ${name}${condition(scope)} {\n  ${capture}\n  tag "${name}" = ${attribute}\n}`,
  )
