/**
 * Policy text of every statement kind: syntactically right, not well-typed, with random layout and comments.
 *
 * A statement is made as a list of tokens, and the layout is drawn between them, so that line ends and comments
 * turn up in every place where the grammar lets them.
 */
import fc from 'fast-check'

type Tokens = readonly string[]
type Arb = fc.Arbitrary<Tokens>

const one = (...texts: string[]): Arb => fc.constantFrom(...texts).map((text) => [text])
const seq = (...parts: (string | Arb)[]): Arb =>
  fc
    .tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant<Tokens>([part]) : part)))
    .map((all) => all.flat())
const maybe = (arb: Arb): Arb => fc.oneof(fc.constant<Tokens>([]), arb)
const many = (arb: Arb, separator: Tokens, minLength = 1, maxLength = 4): Arb =>
  fc
    .array(arb, { minLength, maxLength })
    .map((all) => all.flatMap((each, i) => (i === 0 ? each : [...separator, ...each])))

const name = one('staff', 'eu_caller', 'per_key', 'x1', '_', 'anything', 'timeout', 'target', 'team_month')
const string = one(
  '"core"',
  '"a \\"quoted\\" one"',
  '"\\u00e9\\ud83d\\ude00"',
  '""',
  '"# no comment"',
  '"日本語"',
  '"10.0.0.0/8"',
)
const count = one('0', '1', '60', '1_000', '200k', '1.5M', '-3')
const duration = one('250ms', '30s', '5m', '1h', '7d', '1.5h')
const percent = one('80%', '0.5%', '100%')
const money = one('$500', '$0.25', '$1_000', '$2k')
const size = one('10KB', '10KiB', '1GB')
const word = one('jwt', 'eu', 'mon', 'true', 'false')
const target = one(
  ...['openai/gpt-5', 'ollama/llama3.1:8b', 'openai/*', 'openrouter/anthropic/claude-sonnet-4'],
  ...['bedrock-eu/anthropic.claude-sonnet-4-20250514-v1:0'],
)
const attribute = fc.oneof(
  one('caller', 'request', 'target', 'budget', 'limit').chain(([head]) =>
    fc.constantFrom('team', 'model', 'tags', 'budget').map((tail) => [head!, '.', tail]),
  ),
  fc.constantFrom('x-team', 'a b').map((key) => ['request', '.', 'header', '[', JSON.stringify(key), ']']),
  fc.constant<Tokens>(['budget', '.', 'team_month', '.', 'used']),
)
const literal = fc.oneof(string, count, duration, percent, money, size, word)
const list = seq('[', many(fc.oneof(literal, target), [','], 0, 5), maybe(fc.constant<Tokens>([]))).map((tokens) => [
  ...tokens,
  ']',
])
const longList = many(string, [','], 6, 12).map((tokens) => ['[', ...tokens, ',', ']'])
const listOrName = fc.oneof(list, longList, name)
const regex = one('/^gpt-\\d+/', '/a|b/i', '/[/"#]/', '/(?:x{2,3})+?$/')

const test = fc.oneof(
  seq(attribute, one('==', '!=', '<', '<=', '>', '>=', '~='), literal),
  seq(attribute, 'in', listOrName),
  seq(attribute, 'not', 'in', listOrName),
  seq(attribute, one('starts_with', 'ends_with', 'contains', 'like'), string),
  seq(attribute, 'matches', regex),
  seq(attribute, 'has', literal),
  seq(attribute, 'has', one('any', 'all'), listOrName),
  seq('has', attribute),
  attribute,
  name,
  one('allowed', 'denied'),
)

/** A condition, as tokens. */
export const conditionTokens: Arb = fc.letrec<{ condition: Tokens; operand: Tokens }>((tie) => ({
  operand: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    test,
    seq('not', tie('operand')),
    seq('(', tie('condition'), ')'),
  ),
  condition: fc
    .tuple(tie('operand'), fc.array(fc.tuple(fc.constantFrom('and', 'or'), tie('operand')), { maxLength: 3 }))
    .map(([first, rest]) => [...first, ...rest.flatMap(([connective, operand]) => [connective, ...operand])]),
})).condition

const when = maybe(seq('when', conditionTokens))
const by = seq('by', many(attribute, [',']))
const because = seq('because', string)
const status = seq('status', one('403', '451'))
const reason = fc.oneof(fc.constant<Tokens>([]), because, status, seq(because, status), seq(status, because))
const amount = fc.oneof(count, attribute, seq(attribute, '*', count), seq(count, '*', attribute))

/** Clauses in any order, now and then with a comma between them. */
const body = (...clauses: Arb[]): Arb =>
  fc.tuple(fc.tuple(...clauses), fc.infiniteStream(fc.nat()), fc.boolean()).map(([parts, random, commas]) => {
    const keyed = parts.filter((part) => part.length > 0).map((part) => ({ part, key: random.next().value ?? 0 }))
    keyed.sort((a, b) => a.key - b.key)
    return ['{', ...keyed.flatMap(({ part }, i) => (commas && i > 0 ? [',', ...part] : [...part])), '}']
  })

const targetOrRequested = fc.oneof(target, one('requested'))
const targetList = seq('[', many(target, [',']), ']')
const step = fc.oneof(
  targetOrRequested,
  seq(many(seq(percent, targetOrRequested), ['|'], 1, 3), maybe(seq('sticky', 'by', attribute))),
  seq(one('cheapest', 'fastest', 'least_busy', 'any'), 'of', fc.oneof(targetList, name)),
)
const failureClass = one('429', '503', '4xx', '5xx', 'timeout', 'connect', 'cut')
const retry = seq(
  'retry',
  '2',
  maybe(seq('on', many(failureClass, [',']))),
  maybe(seq('backoff', duration, 'to', duration)),
)
const routeBody = body(
  seq('to', step),
  ...[maybe(seq('else', step)), maybe(seq('else', step)), maybe(retry), maybe(seq('connect', duration))],
  ...[maybe(seq('first_token', duration)), maybe(seq('idle', duration)), maybe(seq('timeout', duration))],
  ...[
    maybe(seq('deadline', duration)),
    maybe(seq('hedge', 'after', duration)),
    maybe(seq('on_loss', one('reject', 'degrade'))),
  ],
)
const cacheBody = fc.oneof(
  body(fc.constant<Tokens>(['off'])),
  body(
    seq('ttl', duration),
    maybe(seq('stale', duration)),
    maybe(seq('scope', many(fc.oneof(attribute, one('everyone')), [',']))),
    maybe(seq('semantic', one('0.95'))),
  ),
)
const limitBody = fc.oneof(
  body(seq(amount, one('requests', 'tokens'), 'per', duration), maybe(by), maybe(seq('burst', count))),
  body(seq(amount, 'concurrent'), maybe(by)),
)
const budgetBody = body(
  seq(
    fc.oneof(money, attribute, seq(attribute, '*', money), seq(money, '*', attribute)),
    'per',
    one('day', 'week', 'month', 'total'),
  ),
  ...[maybe(by), maybe(seq('at', percent, 'warn')), maybe(seq('at', percent, 'deny'))],
)
const detector = one('email', 'phone', 'aws_key')
const guardClause = seq(
  one('redact', 'mask', 'block', 'flag'),
  many(detector, [',']),
  'in',
  fc.constantFrom<Tokens>(['request'], ['response'], ['request', ',', 'response']),
)
const rewriteBody = body(
  seq('max_tokens', 'at', 'most', count),
  maybe(seq('temperature', '=', one('0', '0.7'))),
  maybe(seq('system', 'prepend', string)),
  maybe(seq('header', string, '=', string)),
  maybe(seq('metadata', string, '=', attribute)),
  maybe(seq('service_tier', '=', string)),
)
const logBody = body(seq('capture', one('body', 'headers', 'none')), maybe(seq('tag', string, '=', attribute)))
const outcomes = ['allowed', 'denied', 'routed', 'cached', 'limited', 'budgeted', 'guarded', 'rewritten', 'shadowed']
const plainClaim = fc.oneof(
  seq(one(...outcomes), maybe(seq('by', name))),
  seq(one('every', 'some', 'no'), conditionTokens),
  seq('target', target),
)
const claim = fc.oneof(plainClaim, seq('not', plainClaim))
const given = fc.oneof(seq(attribute, '=', fc.oneof(literal, list)), seq('not', 'has', attribute))
const fault = fc.oneof(
  seq(target, 'fails', failureClass),
  seq(target, one('stalls', 'cut'), maybe(seq('after', '3', 'chunks'))),
  seq(attribute, '=', literal),
)
const expectation = fc.oneof(claim, seq('served', 'by', target), seq('attempts', '2'), seq('failed', 'with', '504'))
const testBody = body(
  maybe(seq('given', many(given, [',']))),
  maybe(seq('when', fault)),
  maybe(seq('when', fault)),
  seq('expect', many(expectation, [','])),
)

const statement = fc.oneof(
  seq('import', string),
  seq('set', name, '=', fc.oneof(list, longList)),
  seq('define', name, '=', conditionTokens),
  seq('pool', name, '=', targetList),
  seq(one('allow', 'deny'), name, when, reason),
  seq('restrict', name, when, 'to', conditionTokens, maybe(because)),
  seq('route', name, when, routeBody),
  seq('cache', name, when, cacheBody),
  seq('limit', name, when, limitBody),
  seq('budget', name, when, budgetBody),
  seq('guard', name, when, '{', many(guardClause, []), '}'),
  seq('rewrite', name, when, rewriteBody),
  seq('shadow', name, when, '{', percent, 'to', targetOrRequested, '}'),
  seq('log', name, when, logBody),
  seq(
    'assert',
    name,
    when,
    '{',
    fc.constantFrom<Tokens>([','], []).chain((separator) => many(claim, separator)),
    '}',
  ),
  seq('assume', name, conditionTokens),
  seq('assume', name, 'when', conditionTokens, 'then', conditionTokens),
  seq('test', string, testBody),
)

const gap = fc.oneof(
  { weight: 30, arbitrary: fc.constant(' ') },
  { weight: 3, arbitrary: fc.constantFrom('\n', '\r\n', '  ', '\t', '\n\n', '\n\n\n  ', '\r') },
  { weight: 1, arbitrary: fc.constantFrom(' # a comment\n', '\n  # alone\n', '\n\n# apart\r\n\n', '#\n# two\n') },
)
const betweenStatements = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('\n', '\n\n', '\n\n\n', '\r\n', ' ', '\n# documentation\n') },
  { weight: 1, arbitrary: fc.constantFrom(' # trailing\n', '\n\n# apart\n\n', '\n# one\n#\n# two\n') },
)
/** No blank is needed where one of these stands before or after. */
const tight = new Set(['.', ',', '[', ']', '(', ')'])

/** The tokens of a whole file, statement by statement. */
export const policyTokens: fc.Arbitrary<readonly Tokens[]> = fc.array(statement, { minLength: 1, maxLength: 6 })

/** A policy file with random layout. */
export const policyText: fc.Arbitrary<string> = fc
  .tuple(policyTokens, fc.infiniteStream(gap), fc.infiniteStream(betweenStatements), fc.boolean(), fc.boolean())
  .map(([statements, gaps, between, language, end]) => {
    const parts: string[] = language ? ['language 1\n'] : []
    statements.forEach((tokens, nth) => {
      if (nth > 0) parts.push(between.next().value)
      tokens.forEach((token, i) => {
        if (i > 0) {
          const drawn: string = gaps.next().value
          const isTight = tight.has(token) || tight.has(tokens[i - 1]!)
          parts.push(isTight && drawn === ' ' ? (token === '[' && tokens[i - 1] !== 'header' ? ' ' : '') : drawn)
        }
        parts.push(token)
      })
    })
    if (end) parts.push('\n')
    return parts.join('')
  })
